/**
 * Animated PNG and AVIF. An animated PNG moves in every answer that can hold an animation: as its file where that
 * is an answer, else made anew. Of a sequence of AVIF pictures with a still one beside them that one is shown, with
 * a remark, and a sequence without is refused in plain words.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApng } from '../../src/containers/animation/apng.suite.ts';
import { bytes32, concat } from '../../src/containers/bytes.ts';
import { joinPng, pngChunks } from '../../src/containers/png.ts';
import { pngChunk } from '../../src/containers/png-chunk.ts';
import { installedBackEnds } from '../support/back-ends.ts';
import { card, decode, distance, pixel, psnr } from '../support/pictures.ts';
import { ACCEPTS, DIALECTS, startServer, type TestServer, targetOf } from '../support/server.ts';
import { mp4Facts } from '../support/videos.ts';

const SIDE = 64;
const RED = [220, 30, 30];
const BLUE = [30, 50, 220];

/** Two frames of one color each, of half a second; `alpha`: of half opacity. */
function animatedPng(alpha: boolean, exifFirst = false): Uint8Array {
  const more = exifFirst ? [pngChunk('tEXt', new TextEncoder().encode('Comment\0secret'))] : [];
  const frames = [RED, BLUE].map((color) => ({
    color: alpha ? [...color, 128] : color,
    delay: [50, 100] as const,
  }));
  return testApng({ width: SIDE, height: SIDE, frames, more });
}

const names = (bytes: Uint8Array) => pngChunks(bytes).chunks.map(({ name }) => name);

let server: TestServer;

beforeAll(async () => {
  const still = await card(SIDE, SIDE).png().toBuffer();
  const sequence = Buffer.from(await card(SIDE, SIDE).avif().toBuffer());
  sequence.write('avis', 8, 'latin1');
  const beside = Buffer.from(sequence);
  // What libheif needs is gone: only the tracks of a film would be left.
  sequence.write('free', sequence.indexOf('meta'), 'latin1');
  const [single, late] = [pngChunks(still).chunks, pngChunks(animatedPng(false)).chunks];
  const one = pngChunk('acTL', concat([bytes32(1), bytes32(0)]));
  server = await startServer({
    pictures: {
      'x.png': animatedPng(false),
      'clear.png': animatedPng(true),
      'secret.png': animatedPng(false, true),
      'one-frame.png': joinPng(
        single.flatMap(({ name, whole }) => (name === 'IDAT' ? [one, whole] : [whole])),
      ),
      // A control chunk behind the pixels makes no animation.
      'late.png': joinPng([
        ...late.filter(({ name }) => /IHDR|IDAT/.test(name)).map(({ whole }) => whole),
        ...late.filter(({ name }) => /acTL|IEND/.test(name)).map(({ whole }) => whole),
      ]),
      'sequence.avif': sequence,
      'beside.avif': beside,
    },
  });
});

afterAll(() => server.stop());

/** Where the file itself is an answer. */
const FILES: Readonly<Record<(typeof DIALECTS)[number], readonly string[]>> = {
  fastly: ['', 'format=auto', 'auto=webp', 'format=png', 'quality=60', 'optimize=high'],
  imgix: ['', 'auto=format', 'fm=png', 'q=40'],
  imageoptim: ['', 'quality=lossless', 'quality=low'],
};

/** Where it is made anew, with the format for clients that list nothing and for those that list WebP. */
const REMADE: Readonly<Record<(typeof DIALECTS)[number], readonly [string, string, string][]>> = {
  fastly: [
    ['width=32', 'gif', 'gif'],
    ['format=webp', 'webp', 'webp'],
    ['format=gif', 'gif', 'gif'],
    ['pad=5', 'gif', 'gif'],
    ['blur=3', 'gif', 'gif'],
  ],
  imgix: [
    ['w=32', 'gif', 'gif'],
    ['fm=webp', 'webp', 'webp'],
    ['fm=gif', 'gif', 'gif'],
    ['auto=format&w=32', 'gif', 'webp'],
    ['blur=50', 'gif', 'gif'],
    ['cs=srgb', 'gif', 'gif'],
    ['loop=2', 'gif', 'gif'],
  ],
  imageoptim: [
    ['32', 'gif', 'webp'],
    ['20x20,crop', 'gif', 'webp'],
  ],
};

const STANDS: Readonly<Record<(typeof DIALECTS)[number], readonly string[]>> = {
  fastly: ['format=jpg', 'format=png&width=32', 'frame=1'],
  imgix: ['fm=jpg', 'fm=png&w=32', 'fm=png8&w=9'],
  imageoptim: ['format=jpeg,32', 'format=png'],
};

