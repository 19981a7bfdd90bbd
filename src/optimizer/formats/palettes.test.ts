/** Sizes of palettes against a search through all of them, in worlds where more colors never look worse. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Encoder, Encoding } from '../../image/encoding.ts';
import type { Raster } from '../../image/raster.ts';
import { sourceInfo } from '../../image/source-info.suite.ts';
import type { Score } from '../../metrics/metric.ts';
import { picture } from '../../plan/output.ts';
import { GIF } from '../codecs/gif.ts';
import { PNG } from '../codecs/png.ts';
import { type Content, contentOf } from '../model/content.ts';
import { measureCost } from '../model/time-model.ts';
import type { EncodeResult } from '../search/quality-search.ts';
import { type Tools, TrialRunner } from '../search/trial-runner.ts';
import { choice, raster } from '../simulated.suite.ts';
import type { Mode } from '../task.ts';
import { type PaletteRequest, scoreFor, searchColors } from './only-palette.ts';
import { byteLimits } from './palette-limits.ts';
import { likeSource, type PaletteAim, paletteAim, smallerPalette } from './source-palette.ts';

interface File {
  readonly bytes: number;
  readonly score?: number;
  readonly worst?: number;
}

interface Desk {
  readonly picture?: Raster;
  readonly milliseconds?: number;
  readonly pace?: number;
  readonly metric?: false;
}

const colorsOf = (encoding: Encoding): number =>
  'palette' in encoding ? (encoding.palette ?? 0) : 0;

function desk(file: (colors: number, encoding: Encoding, of: Raster) => File, fields: Desk = {}) {
  const {
    picture: shown = raster({ width: 24, height: 20 }),
    milliseconds = 60_000,
    pace = 0,
  } = fields;
  const files = new WeakMap<Uint8Array, File>();
  const tried: { readonly colors: number; readonly encoding: Encoding; readonly raster: Raster }[] =
    [];
  let time = 0;
  const encoder: Encoder = {
    async encode(of, encoding) {
      const colors = colorsOf(encoding);
      tried.push({ colors, encoding, raster: of });
      time += pace;
      const made = file(colors, encoding, of);
      const bytes = new Uint8Array(Math.round(made.bytes));
      files.set(bytes, made);
      return bytes;
    },
    decode: async (bytes) => ({ ...shown, data: bytes }),
  };
  const metric: Tools['metric'] = {
    name: 'ssimulacra2',
    setReference() {},
    compare({ data }) {
      const { score = 70, worst = score - 5 } = files.get(data)!;
      return { score: score as Score, worst };
    },
  };
  const tools: Tools = { encoder, now: () => time, ...(fields.metric === false ? {} : { metric }) };
  return { runner: new TrialRunner(shown, tools, { mode: 'online', milliseconds }), tried };
}

const content = (fields: Partial<Content> = {}): Content => {
  const { colors: _, ...rest } = contentOf(raster({ width: 16, height: 16 }));
  return { ...rest, kind: 'photo', ...fields };
};

/** Stripes of flat colors. */
const flatStripes = (colors: number): Raster => {
  const [width, height] = [8 * colors, 8];
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const n = Math.floor((i % width) / 8);
    data.set([(n * 37) & 255, (n * 101) & 255, (n * 61) & 255], 3 * i);
  }
  return raster({ width, height, data });
};

