import { describe, expect, test } from 'vitest';
import type { Encoder, Encoding } from '../image/encoding.ts';
import type { Raster } from '../image/raster.ts';
import { sourceInfo } from '../image/source-info.suite.ts';
import type { SourceInfo } from '../image/source-info.ts';
import type { Metric, Score } from '../metrics/metric.ts';
import { picture } from '../plan/output.ts';
import type { ChosenFormat } from '../plan/program.ts';
import { contentOf } from './model/content.ts';
import { curveFor } from './model/content-model.ts';
import { configOf, curveOf, lnBpp } from './model/priors.ts';
import { optimize, type Repacker, type Tools } from './optimize.ts';
import type { OptimizeInput, WarmStart } from './task.ts';

/**
 * A make-believe encoder and metric: sizes and scores are those of the prior
 * curves, moved by the picture's deviation. The file holds its own score.
 */
interface World {
  /** Spreads above or below the mean curve. */
  readonly deviation?: number;
  /** Points lost without sharp chroma. */
  readonly smear?: number;
  /** Points by which the worst region lies under the whole. */
  readonly uneven?: number;
  /** Bytes of encodings without a quality. */
  readonly lossless?: number;
  /** Milliseconds per encoding. */
  readonly pace?: number;
  /** Qualities per step: without sharp chroma only every so many give another file. */
  readonly coarse?: number;
  /** Factor on the bytes of a format. */
  readonly weight?: Readonly<Record<string, number>>;
}

function tools(world: World = {}, repacker?: Repacker): Tools & { encodings: Encoding[] } {
  const encodings: Encoding[] = [];
  let time = 0;
  let reference: Raster | undefined;
  const encoder: Encoder = {
    async encode(raster, encoding) {
      encodings.push(encoding);
      time += world.pace ?? 1;
      const config = configOf(encoding);
      const pixels = raster.width * raster.height * raster.pages;
      if (config === undefined || !('quality' in encoding)) {
        return file(world.lossless ?? pixels * 2, 100);
      }
      const sharp =
        config.includes('4:4:4') || config.includes('smart') || encoding.format === 'avif';
      const step = sharp ? 1 : (world.coarse ?? 1);
      const quality = Math.min(100, Math.ceil(encoding.quality / step) * step);
      const score =
        curveFor(config, featuresOf(raster)).score(quality, world.deviation ?? 0) -
        (sharp ? 0 : (world.smear ?? 0));
      const weight = world.weight?.[encoding.format] ?? 1;
      return file((weight * pixels * Math.exp(lnBpp(config, quality))) / 8, score);
    },
    async decode(bytes) {
      return { ...reference!, data: bytes };
    },
  };
  const metric: Metric<'ssimulacra2'> = {
    name: 'ssimulacra2',
    setReference() {},
    compare(candidate) {
      const score = new DataView(candidate.data.buffer).getFloat64(0);
      return { score: score as Score<'ssimulacra2'>, worst: score - (world.uneven ?? 3) };
    },
  };
  reference = raster();
  return { encoder, metric, now: () => time, encodings, ...(repacker ? { repacker } : {}) };
}

const featuresOf = (raster: Raster) => ({
  ...contentOf(raster),
  pixels: raster.width * raster.height,
});

function file(bytes: number, score: number): Uint8Array {
  const out = new Uint8Array(Math.max(8, Math.round(bytes)));
  new DataView(out.buffer).setFloat64(0, score);
  return out;
}

/** Grey noise, so that it counts as a photograph. */
function raster(fields: Partial<Raster> = {}): Raster {
  const [width, height] = [fields.width ?? 200, fields.height ?? 160];
  const data = new Uint8Array(width * height * (fields.channels ?? 3) * (fields.pages ?? 1));
  let seed = 1;
  for (let i = 0; i < data.length; i++) {
    if (i % 3 === 0) seed = (seed * 1103515245 + 12345) % 2147483648;
    data[i] = seed >> 22;
  }
  return { width, height, channels: 3, pages: 1, delays: [], loop: 0, data, ...fields };
}

/** Large enough for the metric to be trusted downwards as well. */
const large = (): Raster => raster({ width: 300, height: 200 });

const flat = (): Raster => raster({ data: new Uint8Array(200 * 160 * 3).fill(90) });

const SOURCE = sourceInfo({ width: 200, height: 160, format: 'png', bytes: 90_000 });

