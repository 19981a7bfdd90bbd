/**
 * Second pictures over a real socket: marks, blends and masks come from where they may come from,
 * are part of what an answer is made of, and never turn an answer into an error.
 */

import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { secondsLeft } from '../support/client.ts';
import { type LocalOrigin, startOrigin } from '../support/origin.ts';
import { animation, card, decode, pixel, SVG } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

const solid = (width: number, height: number, background: string) =>
  sharp({ create: { width, height, channels: 4, background } })
    .png()
    .toBuffer();

const RED = [255, 0, 0, 255];
const BLUE = [0, 0, 255, 255];

let server: TestServer;
let origin: LocalOrigin;

beforeAll(async () => {
  const red = await solid(40, 20, '#f00');
  origin = await startOrigin({
    'red.png': { body: red, headers: { 'cache-control': 'max-age=100' } },
    'private.png': { body: red, headers: { 'cache-control': 'private' } },
    'photo.png': {
      body: await solid(200, 100, '#00f'),
      headers: { 'cache-control': 'max-age=5000' },
    },
    'public/photo.png': await solid(200, 100, '#00f'),
    'public/red.png': red,
    'broken.png': red.subarray(0, 60),
    'text.png': Buffer.from('no picture at all'),
    'down.png': { body: Buffer.from('down'), status: 500 },
  });
  const allow = [`127.0.0.1:${origin.port}`];
  const own = { dialect: 'imgix', origin: { kind: 'folder', path: '.', allow } };
  server = await startServer({
    pictures: {
      'photo.png': await solid(200, 100, '#00f'),
      'red.png': red,
      'half.png': await solid(40, 20, '#ff000080'),
      'a b+c%.png': red,
      'card.png': await card(200, 100).png().toBuffer(),
      'drawing.svg': SVG,
      'moving.gif': await animation(60, 40, 4, 'gif'),
      'broken.png': red.subarray(0, 60),
    },
    sources: [
      { name: 'near', mount: '/near', hosts: ['images.example'], ...own },
      { name: 'strict', mount: '/strict', unsupported: 'refuse', ...own },
      { name: 'marked', mount: '/marked', ...own, defaults: { mark: 'red.png', w: 200 } },
      {
        name: 'far',
        dialect: 'imgix',
        mount: '/far',
        origin: { kind: 'http', base: `${origin.url}/`, allow },
      },
      {
        name: 'below',
        dialect: 'imgix',
        mount: '/below',
        origin: { kind: 'http', base: `${origin.url}/public/` },
      },
      { name: 'web', dialect: 'imgix', mount: '/web', origin: { kind: 'web', allow } },
    ],
  });
});

afterAll(async () => {
  await server.stop();
  await origin.stop();
});

const url = (name: string) => encodeURIComponent(`${origin.url}/${name}`);
const warning = async (target: string) =>
  (await server.ask(target)).headers['fovea-warning'] as string | undefined;
async function shown(target: string) {
  const answer = await server.ask(target);
  expect(answer.status, target).toBe(200);
  return decode(answer.body);
}

