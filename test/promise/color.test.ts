/**
 * The promise about colors: however a file says what its samples mean, each dialect
 * answers the color that the standards compute, at once and refined; and what brightness
 * or gain map could not be kept is said.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pngChunks } from '../../src/containers/png.ts';
import { deltaE, hlg, pq, sdr, type Triple } from '../../src/image/standards.suite.ts';
import { profileName } from '../../src/metadata/icc.ts';
import {
  chrm,
  cicp,
  coloredAvif,
  coloredPng,
  gama,
  inkJpeg,
  inkTiff,
} from '../../src/vips/colored.suite.ts';
import { rendered } from '../../src/vips/pictures.suite.ts';
import { DIALECTS, startServer, type TestServer, targetOf } from '../support/server.ts';

const MOST = 2;
const COLOR: Triple = [180 / 255, 90 / 255, 60 / 255];
const P3 = chrm(0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06);
const SIZE = { width: 96, height: 64 };
const TEN = { ...SIZE, bits: 10 };

interface Source {
  readonly bytes: () => Promise<Uint8Array> | Uint8Array;
  readonly expected: Triple;
  readonly hdr?: 'PQ' | 'HLG';
}

const stored = (bits: number) =>
  COLOR.map((v) => Math.round(v * (2 ** bits - 1)) / (2 ** bits - 1)) as unknown as Triple;

const SOURCES: Readonly<Record<string, Source>> = {
  'p3.avif': {
    bytes: () => coloredAvif(COLOR, [12, 13], SIZE),
    expected: sdr('p3', 'srgb', COLOR),
  },
  'p3.png': {
    bytes: () => coloredPng(COLOR, [cicp(12, 13)], SIZE),
    expected: sdr('p3', 'srgb', COLOR),
  },
  'wide.avif': {
    bytes: () => coloredAvif(COLOR, [9, 13], TEN),
    expected: sdr('rec2020', 'srgb', stored(10)),
  },
  'wide.png': {
    bytes: () => coloredPng(COLOR, [cicp(9, 13)], SIZE),
    expected: sdr('rec2020', 'srgb', COLOR),
  },
  'linear.avif': {
    bytes: () => coloredAvif(COLOR, [1, 8], TEN),
    expected: sdr('srgb', 'linear', stored(10)),
  },
  'linear.png': {
    bytes: () => coloredPng(COLOR, [gama(1)], SIZE),
    expected: sdr('srgb', 'linear', COLOR),
  },
  'mac.png': {
    bytes: () => coloredPng(COLOR, [gama(1 / 1.8)], SIZE),
    expected: sdr('srgb', 'gamma18', COLOR),
  },
  'chunks.png': {
    bytes: () => coloredPng(COLOR, [gama(1 / 2.2), P3], SIZE),
    expected: sdr('p3', 'gamma22', COLOR),
  },
  'pq.avif': {
    bytes: () => coloredAvif(COLOR, [9, 16], TEN),
    expected: pq('rec2020', stored(10)),
    hdr: 'PQ',
  },
  'pq.png': {
    bytes: () => coloredPng(COLOR, [cicp(9, 16)], { ...SIZE, bits: 16 }),
    expected: pq('rec2020', COLOR),
    hdr: 'PQ',
  },
  'hlg.avif': {
    bytes: () => coloredAvif(COLOR, [9, 18], TEN),
    expected: hlg('rec2020', stored(10)),
    hdr: 'HLG',
  },
  'hlg.png': {
    bytes: () => coloredPng(COLOR, [cicp(9, 18)], SIZE),
    expected: hlg('rec2020', COLOR),
    hdr: 'HLG',
  },
  'ink.jpg': { bytes: () => inkJpeg([0, 255, 255, 0]), expected: [255, 0, 0] },
  'bare.jpg': { bytes: () => inkJpeg([0, 0, 0, 255], false), expected: [0, 0, 0] },
  'ink.tif': { bytes: () => inkTiff([64, 128, 32, 51]), expected: [153, 102, 178] },
};

const FORMS = {
  fastly: ['format=png', 'width=40&format=webp', 'format=avif'],
  imgix: ['fm=png', 'w=40&fm=webp', 'cs=srgb&fm=jpg', 'auto=compress&fm=png'],
  imageoptim: ['full,format=png', '40', 'full,quality=lossless'],
} as const;

let server: TestServer;
let inks: string;

beforeAll(async () => {
  const pictures: Record<string, Uint8Array> = {};
  for (const [name, { bytes }] of Object.entries(SOURCES)) pictures[name] = await bytes();
  const home = mkdtempSync(join(tmpdir(), 'fovea-inks-'));
  inks = home;
  writeFileSync(join(home, 'ink.jpg'), pictures['ink.jpg']!);
  const origin = { kind: 'folder', path: home };
  server = await startServer({
    pictures,
    refine: true,
    sources: [{ name: 'press', dialect: 'fastly', mount: '/press', origin, cmyk: 'press' }],
  });
});

afterAll(async () => {
  await server.stop();
  rmSync(inks, { recursive: true, force: true });
});

/** The color in the middle of an answer, for a reader that heeds profiles and color chunks. */
async function shown(bytes: Uint8Array): Promise<Triple> {
  const { width, height, channels, data } = (await rendered(bytes, [])).raster;
  const at = ((height >> 1) * width + (width >> 1)) * channels;
  return [data[at]!, data[at + 1]!, data[at + 2]!];
}