const JPEG_SOURCE: SourceInfo = {
  ...SOURCE,
  format: 'jpeg',
  lossless: false,
  jpeg: { progressive: false, chroma: '4:2:0', quality: 60 },
};

const choice = (format: ChosenFormat['format'], fields: Partial<ChosenFormat> = {}) => ({
  format,
  lossless: false,
  rule: 0,
  ...fields,
});

function task(format: ChosenFormat['format'], fields: Partial<OptimizeInput> = {}): OptimizeInput {
  return {
    raster: raster(),
    info: SOURCE,
    chosen: choice(format),
    alternatives: [],
    output: picture({ formats: [{ format }], quality: { kind: 'target', score: 70 } }),
    identity: false,
    budget: { mode: 'online', milliseconds: 60_000 },
    ...fields,
  };
}

const asked = (quality: Parameters<typeof picture>[0]['quality'], fields = {}) =>
  picture({ formats: [], quality, ...fields });

const instant = { mode: 'instant', milliseconds: 1000 } as const;
const strips = (bytes: number, repacked?: number): Repacker => ({
  jpeg: async () => (repacked === undefined ? undefined : new Uint8Array(repacked)),
  png: async () => (repacked === undefined ? undefined : new Uint8Array(repacked)),
  strip: async () => new Uint8Array(bytes),
});