describe('where a second picture comes from', () => {
  test.each([
    ['/imgix/photo.png?mark=red.png', 'a path'],
    ['/imgix/photo.png?mark=%2Fred.png', 'a path with a slash'],
    ['/imgix/photo.png?mark64=cmVkLnBuZw', 'a base64 twin'],
    ['/imgix/photo.png?mark=a%20b%2Bc%25.png', 'a name that no URL could hold'],
    ['/near/photo.png?mark=https%3A%2F%2Fimages.example%2Fred.png', 'a URL of an own host'],
    ['/near/photo.png?mark=$red', 'a host that a folder allows'],
    ['/far/photo.png?mark=red.png', 'a path below a base'],
    ['/far/photo.png?mark=$red', 'a URL of the host of the base'],
    ['/far/photo.png?mark-base=$base&mark=red.png', 'below a base of its own'],
    ['/below/photo.png?mark=$below', 'a URL below the base'],
    ['/web/$photo?mark=$red', 'a URL, of a web proxy'],
    ['/web/$photo?mark=%2Fred.png', 'a path on the host of the source of a web proxy'],
  ])('%s (%s)', async (given) => {
    const target = given
      .replace('$red', url('red.png'))
      .replace('$below', url('public/red.png'))
      .replace('$photo', url('photo.png'))
      .replace('$base', url(''));
    const picture = await shown(`${target}&fm=png`);
    expect(pixel(picture, 194, 94)).toEqual(RED);
    expect(pixel(picture, 155, 75)).toEqual(RED);
    expect(pixel(picture, 154, 74)).toEqual(BLUE);
    expect(pixel(picture, 195, 95)).toEqual(BLUE);
  });

  test.each([
    ['/imgix/photo.png?mark=none.png', 'not there'],
    ['/imgix/photo.png?mark=..%2F..%2Fetc%2Fhosts', 'outside the folder'],
    ['/imgix/photo.png?mark=$red', 'a host that is not allowed'],
    ['/below/photo.png?mark=$red', 'the host of the base, but not below it'],
    ['/far/photo.png?mark=http%3A%2F%2F127.0.0.1%3A1%2Fa.png', 'a private address'],
    ['/far/photo.png?mark=http%3A%2F%2F169.254.169.254%2Fa', 'an address of the machine'],
    ['/far/photo.png?mark=file%3A%2F%2F%2Fetc%2Fhosts', 'another scheme'],
    ['/far/photo.png?mark=down.png', 'an origin that fails'],
    ['/imgix/photo.png?mark=broken.png', 'bytes that end early'],
    ['/far/photo.png?mark=text.png', 'no picture'],
    ['/imgix/photo.png?blend=none.png', 'a blend'],
    ['/imgix/photo.png?mask=none.png', 'a mask'],
  ])('without one there is the picture alone, and a warning: %s (%s)', async (given) => {
    const target = `${given.replace('$red', url('red.png'))}&fm=png`;
    const answer = await server.ask(target);
    expect(answer.status).toBe(200);
    expect(answer.headers['fovea-warning']).toMatch(/left out/);
    if (!/broken|text/.test(target)) expect(secondsLeft(answer)).toBeLessThanOrEqual(60);
    const picture = await decode(answer.body);
    expect([picture.width, picture.height, ...pixel(picture, 190, 90)]).toEqual([
      200,
      100,
      ...BLUE,
    ]);
  });

  test('a source that refuses what is not built refuses a picture that it would sell unmarked', async () => {
    for (const mark of ['none.png', 'broken.png']) {
      expect((await server.ask(`/imgix/photo.png?w=90&mark=${mark}`)).status).toBe(200);
      expect((await server.ask(`/strict/photo.png?w=90&mark=${mark}`)).status).toBe(400);
    }
    expect((await server.ask('/strict/photo.png?w=90&mark=red.png')).status).toBe(200);
  });
});

describe('what an answer is made of', () => {
  test('another mark of the same name is another answer', async () => {
    server.put('logo.png', await solid(40, 20, '#f00'));
    const target = '/imgix/photo.png?mark=logo.png&fm=png';
    const first = await server.ask(target);
    expect(pixel(await decode(first.body), 190, 90)).toEqual(RED);
    expect((await server.ask(target)).headers.etag).toBe(first.headers.etag);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    server.put('logo.png', await solid(40, 20, '#0f0'));
    const second = await server.ask(target);
    expect(second.headers.etag).not.toBe(first.headers.etag);
    expect(pixel(await decode(second.body), 190, 90)).toEqual([0, 255, 0, 255]);
  });

  test('the shorter life counts, and the stricter word', async () => {
    const marked = (mark: string) => server.ask(`/far/photo.png?w=180${mark}`);
    expect(secondsLeft(await marked(''))).toBeGreaterThan(4000);
    const shorter = secondsLeft(await marked('&mark=red.png'));
    expect(shorter).toBeGreaterThan(0);
    expect(shorter).toBeLessThanOrEqual(100);
    const { headers } = await marked('&mark=private.png');
    expect(headers['cache-control']).toMatch(/private/);
  });

  test('a hit asks nobody again', async () => {
    const target = `/far/photo.png?w=170&mark=${url('red.png')}`;
    await server.ask(target);
    const asked = origin.asked.length;
    const again = await server.ask(target);
    expect(again.headers['cache-status']).toMatch(/hit/);
    expect(origin.asked).toHaveLength(asked);
  });

  test('defaults lay their mark on the picture, not on the mark', async () => {
    const picture = await shown('/marked/photo.png?fm=png');
    expect(pixel(picture, 190, 90)).toEqual(RED);
    expect(pixel(picture, 10, 10)).toEqual(BLUE);
  });
});

