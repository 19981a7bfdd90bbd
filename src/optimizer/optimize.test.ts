import { describe, expect, test } from 'vitest';
import type { Encoder } from '../image/encoding.ts';
import { contentCurve } from './model/content-model.ts';
import { optimize } from './optimize.ts';
import {
  asked,
  featuresOf,
  instant,
  JPEG_SOURCE,
  priorOf,
  raster,
  strips,
  task,
  tools,
} from './simulated.suite.ts';

describe('instant', () => {
  test.each(['jpeg', 'webp', 'avif'] as const)('%s: one encode at the prior quality', async (f) => {
    const made = tools();
    const { receipt } = await optimize(task(f, { budget: instant }), made);
    expect(made.encodings).toHaveLength(1);
    const prior = priorOf(made.encodings[0]!)!;
    const score = contentCurve(prior, featuresOf(raster())).score(receipt.quality!);
    expect(Math.abs(score - 70)).toBeLessThan(1);
    expect(receipt).toMatchObject({ format: f, target: 70, mode: 'instant', kind: 'encoded' });
    expect(receipt.score).toBeUndefined();
  });

  test('without a metric every mode is instant', async () => {
    const { metric: _, ...rest } = tools();
    const { receipt } = await optimize(task('webp'), rest);
    expect(receipt.mode).toBe('instant');
    expect(receipt.trials).toHaveLength(1);
  });

  test('what another width taught moves the quality', async () => {
    const warmStart = { offsets: { jpeg: [{ pixels: 32_000, score: 70, deviation: -6 }] } };
    const plain = await optimize(task('jpeg', { budget: instant }), tools());
    const moved = await optimize(task('jpeg', { budget: instant, warmStart }), tools());
    expect(moved.receipt.quality!).toBeGreaterThan(plain.receipt.quality! + 3);
  });
});

describe('a fixed quality', () => {
  test.each([
    // format  quality  why
    ['jpeg', 75, 'its own scale'],
    ['webp', 78, 'equal mean score'],
    ['avif', 57, 'equal mean score'],
  ] as const)('JPEG 75 as %s is about %i (%s)', async (format, quality, _why) => {
    const output = asked({ kind: 'quality', jpeg: 75 });
    const { receipt } = await optimize(task(format, { output }), tools());
    expect(Math.abs(receipt.quality! - quality)).toBeLessThanOrEqual(3);
    expect(receipt.target).toBeUndefined();
    expect(receipt.trials).toHaveLength(1);
  });

  test.each([
    // JPEG quality, effort   why
    [40, 'full', 'trellis saves a tenth of the bytes'],
    [77, 'full', 'and here a twentieth'],
    [78, 'plain', 'and from here on nothing that is worth its time'],
    [95, 'plain', 'nor above'],
  ])('a JPEG of %i is written with %s effort (%s)', async (jpeg, effort) => {
    const output = asked({ kind: 'quality', jpeg });
    const made = tools();
    const { receipt } = await optimize(task('jpeg', { output }), made);
    expect(made.encodings).toMatchObject([{ format: 'jpeg', quality: jpeg, effort }]);
    expect(receipt.quality).toBe(jpeg);
  });

  test.each(['jpeg', 'webp', 'avif'] as const)(
    'is one encode of %s, whose score is there for whoever asks afterwards',
    async (format) => {
      const output = asked({ kind: 'quality', jpeg: 75 });
      const made = tools();
      const { receipt, bytes, measure } = await optimize(task(format, { output }), made);
      expect(receipt.score).toBeUndefined();
      expect(made.encodings).toHaveLength(1);
      const scores = await measure?.();
      expect(scores?.score).toBeGreaterThan(0);
      expect(scores?.worst).toBeGreaterThan(0);
      expect(made.encodings).toHaveLength(1);
      expect(bytes.length).toBe(receipt.bytes);
    },
  );

  test('is not measured where no metric is, nor in haste; a target is not measured twice', async () => {
    const output = asked({ kind: 'quality', jpeg: 75 });
    const { metric: _, ...rest } = tools();
    expect((await optimize(task('jpeg', { output }), rest)).measure).toBeUndefined();
    const hasty = await optimize(task('jpeg', { output, budget: instant }), tools());
    expect(hasty.measure).toBeUndefined();
    expect((await optimize(task('jpeg'), tools())).measure).toBeUndefined();
  });

  test('reads no pixel for it but to encode', async () => {
    const shown = raster();
    let reads = 0;
    const watched = {
      ...shown,
      get data() {
        reads++;
        return shown.data;
      },
    };
    const output = asked({ kind: 'quality', jpeg: 75 });
    const made = tools();
    await optimize(task('jpeg', { output, raster: watched }), made);
    const fixed = reads;
    reads = 0;
    await optimize(task('jpeg', { raster: watched }), made);
    expect(fixed).toBeLessThan(reads);
  });

  test("a format's own number overrides, on its own scale", async () => {
    const output = asked({ kind: 'quality', jpeg: 85, own: { webp: 75 } });
    expect((await optimize(task('webp', { output }), tools())).receipt.quality).toBe(75);
  });

  test('a poor JPEG is not written above its own quality, a resized one is', async () => {
    const output = asked({ kind: 'quality', jpeg: 90 });
    const source = { info: JPEG_SOURCE, output };
    const same = await optimize(task('jpeg', { ...source, identity: true }), tools());
    expect(same.receipt.quality).toBe(60);
    const resized = await optimize(task('jpeg', source), tools());
    expect(resized.receipt.quality).toBe(90);
  });
});

