/**
 * Animations of which this build reads no more than the first frame: an animated
 * PNG goes on moving where its file is an answer, and where it stands still the
 * answer says so; so does a sequence of AVIF pictures with a still one beside them, and one without
 * is refused in plain words.
 */
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytes32, concat } from '../../src/containers/bytes.ts';
import { joinPng, pngChunks } from '../../src/containers/png.ts';
import { pngChunk } from '../../src/containers/png-chunk.ts';
import { card, decode, distance, pixel, psnr } from '../support/pictures.ts';
import { ACCEPTS, DIALECTS, startServer, type TestServer, targetOf } from '../support/server.ts';

const SIDE = 64;
const RED = [220, 30, 30];
const BLUE = [30, 50, 220];

/** Two frames of one color each; `alpha`: of half opacity. */
function animatedPng(alpha: boolean, exifFirst = false): Uint8Array {
  const channels = alpha ? 4 : 3;
  const frame = (color: readonly number[]) => {
    const row = [
      0,
      ...Array.from({ length: SIDE }, () => (alpha ? [...color, 128] : color)).flat(),
    ];
    return new Uint8Array(
      deflateSync(Uint8Array.from(Array.from({ length: SIDE }, () => row).flat())),
    );
  };
  const control = (sequence: number) =>
    pngChunk(
      'fcTL',
      concat([
        ...[sequence, SIDE, SIDE, 0, 0].map((value) => bytes32(value)),
        Uint8Array.of(0, 50, 0, 100, 0, 0),
      ]),
    );
  return joinPng([
    pngChunk(
      'IHDR',
      concat([bytes32(SIDE), bytes32(SIDE), Uint8Array.of(8, channels === 4 ? 6 : 2, 0, 0, 0)]),
    ),
    ...(exifFirst ? [pngChunk('tEXt', new TextEncoder().encode('Comment\0secret'))] : []),
    pngChunk('acTL', concat([bytes32(2), bytes32(0)])),
    control(0),
    pngChunk('IDAT', frame(RED)),
    control(1),
    pngChunk('fdAT', concat([bytes32(2), frame(BLUE)])),
    pngChunk('IEND', new Uint8Array()),
  ]);
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

const MOVES: Readonly<Record<(typeof DIALECTS)[number], readonly string[]>> = {
  fastly: ['', 'format=auto', 'auto=webp', 'format=png', 'quality=60', 'optimize=high'],
  imgix: ['', 'auto=format', 'fm=png', 'q=40'],
  imageoptim: ['', 'quality=lossless', 'quality=low'],
};

const STANDS: Readonly<Record<(typeof DIALECTS)[number], readonly string[]>> = {
  fastly: ['width=32', 'format=jpg', 'format=webp', 'pad=5', 'blur=3'],
  imgix: ['w=32', 'fm=jpg', 'fm=webp', 'auto=format&w=32', 'blur=50'],
  imageoptim: ['32', 'format=jpeg,32', '20x20,crop'],
};

describe.each(DIALECTS)('%s and an animated PNG', (dialect) => {
  test.each(MOVES[dialect])('%j keeps every frame', async (options) => {
    for (const name of ['x.png', 'clear.png', 'secret.png']) {
      for (const accept of [ACCEPTS.avif, ACCEPTS.plain]) {
        const target = targetOf(dialect, name, options);
        const { status, headers, body } = await server.ask(target, { headers: { accept } });
        expect([target, status, headers['content-type']]).toEqual([target, 200, 'image/png']);
        expect(names(body)).toEqual(expect.arrayContaining(['acTL', 'fcTL', 'fdAT']));
        expect(names(body).includes('tEXt')).toBe(
          name === 'secret.png' && target.startsWith('/imgix') && options === '',
        );
        expect(headers['fovea-warning'] ?? '').not.toContain('first frame');
      }
    }
  });

  test.each(STANDS[dialect])('%j shows the first frame and says so', async (options) => {
    const { status, headers, body } = await server.ask(targetOf(dialect, 'x.png', options), {
      headers: { accept: ACCEPTS.avif },
    });
    expect(status).toBe(200);
    const picture = await decode(body);
    expect(distance(pixel(picture, 0.5, 0.5).slice(0, 3), RED)).toBeLessThan(12);
    if (options !== 'format=jpeg,32') expect(headers['fovea-warning']).toContain('first frame');
  });

  test('one frame, or a control chunk that comes too late, is a still', async () => {
    for (const name of ['one-frame.png', 'late.png']) {
      const options = { fastly: 'width=32', imgix: 'w=32', imageoptim: '32' }[dialect];
      const { status, headers } = await server.ask(targetOf(dialect, name, options));
      expect([status, headers['fovea-warning']]).toEqual([200, undefined]);
    }
  });
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