describe('a palette in a format that has nothing else', () => {
  const { sizes } = GIF.palette;

  async function search(
    file: (colors: number, encoding: Encoding, of: Raster) => File,
    request: Partial<PaletteRequest> = {},
    {
      mode = 'online' as Mode,
      seen = {},
      ...fields
    }: Desk & { mode?: Mode; seen?: Partial<Content> } = {},
  ) {
    const { runner, tried } = desk(file, fields);
    const asked = { colors: 256, target: 70, limits: undefined, ...request };
    const found = await searchColors(runner, GIF.palette, content(seen), asked, mode);
    return { ...found, colors: colorsOf(found.attempt.encoding), tried, runner };
  }

  test('has the fewest colors that look as asked', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 300 }),
        fc.integer({ min: 4, max: 256 }),
        fc.boolean(),
        async (needed, most, byRegion) => {
          const file = (colors: number): File => {
            const good = colors >= needed;
            return byRegion
              ? { bytes: colors, score: 75, worst: good ? 47 : 44.9 }
              : { bytes: colors, score: good ? 71 : 69.4, worst: 60 };
          };
          const found = await search(file, { colors: most });
          const enough = sizes.filter((size) => size >= Math.max(3, needed) && size < most);
          // Where all colors do not look as asked, little more may be lost.
          const lost = needed > most;
          expect(found.colors).toBe(lost ? Math.min(3, most) : (enough[0] ?? most));
          expect(found.reached).toBe(byRegion || !lost);
          // Up to four of them look for slack.
          expect(found.tried.length).toBeLessThanOrEqual(11);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('in reach never ends below it, however near all colors are to it', async () => {
    for (const best of [69.5, 69.8, 70.3, 70.6]) {
      const file = (colors: number): File => ({
        bytes: colors,
        score: best - (256 - colors) / 200,
      });
      const found = await search(file);
      expect(found.reached, `${best}`).toBe(true);
      expect(found.attempt.score, `${best}`).toBeGreaterThanOrEqual(69.5);
    }
  });

  test.each<[string, number, number, number]>([
    // what, points lost by fewer than 40 colors: of the whole, of the worst region; colors
    ['one point of the score', 1, 0, 3],
    ['more than one', 1.1, 0, 47],
    ['one point of a region', 0, 1, 3],
    ['more than one', 0, 1.1, 47],
  ])('out of reach may lose %s', async (_, whole, region, colors) => {
    const file = (count: number): File => {
      const few = count < 40;
      return { bytes: count, score: 60 - (few ? whole : 0), worst: 30 - (few ? region : 0) };
    };
    expect(await search(file)).toMatchObject({ colors, reached: false });
  });

  test.each([
    [1, 3],
    [5, 6],
    [16, 17],
    [30, 17],
  ])('of %i flat colors keeps %i at least', async (flat, fewest) => {
    const found = await search(() => ({ bytes: 9, score: 90 }), {}, { picture: flatStripes(flat) });
    expect(found.colors).toBe(fewest);
  });

  test.each<[string, Partial<PaletteRequest>, Parameters<typeof search>[2], number]>([
    ['where every color counts', { target: undefined }, {}, 256],
    ['as many as are asked for', { target: undefined, colors: 64 }, {}, 64],
    ['and as there are', { target: undefined, colors: 64 }, { seen: { colors: 9 } }, 9],
    ['in mode instant', {}, { mode: 'instant' }, 256],
    ['of a drawing', {}, { mode: 'instant', seen: { kind: 'graphic' } }, 31],
    ['of a drawing of few', { colors: 16 }, { mode: 'instant', seen: { kind: 'graphic' } }, 16],
    ['without a metric', {}, { metric: false }, 256],
    ['without time', {}, { milliseconds: 0, pace: 1 }, 256],
  ])('is not searched %s', async (_, request, fields, colors) => {
    const found = await search(() => ({ bytes: 9, score: 3 }), request, fields);
    expect(found).toMatchObject({ colors, reached: true, lossy: true });
    expect(found.tried).toHaveLength(1);
    expect(found.attempt.score).toBeUndefined();
  });

  test('of an animation is searched on some of its frames, and written once', async () => {
    const film = raster({ width: 24, height: 20, pages: 9, delays: Array(9).fill(40) });
    const found = await search(
      (colors) => ({ bytes: colors, score: colors >= 100 ? 72 : 60 }),
      {},
      { picture: film },
    );
    expect(found).toMatchObject({ colors: 127, attempt: { score: 72 } });
    const whole = found.tried.filter(({ raster: of }) => of.pages === 9);
    expect(whole.map(({ colors }) => colors)).toEqual([127]);
    expect(found.runner.trials).toHaveLength(found.tried.length);
  });

  describe('within bytes', () => {
    /** Bytes as the power of the colors that is reckoned with. */
    const bytesOf = (colors: number) => 1000 * colors ** 0.35;
    const good = (colors: number): File => ({ bytes: bytesOf(colors), score: 90 });

    test('has as many colors as fit, down to those that are kept; fewer only for the last of them', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1300, max: 7000 }),
          fc.integer({ min: 0, max: 2000 }),
          async (bySides, more) => {
            const limits = { bySides, most: bySides + more };
            const found = await search(
              good,
              { target: undefined, limits },
              { picture: flatStripes(8) },
            );
            const fitting = (size: number, limit: number) => Math.round(bytesOf(size)) <= limit;
            const kept = sizes.filter((size) => size > 9 && fitting(size, bySides)).at(-1);
            const few = [9, ...sizes.filter((size) => size < 9).reverse()].find((size) =>
              fitting(size, limits.most),
            );
            const wanted = fitting(256, bySides) ? 256 : (kept ?? few ?? 2);
            // A size whose bytes are the limit to the last byte may fall on either side.
            const near = [
              wanted,
              ...sizes.filter((size) => Math.abs(bytesOf(size) - bySides) <= 1.5),
            ];
            const next = sizes[sizes.indexOf(wanted) - 1];
            expect(
              near.some(
                (size) => found.colors === size || (near.length > 1 && found.colors === next),
              ),
            ).toBe(true);
            expect(found.reason.startsWith('as many')).toBe(found.colors !== 256);
          },
        ),
        { numRuns: 100 },
      );
    });

    test.each([
      ['of a still', 1],
      ['of an animation', 7],
    ])('tells the score it really has, and that it missed, %s', async (_, pages) => {
      const film = { ...flatStripes(8), pages: 1 };
      const shown = pages === 1 ? film : raster({ width: 24, height: 20, pages, delays: [9] });
      const file = (colors: number): File => ({ bytes: bytesOf(colors), score: 60 + colors / 16 });
      const limits = { bySides: 3000, most: 3000 };
      const found = await search(file, { target: 70, limits }, { picture: shown });
      const score = 60 + found.colors / 16;
      expect(found).toMatchObject({ attempt: { score }, reached: score >= 69.5 });
      expect(found.reached).toBe(false);
      const wide = await search(file, { target: 61, limits }, { picture: shown });
      expect(wide.attempt.score! >= 60.5).toBe(wide.reached);
      expect(wide.runner.trials).toHaveLength(wide.tried.length);
    });

    test.each<[string, number, File, number | undefined]>([
      // what, score of few colors, pixels as they are, and their score where they win
      ['where few colors look worse', 40, { bytes: 3000, score: 55 }, 55],
      ['not where they look worse', 40, { bytes: 3000, score: 35 }, undefined],
      ['not where they take more', 40, { bytes: 3001, score: 55 }, undefined],
      ['not where few colors look well', 66, { bytes: 3000, score: 90 }, undefined],
    ])('takes pixels of the source as they are %s', async (_, score, kept, wins) => {
      const sampled = raster({ width: 24, height: 20 });
      const file = (colors: number, __: Encoding, of: Raster): File =>
        of === sampled ? kept : { bytes: bytesOf(colors), score: colors < 150 ? score : 75 };
      const limits = { bySides: 3000, most: 3000 };
      const found = await search(file, { limits, samplers: [async () => sampled] });
      expect(found.attempt.score).toBe(wins ?? score);
      expect(found.attempt.bytes.length).toBeLessThanOrEqual(3000);
      if (wins) expect(found).toMatchObject({ reached: false, colors: 256 });
    });

    test.each<[string, number, readonly number[], number | undefined]>([
      // what, bytes of few colors, bytes of each pattern, and those of the one that is sent
      ['the first that fits, where nothing else does', 3100, [3050, 2900, 2000], 2900],
      ['none where few colors fit', 2990, [2000], undefined],
      ['none where none fits', 3100, [3001, 3100], undefined],
    ])('is made smaller as a pattern: %s', async (_, few, taken, wins) => {
      const ways = taken.map(() => raster({ width: 24, height: 20 }));
      const file = (colors: number, __: Encoding, of: Raster): File => {
        const way = ways.indexOf(of);
        return way < 0 ? { bytes: few + colors, score: 60 } : { bytes: taken[way]!, score: -40 };
      };
      const patterns = ways.map((way) => async () => way);
      const found = await search(file, { limits: { bySides: 3000, most: 3000 }, patterns });
      const { length } = found.attempt.bytes;
      if (wins === undefined) expect(taken).not.toContain(length);
      else expect(length).toBe(wins);
    });

    test('takes them only while a trial of them ends in time', async () => {
      const sampled = raster({ width: 24, height: 20 });
      const file = (colors: number, _: Encoding, of: Raster): File =>
        of === sampled
          ? { bytes: 3000, score: 55 }
          : { bytes: bytesOf(colors), score: colors < 150 ? 40 : 75 };
      const run = async (milliseconds: number) => {
        let asked = false;
        const sampler = async () => {
          asked = true;
          return sampled;
        };
        const limits = { bySides: 3000, most: 3000 };
        const request = { limits, samplers: [sampler] };
        return { ...(await search(file, request, { pace: 1, milliseconds })), asked: () => asked };
      };
      const { runner, tried, asked } = await run(60_000);
      expect(asked()).toBe(true);
      const before = tried.findIndex(({ raster: of }) => of === sampled);
      const encoding = GIF.palette.encoding(256);
      const encode = runner.cost(encoding);
      const measure = (measureCost({ gif: GIF }, encoding) * 24 * 20) / 1e6;
      expect((await run(before + encode + measure * 1.01)).asked()).toBe(true);
      expect((await run(before + encode + measure * 0.99)).asked()).toBe(false);
    });

    test('takes them of an animation where no more frames are as the one before', async () => {
      const frame = 24 * 20 * 3;
      const film = (...levels: number[]): Raster =>
        raster({
          ...{ width: 24, height: 20, pages: levels.length, delays: levels.map(() => 40) },
          data: Uint8Array.from(
            { length: frame * levels.length },
            (_, i) => levels[Math.floor(i / frame)]!,
          ),
        });
      const still = film(9, 9, 9, 40);
      const moving = film(9, 9, 30, 40);
      const file = (colors: number, _: Encoding, of: Raster): File => {
        const fewer = of.data.length > 0 && of !== still && of !== moving;
        return { bytes: fewer ? bytesOf(colors) : 2900, score: colors < 150 ? 40 : 75 };
      };
      const seen: string[] = [];
      const sampler = (name: string, shown: Raster) => async () => {
        seen.push(name);
        return shown;
      };
      const found = await search(
        file,
        {
          limits: { bySides: 3000, most: 3000 },
          samplers: [sampler('still', still), sampler('moving', moving)],
        },
        { picture: film(10, 10, 20, 30) },
      );
      expect(seen).toEqual(['still', 'moving']);
      expect(found).toMatchObject({ colors: 256, attempt: { score: 75 } });
      expect(found.attempt.bytes.length).toBe(2900);
    });

    test('just is within', async () => {
      const most = Math.round(bytesOf(256));
      const within = (bySides: number) =>
        search(good, { target: undefined, limits: { bySides, most: 9e9 } });
      expect(await within(most)).toMatchObject({ colors: 256 });
      expect((await within(most - 1)).colors).toBeLessThan(256);
    });

    const info = sourceInfo({ format: 'gif', width: 200, height: 100, pages: 1, bytes: 8000 });
    test.each<[string, Raster, typeof info, ReturnType<typeof byteLimits>]>([
      [
        'half the sides, half the bytes',
        raster({ width: 100, height: 50 }),
        info,
        { bySides: 4000, most: 8000 },
      ],
      ['one side alone', raster({ width: 200, height: 25 }), info, { bySides: 4000, most: 8000 }],
      ['no smaller', raster({ width: 200, height: 100 }), info, undefined],
      ['larger', raster({ width: 400, height: 100 }), info, undefined],
      ['another format', raster({ width: 100, height: 50 }), { ...info, format: 'png' }, undefined],
      ['other frames', raster({ width: 100, height: 50 }), { ...info, pages: 3 }, undefined],
    ])('of its source: %s', (_, shown, source, limits) => {
      expect(byteLimits({ raster: shown, info: source }, 'gif')).toEqual(limits);
    });
  });

  test.each<
    [
      string,
      Parameters<typeof picture>[0]['quality'],
      boolean,
      number | undefined,
      number | undefined,
    ]
  >([
    ['a target is itself', { kind: 'target', score: 60 }, false, 60, 60],
    ['a quality stands for 80', { kind: 'quality', jpeg: 30 }, false, undefined, 80],
    ['every pixel has none', { kind: 'lossless' }, false, undefined, undefined],
    [
      'a quality of pixels that are kept',
      { kind: 'quality', jpeg: 30 },
      true,
      undefined,
      undefined,
    ],
  ])('the score to reach: %s', (_, quality, lossless, target, score) => {
    const task = {
      output: picture({ formats: [], quality }),
      chosen: choice('gif', { lossless }),
      identity: false,
    };
    expect(scoreFor(task, target)).toBe(score);
  });
});

