import { describe, expect, test } from 'vitest';
import type { Raster } from '../../image/raster.ts';
import type { Score } from '../../metrics/metric.ts';
import { still } from '../../raster/pixels.ts';
import { vipsEncoder } from '../../vips/encode.ts';
import { PNG } from '../codecs/png.ts';
import { TrialRunner } from '../search/trial-runner.ts';
import { raster, tools } from '../simulated.suite.ts';
import { PaletteTrials } from './palette-trials.ts';
import { palettesUnmeasured, paletteWithin } from './within-bytes.ts';

const [WIDTH, HEIGHT] = [120, 80];

/** Blocks of four colors; `blends`: a column between two of them is a mixture, each of its own. */
function blocks(blends: boolean) {
  const data = new Uint8Array(WIDTH * HEIGHT * 3);
  const color = (x: number, y: number) => 60 * (((x >> 3) + 3 * (y >> 3)) % 4);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const mixed = blends && x % 8 === 7;
      const level = mixed ? (color(x, y) * (y % 29) + color(x + 1, y) * (29 - (y % 29))) / 29 : 0;
      data.fill(
        mixed ? Math.round(level) : color(x, y),
        3 * (y * WIDTH + x),
        3 * (y * WIDTH + x + 1),
      );
    }
  }
  return still(WIDTH, HEIGHT, 3, data);
}

describe('palettesUnmeasured', () => {
  const mixed = blocks(true);
  const pure = blocks(false);
  const runner = () =>
    new TrialRunner(
      mixed,
      { encoder: vipsEncoder, now: () => 0 },
      { mode: 'instant', milliseconds: 1e4 },
    );

  async function run(bytes: number, sampler = async () => pure) {
    const trials = runner();
    const first = await trials.encode(PNG.palette.flat.trial(256));
    const found = await palettesUnmeasured(
      trials,
      PNG.palette.flat,
      { bytes, colors: 256, samplers: [sampler] },
      first,
    );
    return { first, found, shown: await vipsEncoder.decode(found.bytes, 3) };
  }

  test('draws in the colors of the source what takes too many bytes', async () => {
    const { first, found, shown } = await run(600);
    expect(first.bytes.length).toBeGreaterThan(600);
    expect(found.bytes.length).toBeLessThanOrEqual(600);
    expect(new Set(shown.data)).toEqual(new Set(pure.data));
  });

  test('takes the smallest where none is small enough, and what there is without a source', async () => {
    const { first, found } = await run(1);
    expect(found.bytes.length).toBeLessThan(first.bytes.length);
    const trials = runner();
    const whole = await trials.encode(PNG.palette.flat.trial(256));
    const bound = { bytes: 1, colors: 256, samplers: [] };
    expect(await palettesUnmeasured(trials, PNG.palette.flat, bound, whole)).toBe(whole);
  });

  test('is no palette of more colors than asked for', async () => {
    const trials = runner();
    const whole = await trials.encode(PNG.palette.flat.trial(3));
    const bound = { bytes: 1, colors: 3, samplers: [async () => pure] };
    expect(await palettesUnmeasured(trials, PNG.palette.flat, bound, whole)).toBe(whole);
  });
});

describe('patterns', () => {
  const [mixed, pure] = [blocks(true), blocks(false)];
  const tile = { ...pure, data: pure.data.map((_, i) => (Math.floor(i / 3) % 8 < 4 ? 0 : 240)) };

  /** How many trials there were, and how often each pattern was asked for. */
  async function run(bytes: number, patterns: readonly (typeof pure)[]) {
    const asked: number[] = [];
    const trials = new TrialRunner(
      mixed,
      { ...tools({}), encoder: vipsEncoder },
      { mode: 'online', milliseconds: 1e6 },
    );
    const { flat } = PNG.palette;
    const bound = {
      ...{ bytes, colors: 256, samplers: [async () => pure] },
      patterns: patterns.map((one, i) => async () => {
        asked.push(i);
        return one;
      }),
    };
    const plain = new PaletteTrials(trials, flat);
    const attempt = await paletteWithin(trials, flat, bound, plain, await plain.trial(256));
    return { attempt, asked, trials: trials.trials.length };
  }

  test('cost nothing where something is within the bytes', async () => {
    const [without, beside] = [await run(1e5, []), await run(1e5, [tile])];
    expect(beside.asked).toEqual([]);
    expect(beside.trials).toBe(without.trials);
  });

  test('are taken where nothing is: the first that fits, and not what was tried already', async () => {
    const { length } = await vipsEncoder.encode(tile, PNG.palette.flat.final(2));
    const found = await run(length, [pure, tile, tile]);
    expect(found.asked).toEqual([0, 1]);
    expect(found.attempt?.bytes.length).toBe(length);
    expect(new Set((await vipsEncoder.decode(found.attempt!.bytes, 3)).data)).toEqual(
      new Set([0, 240]),
    );
  });
});