describe('instant', () => {
  test.each(['jpeg', 'webp', 'avif'] as const)('%s: one encode at the prior quality', async (f) => {
    const hands = tools();
    const { receipt } = await optimize(task(f, { budget: instant }), hands);
    expect(hands.encodings).toHaveLength(1);
    const config = configOf(hands.encodings[0]!)!;
    const score = curveFor(config, featuresOf(raster())).score(receipt.quality!);
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

describe('online', () => {
  test.each([
    ['jpeg', -1],
    ['jpeg', 1],
    ['webp', -1],
    ['webp', 1.5],
    ['avif', -1.5],
    ['avif', 0.5],
  ] as const)(
    '%s reaches the target on a picture %f spreads off the mean',
    async (f, deviation) => {
      const hands = tools({ deviation });
      const { receipt, warmStart } = await optimize(task(f, { raster: large() }), hands);
      expect(receipt.score).toBeGreaterThanOrEqual(69.5);
      expect(receipt.score).toBeLessThanOrEqual(71.5);
      expect(hands.encodings.length).toBeLessThanOrEqual(3);
      expect(Object.values(warmStart.offsets)).toHaveLength(1);
    },
  );

  test.each(['jpeg', 'webp', 'avif'] as const)('%s searched before: one evaluation', async (f) => {
    const hands = tools({ deviation: -1 });
    const { warmStart } = await optimize(task(f), hands);
    const again = tools({ deviation: -1 });
    await optimize(task(f, { warmStart }), again);
    expect(again.encodings).toHaveLength(1);
  });

  test('what smears at 4:2:0 is written with full chroma', async () => {
    const { receipt } = await optimize(task('jpeg'), tools({ smear: 30 }));
    expect(receipt.encoding).toContain('4:4:4');
    expect(receipt.score).toBeGreaterThanOrEqual(69.5);
  });

  test('a chroma that the plan forces stays', async () => {
    const jpeg = { kind: 'free', chroma: '4:2:0' } as const;
    const output = asked({ kind: 'target', score: 70 }, { jpeg });
    const { receipt } = await optimize(task('jpeg', { output }), tools({ smear: 30 }));
    expect(receipt.encoding).toContain('4:2:0');
    expect(receipt.outOfReach ?? receipt.score! >= 69.5).toBe(true);
  });

  test('where the steps of quality are wide, the other chroma is half a step', async () => {
    const wide = tools({ coarse: 20 });
    const { receipt } = await optimize(task('webp', { raster: large() }), wide);
    const plain = receipt.trials.filter(({ encoding }) => !encoding.includes('smart'));
    expect(plain.every(({ score }) => score! < 69.5 || score! > 71.5)).toBe(true);
    expect(receipt.encoding).toContain('smart');
    expect(receipt.score!).toBeGreaterThanOrEqual(69.5);
    expect(receipt.score!).toBeLessThanOrEqual(71.5);
    const least = Math.min(...plain.filter((t) => t.score! >= 69.5).map((t) => t.bytes));
    expect(receipt.bytes).toBeLessThan(least);
  });

  test('a chroma that the plan forces is no half step', async () => {
    const jpeg = { kind: 'free', chroma: '4:2:0' } as const;
    const output = asked({ kind: 'target', score: 70 }, { jpeg });
    const made = tools({ coarse: 20 });
    await optimize(task('jpeg', { output, raster: large() }), made);
    expect(made.encodings.every((e) => e.format === 'jpeg' && e.chroma === '4:2:0')).toBe(true);
  });

  test('an uneven result goes one step up', async () => {
    const even = await optimize(task('webp'), tools());
    const uneven = await optimize(task('webp'), tools({ uneven: 30 }));
    expect(uneven.receipt.score!).toBeGreaterThan(even.receipt.score! + 1);
  });

  test.each([-1, 0.3, 0.8, 1.5])('nothing is encoded twice on the way up (%f off)', async (off) => {
    const hands = tools({ uneven: 30, deviation: off });
    const { receipt } = await optimize(task('webp'), hands);
    const names = receipt.trials.map((trial) => trial.encoding);
    expect(new Set(names).size).toBe(names.length);
    expect(receipt.score!).toBeGreaterThan(70);
  });

  test('dense screens ask for less', async () => {
    const output = asked({ kind: 'target', score: 70 }, { density: 2 });
    const { receipt } = await optimize(task('webp', { output }), tools());
    expect(receipt.target).toBe(62);
  });

  test('when time is up the best so far is delivered, and the receipt says so', async () => {
    const hands = tools({ deviation: -2, pace: 400 });
    const budget = { mode: 'online', milliseconds: 500 } as const;
    const { receipt } = await optimize(task('avif', { budget }), hands);
    expect(hands.encodings).toHaveLength(1);
    expect(receipt.reason).toContain('time');
  });

  test('a target out of reach is flagged', async () => {
    const { receipt } = await optimize(task('webp'), tools({ deviation: -40 }));
    expect(receipt.outOfReach).toBe(true);
    expect(receipt.score!).toBeLessThan(69.5);
  });

  test('every JPEG tried is one that could be delivered', async () => {
    const hands = tools({ deviation: -1 });
    await optimize(task('jpeg'), hands);
    for (const encoding of hands.encodings) {
      expect(encoding).toMatchObject({ effort: 'full', progressive: true });
    }
  });

  describe('a small picture with an uneven result', () => {
    const easy = { deviation: 1.5, uneven: 10 };

    test('never falls below the quality of a mean one', async () => {
      const small = await optimize(task('jpeg'), tools(easy));
      const even = await optimize(task('jpeg'), tools({ deviation: 1.5 }));
      const usual = await optimize(task('jpeg', { raster: large() }), tools(easy));
      const mean = await optimize(task('jpeg'), tools());
      expect(usual.receipt.quality!).toBeLessThan(mean.receipt.quality!);
      expect(even.receipt.quality!).toBeLessThan(mean.receipt.quality! - 1);
      expect(small.receipt.quality!).toBeGreaterThanOrEqual(mean.receipt.quality! - 1);
    });

    test('nor, with flat areas around it, below that of a mean one of the usual size', async () => {
      const card = raster();
      card.data.fill(120, 0, card.data.length * 0.6);
      const framed = await optimize(task('jpeg', { raster: card }), tools(easy));
      const usual = Math.round(curveOf('jpeg').quality(70));
      expect(framed.receipt.quality!).toBeGreaterThanOrEqual(usual);
      const bare = await optimize(task('jpeg', { raster: card }), tools({ deviation: 1.5 }));
      expect(bare.receipt.quality!).toBeLessThan(usual);
    });
  });

  test('a source searched before may end anywhere in the window', async () => {
    const taught = await optimize(task('webp', { raster: large() }), tools({ deviation: 0.75 }));
    const hands = tools({ deviation: 0.9 });
    const { warmStart } = taught;
    const { receipt } = await optimize(task('webp', { warmStart, raster: large() }), hands);
    expect(hands.encodings).toHaveLength(1);
    expect(receipt.score!).toBeLessThanOrEqual(71.5);
  });
});

describe('half the width', () => {
  const whole = () => raster({ width: 400, height: 300 });
  const half = () => raster({ width: 200, height: 150 });
  const halving = (world = {}) => ({ ...tools(world), halve: async () => half() });
  const background = { mode: 'background', milliseconds: 1e6 } as const;
  const sizes = (warmStart: WarmStart, config: string) =>
    (warmStart.offsets[config] ?? []).map(({ pixels }) => pixels);

  test.each([
    ['jpeg', 'jpeg'],
    ['webp', 'webp e4'],
    ['avif', 'avif e1'],
  ] as const)('%s: is searched when a rendition is refined', async (format, config) => {
    const first = await optimize(task(format, { raster: whole() }), halving());
    expect(sizes(first.warmStart, config)).toEqual([120_000]);
    const { warmStart } = first;
    const refined = await optimize(
      task(format, { raster: whole(), budget: background, warmStart }),
      halving(),
    );
    expect(sizes(refined.warmStart, config)).toContain(30_000);
    const without = await optimize(
      task(format, { raster: whole(), budget: background, warmStart }),
      tools(),
    );
    expect(sizes(without.warmStart, config)).not.toContain(30_000);
    expect(refined.receipt.trials).toEqual(without.receipt.trials);
    expect(refined.bytes).toEqual(without.bytes);
  });

  test('what it taught is where the search at that width begins', async () => {
    const world = { deviation: -1.4 };
    const { warmStart } = await optimize(
      task('webp', { raster: whole(), budget: background }),
      halving(world),
    );
    const hands = tools(world);
    await optimize(task('webp', { raster: half(), warmStart }), hands);
    expect(hands.encodings).toHaveLength(1);
  });

  test('a small picture, and one at a fixed quality, teach nothing more', async () => {
    const small = await optimize(task('jpeg', { budget: background }), halving());
    expect(sizes(small.warmStart, 'jpeg')).not.toContain(8_000);
    const output = asked({ kind: 'quality', jpeg: 75 });
    const fixed = await optimize(
      task('jpeg', { raster: whole(), budget: background, output }),
      halving(),
    );
    expect(fixed.warmStart.offsets).toEqual({});
  });
});

describe('short of time', () => {
  const alternatives = [choice('webp'), choice('jpeg')];
  const within = (milliseconds: number) => ({ mode: 'online', milliseconds }) as const;

  test('AVIF is written at effort 0 before another format is', async () => {
    const hands = tools();
    const { receipt } = await optimize(task('avif', { alternatives, budget: within(3) }), hands);
    expect(hands.encodings).toMatchObject([{ format: 'avif', effort: 0 }]);
    expect(receipt.score).toBeUndefined();
  });

  test('with time for one encoding and no measurement, it is one of effort 1', async () => {
    const hands = tools();
    await optimize(task('avif', { alternatives, budget: within(6) }), hands);
    expect(hands.encodings).toMatchObject([{ format: 'avif', effort: 1 }]);
  });

  test('a small miss is delivered when time is up, not a source many times its size', async () => {
    const asItIs = async (bytes: Uint8Array) => bytes;
    const nothing = async () => undefined;
    const repacker = { jpeg: nothing, png: nothing, strip: asItIs };
    const bytes = 90_000;
    const known = { info: { ...SOURCE, format: 'avif', bytes }, identity: true } as const;
    const { receipt } = await optimize(
      task('avif', { ...known, source: new Uint8Array(bytes), budget: within(16) }),
      { ...tools({ deviation: -1, pace: 20 }), repacker },
    );
    expect(receipt.kind).toBe('encoded');
    expect(receipt.score!).toBeLessThan(69.5);
    expect(receipt.outOfReach).toBeUndefined();
  });

  test('a miss is corrected by what was learned, though nobody features again', async () => {
    const hands = tools({ deviation: -2, pace: 20 });
    const { receipt } = await optimize(task('avif', { alternatives, budget: within(38) }), hands);
    const [first, second] = hands.encodings as { format: string; quality: number }[];
    expect(hands.encodings).toHaveLength(2);
    expect(second!.format).toBe('avif');
    expect(second!.quality).toBeGreaterThan(first!.quality);
    expect(receipt.score).toBeUndefined();
  });

  test('no other format is begun when time is up', async () => {
    const hands = tools({ deviation: -2, pace: 400 });
    await optimize(task('avif', { alternatives, budget: within(500) }), hands);
    expect(hands.encodings).toHaveLength(1);
  });
});

describe('background', () => {
  test('AVIF is searched at effort 1 and finished at effort 3, ten bits from 80 on', async () => {
    const budget = { mode: 'background', milliseconds: 60_000 } as const;
    const output = asked({ kind: 'target', score: 80 });
    const hands = tools();
    const { receipt } = await optimize(task('avif', { budget, output }), hands);
    expect(hands.encodings[0]).toMatchObject({ effort: 1, depth: 8 });
    expect(receipt.encoding).toContain('e3');
    expect(receipt.encoding).toContain('10bit');
    expect(Math.abs(receipt.score! - 80)).toBeLessThan(1);
  });
});

describe('between formats', () => {
  const alternatives = [choice('webp'), choice('jpeg')];

  test.each([
    [0.95, 'jpeg', 'less than a tenth is not worth another format'],
    [0.8, 'webp', 'a fifth is'],
  ] as const)('a WebP of %f the bytes of a JPEG: %s (%s)', async (share, winner, _why) => {
    const [jpeg, webp] = await Promise.all(
      (['jpeg', 'webp'] as const).map(async (f) => (await optimize(task(f), tools())).bytes.length),
    );
    const world = tools({ weight: { webp: (share * jpeg!) / webp! } });
    const { receipt } = await optimize(task('jpeg', { alternatives: [choice('webp')] }), world);
    expect(receipt.format).toBe(winner);
  });

  test('what cannot win is not encoded', async () => {
    const hands = tools();
    await optimize(task('avif', { alternatives }), hands);
    expect(hands.encodings.every((e) => e.format === 'avif')).toBe(true);
  });

  test('an alternative without alpha is no answer for a clear picture', async () => {
    const clear = raster({ channels: 4 });
    const hands = tools({ weight: { jpeg: 0.1 } });
    await optimize(task('webp', { raster: clear, alternatives: [choice('jpeg')] }), hands);
    expect(hands.encodings.some((e) => e.format === 'jpeg')).toBe(false);
  });

  test('a flat graphic is a lossless WebP when that is smaller', async () => {
    const { receipt } = await optimize(task('webp', { raster: flat() }), tools({ lossless: 200 }));
    expect(receipt).toMatchObject({ format: 'webp', kind: 'lossless', score: 100 });
    expect(receipt.encoding).toContain('lossless');
  });
});

describe('never larger', () => {
  const same = { identity: true, source: new Uint8Array(2000) } as const;
  const jpeg = { ...same, info: { ...JPEG_SOURCE, bytes: 2000 } };

  test.each([
    // stripped  re-packed  delivered  why
    [1900, 1800, 1800, 'the result is larger: the source re-packed'],
    [1900, undefined, 1900, 'it cannot be re-packed: the source stripped'],
    [1900, 1950, 1900, 'packing made it larger: the source stripped'],
  ])('source of %i, re-packed %s: %i bytes (%s)', async (stripped, repacked, bytes, _why) => {
    const { receipt, ...result } = await optimize(
      task('jpeg', jpeg),
      tools({}, strips(stripped, repacked)),
    );
    expect(result.bytes).toHaveLength(bytes);
    expect(receipt).toMatchObject({ kind: 'source', format: 'jpeg', bytes, score: 100 });
    expect(receipt.outOfReach).toBeUndefined();
  });

  test('a lossy result that saves less than a tenth is not worth a generation', async () => {
    const info = { ...JPEG_SOURCE, jpeg: { ...JPEG_SOURCE.jpeg!, quality: 95 } };
    const alone = await optimize(task('jpeg'), tools());
    const nearly = Math.round(alone.bytes.length * 1.05);
    const clearly = Math.round(alone.bytes.length * 1.3);
    const run = (bytes: number) =>
      optimize(task('jpeg', { ...same, info }), tools({}, strips(bytes)));
    expect((await run(nearly)).receipt.kind).toBe('source');
    expect((await run(clearly)).receipt.kind).toBe('encoded');
  });

  test.each([
    ['the format was fixed and is another', { info: { ...SOURCE, bytes: 2000 } }],
    [
      'the plan renders whatever the size',
      { output: asked({ kind: 'target', score: 70 }, { whenLarger: 'render' }) },
    ],
    ['the picture changed', { identity: false }],
    ['the file is not upright', { info: { ...JPEG_SOURCE, orientation: 6 as const } }],
    ['its profile must go', { info: { ...JPEG_SOURCE, profile: 'other' as const } }],
    ['it is CMYK', { info: { ...JPEG_SOURCE, space: 'cmyk' as const } }],
    [
      'it is progressive and baseline is asked',
      {
        info: { ...JPEG_SOURCE, jpeg: { progressive: true, chroma: '4:2:0', quality: 60 } },
        output: asked(
          { kind: 'target', score: 70 },
          { jpeg: { kind: 'baseline', chroma: 'free' } },
        ),
      },
    ],
  ])('the source is no answer when %s', async (_why, fields) => {
    const { receipt } = await optimize(task('jpeg', { ...jpeg, ...fields }), tools({}, strips(10)));
    expect(receipt.kind).toBe('encoded');
  });

  test.each([
    [1800, 'source', 'packed anew it is progressive'],
    [undefined, 'encoded', 'as it is, it is not'],
  ] as const)(
    'a baseline source, progressive asked, packed to %s: %s (%s)',
    async (packed, kind, _why) => {
      const jpegKind = { kind: 'progressive', chroma: 'free' } as const;
      const output = asked({ kind: 'target', score: 70 }, { jpeg: jpegKind });
      const hands = tools({}, strips(1900, packed));
      const { receipt } = await optimize(task('jpeg', { ...jpeg, output }), hands);
      expect(receipt.kind).toBe(kind);
    },
  );

  test('a JPEG with halved color is not written again with more of it', async () => {
    const hands = tools({ smear: 30 }, strips(50_000));
    const { receipt } = await optimize(task('jpeg', { ...jpeg }), hands);
    const encodings = receipt.trials.map(({ encoding }) => encoding);
    expect(encodings.filter((text) => text.includes('4:4:4'))).toEqual([]);
  });

  test('a source in an accepted alternative format will do', async () => {
    const fields = { ...jpeg, alternatives: [choice('jpeg')] };
    const { receipt } = await optimize(task('webp', fields), tools({}, strips(300)));
    expect(receipt).toMatchObject({ kind: 'source', format: 'jpeg', bytes: 300 });
  });

  test('a poor JPEG whose own quality misses the target is delivered as it is', async () => {
    const info = { ...JPEG_SOURCE, jpeg: { ...JPEG_SOURCE.jpeg!, quality: 40 } };
    const output = asked({ kind: 'target', score: 85 });
    const { receipt } = await optimize(
      task('jpeg', { ...same, info, output }),
      tools({}, strips(50_000)),
    );
    expect(receipt.kind).toBe('source');
  });
});

describe('every pixel', () => {
  test('a JPEG that shall not change is re-packed, and nothing is encoded', async () => {
    const hands = tools({}, strips(2000, 1900));
    const output = asked({ kind: 'lossless' }, { profile: 'keep' });
    const source = { identity: true, source: new Uint8Array(2100), info: JPEG_SOURCE };
    const { receipt, bytes } = await optimize(task('jpeg', { ...source, output }), hands);
    expect(bytes).toHaveLength(1900);
    expect(receipt.score).toBe(100);
    expect(hands.encodings).toHaveLength(0);
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
    const hands = tools();
    const encoder: Encoder = {
      ...hands.encoder,
      encode: async (r, e) => {
        seen.push(r.channels);
        return hands.encoder.encode(r, e);
      },
    };
    await optimize(task('webp', { raster: raster({ channels: 4, data }), budget: instant }), {
      ...hands,
      encoder,
    });
    expect(seen).toEqual([3]);
  });

  test('an animation is searched on a few frames and encoded once', async () => {
    const pages = 12;
    const hands = tools({ deviation: -1 });
    const heights: number[] = [];
    const encoder: Encoder = {
      ...hands.encoder,
      encode: async (r, e) => {
        heights.push(r.height * r.pages);
        return hands.encoder.encode(r, e);
      },
    };
    const delays = Array.from({ length: pages }, () => 40);
    const { receipt } = await optimize(task('webp', { raster: raster({ pages, delays }) }), {
      ...hands,
      encoder,
    });
    expect(heights.filter((h) => h === 160 * pages)).toHaveLength(1);
    expect(heights.filter((h) => h === 160 * 4).length).toBeGreaterThan(0);
    expect(receipt.score).toBeGreaterThanOrEqual(69.5);
  });

  test('a format that cannot be written is a Fault', async () => {
    await expect(optimize(task('mp4'), tools())).rejects.toMatchObject({ code: 'not-implemented' });
  });
});