describe.each(DIALECTS)('%s', (dialect) => {
  test.each(Object.keys(SOURCES))('%s', async (name) => {
    const { expected, hdr } = SOURCES[name]!;
    for (const options of FORMS[dialect]) {
      const target = targetOf(dialect, name, options);
      const answer = await server.ask(target);
      expect(answer.status, target).toBe(200);
      const color = await shown(answer.body);
      expect(
        deltaE(color, expected),
        `${target}: ${color} for ${expected.map(Math.round)}`,
      ).toBeLessThan(MOST);
      const warning = String(answer.headers['fovea-warning'] ?? '');
      expect(warning.includes('HDR'), `${target}: ${warning}`).toBe(hdr !== undefined);
      if (hdr) expect(warning).toContain(hdr);
    }
  });
});

test('refined answers show the same', async () => {
  for (const name of ['p3.avif', 'pq.avif', 'linear.png']) {
    const target = targetOf('fastly', name, 'width=80&format=avif');
    let fovea = '';
    for (let turn = 0; turn < 1200; turn++) {
      const answer = await server.ask(target);
      fovea = String(answer.headers.fovea);
      expect(deltaE(await shown(answer.body), SOURCES[name]!.expected)).toBeLessThan(MOST);
      if (!/mode=online/.test(fovea)) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(fovea).toContain('mode=background');
  }
}, 400_000);

describe('a wide color space', () => {
  /** Samples as they are stored, whatever they mean. */
  const samples = async (bytes: Uint8Array) => [
    ...(await sharp(bytes, { ignoreIcc: true }).raw().toBuffer()).subarray(0, 3),
  ];
  const iccOf = async (bytes: Uint8Array) => (await sharp(bytes).metadata()).icc;
  const chunkNames = (bytes: Uint8Array) => pngChunks(bytes).chunks.map(({ name }) => name);
  const far = (stored: readonly number[]) =>
    Math.max(...stored.map((v, i) => Math.abs(v - COLOR[i]! * 255)));

  test.each(['p3.avif', 'p3.png'])(
    'is kept by imgix, with a profile that says it: %s',
    async (name) => {
      const { body } = await server.ask(`/imgix/${name}?fm=jpg&w=40`);
      expect(profileName((await iccOf(body))!)).toBe('RGB');
      expect(far(await samples(body))).toBeLessThanOrEqual(3);
    },
  );

  test('is sRGB without a profile for the others, and where imgix is asked for it', async () => {
    for (const target of ['/fastly/p3.png?format=jpg', '/imageoptim/full,format=jpeg/p3.png']) {
      const { body } = await server.ask(target);
      expect(await iccOf(body)).toBeUndefined();
      expect(far(await samples(body))).toBeGreaterThan(8);
    }
    const { body } = await server.ask('/imgix/p3.png?fm=jpg&cs=srgb');
    expect(profileName((await iccOf(body))!)).toMatch(/sRGB/);
  });

  test('is taken off by cs=strip, the samples untouched; HDR is mapped all the same', async () => {
    const { body } = await server.ask('/imgix/p3.png?fm=png&w=40&cs=strip');
    expect(await samples(body)).toEqual([180, 90, 60]);
    const hdr = await server.ask('/imgix/pq.png?fm=png&w=40&cs=strip');
    expect(deltaE(await shown(hdr.body), SOURCES['pq.png']!.expected)).toBeLessThan(MOST);
  });

  test('goes with a PNG that is only packed anew', async () => {
    for (const name of ['p3.png', 'mac.png', 'chunks.png']) {
      const target = `/imageoptim/full,quality=lossless/${name}`;
      const { body, headers } = await server.ask(target);
      const source = await SOURCES[name]!.bytes();
      expect(body.length).toBeLessThan(source.length);
      expect(String(headers.fovea)).toContain('score=100');
      expect(await samples(body)).toEqual([180, 90, 60]);
      const said = (bytes: Uint8Array) =>
        chunkNames(bytes).filter((chunk) => /cICP|gAMA|cHRM/.test(chunk));
      expect(said(body), target).toEqual(said(source));
    }
  });

  test('does not stay in a PNG whose samples were converted', async () => {
    for (const name of ['p3.png', 'linear.png', 'pq.png']) {
      const { body } = await server.ask(`/fastly/${name}?format=png`);
      expect(chunkNames(body).some((chunk) => /cICP|gAMA|cHRM|iCCP/.test(chunk))).toBe(false);
    }
  });
});

test('the colors of a palette are those of the picture, and HDR is said there too', async () => {
  const { body, headers } = await server.ask('/imgix/pq.avif?palette=json');
  const { colors } = JSON.parse(body.toString()) as {
    colors: { red: number; green: number; blue: number }[];
  };
  const [first] = colors.map(
    ({ red, green, blue }): Triple => [red * 255, green * 255, blue * 255],
  );
  expect(deltaE(first!, SOURCES['pq.avif']!.expected)).toBeLessThan(MOST);
  expect(String(headers['fovea-warning'])).toContain('HDR');
});

test('inks are printed where the source is set so, under a key of their own', async () => {
  const [screen, press] = [
    await server.ask('/fastly/ink.jpg?width=40&format=png'),
    await server.ask('/press/ink.jpg?width=40&format=png'),
  ];
  expect(await shown(screen.body)).toEqual([255, 0, 0]);
  const [red, green] = await shown(press.body);
  expect(red).toBeLessThan(245);
  expect(green).toBeLessThan(60);
  expect(screen.headers.etag).not.toBe(press.headers.etag);
});