describe.each(DIALECTS)('%s and an animated PNG', (dialect) => {
  test.each(FILES[dialect])('%j is answered by the file with every frame', async (options) => {
    for (const name of ['x.png', 'clear.png', 'secret.png']) {
      const target = targetOf(dialect, name, options);
      const { status, headers, body } = await server.ask(target);
      expect([target, status, headers['content-type']]).toEqual([target, 200, 'image/png']);
      expect(names(body)).toEqual(expect.arrayContaining(['acTL', 'fcTL', 'fdAT']));
      expect(names(body).includes('tEXt')).toBe(
        name === 'secret.png' && target.startsWith('/imgix') && options === '',
      );
      expect(headers['fovea-warning'] ?? '').not.toContain('first frame');
    }
  });

  test.each(REMADE[dialect])('%j moves as %s, or as %s', async (options, plain, listed) => {
    for (const [accept, format] of [
      [ACCEPTS.plain, plain],
      [ACCEPTS.avif, listed],
    ] as const) {
      const { status, headers, body } = await server.ask(targetOf(dialect, 'x.png', options), {
        headers: { accept },
      });
      expect([status, headers['content-type']]).toEqual([200, `image/${format}`]);
      const picture = await decode(body);
      expect([picture.frames, picture.delay]).toEqual([2, [500, 500]]);
      const { data, width, height } = picture;
      for (const [frame, color] of [RED, BLUE].entries()) {
        const middle = (frame * width * height + (height >> 1) * width + (width >> 1)) * 4;
        expect(distance([...data.subarray(middle, middle + 3)], color)).toBeLessThan(12);
      }
      expect(headers['fovea-warning']).toBeUndefined();
    }
  });

  test.each(STANDS[dialect])('%j is the first frame', async (options) => {
    const { status, body } = await server.ask(targetOf(dialect, 'x.png', options), {
      headers: { accept: ACCEPTS.avif },
    });
    expect(status).toBe(200);
    const picture = await decode(body);
    expect(picture.frames).toBe(1);
    expect(distance(pixel(picture, 0.5, 0.5).slice(0, 3), RED)).toBeLessThan(12);
  });

  test('one frame, or a control chunk that comes too late, is a still', async () => {
    for (const name of ['one-frame.png', 'late.png']) {
      const options = { fastly: 'width=32', imgix: 'w=32', imageoptim: '32' }[dialect];
      const { status, headers } = await server.ask(targetOf(dialect, name, options));
      expect([status, headers['fovea-warning']]).toEqual([200, undefined]);
    }
  });
});

test.skipIf(installedBackEnds().length === 0)('it becomes a video in each dialect', async () => {
  for (const target of [
    '/fastly/x.png?format=mp4',
    '/imgix/x.png?fm=mp4&w=32',
    '/imageoptim/32,format=h264/x.png',
  ]) {
    const { status, headers, body } = await server.ask(target);
    expect([target, status, headers['content-type']]).toEqual([target, 200, 'video/mp4']);
    expect(mp4Facts(body)).toMatchObject({ delays: [500, 500] });
  }
});

test('a still that was asked for is one, without a remark', async () => {
  for (const target of [
    '/fastly/x.png?frame=1',
    '/fastly/x.png?frame=1&format=png',
    '/imgix/x.png?frame=1',
    '/imageoptim/format=png/x.png',
  ]) {
    const { status, headers, body } = await server.ask(target);
    expect([target, status, headers['fovea-warning']]).toEqual([target, 200, undefined]);
    expect([target, names(body).includes('acTL')]).toEqual([target, false]);
  }
});

test('the facts say that it moves', async () => {
  const { body } = await server.ask('/imageoptim/meta/x.png');
  expect(JSON.parse(body.toString())).toMatchObject({ animated: true });
});

test.each([
  ['/fastly/sequence.avif', 200],
  ['/fastly/sequence.avif?width=30', 200],
  ['/imgix/sequence.avif', 200],
  ['/imgix/sequence.avif?w=30', 422],
  ['/imageoptim/30/sequence.avif', 400],
])('a sequence of AVIF pictures: %s is %i', async (target, status) => {
  const answer = await server.ask(target);
  expect(answer.status).toBe(status);
  if (status === 200) expect(answer.headers['content-type']).toBe('image/avif');
  else expect(answer.body.toString()).toContain('image sequence');
});

test.each([
  ['/fastly/beside.avif?width=30&format=png', 30],
  ['/imgix/beside.avif?w=30&fm=png', 30],
  ['/imgix/beside.avif?w=20&h=30&fit=crop&fm=jpg', 20],
  ['/imageoptim/30,format=png/beside.avif', 30],
])('a sequence with a still picture beside it: %s shows that', async (target, width) => {
  const { status, headers, body } = await server.ask(target);
  expect([target, status]).toEqual([target, 200]);
  const shown = await decode(body);
  expect([shown.width, shown.frames]).toEqual([width, 1]);
  // ImageOptim's format names a still.
  if (!target.startsWith('/imageoptim')) {
    expect(headers['fovea-warning']).toContain('Of an animated AVIF only the first frame');
  }
});

test('of the picture beside a sequence every pixel is its own', async () => {
  const { body } = await server.ask('/imgix/beside.avif?fm=png32');
  const expected = await decode(await card(SIDE, SIDE).avif().toBuffer());
  expect(psnr(await decode(body), expected)).toBeGreaterThan(50);
  const facts = await server.ask('/imageoptim/meta/beside.avif');
  expect(JSON.parse(facts.body.toString())).toMatchObject({ animated: true, width: SIDE });
});
