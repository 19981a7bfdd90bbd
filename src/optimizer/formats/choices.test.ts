/** Choices between codings and formats, where every file is as large and as good as the test says. */
import { describe, expect, test } from 'vitest';
import type { Encoder, Encoding } from '../../image/encoding.ts';
import type { Raster } from '../../image/raster.ts';
import type { Score } from '../../metrics/metric.ts';
import { usualCurve } from '../codecs/codec.ts';
import { CODECS } from '../codecs/index.ts';
import { PNG } from '../codecs/png.ts';
import { WEBP } from '../codecs/webp.ts';
import { type Content, contentOf } from '../model/content.ts';
import { lnBppAt } from '../model/priors.ts';
import type { EncodeResult } from '../search/quality-search.ts';
import { type Tools, TrialRunner } from '../search/trial-runner.ts';
import { asked, choice, raster, task } from '../simulated.suite.ts';
import type { Mode, OptimizeInput } from '../task.ts';
import { sampledFrames } from './animation.ts';
import { selectFormat } from './format-selection.ts';
import {
  encodeLossless,
  encodeNearLossless,
  encodePalette,
  keptOrMissed,
  paletteToTarget,
} from './lossless-and-palette.ts';

interface File {
  readonly bytes: number;
  /** 70 where not given, which every search is for. */
  readonly score?: number;
  readonly worst?: number;
  /** Decodes to the very pixels. */
  readonly kept?: boolean;
}

interface Desk {
  readonly size?: readonly [number, number];
  readonly pages?: number;
  readonly milliseconds?: number;
  readonly pace?: number;
  readonly metric?: false;
}

/** A runner over noise, and the encodings that were made, in order. */
function desk(file: (encoding: Encoding) => File, fields: Desk = {}) {
  const { size: [width, height] = [300, 200], pages = 1, milliseconds = 60_000, pace = 0 } = fields;
  const picture = raster({ width, height, pages, delays: Array(pages > 1 ? pages : 0).fill(40) });
  const files = new WeakMap<Uint8Array, File>();
  const tried: Encoding[] = [];
  let time = 0;
  const encoder: Encoder = {
    async encode(_, encoding) {
      tried.push(encoding);
      time += pace;
      const made = file(encoding);
      const bytes = new Uint8Array(Math.round(made.bytes));
      files.set(bytes, made);
      return bytes;
    },
    async decode(bytes): Promise<Raster> {
      const made = files.get(bytes)!;
      const data = made.kept ? picture.data.slice() : picture.data.map((value) => value ^ 1);
      files.set(data, made);
      return { ...picture, data };
    },
  };
  const metric: Tools['metric'] = {
    name: 'ssimulacra2',
    setReference() {},
    compare({ data }) {
      const { score = 70, worst = score - 5 } = files.get(data)!;
      return { score: score as Score, worst };
    },
  };
  const tools: Tools = {
    ...{ encoder, now: () => time },
    ...(fields.metric === false ? {} : { metric }),
  };
  const runner = new TrialRunner(picture, tools, { mode: 'online', milliseconds });
  return { runner, tried, picture };
}

const isLossless = (e: Encoding) => e.format === 'webp' && e.mode === 'lossless';
const isNear = (e: Encoding) => e.format === 'webp' && e.mode === 'near-lossless';
const hasPalette = (e: Encoding) => 'palette' in e && e.palette !== undefined;
const colorsOf = (e: Encoding) => ('palette' in e ? e.palette : undefined);

const content = (fields: Partial<Content> = {}): Content => {
  const { colors: _, ...rest } = contentOf(raster({ width: 16, height: 16 }));
  return { ...rest, kind: 'photo', residualEntropy: 20, chromaEdges: 0, ...fields };
};