describe('own parameters of a second picture', () => {
  const nested = (query: string) => `/imgix/photo.png?fm=png&mark=${encodeURIComponent(query)}`;

  test('make it smaller', async () => {
    const picture = await shown(nested('red.png?w=10'));
    expect(pixel(picture, 190, 92)).toEqual(RED);
    expect(pixel(picture, 184, 92)).toEqual(BLUE);
  });

  test('trim it, by what its pixels show', async () => {
    const padded = await sharp(await solid(40, 20, '#f00'))
      .extend({ left: 30, right: 30, top: 30, bottom: 30, background: '#fff' })
      .png()
      .toBuffer();
    server.put('padded.png', padded);
    const picture = await shown(nested('padded.png?trim=color'));
    expect(pixel(picture, 194, 94)).toEqual(RED);
    expect(pixel(picture, 154, 74)).toEqual(BLUE);
  });

  test('lay a mark on the mark, and so on to an end', async () => {
    server.put('green.png', await solid(4, 4, '#0f0'));
    const two = await shown(nested('red.png?mark=green.png&mark-pad=0'));
    expect(pixel(two, 194, 94)).toEqual([0, 255, 0, 255]);
    expect(pixel(two, 189, 89)).toEqual(RED);
    const deep = ['a', 'b', 'c', 'd'].reduce(
      (inner) => `red.png?w=30&mark=${encodeURIComponent(inner)}`,
      'green.png',
    );
    expect(await warning(nested(deep))).toMatch(/pictures on pictures/);
  });

  test('that cannot be read leave a remark', async () => {
    expect(await warning(nested('red.png?w=abc'))).toMatch(/mark: Expected pixels/);
    expect(await warning(nested('red.png?txt64=%2B'))).not.toMatch(/5\d\d/);
  });
});

describe('every kind of second picture', () => {
  test.each([
    ['drawing.svg', 'a drawing, at the size it is drawn in'],
    ['moving.gif', 'an animation, of which the first frame counts'],
    ['card.png', 'larger than the picture'],
  ])('%s (%s)', async (name) => {
    const picture = await shown(
      `/imgix/photo.png?fm=png&mark=${name}&mark-w=50&mark-h=40&mark-fit=scale`,
    );
    expect(pixel(picture, 150, 57)).not.toEqual(BLUE);
    expect(pixel(picture, 143, 57)).toEqual(BLUE);
  });

  test('every frame of an animation is marked', async () => {
    const answer = await server.ask('/imgix/moving.gif?mark=red.png&mark-pad=0&mark-w=10');
    const { frames, data, width, height } = await decode(answer.body);
    expect(frames).toBe(4);
    for (let frame = 0; frame < frames; frame++) {
      const at = ((frame * height + height - 2) * width + width - 2) * 4;
      expect([...data.slice(at, at + 4)], `frame ${frame}`).toEqual(RED);
    }
  });

  test('half clear, it has no fringe and leaves the picture opaque', async () => {
    const picture = await shown('/imgix/photo.png?fm=png&mark=half.png&mark-w=33');
    expect(picture.hasAlpha).toBe(false);
    const seen = new Set<string>();
    for (let y = 0; y < 100; y++)
      for (let x = 0; x < 200; x++) seen.add(pixel(picture, x, y).join());
    for (const color of seen) {
      const [red = 0, green = 0, blue = 0] = color.split(',').map(Number);
      expect(green, color).toBe(0);
      expect(Math.abs(red + blue - 255), color).toBeLessThanOrEqual(1);
    }
  });
});

