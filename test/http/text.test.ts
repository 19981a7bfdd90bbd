/**
 * Text over a real socket: lines on pictures, canvases of text, and what a text may hold.
 */

import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { animation, type Decoded, decode, pixel } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  const white = sharp({ create: { width: 300, height: 200, channels: 3, background: '#fff' } });
  server = await startServer({
    pictures: {
      'white.png': await white.png().toBuffer(),
      'moving.gif': await animation(90, 60, 3, 'gif'),
    },
  });
});
afterAll(() => server.stop());

async function shown(target: string) {
  const answer = await server.ask(target);
  expect(answer.status, target).toBe(200);
  return { ...(await decode(answer.body)), headers: answer.headers };
}

/** The box of what is dark, of one frame. */
function inked({ data, width, height }: Decoded, frame = 0) {
  const xs: number[] = [];
  const ys: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[((frame * height + y) * width + x) * 4]! > 128) continue;
      xs.push(x);
      ys.push(y);
    }
  }
  return {
    left: Math.min(...xs),
    right: Math.max(...xs),
    top: Math.min(...ys),
    bottom: Math.max(...ys),
  };
}

describe('a line on a picture', () => {
  test('stands where it should, within its padding', async () => {
    const right = inked(await shown('/imgix/white.png?txt=Hello&txt-size=40&fm=png'));
    expect(right.right).toBeGreaterThan(280);
    expect(right.right).toBeLessThanOrEqual(290);
    expect(right.bottom).toBeGreaterThan(165);
    const left = inked(
      await shown('/imgix/white.png?txt=Hello&txt-size=40&txt-align=top,left&txt-pad=20&fm=png'),
    );
    expect(left.left).toBeGreaterThanOrEqual(20);
    expect(left.left).toBeLessThan(27);
    expect(left.right - left.left).toBe(right.right - right.left);
  });

  test('grows with the density', async () => {
    const once = inked(await shown('/imgix/white.png?w=150&txt=Hello&txt-size=20&fm=png'));
    const twice = inked(await shown('/imgix/white.png?w=150&dpr=2&txt=Hello&txt-size=20&fm=png'));
    const ratio = (twice.right - twice.left) / (once.right - once.left);
    expect(ratio).toBeGreaterThan(1.9);
    expect(ratio).toBeLessThan(2.1);
  });

  test('is on every frame', async () => {
    const moving = await shown('/imgix/moving.gif?bg=fff&txt=abc&txt-size=24&txt-pad=2');
    expect(moving.frames).toBe(3);
    for (let frame = 0; frame < 3; frame++) expect(inked(moving, frame).bottom).toBeGreaterThan(45);
  });

  test('says which font it lacks and which letters', async () => {
    const font = await shown('/imgix/white.png?txt=a&txt-font=Futura&fm=png');
    expect(font.headers['fovea-warning']).toMatch(/txt-font/);
    const letters = await shown(`/imgix/white.png?txt=${encodeURIComponent('你好')}&fm=png`);
    expect(letters.headers['fovea-warning']).toMatch(/no shape/);
  });

  test.each(['"/><image href="x"/>', '</svg>', '&lt;&#0;', '\u0000\u0001\u202e', '%', '\ud800'])(
    'may hold %j',
    async (text) => {
      const query = Array.from(
        new TextEncoder().encode(text),
        (b) => `%${b.toString(16).padStart(2, '0')}`,
      );
      const picture = await shown(`/imgix/white.png?txt=${query.join('')}&txt-size=30&fm=png`);
      expect([picture.width, picture.height]).toEqual([300, 200]);
    },
  );
});

describe('a canvas of text', () => {
  test('is as wide as asked for and as high as its lines', async () => {
    const one = await shown('/imgix/~text?txt=Hello&w=320&txt-size=20&fm=png');
    expect([one.width, one.height]).toEqual([320, 44]);
    expect(one.hasAlpha).toBe(true);
    const many = await shown(
      '/imgix/~text?txt=Hello+Hello+Hello+Hello+Hello&w=100&txt-size=20&bg=fff',
    );
    expect(many.height).toBeGreaterThan(44 + 2 * 24 - 1);
    expect(pixel(many, 1, 1)).toEqual([255, 255, 255, 255]);
    expect((await shown('/imgix/~text?txt=a&w=100&h=77&fm=png')).height).toBe(77);
  });

  test('is kept and found again', async () => {
    const target = '/imgix/~text?txt=Kept&w=120';
    const first = await server.ask(target);
    const again = await server.ask(target);
    expect(again.headers.etag).toBe(first.headers.etag);
    expect(again.headers['cache-status']).toMatch(/hit/);
    expect(again.headers['cache-control']).toMatch(/max-age=315/);
  });

  test('lies on a picture as a mark, whatever host it names', async () => {
    const url = 'https://assets.imgix.net/~text?txt=Hi&w=80&txt-size=30&bg=f00';
    const mark = Buffer.from(url).toString('base64url');
    const picture = await shown(`/imgix/white.png?mark64=${mark}&mark-align=top,left&fm=png`);
    expect(pixel(picture, 6, 6)).toEqual([255, 0, 0, 255]);
    expect(pixel(picture, 90, 6)).toEqual([255, 255, 255, 255]);
  });

  test('needs a text', async () => {
    expect((await server.ask('/imgix/~text?w=90')).status).toBe(400);
  });
});
