/**
 * The promise about bytes where nothing but a quality is asked for: no answer is larger than its
 * source, whatever the source is; and what is called lossless is.
 */
import { readFileSync } from 'node:fs';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withJpegExif } from '../../src/containers/jpeg.ts';
import { orientationExif } from '../../src/metadata/exif.ts';
import { animation, committed, quadrants } from '../support/pictures.ts';
import {
  ACCEPTS,
  type DialectName,
  startServer,
  type TestServer,
  targetOf,
} from '../support/server.ts';

const photo = () => sharp(committed('coffee.png')).resize(160, 120);

/** A gradient that goes on under its clear half. */
function hidden(): Sharp {
  const data = new Uint8Array(64 * 48 * 4);
  for (let p = 0; p < 64 * 48; p++) {
    data.set([(p % 64) * 4, (p >> 6) * 5, 100, p % 64 < 32 ? 255 : 0], 4 * p);
  }
  return sharp(data, { raw: { width: 64, height: 48, channels: 4 } });
}

/** Sixteen bits per channel, of which the lower eight say something. */
function deep(): Sharp {
  const data = new Uint16Array(60 * 40 * 3).map((_, i) => (i * 977) & 0xffff);
  return sharp(data, { raw: { width: 60, height: 40, channels: 3 } }).toColorspace('rgb16');
}

/** Noise of 48 x 48 pixels, PQ in 10 bits: small as it is, and large again at quality 100. */
const hdr = () =>
  new Uint8Array(readFileSync(new URL('../data/faults/noise-pq.avif', import.meta.url)));

async function sources(): Promise<Record<string, Uint8Array>> {
  const small = { quality: 40 };
  const made: Record<string, Promise<Uint8Array>> = {
    'plain.jpg': photo().jpeg(small).toBuffer(),
    'scans.jpg': photo()
      .jpeg({ ...small, progressive: true })
      .toBuffer(),
    'grey.jpg': photo().toColorspace('b-w').jpeg(small).toBuffer(),
    'p3.jpg': photo().withIccProfile('p3').jpeg(small).toBuffer(),
    'inks.jpg': photo().toColorspace('cmyk').jpeg(small).toBuffer(),
    'true.png': photo().png().toBuffer(),
    'p3.png': photo().withIccProfile('p3').png({ palette: true, colours: 16 }).toBuffer(),
    'palette.png': quadrants(90, 60).png({ palette: true, colours: 16 }).toBuffer(),
    'deep.png': deep().png().toBuffer(),
    'lossy.webp': photo().webp({ quality: 20 }).toBuffer(),
    'p3.webp': photo().withIccProfile('p3').webp({ quality: 20 }).toBuffer(),
    'hidden.webp': hidden().webp({ lossless: true, exact: true }).toBuffer(),
    'moving.webp': animation(48, 32, 4, 'webp'),
    'moving.gif': animation(48, 32, 4, 'gif'),
    'still.gif': quadrants(90, 60).gif().toBuffer(),
    'tiny.avif': quadrants(20, 12).avif({ quality: 20 }).toBuffer(),
    'photo.avif': photo().avif({ quality: 20 }).toBuffer(),
    'p3.avif': photo().withIccProfile('p3').avif({ quality: 20 }).toBuffer(),
  };
  const out: Record<string, Uint8Array> = { 'pq.avif': hdr() };
  for (const [name, bytes] of Object.entries(made)) out[name] = await bytes;
  for (const orientation of [2, 3, 6, 7] as const) {
    const exif = orientationExif(orientation);
    out[`turned${orientation}.jpg`] = withJpegExif(out['plain.jpg']!, exif);
  }
  return out;
}

let server: TestServer;
let pictures: Record<string, Uint8Array>;

beforeAll(async () => {
  pictures = await sources();
  server = await startServer({ workers: 2, latency: '30s', pictures });
});

afterAll(async () => {
  await server.stop();
  expect(server.complaints).toEqual([]);
});