describe('every pixel kept', () => {
  const lossless = (file: (e: Encoding) => File, seen: Content, mode: Mode, fields: Desk = {}) => {
    const { runner, tried } = desk(file, fields);
    return encodeLossless(runner, PNG, seen, mode).then((found) => ({ ...found, tried }));
  };

  test.each<[Mode, number]>([
    ['instant', 3],
    ['online', 3],
    ['background', 10],
  ])('%s by effort %i', async (mode, effort) => {
    const found = await lossless(() => ({ bytes: 500 }), content(), mode);
    expect(found.tried).toEqual([{ format: 'png', effort }]);
    expect(found).toMatchObject({
      reached: true,
      lossy: false,
      attempt: { score: 100, worst: 100 },
    });
  });

  test.each<[string, number, Mode, Encoding]>([
    // what, colors, mode, the second trial
    ['quickly', 9, 'online', { format: 'png', palette: 9, flat: true, effort: 7 }],
    ['in the background', 9, 'background', { format: 'png', palette: 9, flat: true, effort: 10 }],
    ['two at least', 1, 'online', { format: 'png', palette: 2, flat: true, effort: 7 }],
  ])('few colors are tried as a palette, %s', async (_, colors, mode, second) => {
    const found = await lossless(() => ({ bytes: 500 }), content({ colors }), mode);
    expect(found.tried).toEqual([expect.anything(), second]);
  });

  test.each<[string, File, boolean]>([
    ['smaller and exact', { bytes: 499, kept: true }, true],
    ['no smaller', { bytes: 500, kept: true }, false],
    ['not exact', { bytes: 499 }, false],
  ])('a palette that is %s', async (_, file, taken) => {
    const world = (e: Encoding) => (hasPalette(e) ? file : { bytes: 500, kept: true });
    const found = await lossless(world, content({ colors: 9 }), 'online');
    expect(hasPalette(found.attempt.encoding)).toBe(taken);
    expect(found).toMatchObject({ lossy: false, attempt: { score: 100, worst: 100 } });
    expect(found.reason.startsWith('9 colors')).toBe(taken);
  });

  test('a codec without flat palettes writes its usual one', async () => {
    const { runner, tried } = desk(() => ({ bytes: 1 }));
    const { flat: _, ...palette } = PNG.palette;
    await encodeLossless(runner, { ...PNG, palette }, content({ colors: 16 }), 'online');
    expect(tried[1]).toEqual({ format: 'png', palette: 16, effort: 7 });
  });

  test('short of time by the quickest settings, and nothing more', async () => {
    // Two megapixels take 80 ms by the usual settings, 40 by the quickest.
    const size = [2000, 1000] as const;
    const found = await lossless(() => ({ bytes: 1 }), content({ colors: 9 }), 'online', {
      ...{ size, milliseconds: 50 },
    });
    expect(found.tried).toEqual([{ format: 'png', effort: 1 }]);
    const slow = await lossless(() => ({ bytes: 1 }), content(), 'background', {
      ...{ size, milliseconds: 100 },
    });
    expect(slow.tried).toEqual([{ format: 'png', effort: 3 }]);
  });
});

describe('a palette to a target', () => {
  const run = async (
    file: (colors: number) => File,
    seen: Partial<Content>,
    {
      colors = 256,
      mode = 'online' as Mode,
      ...fields
    }: Desk & { colors?: number; mode?: Mode } = {},
  ) => {
    const world = (e: Encoding) =>
      hasPalette(e) ? file(colorsOf(e)!) : { bytes: 1000, kept: true };
    const { runner, tried } = desk(world, fields);
    const found = await paletteToTarget(runner, PNG, content(seen), 70, colors, mode);
    const palettes = tried.filter(hasPalette).map(colorsOf);
    return { palettes, delivered: colorsOf(found.attempt.encoding), ...found };
  };

  test.each<[string, Partial<Content>, Parameters<typeof run>[2], (number | undefined)[]]>([
    ['online one of all colors', {}, {}, [256]],
    ['of as many as are allowed', {}, { colors: 64 }, [64]],
    ['in the background 16 as well', {}, { mode: 'background' }, [16, 256]],
    ['not where 16 are all', {}, { mode: 'background', colors: 16 }, [16]],
    ['in mode instant none', {}, { mode: 'instant' }, []],
    ['without a metric none', {}, { metric: false }, []],
    ['of what fits anyway only 16', { colors: 200 }, { mode: 'background' }, [200, 16]],
    ['and not where it has no more', { colors: 16 }, { mode: 'background' }, [16]],
    ['of more colors than fit', { colors: 200 }, { colors: 64 }, [200, 64]],
  ])('%s', async (_, seen, fields, palettes) => {
    expect((await run(() => ({ bytes: 2000 }), seen, fields)).palettes).toEqual(palettes);
  });

  test.each<[string, File, boolean]>([
    ['smaller and good', { bytes: 999 }, true],
    ['no smaller', { bytes: 1000 }, false],
    ['just passing', { bytes: 9, score: 69.5 }, true],
    ['just failing', { bytes: 9, score: 69.4 }, false],
    ['a region at the floor', { bytes: 9, worst: 45 }, true],
    ['a region under it', { bytes: 9, worst: 44.9 }, false],
  ])('that is %s', async (_, file, taken) => {
    const found = await run(() => file, {});
    expect(found.delivered).toBe(taken ? 256 : undefined);
    expect(found).toMatchObject({ lossy: taken, reached: true });
  });

  test('the smaller of two is taken', async () => {
    const mode = 'background' as const;
    const sizes = (few: number, all: number) => (colors: number) => ({
      bytes: colors === 16 ? few : all,
    });
    expect((await run(sizes(300, 400), {}, { mode })).delivered).toBe(16);
    expect((await run(sizes(400, 300), {}, { mode })).delivered).toBe(256);
    expect((await run(sizes(400, 400), {}, { mode })).delivered).toBe(16);
  });

  test('short of time there is none', async () => {
    const found = await run(
      () => ({ bytes: 1 }),
      {},
      { size: [1000, 1000], milliseconds: 100, pace: 90 },
    );
    expect(found.palettes).toEqual([]);
    expect(found).toMatchObject({ lossy: false, delivered: undefined });
  });
});

