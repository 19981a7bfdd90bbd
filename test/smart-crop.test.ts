/**
 * Smart crops of built code: where each dialect looks, that every size of a ratio shows the
 * same part, and that no face is cut which could be whole.
 */
import { readFileSync } from 'node:fs';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { corpusFile } from '../src/base/corpus.suite.ts';
import type { Region, Size } from '../src/base/size.ts';
import type { Face } from '../src/image/face.ts';
import { uprightSize } from '../src/image/source-info.ts';
import { lower } from '../src/plan/lower.ts';
import { CENTRE, type Op, px } from '../src/plan/op.ts';
import { freezePlan } from '../src/plan/plan.ts';
import { committed, type Decoded, decode, psnr } from './support/pictures.ts';
import { type DialectName, startServer, type TestServer, targetOf } from './support/server.ts';

const WIDTH = 600;
const HEIGHT = 200;

/** Grey with a yellow square at the far right, or the left. */
function square(left: number): Sharp {
  return sharp({
    create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#7a7f85' },
  }).composite([
    {
      input: { create: { width: 60, height: 60, channels: 3, background: '#ffd21e' } },
      ...{ left, top: 100 },
    },
  ]);
}

/** Pixels of the first frame that are the square's. */
function yellow({ width, height, data }: Decoded): number {
  let count = 0;
  for (let i = 0; i < width * height * 4; i += 4) {
    if (data[i]! > 200 && data[i + 2]! < 90) count++;
  }
  return count;
}

/** A photograph at the size of one, with something to look at off the middle. */
async function photograph(): Promise<Buffer> {
  return sharp(committed('astronaut.jpg')).resize(1200, 1200).jpeg({ quality: 92 }).toBuffer();
}

let server: TestServer;

beforeAll(async () => {
  const moving = await sharp(
    await Promise.all([20, 500].map((left) => square(left).png().toBuffer())),
    { join: { animated: true } },
  )
    .gif({ delay: [100, 100] })
    .toBuffer();
  server = await startServer({
    pictures: {
      'right.png': await square(530).png().toBuffer(),
      'left.png': await square(10).png().toBuffer(),
      'moving.gif': moving,
      'photo.jpg': await photograph(),
      'line.png': await sharp({
        create: { width: 900, height: 1, channels: 3, background: '#123456' },
      })
        .png()
        .toBuffer(),
    },
  });
}, 120_000);
afterAll(() => server.stop());

async function picture(dialect: DialectName, name: string, options: string): Promise<Decoded> {
  const answer = await server.ask(targetOf(dialect, name, options), {
    headers: { accept: 'image/png,*/*' },
  });
  expect(answer.status, answer.body.toString('latin1').slice(0, 200)).toBe(200);
  return decode(answer.body);
}

describe('the thing that there is to see is in the window', () => {
  test.each<[DialectName, string]>([
    ['fastly', 'crop=1:1,smart&format=png'],
    ['fastly', 'crop=1:1,smart,safe&format=png'],
    ['fastly', 'precrop=1:1,smart&format=png'],
    ['fastly', 'crop=1:1,smart,x0&format=png'],
    ['imageoptim', '200x200,crop=auto,format=png'],
    ['imageoptim', '100x100,2x,crop=auto,format=png'],
    ['imgix', 'w=200&h=200&fit=crop&crop=auto&fm=png'],
    ['imgix', 'w=200&h=200&fit=crop&crop=entropy&fm=png'],
    ['imgix', 'w=200&h=200&fit=crop&crop=edges&fm=png'],
    ['imgix', 'ar=1:1&fit=crop&crop=edges&fm=png'],
  ])(
    '%s %s',
    async (dialect, options) => {
      for (const name of ['left.png', 'right.png']) {
        const seen = await picture(dialect, name, options);
        expect([seen.width, seen.height]).toEqual([200, 200]);
        expect(yellow(seen), name).toBeGreaterThan(60 * 60 * 0.95);
      }
    },
    60_000,
  );

  test('of an animation the first frame decides for all', async () => {
    const seen = await picture('fastly', 'moving.gif', 'crop=1:1,smart');
    expect([seen.width, seen.height, seen.frames]).toEqual([200, 200, 2]);
    expect(yellow(seen)).toBeGreaterThan(3400);
    const second = { ...seen, data: seen.data.subarray(200 * 200 * 4) };
    expect(yellow(second)).toBe(0);
  }, 60_000);

  test('a hairline is cropped too', async () => {
    const seen = await picture('imgix', 'line.png', 'w=20&h=20&fit=crop&crop=auto&fm=png');
    expect([seen.width, seen.height]).toEqual([20, 20]);
  }, 60_000);
});

describe('every size of a ratio shows the same part', () => {
  test.each<[DialectName, (width: number) => string]>([
    ['fastly', (width) => `crop=16:9,smart&width=${width}&format=png`],
    ['imageoptim', (width) => `${width}x${Math.round((width * 9) / 16)},crop=auto,format=png`],
    ['imgix', (width) => `w=${width}&ar=16:9&fit=crop&crop=edges&fm=png`],
    ['imgix', (width) => `w=${width}&ar=16:9&fit=crop&crop=entropy&fm=png`],
  ])(
    '%s %s',
    async (dialect, options) => {
      const small = await picture(dialect, 'photo.jpg', options(200));
      const large = await picture(dialect, 'photo.jpg', options(1200));
      const raw = { width: large.width, height: large.height, channels: 4 } as const;
      const reduced = await sharp(large.data, { raw })
        .resize(small.width, small.height, { fit: 'fill' })
        .raw()
        .toBuffer();
      // A window that is off by two pixels of the small one gives less than 23 dB.
      expect(psnr(small, { ...small, data: new Uint8Array(reduced) })).toBeGreaterThan(27);
    },
    120_000,
  );
});