/** Names of sources whose answer is larger, with by how much. */
async function larger(dialect: DialectName, options: string, without: readonly string[] = []) {
  const names = Object.keys(pictures).filter((name) => !without.includes(name));
  const rows = await Promise.all(
    names.map(async (name) => {
      const answer = await server.ask(targetOf(dialect, name, options), {
        headers: { accept: ACCEPTS.webp },
      });
      expect([name, answer.status]).toEqual([name, 200]);
      const facts = await sharp(answer.body).metadata();
      expect([name, facts.width > 0]).toEqual([name, true]);
      return [name, answer.body.length - pictures[name]!.length] as const;
    }),
  );
  return rows.filter(([, over]) => over > 0);
}

test.each([
  '',
  'quality=1',
  'quality=50',
  'quality=85',
  'quality=100',
  'optimize=low',
  'optimize=high',
])(
  'fastly "%s"',
  async (options) => {
    expect(await larger('fastly', options)).toEqual([]);
  },
  60_000,
);

// What these two convert to sRGB without being asked may grow: the file of the source has other colors.
const CONVERTED = [
  'pq.avif',
  'inks.jpg',
  'p3.jpg',
  'p3.png',
  'p3.webp',
  'p3.avif',
  'tiny.avif',
  'photo.avif',
];

test.each<[DialectName, string]>([
  ['imgix', 'q=100'],
  ['imgix', 'q=30'],
  ['imageoptim', 'full'],
  ['imageoptim', 'full,quality=high'],
  ['imageoptim', 'full,quality=lossless'],
])(
  '%s "%s"',
  async (dialect, options) => {
    expect(await larger(dialect, options, CONVERTED)).toEqual([]);
  },
  60_000,
);

test('a lossless WebP asked to be lossless WebP stays as small', async () => {
  const target = targetOf('imgix', 'hidden.webp', 'fm=webp&lossless=1');
  const answer = await server.ask(target);
  expect(answer.body.length).toBeLessThanOrEqual(pictures['hidden.webp']!.length);
});

test('colors of clear pixels are kept where every pixel is asked for', async () => {
  server.put('hidden.png', await hidden().png().toBuffer());
  const want = await hidden().raw().toBuffer();
  const targets = [
    targetOf('imgix', 'hidden.png', 'fm=webp&lossless=1'),
    targetOf('fastly', 'hidden.png', 'format=webpll'),
  ];
  for (const target of targets) {
    const { body } = await server.ask(target);
    expect((await sharp(body).metadata()).format).toBe('webp');
    expect((await sharp(body).raw().toBuffer()).equals(want)).toBe(true);
  }
});

test.each<[DialectName, string]>([
  ['imageoptim', 'full,quality=lossless'],
  ['fastly', 'optimize=high'],
])('%s "%s" keeps 16 bits, or claims nothing', async (dialect, options) => {
  const answer = await server.ask(targetOf(dialect, 'deep.png', options));
  const [got, want] = await Promise.all(
    [answer.body, pictures['deep.png']!].map((bytes) =>
      sharp(bytes).toColorspace('rgb16').raw({ depth: 'ushort' }).toBuffer(),
    ),
  );
  expect((await sharp(answer.body).metadata()).depth).toBe('ushort');
  expect(got!.equals(want!)).toBe(true);
});

test('eight bits of sixteen are not called lossless', async () => {
  const answer = await server.ask(targetOf('imgix', 'deep.png', 'fm=webp&lossless=1'));
  expect(answer.headers.fovea).not.toContain('lossless');
  expect(answer.headers['fovea-warning']).toContain('16 bits');
});

test('a source that is delivered as it is is not said to be tone-mapped', async () => {
  const pass = await server.ask(targetOf('fastly', 'pq.avif', 'quality=100'));
  expect(pass.body.equals(Buffer.from(pictures['pq.avif']!))).toBe(true);
  expect(pass.headers).not.toHaveProperty('fovea-warning');
  expect(pass.headers).not.toHaveProperty('fastly-io-warning');
  const small = await server.ask(targetOf('fastly', 'pq.avif', 'quality=100&width=24'));
  expect(small.headers['fovea-warning']).toContain('tone-mapped');
});