describe('near-lossless', () => {
  const { near } = WEBP.lossless;
  const strengths = async (target: number, score: number, fields: Desk = {}) => {
    const { runner, tried } = desk(() => ({ bytes: 9, score, worst: score }), fields);
    const found = await encodeNearLossless(runner, near, target, 'online');
    return [tried.map((e) => ('quality' in e ? e.quality : 0)), found !== undefined] as const;
  };

  test.each<[number, number, number[], boolean]>([
    // target, score, strengths tried, whether one is taken
    [85, 85, [20], true],
    [88, 88, [20], true],
    [88.1, 90, [40], true],
    [85, 84.4, [20, 40], false],
    [90, 10, [40, 60], false],
    [93, 10, [60], false],
    [97, 100, [], false],
  ])('for %d where it scores %d: strengths %j', async (target, score, tried, taken) => {
    expect(await strengths(target, score)).toEqual([tried, taken]);
  });

  test('is not begun without time', async () => {
    expect(await strengths(85, 90, { milliseconds: 0, pace: 1 })).toEqual([[], false]);
  });
});

describe('a palette that is demanded', () => {
  test.each<[string, number | undefined, number, boolean]>([
    ['reaches its target', 70, 70, true],
    ['just', 70, 69.5, true],
    ['just not', 70, 69.4, false],
    ['has none', undefined, 3, true],
  ])('%s', async (_, target, score, reached) => {
    const { runner } = desk(() => ({ bytes: 9, score }));
    const found = await encodePalette(runner, PNG.palette, 64, target, 'online');
    expect(found).toMatchObject({ reached, lossy: true, attempt: { score } });
  });

  test.each<[string, Mode, Desk]>([
    ['in mode instant', 'instant', {}],
    ['of an animation', 'online', { pages: 2 }],
    ['without a metric', 'online', { metric: false }],
    ['without time', 'online', { milliseconds: 0, pace: 1 }],
  ])('is not measured %s', async (_, mode, fields) => {
    const { runner, tried } = desk(() => ({ bytes: 9, score: 3 }), fields);
    const found = await encodePalette(runner, PNG.palette, 64, 70, mode);
    expect(found.reached).toBe(true);
    expect(found.attempt.score).toBeUndefined();
    expect(tried).toEqual([{ format: 'png', palette: 64, flat: true, effort: 7 }]);
  });

  test('keeps every pixel or has missed', async () => {
    for (const kept of [true, false]) {
      const { runner } = desk(() => ({ bytes: 9, kept, score: 80 }));
      const found = await encodePalette(runner, PNG.palette, 64, undefined, 'online');
      expect(await keptOrMissed(runner, found)).toMatchObject({ reached: kept, lossy: !kept });
    }
  });
});