describe('every pixel', () => {
  test('a JPEG that shall not change is re-packed, and nothing is encoded', async () => {
    const made = tools({}, strips(2000, 1900));
    const output = asked({ kind: 'lossless' }, { profile: 'keep' });
    const source = { identity: true, source: new Uint8Array(2100), info: JPEG_SOURCE };
    const { receipt, bytes } = await optimize(task('jpeg', { ...source, output }), made);
    expect(bytes).toHaveLength(1900);
    expect(receipt.score).toBe(100);
    expect(made.encodings).toHaveLength(0);
  });

  test.each(['png', 'webp'] as const)('%s keeps every pixel', async (format) => {
    const output = asked({ kind: 'lossless' });
    const { receipt } = await optimize(task(format, { output }), tools());
    expect(receipt).toMatchObject({ kind: 'lossless', score: 100 });
  });

  test('lossless beside a size falls back to its score', async () => {
    const output = asked({ kind: 'lossless', resized: 85 });
    const { receipt } = await optimize(task('webp', { output }), tools());
    expect(receipt).toMatchObject({ kind: 'encoded', target: 85 });
  });
});

describe('rasters', () => {
  test('an alpha channel that is opaque everywhere is dropped', async () => {
    const data = new Uint8Array(200 * 160 * 4).fill(255);
    const seen: number[] = [];
    const made = tools();
    const encoder: Encoder = {
      ...made.encoder,
      encode: async (r, e) => {
        seen.push(r.channels);
        return made.encoder.encode(r, e);
      },
    };
    await optimize(task('webp', { raster: raster({ channels: 4, data }), budget: instant }), {
      ...made,
      encoder,
    });
    expect(seen).toEqual([3]);
  });

  test('an animation is searched on a few frames and encoded once', async () => {
    const pages = 12;
    const made = tools({ deviation: -1 });
    const heights: number[] = [];
    const encoder: Encoder = {
      ...made.encoder,
      encode: async (r, e) => {
        heights.push(r.height * r.pages);
        return made.encoder.encode(r, e);
      },
    };
    const delays = Array.from({ length: pages }, () => 40);
    const { receipt } = await optimize(task('webp', { raster: raster({ pages, delays }) }), {
      ...made,
      encoder,
    });
    expect(heights.filter((h) => h === 160 * pages)).toHaveLength(1);
    expect(heights.filter((h) => h === 160 * 4).length).toBeGreaterThan(0);
    expect(receipt.score).toBeGreaterThanOrEqual(69.5);
  });

  test('a format that cannot be written is a Fault', async () => {
    await expect(optimize(task('pdf'), tools())).rejects.toMatchObject({ code: 'not-implemented' });
  });
});