test('a pattern that comes out as one before it is packed once', async () => {
  const [mixed, pure] = [blocks(true), blocks(false)];
  const tile = { ...pure, data: pure.data.map((_, i) => (Math.floor(i / 3) % 8 < 4 ? 0 : 240)) };
  const packed = async (patterns: readonly Raster[]) => {
    const trials = new TrialRunner(
      mixed,
      { ...tools({}), encoder: vipsEncoder },
      { mode: 'online', milliseconds: 1e6 },
    );
    const { flat } = PNG.palette;
    const plain = new PaletteTrials(trials, flat);
    const samplers = [async () => pure];
    const bound = {
      bytes: 1,
      colors: 256,
      samplers,
      patterns: patterns.map((one) => async () => one),
    };
    await paletteWithin(trials, flat, bound, plain, await plain.trial(256));
    return trials.trials.length;
  };
  const same = () => ({ ...tile, data: tile.data.slice() });
  expect(await packed([same(), same(), same()])).toBe(await packed([same()]));
  expect(await packed([same()])).toBeGreaterThan(await packed([]));
});

describe('paletteWithin', () => {
  /** Palettes of so many colors take so many bytes and score so much. */
  async function found(
    bound: { bytes: number; colors?: number },
    best: { bytes: number; score: number } | undefined,
    special = (colors: number) => ({ bytes: 100 * colors, score: 40 + colors }),
  ) {
    const world = tools({
      special: (encoding) => special('palette' in encoding ? (encoding.palette ?? 0) : 0),
    });
    const trials = new TrialRunner(raster(), world, { mode: 'online', milliseconds: 1e6 });
    const { flat } = PNG.palette;
    const given = best && {
      ...{ encoding: flat.trial(3), bytes: new Uint8Array(best.bytes) },
      ...{ score: best.score, worst: best.score - 3, milliseconds: 1 },
    };
    return paletteWithin(
      trials,
      flat,
      { colors: 256, samplers: [], ...bound },
      new PaletteTrials(trials, flat),
      given,
    );
  }

  test.each<[number, { bytes: number; score: number } | undefined, number, string]>([
    // bytes that are allowed, bytes and score of what there was, score of what is found, why
    [3200, { bytes: 3000, score: 60 }, 72, 'more colors fit and score more'],
    [3200, { bytes: 3000, score: 90 }, 90, 'what there was scores more'],
    [3200, { bytes: 3300, score: 90 }, 72, 'what there was does not fit'],
    [3799, undefined, 72, 'the next size does not fit'],
    [3800, undefined, 78, 'it just fits'],
  ])('within %i bytes beside %j the score is %i (%s)', async (bytes, best, score) => {
    const attempt = await found({ bytes }, best);
    expect(attempt?.score).toBe(score);
    expect(attempt!.bytes.length).toBeLessThanOrEqual(bytes);
  });

  test('no more colors than asked for', async () => {
    expect((await found({ bytes: 1e5, colors: 20 }, undefined))?.score).toBe(40 + 19);
  });

  test('where nothing fits, the smallest that can be seen', async () => {
    expect((await found({ bytes: 10 }, { bytes: 3000, score: 60 }))?.bytes).toHaveLength(200);
    // Two colors score nothing here, four do.
    const unseen = (colors: number) => ({ bytes: 100 * colors, score: colors < 4 ? -20 : 50 });
    expect((await found({ bytes: 10 }, undefined, unseen))?.bytes).toHaveLength(400);
  });
});