test.each<[number, number | undefined, boolean]>([
  // colors of the picture, palette that is asked for, whether it is demanded
  [8, 8, false],
  [9, 8, true],
  [100, 8, true],
  [300, 8, true],
  [100, undefined, false],
])('of %i colors, a palette of %s is drawn with fewer: %s', async (colors, palette, fewer) => {
  const { runner, tried, picture } = desk((e) => ({
    bytes: hasPalette(e) ? 900 : 1000,
    score: 80,
  }));
  const asks = palette === undefined ? {} : { palette };
  const input = task('png', {
    ...{ raster: picture, chosen: choice('png', asks) },
    output: asked({ kind: 'lossless' }),
  });
  const seen = content(colors > 256 ? {} : { colors });
  await selectFormat(runner, input, seen, 'online');
  expect(
    tried.some((e) => colorsOf(e) === palette && palette !== undefined && colors > palette),
  ).toBe(fewer);
  expect(tried.some((e) => !hasPalette(e) || colorsOf(e) === colors)).toBe(!fewer);
});

describe('between formats', () => {
  type Bytes = Partial<Record<string, number | File>>;

  async function select(
    files: Bytes,
    fields: Partial<OptimizeInput> & Pick<OptimizeInput, 'chosen' | 'alternatives'>,
    {
      mode = 'online' as Mode,
      seen = {},
      ...rest
    }: Desk & { mode?: Mode; seen?: Partial<Content> } = {},
  ) {
    const world = (e: Encoding): File => {
      const file = isLossless(e) ? files.lossless : files[e.format];
      return typeof file === 'number' ? { bytes: file } : (file ?? { bytes: 1e6 });
    };
    const { runner, tried, picture } = desk(world, rest);
    const input = task('jpeg', { ...fields, raster: picture });
    const found: EncodeResult = await selectFormat(runner, input, content(seen), mode);
    return {
      ...found,
      formats: [...new Set(tried.map(({ format }) => format))],
      format: found.attempt.encoding.format,
    };
  }
  const jpeg = { chosen: choice('jpeg') };
  const also = (...formats: Parameters<typeof choice>[0][]) => ({
    alternatives: formats.map((format) => choice(format)),
  });

  test.each<[string, Bytes, string]>([
    ['a tenth fewer bytes are enough', { jpeg: 1000, webp: 900 }, 'webp'],
    ['less is not', { jpeg: 1000, webp: 901 }, 'jpeg'],
    ['the better of two', { jpeg: 1000, webp: 850, avif: 800 }, 'avif'],
    ['wherever it stands', { jpeg: 1000, webp: 800, avif: 850 }, 'webp'],
    ['both have to save', { jpeg: 1000, webp: 901, avif: 905 }, 'jpeg'],
    ['what misses is no answer', { jpeg: 1000, webp: { bytes: 10, score: 50 } }, 'jpeg'],
    ['but for a miss itself', { jpeg: { bytes: 1000, score: 50 }, webp: 2000 }, 'webp'],
    [
      'where both miss the chosen one stays',
      {
        jpeg: { bytes: 1000, score: 50 },
        webp: { bytes: 9, score: 50 },
        avif: { bytes: 9, score: 50 },
      },
      'jpeg',
    ],
  ])('%s', async (_, files, format) => {
    expect((await select(files, { ...jpeg, ...also('webp', 'avif') })).format).toBe(format);
  });

  test.each<[string, Parameters<typeof select>[1], Parameters<typeof select>[2], string[]]>([
    ['in mode instant', { ...jpeg, ...also('webp') }, { mode: 'instant' }, ['jpeg']],
    ['of an animation', { chosen: choice('webp'), ...also('avif') }, { pages: 2 }, ['webp']],
    ['a second time', { ...jpeg, ...also('jpeg') }, {}, ['jpeg']],
    [
      'without alpha where there is some',
      { chosen: choice('webp'), ...also('jpeg', 'avif') },
      { seen: { hasAlpha: true } },
      ['webp', 'avif'],
    ],
    ['that has a palette alone', { ...jpeg, ...also('gif') }, {}, ['jpeg']],
    ['that is not written', { ...jpeg, ...also('tiff') }, {}, ['jpeg']],
    [
      'that only the source may have',
      { ...jpeg, alternatives: [choice('webp', { onlySource: true })] },
      {},
      ['jpeg'],
    ],
    [
      'where a quality is named',
      { ...jpeg, ...also('webp'), output: asked({ kind: 'quality', jpeg: 70 }) },
      {},
      ['jpeg'],
    ],
    ['but in any other case', { ...jpeg, ...also('webp', 'avif') }, {}, ['jpeg', 'webp', 'avif']],
  ])('no other format is tried %s', async (_, fields, rest, formats) => {
    const files = { jpeg: 1000, webp: 1000, avif: 1000 };
    expect((await select(files, fields, rest)).formats).toEqual(formats);
  });

  describe('where every pixel is asked for', () => {
    const kept = { output: asked({ kind: 'lossless' }) };
    const of = (format: 'png' | 'webp' | 'jxl') => choice(format, { lossless: true });

    test.each<[string, ReturnType<typeof choice>[], Bytes, string, string[]]>([
      // what, chosen and alternatives, files, answer, tried
      [
        'a newer format wins by a byte',
        [of('png'), of('webp')],
        { png: 1000, lossless: 999 },
        'webp',
        ['png', 'webp'],
      ],
      [
        'not with as many',
        [of('png'), of('webp')],
        { png: 1000, lossless: 1000 },
        'png',
        ['png', 'webp'],
      ],
      [
        'an older one is no alternative',
        [of('webp'), of('png')],
        { png: 10, lossless: 1000 },
        'webp',
        ['webp'],
      ],
      [
        'nor one that would lose',
        [of('png'), choice('webp')],
        { png: 1000, lossless: 10 },
        'png',
        ['png'],
      ],
      [
        'the smallest of all',
        [of('png'), of('webp'), of('jxl')],
        { png: 1000, lossless: 900, jxl: 800 },
        'jxl',
        ['png', 'webp', 'jxl'],
      ],
    ])('%s', async (_, [chosen, ...alternatives], files, format, formats) => {
      const found = await select(files, { chosen: chosen!, alternatives, ...kept });
      expect([found.format, found.lossy, found.formats]).toEqual([format, false, formats]);
    });
  });

  test('a format that keeps every pixel may take as many bytes', async () => {
    const files = { avif: 4000, lossless: 3600, webp: 1e6 };
    const fields = { chosen: choice('avif'), ...also('webp') };
    const seen = { residualEntropy: 0.01 };
    expect(await select(files, fields, { seen })).toMatchObject({ format: 'webp', lossy: false });
    expect(await select({ ...files, lossless: 4000 }, fields, { seen })).toMatchObject({
      format: 'webp',
    });
    expect(await select({ ...files, lossless: 4001 }, fields, { seen })).toMatchObject({
      format: 'avif',
    });
  });

  describe('a format with both codings', () => {
    const webp = { chosen: choice('webp'), alternatives: [] };
    // Of 300 x 200 pixels, files that keep them take about 3000 bytes for each bit of entropy.
    const run = async (
      files: Bytes,
      seen: Partial<Content>,
      target = 70,
      mode: Mode = 'online',
    ) => {
      const world = (e: Encoding): File => {
        const file = isLossless(e) ? files.lossless : isNear(e) ? files.near : files.webp;
        return typeof file === 'number' ? { bytes: file, score: target } : (file ?? { bytes: 1e6 });
      };
      const { runner, tried, picture } = desk(world);
      const output = asked({ kind: 'target', score: target });
      const input = task('webp', { ...webp, output, raster: picture });
      const { attempt } = await selectFormat(runner, input, content(seen), mode);
      const name = (e: Encoding) => ('mode' in e ? e.mode : e.format);
      return { tried: [...new Set(tried.map(name))], mode: name(attempt.encoding) };
    };

    test.each<[string, number, string[]]>([
      ['cannot be smaller', 1, ['lossy']],
      ['may be', 0.999, ['lossy', 'lossless']],
    ])('is not written without loss where that %s', async (_, residualEntropy, tried) => {
      expect((await run({ webp: 3000 }, { residualEntropy })).tried).toEqual(tried);
    });

    test.each<[string, Bytes, string]>([
      ['fewer bytes', { webp: 3000, lossless: 2999 }, 'lossless'],
      ['as many', { webp: 3000, lossless: 3000 }, 'lossy'],
      [
        'twice as many where lossy misses',
        { webp: { bytes: 3000, score: 50 }, lossless: 5999 },
        'lossless',
      ],
      ['and no more', { webp: { bytes: 3000, score: 50 }, lossless: 6000 }, 'lossy'],
    ])('is written without loss for %s', async (_, files, mode) => {
      expect((await run(files, { residualEntropy: 0.9 })).mode).toBe(mode);
    });

    test('a plain picture is written without loss at once', async () => {
      const usual = Math.exp(lnBppAt(usualCurve(CODECS.webp.lossy), 70));
      const plain = await run({ lossless: 10 }, { residualEntropy: 0.149 * usual });
      expect(plain.tried).toEqual(['lossless']);
      expect(
        (await run({ lossless: 10, webp: 20 }, { residualEntropy: 0.151 * usual })).tried[0],
      ).toBe('lossy');
    });

    const drawing = (residualEntropy: number) => ({ kind: 'graphic', residualEntropy }) as const;
    test.each<[string, Bytes, Partial<Content>, number, Mode, string]>([
      [
        'a drawing at a high target',
        { webp: 3000, near: 2999 },
        drawing(1.5),
        80,
        'online',
        'near-lossless',
      ],
      ['below that target', { webp: 3000, near: 10 }, drawing(1.5), 79, 'online', 'lossy'],
      ['no fewer bytes', { webp: 3000, near: 3000 }, drawing(1.5), 80, 'online', 'lossy'],
      ['a photograph', { webp: 3000, near: 10 }, { residualEntropy: 1.5 }, 80, 'online', 'lossy'],
      [
        'too much entropy to get so small',
        { webp: 3000, near: 10 },
        drawing(2.3),
        80,
        'online',
        'lossy',
      ],
      ['just little enough', { webp: 3000, near: 10 }, drawing(2.2), 80, 'online', 'near-lossless'],
      ['in mode instant', { webp: 3000, near: 10 }, drawing(1.5), 80, 'instant', 'lossy'],
      [
        'fewer bytes than all pixels',
        { webp: 3000, lossless: 2000, near: 1999 },
        drawing(0.9),
        75,
        'online',
        'near-lossless',
      ],
      [
        'as many as that',
        { webp: 3000, lossless: 2000, near: 2000 },
        drawing(0.9),
        75,
        'online',
        'lossless',
      ],
    ])(
      'is written nearly without loss or not: %s',
      async (_, files, seen, target, mode, coding) => {
        expect((await run(files, seen, target, mode)).mode).toBe(coding);
      },
    );
  });

  test.each<[string, number, number, boolean]>([
    // what, its own quality of the source, quality that was asked for
    ['below that of the source', 80, 70, false],
    ['above it', 60, 70, true],
  ])('a quality %s', async (_, own, quality, capped) => {
    const output = asked({ kind: 'quality', jpeg: quality });
    const info = {
      ...task('jpeg').info,
      format: 'jpeg' as const,
      lossless: false,
      jpeg: { progressive: false, chroma: '4:2:0' as const, quality: own },
    };
    const found = await select(
      { jpeg: 9 },
      { ...jpeg, ...also('webp'), output, info, identity: true },
    );
    expect(found.attempt.encoding).toMatchObject({ quality: capped ? own : quality });
    expect(found.reason).toMatch(capped ? /source itself/ : /asked for/);
    expect(found.attempt.score).toBeUndefined();
    expect(found.unmeasured).toBe(true);
  });

  test('a quality of an animation, and one in mode instant, is not measured', async () => {
    const output = asked({ kind: 'quality', jpeg: 70 });
    const film = await select(
      { webp: 9 },
      { chosen: choice('webp'), alternatives: [], output },
      { pages: 2 },
    );
    expect(film.attempt.score).toBeUndefined();
    const quick = await select(
      { jpeg: 9 },
      { ...jpeg, alternatives: [], output },
      { mode: 'instant' },
    );
    expect(quick.attempt.score).toBeUndefined();
  });

  test('frames of an animation are stacked in order, with every channel', () => {
    const film = raster({
      width: 2,
      height: 1,
      channels: 4,
      pages: 6,
      data: Uint8Array.from({ length: 48 }, (_, i) => i),
    });
    const still = sampledFrames(film, 3);
    expect(still).toMatchObject({
      width: 2,
      height: 3,
      pages: 1,
      delays: [],
      loop: 1,
      channels: 4,
    });
    expect([...still.data]).toEqual(
      [0, 2, 4].flatMap((page) => [0, 1, 2, 3, 4, 5, 6, 7].map((i) => 8 * page + i)),
    );
    expect(sampledFrames(film, 0).height).toBe(1);
  });
});