describe('a palette as the source has one', () => {
  const { flat } = PNG.palette;
  const aim = (fields: Partial<PaletteAim> = {}): PaletteAim => ({
    ...{ colors: 256, likely: 32, target: 70, least: 70 },
    ...fields,
  });

  async function like(
    file: (colors: number, encoding: Encoding) => File,
    asked: Partial<PaletteAim> = {},
    {
      mode = 'online' as Mode,
      seen = {},
      ...fields
    }: Desk & { mode?: Mode; seen?: Partial<Content> } = {},
  ) {
    const { runner, tried } = desk(file, fields);
    const found = await likeSource(runner, flat, aim(asked), content(seen), mode);
    return {
      found,
      colors: found && colorsOf(found.attempt.encoding),
      tried: tried.map(({ encoding }) => encoding),
    };
  }

  const isFinal = (encoding: Encoding) => 'effort' in encoding && encoding.effort === 10;

  test('has the fewest colors that reach the target, however many were likely', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 300 }),
        fc.integer({ min: 2, max: 256 }),
        fc.integer({ min: 2, max: 256 }),
        async (needed, most, likely) => {
          const file = (colors: number): File => ({
            bytes: colors,
            score: colors >= needed ? 69.5 : 69.4,
            worst: 60,
          });
          const { found, colors } = await like(file, {
            colors: most,
            likely: Math.min(most, likely),
          });
          const enough = [most, ...flat.sizes.filter((size) => size < most)].filter(
            (size) => size >= needed,
          );
          expect(colors).toBe(enough.at(-1));
          if (found === undefined) return;
          expect(found).toMatchObject({ reached: true, lossy: true, attempt: { worst: 60 } });
          expect(isFinal(found.attempt.encoding)).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });

  test.each<[string, number, number | undefined]>([
    // what, score with all colors, colors: 128 of them score a point less, fewer a quarter of it
    ['reached, by the fewest', 91, 128],
    ['missed, by as many as look like all', 80, 256],
    ['missed by too much', 49.4, undefined],
  ])('aims at a look no one tells apart: %s', async (_, score, colors) => {
    const file = (count: number): File => ({
      bytes: count,
      score: count === 256 ? score : count >= 128 ? score - 1 : score / 4,
      worst: 70,
    });
    expect((await like(file, { target: 90, least: 50 })).colors).toBe(colors);
  });

  test('is written in no more bytes than the source, while it scores enough', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 300, max: 30_000 }),
        fc.integer({ min: 2, max: 256 }),
        fc.constantFrom(1, 1.1, 1.25),
        async (bytes, needed, packing) => {
          const file = (colors: number, encoding: Encoding): File => ({
            bytes: 100 * colors * (isFinal(encoding) ? 1 : packing),
            score: colors >= needed ? 60 : 40,
            worst: 55,
          });
          const { found, colors } = await like(file, { target: 90, least: 50, bytes });
          const all = [...flat.sizes];
          const best = all.filter((size) => size >= needed).at(-1)!;
          const least = all.filter((size) => 100 * size <= bytes && size >= needed);
          // Where no colors that score enough fit, as many as fit are still the picture.
          const fitting = all.find((size) => 100 * size <= bytes);
          expect(colors).toBe(100 * best <= bytes ? best : (least[0] ?? fitting));
          expect(found?.reason.startsWith('as many')).toBe(100 * best > bytes);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('for the sake of bytes may score as little as is allowed', async () => {
    // Every size scores its number; the source has the bytes of 64 colors.
    const file = (colors: number): File => ({
      bytes: 100 * colors,
      score: Math.min(95, 20 + colors / 2),
      worst: 80,
    });
    expect((await like(file, { target: 90, least: 50, bytes: 9000 })).colors).toBe(76);
    expect((await like(file, { target: 90, least: 58, bytes: 9000 })).colors).toBe(76);
    // Where what fits scores too little, the best that fits is better than more bytes.
    expect((await like(file, { target: 90, least: 59, bytes: 9000 })).colors).toBe(76);
    expect((await like(file, { target: 90, least: 90, bytes: 9000 })).colors).toBe(76);
    // The bytes of the source bind only a picture of fewer pixels.
    expect((await like(file, { target: 90, least: 50 })).colors).toBe(152);
  });

  test.each([
    [200, 215, false],
    [40, 54, true],
    [54, 54, true],
  ])('of %i colors keeps every pixel or not', async (own, _, __) => {
    const file = (colors: number): File => ({
      bytes: colors,
      score: colors >= own ? 100 : colors >= 50 ? 72 : 10,
      worst: 60,
    });
    const { found, colors } = await like(file, {}, { seen: { colors: own } });
    expect(colors).toBe(own > 54 ? 54 : own <= 45 ? 45 : 54);
    expect(found?.lossy).toBe(colors! < own);
  });

  test.each<[string, Desk & { mode?: Mode }, number, boolean]>([
    ['in mode instant, of fewer colors', { mode: 'instant' }, 60, false],
    ['of as many', { mode: 'instant' }, 64, false],
    ['of more', { mode: 'instant' }, 65, true],
    ['without a metric', { metric: false }, 65, true],
  ])('is written once, of all colors, %s', async (_, fields, own, lossy) => {
    const { found, tried } = await like(
      () => ({ bytes: 9 }),
      { colors: 64 },
      { ...fields, seen: { colors: own } },
    );
    expect(tried).toEqual([flat.trial(64)]);
    expect(found).toMatchObject({ reached: true, lossy });
  });

  test('is none without time', async () => {
    const late = { milliseconds: 0, pace: 1 };
    expect((await like(() => ({ bytes: 9 }), {}, late)).found).toBeUndefined();
    expect(
      (await like(() => ({ bytes: 9 }), {}, { ...late, mode: 'instant' })).found,
    ).toBeUndefined();
  });

  const info = sourceInfo({ format: 'png', width: 100, height: 50, palette: 20, bytes: 5000 });
  const task = (fields: object = {}) => ({
    ...{ info, identity: false, raster: raster({ width: 200, height: 50 }), chosen: choice('png') },
    output: picture({ formats: [], quality: { kind: 'target', score: 68 } }),
    ...fields,
  });
  const target = { kind: 'target', score: 68 } as const;
  const quality = { kind: 'quality', quality: 40 } as const;

  test.each<[string, object, Parameters<typeof paletteAim>[1], number, PaletteAim | undefined]>([
    ['a target', {}, target, 256, { colors: 256, likely: 40, target: 68, least: 68 }],
    ['a quality', {}, quality, 256, { colors: 256, likely: 40, target: 90, least: 50 }],
    [
      'fewer colors than are likely',
      {},
      target,
      30,
      { colors: 30, likely: 30, target: 68, least: 68 },
    ],
    [
      'fewer pixels',
      { raster: raster({ width: 99, height: 50 }) },
      target,
      256,
      { colors: 256, likely: 40, target: 68, least: 50, bytes: 5000 },
    ],
    [
      'as many pixels',
      { raster: raster({ width: 50, height: 100 }) },
      target,
      256,
      { colors: 256, likely: 40, target: 68, least: 68 },
    ],
    ['no palette', { info: sourceInfo({ format: 'png' }) }, target, 256, undefined],
    ['the very pixels', { identity: true }, target, 256, undefined],
    [
      'an animation',
      { raster: raster({ width: 20, height: 5, pages: 2 }) },
      target,
      256,
      undefined,
    ],
    ['every pixel wanted', { chosen: choice('png', { lossless: true }) }, target, 256, undefined],
  ])('is aimed at: %s', (_, fields, request, colors, expected) => {
    expect(paletteAim(task(fields), request, colors)).toEqual(expected);
  });
});