describe('paletteWithin, with pixels of the source', () => {
  const mixed = blocks(true);
  const pure = blocks(false);
  const { flat } = PNG.palette;

  /** Every file scores as its raster is told to, and takes so many bytes for each color. */
  async function within(
    bytes: number,
    told: { drawn: number; own: number; kept: number; perColor?: number },
    samplers: readonly (() => Promise<Raster>)[] = [async () => pure],
    /** Of ten bytes, whatever its colors. */
    pattern?: Raster,
  ) {
    let asked = 0;
    const scores = new WeakMap<Uint8Array, number>();
    const tried: { readonly raster: Raster; readonly colors: number; readonly score: number }[] =
      [];
    const kinds = new Set(pure.data);
    const trials = new TrialRunner(
      mixed,
      {
        encoder: {
          async encode(of, encoding) {
            const colors = 'palette' in encoding ? (encoding.palette ?? 0) : 0;
            const own = of.data.every((level) => kinds.has(level));
            const score = of.data === pure.data ? told.kept : own ? told.own : told.drawn;
            const taken = of.data === pattern?.data ? 10 : (told.perColor ?? 100) * colors;
            const file = new Uint8Array(taken);
            tried.push({ raster: of, colors, score: score + colors / 1000 });
            scores.set(file, score + colors / 1000);
            return file;
          },
          decode: async (data) => ({ ...mixed, data }),
        },
        metric: {
          name: 'ssimulacra2',
          setReference() {},
          compare({ data }) {
            const score = scores.get(data)!;
            return { score: score as Score, worst: score };
          },
        },
        now: () => 0,
      },
      { mode: 'online', milliseconds: 1e6 },
    );
    const patterns = pattern && [
      async () => {
        asked++;
        return pattern;
      },
    ];
    const bound = { bytes, colors: 256, samplers, ...(patterns ? { patterns } : {}) };
    const found = await paletteWithin(
      trials,
      flat,
      bound,
      new PaletteTrials(trials, flat),
      undefined,
    );
    return { found, tried, asked, kind: Math.floor(found?.score ?? Number.NaN) };
  }

  test.each<[string, number, { drawn: number; own: number; kept: number }, number]>([
    // what, bytes, scores of blends in any colors, in those of the source, of its pixels; which wins
    ['blends, where they look best', 1e5, { drawn: 80, own: 70, kept: 60 }, 80],
    ['the colors of the source, where those do', 1e5, { drawn: 60, own: 80, kept: 70 }, 80],
    ['its pixels, where those do', 1e5, { drawn: 60, own: 70, kept: 80 }, 80],
    [
      'its pixels, however they score, where nothing else is seen',
      1e5,
      { drawn: -9, own: -9, kept: -40 },
      -40,
    ],
  ])('takes %s', async (_, bytes, told, kind) => {
    const { found, ...seen } = await within(bytes, told);
    expect(seen.kind).toBe(kind);
    expect(found!.bytes.length).toBeLessThanOrEqual(bytes);
  });

  test('tries the colors of the source alone, then as many between them as fit', async () => {
    const { tried } = await within(1200, { drawn: 10, own: 80, kept: 5 });
    const own = tried.filter(({ raster: of, score }) => of.data !== pure.data && score >= 80);
    expect(own.map(({ colors }) => colors)).toContain(4);
    // 4 and 8 more are 12 colors: 1200 bytes.
    expect(
      Math.max(...tried.filter(({ colors }) => colors <= 12).map(({ colors }) => colors)),
    ).toBe(12);
  });

  test('pixels of the source are tried in fewer of its colors, down to half', async () => {
    const { tried, found } = await within(250, { drawn: 10, own: 5, kept: 80 });
    const kept = tried.filter(({ raster: of }) => of.data === pure.data);
    expect(kept.map(({ colors }) => colors)).toEqual(expect.arrayContaining([4, 3, 2]));
    expect(found).toMatchObject({ score: 80.002 });
    expect(found!.bytes.length).toBe(200);
  });

  describe('beside a pattern', () => {
    const inOrder = (levels: readonly number[]) => ({
      ...pure,
      data: pure.data.map((_, i) => levels[Math.floor(i / 3) % levels.length]!),
    });
    const whole = inOrder([...new Set(pure.data)]);

    test.each([
      // bytes, score of pixels of the source, the pattern; whether it is taken, how often it is asked for
      ['fewer colors that look poor give way to it', 350, 20, whole, true, 1],
      ['not to one that lacks colors itself', 350, 20, inOrder([0, 60, 120]), false, 1],
      ['fewer colors that look well stay', 350, 80, whole, false, 0],
      ['all colors stay, however they look', 450, 20, whole, false, 0],
    ] as const)('%s', async (_, bytes, kept, pattern, taken, times) => {
      const samplers = [async () => pure];
      const { found, asked } = await within(bytes, { drawn: 9, own: 5, kept }, samplers, pattern);
      expect(found?.bytes.length === 10).toBe(taken);
      expect(asked).toBe(times);
    });
  });

  test('a sampler whose picture has too many colors is passed over, the next is asked', async () => {
    const many = raster({ width: WIDTH, height: HEIGHT });
    const data = Uint8Array.from(many.data, (_, i) => (i * 7919) >> 3);
    const asked: string[] = [];
    const { kind } = await within(1e5, { drawn: 60, own: 70, kept: 80 }, [
      async () => {
        asked.push('many');
        return { ...many, data };
      },
      async () => {
        asked.push('pure');
        return pure;
      },
    ]);
    expect([asked, kind]).toEqual([['many', 'pure'], 80]);
  });

  test('no time, no palette in the colors of the source', async () => {
    const encoded: string[] = [];
    const encoder = {
      ...vipsEncoder,
      encode: async (...args: Parameters<typeof vipsEncoder.encode>) => {
        encoded.push(args[1].format);
        return vipsEncoder.encode(...args);
      },
    };
    const trials = new TrialRunner(
      mixed,
      { encoder, now: () => encoded.length },
      { mode: 'instant', milliseconds: 0 },
    );
    const first = await trials.encode(flat.trial(256));
    const bound = { bytes: 1, colors: 256, samplers: [async () => pure] };
    expect(await palettesUnmeasured(trials, flat, bound, first)).toBe(first);
    expect(encoded).toHaveLength(1);
  });
});