describe('masks and sizes', () => {
  test('a mask shows what it has light and opaque, stretched to the frame', async () => {
    const data = new Uint8Array([255, 0, 128].flatMap((v) => [v, v, v]));
    const raw = { width: 3, height: 1, channels: 3 } as const;
    const mask = await sharp(data, { raw })
      .resize(30, 10, { kernel: 'nearest', fit: 'fill' })
      .png()
      .toBuffer();
    server.put('mask.png', mask);
    const picture = await shown('/imgix/photo.png?fm=png&mask=mask.png');
    expect(pixel(picture, 20, 50)).toEqual(BLUE);
    expect(pixel(picture, 100, 50)[3]).toBe(0);
    expect(Math.abs(pixel(picture, 180, 50)[3]! - 128)).toBeLessThanOrEqual(1);
    const onRed = await shown('/imgix/photo.png?fm=png&mask=mask.png&mask-bg=f00');
    expect(pixel(onRed, 100, 50)).toEqual(RED);
  });

  test.each([
    ['mark-w=0.5', 95, 45, 'a share of the picture'],
    ['mark-w=20', 175, 85, 'pixels'],
    ['mark-w=20&w=100&dpr=2', 150, 70, 'CSS pixels and padding times the density'],
    ['mark-scale=10', 175, 85, 'percent of the picture'],
    ['mark-w=20&mark-h=20&mark-fit=crop', 175, 75, 'cut'],
    ['mark-w=20&mark-fit=crop', 175, 85, 'cut needs both sides'],
    ['mark-h=100&mark-w=100&mark-fit=max', 155, 75, 'never enlarged'],
    ['mark-x=-10&mark-y=3&mark-align=left', 0, 3, 'partly outside'],
    ['mark-align=left', 5, 75, 'the other axis keeps its place'],
    ['mark-align=center,middle', 80, 40, 'the middle'],
    ['mark-rot=90', 175, 55, 'turned'],
  ])('%s begins at %d, %d (%s)', async (query, x, y) => {
    const picture = await shown(`/imgix/photo.png?fm=png&mark=red.png&${query}`);
    const reds: [number, number][] = [];
    for (let row = 0; row < 100; row++) {
      for (let column = 0; column < 200; column++) {
        if (pixel(picture, column, row)[0]! > 200) reds.push([column, row]);
      }
    }
    expect([Math.min(...reds.map((p) => p[0])), Math.min(...reds.map((p) => p[1]))]).toEqual([
      x,
      y,
    ]);
  });

  test('a small picture is left unmarked where that is asked for', async () => {
    const asked = '/imgix/photo.png?fm=png&mark=red.png&mark-if-min-width=150';
    expect(pixel(await shown(asked), 190, 90)).toEqual(RED);
    expect(pixel(await shown(`${asked}&w=100`), 90, 40)).toEqual(BLUE);
  });

  test('a grid covers the picture', async () => {
    const picture = await shown(
      '/imgix/photo.png?fm=png&mark=red.png&mark-tile=grid&mark-pad=10&mark-w=20',
    );
    // From 10 by steps of 30 and 20.
    for (const [x, y] of [
      [10, 10],
      [29, 19],
      [40, 10],
      [190, 90],
      [10, 30],
    ] as const) {
      expect(pixel(picture, x, y), `${x},${y}`).toEqual(RED);
    }
    for (const [x, y] of [
      [5, 5],
      [35, 12],
      [12, 25],
    ] as const) {
      expect(pixel(picture, x, y), `${x},${y}`).toEqual(BLUE);
    }
  });

  test('a blended picture inherits size and crop', async () => {
    const query = 'w=60&h=60&fit=crop&blend=card.png&blend-size=inherit&blend-mode=normal&fm=png';
    const picture = await shown(`/imgix/photo.png?${query}`);
    const alone = await shown('/imgix/card.png?w=60&h=60&fit=crop&fm=png');
    expect(Buffer.compare(Buffer.from(picture.data), Buffer.from(alone.data))).toBe(0);
  });
});