describe('a palette or every pixel', () => {
  const result = (bytes: number, score?: number): EncodeResult => ({
    attempt: {
      ...{ encoding: PNG.palette.flat.trial(9), bytes: new Uint8Array(bytes), milliseconds: 1 },
      ...(score === undefined ? {} : { score, worst: score }),
    },
    ...{ reached: true, lossy: true, reason: 'a test' },
  });
  const bound = { colors: 256, likely: 20, target: 70, least: 50, bytes: 2000 };

  test.each<[string, EncodeResult | undefined, number, Partial<PaletteAim>, 'palette' | 'whole']>([
    // what, palette, bytes of every pixel, aim, answer
    ['none was found', undefined, 3000, {}, 'whole'],
    ['it takes fewer bytes', result(1000, 80), 3000, {}, 'palette'],
    ['it takes as many', result(3000, 80), 3000, {}, 'whole'],
    ['it scores less, and every pixel fits', result(1000, 60), 2000, {}, 'whole'],
    [
      'it scores less, and every pixel takes more than the source',
      result(1000, 60),
      2001,
      {},
      'palette',
    ],
    ['it scores just enough', result(1000, 69.5), 2000, {}, 'palette'],
    ['nothing was measured', result(1000), 2000, {}, 'palette'],
  ])('%s', (_, found, bytes, aim, answer) => {
    const whole = result(bytes, 100);
    expect(smallerPalette(found, whole, { ...bound, ...aim })).toBe(
      answer === 'whole' ? whole : found,
    );
  });
});