test('smart and lengths: the middle, with a warning', async () => {
  const target = targetOf('fastly', 'right.png', 'crop=200,200,smart&format=png');
  const { status, body, headers } = await server.ask(target);
  expect(status).toBe(200);
  expect(JSON.stringify(headers)).toContain('smart needs a ratio');
  expect(yellow(await decode(body))).toBe(0);
}, 60_000);

describe('faces', () => {
  const RATIOS = { '1:1': 1, '16:9': 16 / 9, '9:16': 9 / 16, '4:5': 4 / 5 };

  const resize = (ratio: number): Op => {
    const height = px(Math.round(200 / ratio));
    return {
      ...{ kind: 'resize', width: px(200), height, fit: 'cover', enlarge: 'allowed' },
      ...{ filter: 'lanczos3', anchor: { kind: 'search', by: 'saliency' } },
    };
  };

  /** The windows of Fastly's smart and of ImageOptim's auto, in pixels of the upright source. */
  async function windows(bytes: Buffer): Promise<{
    faces: readonly Face[];
    size: Size;
    of: (ratio: number) => Region[];
  }> {
    const built = (file: string) => new URL(`../dist/${file}`, import.meta.url).href;
    const { FINDERS }: typeof import('../src/engine/findings/finders.ts') = await import(
      built('engine/findings/finders.js')
    );
    const { probe }: typeof import('../src/vips/probe.ts') = await import(built('vips/probe.js'));
    const file = { bytes };
    const info = await probe(file);
    const faces = await FINDERS.faces(file, info, 0, {});
    const findings = { faces, saliency: await FINDERS.saliency(file, info, 0, {}) };
    const size = uprightSize(info);
    const windowOf = (op: Op): Region => {
      const ops: Op[] = [{ kind: 'orient', by: 'source' }, op];
      const output = { kind: 'facts', form: 'imgix' } as const;
      const plan = freezePlan({ frames: { kind: 'all' }, ops, output });
      const lowered = lower(plan, info, new Set(), { findings });
      if (lowered.kind !== 'program') throw new Error('expected a program');
      const { instructions } = lowered.program;
      const scaled = instructions.find(({ kind }) => kind === 'scale') ?? size;
      const cut = instructions.findLast(({ kind }) => kind === 'extract');
      if (cut?.kind !== 'extract') return { left: 0, top: 0, ...size };
      const x = size.width / scaled.width;
      const y = size.height / scaled.height;
      return {
        ...{ left: cut.left * x, top: cut.top * y },
        ...{ width: cut.width * x, height: cut.height * y },
      };
    };
    const of = (ratio: number) => {
      const area = { kind: 'ratio', ratio } as const;
      const smart: Op = {
        ...{ kind: 'crop', area, x: CENTRE, y: CENTRE, outside: 'fault', search: 'saliency' },
      };
      return [windowOf(smart), windowOf(resize(ratio))];
    };
    return { faces, size, of };
  }

  /** Whether a part of a face that fits is in and a part is out, a pixel of a small result aside. */
  function isCut({ bounds }: Face, window: Region): boolean {
    const slack = window.width / 200;
    if (bounds.width > window.width || bounds.height > window.height) return false;
    const outside = (from: number, to: number, start: number, end: number) =>
      to <= start + slack || from >= end - slack;
    const inside = (from: number, to: number, start: number, end: number) =>
      from >= start - slack && to <= end + slack;
    const right = window.left + window.width;
    const bottom = window.top + window.height;
    const x = [bounds.left, bounds.left + bounds.width, window.left, right] as const;
    const y = [bounds.top, bounds.top + bounds.height, window.top, bottom] as const;
    return !(outside(...x) || outside(...y)) && !(inside(...x) && inside(...y));
  }

  test('the face of a committed picture is whole in every ratio', async () => {
    const { faces, of } = await windows(committed('astronaut.jpg'));
    expect(faces).toHaveLength(1);
    for (const [name, ratio] of Object.entries(RATIOS)) {
      for (const window of of(ratio)) expect(isCut(faces[0]!, window), name).toBe(false);
    }
  }, 120_000);

  test.for<[string, string, number]>([
    ['faces', 'astronaut.png', 1],
    ['faces', 'miner-portrait-6mp.webp', 1],
    ['faces', 'old-man-bench-profile.jpg', 1],
    ['faces', 'solvay-1927-group.jpg', 15],
    ['faces', 'young-man-cap.jpg', 1],
    ['photos', 'kodim04.png', 1],
    ['photos', 'kodim18.png', 1],
  ])(
    '%s/%s: no face is cut that fits',
    { timeout: 120_000 },
    async ([folder, name, least], { skip }) => {
      const path = corpusFile(folder, name);
      if (path === undefined) return skip('no corpus beside the repository');
      const { faces, of } = await windows(readFileSync(path));
      expect(faces.length).toBeGreaterThanOrEqual(least);
      for (const [text, ratio] of Object.entries(RATIOS)) {
        for (const window of of(ratio)) {
          expect(
            faces.filter((face) => isCut(face, window)),
            text,
          ).toEqual([]);
        }
      }
    },
  );
});
