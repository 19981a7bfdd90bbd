/** When the file of a source goes before a result, and in which form; what is told of either. */
import { describe, expect, test } from 'vitest';
import { sourceInfo } from '../../image/source-info.suite.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import { picture } from '../../plan/output.ts';
import { optimize } from '../optimize.ts';
import { predict } from '../predict.ts';
import { asked, choice, flat, instant, raster, task, tools } from '../simulated.suite.ts';
import type { OptimizeInput } from '../task.ts';
import { type Repacker, sourceAsIs, sourceInstead, sourceSatisfies } from './never-larger.ts';

/** Files of these many bytes; undefined for what cannot be made. What was asked for is noted. */
function repacker(sizes: { strip?: number; jpeg?: number; png?: number; turn?: number }) {
  const calls: string[] = [];
  const file = (name: keyof typeof sizes) => {
    const size = sizes[name];
    return size === undefined ? undefined : new Uint8Array(size);
  };
  const made: Repacker = {
    jpeg: async (bytes) => {
      calls.push(`jpeg ${bytes.length}`);
      return file('jpeg');
    },
    png: async (bytes) => {
      calls.push(`png ${bytes.length}`);
      return file('png');
    },
    turn: async (bytes, kind) => {
      calls.push(`turn ${bytes.length} ${kind}`);
      return file('turn');
    },
    strip: async (bytes, format, keep) => {
      calls.push(`strip ${bytes.length} ${format} ${keep}`);
      return file('strip');
    },
  };
  return { ...made, calls };
}

const TARGET = { kind: 'target', score: 70 } as const;
const jpegInfo = (progressive = false, fields: Partial<SourceInfo> = {}): SourceInfo =>
  sourceInfo({
    ...{ format: 'jpeg', width: 200, height: 160, bytes: 2000 },
    jpeg: { progressive, chroma: '4:2:0', quality: 80 },
    ...fields,
  });
const pngInfo = sourceInfo({ format: 'png', width: 200, height: 160, bytes: 2000 });

const same = (fields: Partial<OptimizeInput> = {}): OptimizeInput =>
  task('jpeg', { identity: true, source: new Uint8Array(2000), info: jpegInfo(), ...fields });
const lossy = (bytes: number, missed = false) => ({ bytes, lossy: true, missed });

describe('the source in place of a result', () => {
  test.each<[string, number, boolean, boolean, 'lossless' | 'source' | undefined]>([
    // what, bytes of the result, whether it changed pixels, whether it missed, what stands in for it
    ['a tenth less is worth a generation', 1620, true, false, undefined],
    ['less than a tenth is not', 1621, true, false, 'lossless'],
    ['a miss is worth nothing', 10, true, true, 'lossless'],
    ['without loss any byte counts', 1799, false, false, undefined],
    ['also the last', 1800, false, false, undefined],
    ['and one more is too many', 1801, false, false, 'lossless'],
  ])('%s', async (_, bytes, changed, missed, kind) => {
    const found = await sourceInstead(same(), repacker({ strip: 1900, jpeg: 1800 }), {
      bytes,
      lossy: changed,
      missed,
    });
    expect(found?.kind).toBe(kind);
    if (kind) expect(found?.bytes).toHaveLength(1800);
  });

  test.each<[string, number, boolean, string[]]>([
    // what, bytes of the result, whether it changed pixels, what is done
    ['far fewer bytes', 1440, true, ['strip 2000 jpeg none']],
    ['not so far', 1441, true, ['strip 2000 jpeg none', 'jpeg 2000']],
    ['far fewer, nothing lost', 1600, false, ['strip 2000 jpeg none']],
    ['not so far', 1601, false, ['strip 2000 jpeg none', 'jpeg 2000']],
  ])('is not packed anew for a result of %s', async (_, bytes, changed, calls) => {
    const made = repacker({ strip: 2000, jpeg: 1800 });
    await sourceInstead(same(), made, { bytes, lossy: changed, missed: false });
    expect(made.calls).toEqual(calls);
  });

  test.each<[string, Parameters<typeof repacker>[0], Partial<OptimizeInput>, number | undefined]>([
    ['packed anew', { strip: 1900, jpeg: 1800 }, {}, 1800],
    ['stripped, where that is smaller', { strip: 1900, jpeg: 1901 }, {}, 1900],
    ['stripped, where it is as large', { strip: 1900, jpeg: 1900 }, {}, 1900],
    ['stripped, where it cannot be packed', { strip: 1900 }, {}, 1900],
    ['not where it cannot be stripped', { jpeg: 1800 }, {}, undefined],
    ['a PNG', { strip: 1900, png: 1700 }, { info: pngInfo, chosen: choice('png') }, 1700],
    [
      'another format is only stripped',
      { strip: 1900, png: 1, jpeg: 1 },
      { info: { ...pngInfo, format: 'gif' }, chosen: choice('gif') },
      1900,
    ],
    [
      'with rights it is only stripped',
      { strip: 1900, jpeg: 1 },
      { output: asked(TARGET, { metadata: 'copyright' }) },
      1900,
    ],
    [
      'one scan stays one scan',
      { strip: 1900, jpeg: 1 },
      { output: asked(TARGET, { jpeg: { kind: 'baseline', chroma: 'free' } }) },
      1900,
    ],
    [
      'one scan like its source as well',
      { strip: 1900, jpeg: 1 },
      { output: asked(TARGET, { jpeg: { kind: 'like-source', chroma: 'free' } }) },
      1900,
    ],
    [
      'many scans like their source',
      { strip: 1900, jpeg: 1700 },
      {
        info: jpegInfo(true),
        output: asked(TARGET, { jpeg: { kind: 'like-source', chroma: 'free' } }),
      },
      1700,
    ],
    [
      'scans that are asked for are packed, larger or not',
      { strip: 1900, jpeg: 1950 },
      { output: asked(TARGET, { jpeg: { kind: 'progressive', chroma: 'free' } }) },
      1950,
    ],
    [
      'or it is no answer',
      { strip: 1900 },
      { output: asked(TARGET, { jpeg: { kind: 'progressive', chroma: 'free' } }) },
      undefined,
    ],
    [
      'scans that it has',
      { strip: 1900 },
      {
        info: jpegInfo(true),
        output: asked(TARGET, { jpeg: { kind: 'progressive', chroma: 'free' } }),
      },
      1900,
    ],
    [
      'a profile that is asked for stays',
      { strip: 1900, jpeg: 1 },
      {
        info: jpegInfo(false, { profile: 'srgb' }),
        output: asked(TARGET, { profile: 'tagged-srgb' }),
      },
      1900,
    ],
  ])('is delivered %s', async (_, sizes, fields, bytes) => {
    const found = await sourceInstead(same(fields), repacker(sizes), lossy(9e9));
    expect(found?.bytes.length).toBe(bytes);
  });

  describe('that is not upright', () => {
    const upright = (info: SourceInfo, fields: Partial<OptimizeInput> = {}) =>
      same({ info: { ...info, orientation: 6 }, upright: true, ...fields });
    const like = (kind: 'like-source' | 'baseline' | 'progressive' | 'free') =>
      asked(TARGET, { jpeg: { kind, chroma: 'free' } });

    test.each<[string, OptimizeInput, string]>([
      ['like one scan', upright(jpegInfo(), { output: like('like-source') }), 'baseline'],
      ['like many', upright(jpegInfo(true), { output: like('like-source') }), 'progressive'],
      ['as it is asked for', upright(jpegInfo(), { output: like('baseline') }), 'baseline'],
      ['in many scans', upright(jpegInfo(), { output: like('progressive') }), 'progressive'],
      ['as is smaller', upright(jpegInfo(), { output: like('free') }), 'free'],
    ])('is turned %s', async (_, input, kind) => {
      const made = repacker({ strip: 1900, turn: 1950, jpeg: 1800 });
      expect(await sourceInstead(input, made, lossy(9e9))).toMatchObject({ kind: 'turned' });
      expect(made.calls).toEqual(['strip 2000 jpeg none', `turn 1900 ${kind}`]);
    });

    test.each<[string, OptimizeInput, number | undefined]>([
      ['larger than it came', upright(jpegInfo()), 2001],
      ['impossible', upright(jpegInfo()), undefined],
      ['with rights', upright(jpegInfo(), { output: asked(TARGET, { metadata: 'copyright' }) }), 1],
      [
        'with a profile',
        upright(jpegInfo(false, { profile: 'srgb' }), {
          output: asked(TARGET, { profile: 'tagged-srgb' }),
        }),
        1,
      ],
      [
        'of which every pixel is wanted',
        upright(jpegInfo(), { output: asked({ kind: 'lossless' }) }),
        1,
      ],
    ])('keeps its tag where turning it is %s', async (_, input, turn) => {
      const made = repacker({ strip: 1900, ...(turn === undefined ? {} : { turn }) });
      expect((await sourceInstead(input, made, lossy(9e9)))?.bytes).toHaveLength(1900);
    });

    test('as large as it came is turned', async () => {
      const made = repacker({ strip: 1900, turn: 2000 });
      expect((await sourceInstead(upright(jpegInfo()), made, lossy(9e9)))?.kind).toBe('turned');
    });
  });

  test.each<[string, Partial<OptimizeInput>, boolean]>([
    ['as it is', {}, true],
    ['without its bytes', { source: undefined as never }, false],
    [
      'in a format that is an alternative',
      { chosen: choice('webp'), alternatives: [choice('jpeg')] },
      true,
    ],
    ['in no format that is allowed', { chosen: choice('webp') }, false],
    ['with other frames', { info: jpegInfo(false, { pages: 2 }) }, false],
    ['grey', { info: jpegInfo(false, { space: 'grey' }) }, true],
    ['in another space', { info: jpegInfo(false, { space: 'other' }) }, false],
    [
      'with a profile that is kept',
      { info: jpegInfo(false, { profile: 'other' }), output: asked(TARGET, { profile: 'keep' }) },
      true,
    ],
    [
      'with one that is stripped',
      { info: jpegInfo(false, { profile: 'other' }), output: asked(TARGET, { profile: 'strip' }) },
      false,
    ],
    [
      'tagged as asked for',
      {
        info: jpegInfo(false, { profile: 'srgb' }),
        output: asked(TARGET, { profile: 'tagged-srgb' }),
      },
      true,
    ],
    [
      'in many scans where one is asked for',
      {
        info: jpegInfo(true),
        output: asked(TARGET, { jpeg: { kind: 'baseline', chroma: 'free' } }),
      },
      false,
    ],
    [
      'in the chroma that is asked for',
      { output: asked(TARGET, { jpeg: { kind: 'free', chroma: '4:2:0' } }) },
      true,
    ],
    [
      'in another chroma',
      { output: asked(TARGET, { jpeg: { kind: 'free', chroma: '4:4:4' } }) },
      false,
    ],
    [
      'in one scan, with rights, where many are asked for',
      {
        output: asked(TARGET, {
          metadata: 'copyright',
          jpeg: { kind: 'progressive', chroma: 'free' },
        }),
      },
      false,
    ],
    [
      'a PNG, whatever scans',
      {
        info: pngInfo,
        chosen: choice('png'),
        output: asked(TARGET, { jpeg: { kind: 'baseline', chroma: '4:4:4' } }),
      },
      true,
    ],
    ['a palette to a target', { info: pngInfo, chosen: choice('png', { palette: 16 }) }, true],
    [
      'no palette where a quality wants one',
      {
        info: pngInfo,
        chosen: choice('png', { palette: 16 }),
        output: asked({ kind: 'quality', jpeg: 50 }),
      },
      false,
    ],
    [
      'a palette of so many',
      {
        info: { ...pngInfo, palette: 16 },
        chosen: choice('png', { palette: 16 }),
        output: asked({ kind: 'quality', jpeg: 50 }),
      },
      true,
    ],
    [
      'a palette of more',
      {
        info: { ...pngInfo, palette: 17 },
        chosen: choice('png', { palette: 16 }),
        output: asked({ kind: 'quality', jpeg: 50 }),
      },
      false,
    ],
  ])('%s is an answer: %s', (_, fields, satisfies) => {
    expect(sourceSatisfies(same(fields))).toBe(satisfies);
  });
});

describe('the source as it is', () => {
  const output = asked(TARGET, { whenLarger: 'source-as-is' });
  const unchanged = (fields: Partial<OptimizeInput> = {}) =>
    same({ identity: false, unchanged: true, output, ...fields });

  test.each<[string, OptimizeInput, number, number | undefined, number | undefined]>([
    // what, task, bytes of the result, bytes when stripped, bytes delivered
    ['for a larger result', unchanged(), 2001, 1900, 1900],
    ['not for one as large', unchanged(), 2000, 1900, undefined],
    ['as it came where stripping adds', unchanged(), 3000, 2001, 2000],
    ['stripped where that is as large', unchanged(), 3000, 2000, 2000],
    ['as it came where nothing can be stripped', unchanged(), 3000, undefined, 2000],
    [
      'in a format that is an alternative',
      unchanged({ chosen: choice('webp'), alternatives: [choice('jpeg')] }),
      3000,
      1900,
      1900,
    ],
    ['not in another', unchanged({ chosen: choice('webp') }), 3000, 1900, undefined],
    ['not where the picture changed', unchanged({ unchanged: false }), 3000, 1900, undefined],
    ['not where it is not asked for', unchanged({ output: asked(TARGET) }), 3000, 1900, undefined],
    ['not without its bytes', unchanged({ source: undefined as never }), 3000, 1900, undefined],
  ])('is delivered %s', async (_, input, bytes, strip, delivered) => {
    const made = repacker(strip === undefined ? {} : { strip });
    const found = await sourceAsIs(input, made, bytes);
    expect(found?.bytes.length).toBe(delivered);
    if (found) expect(found.kind).toBe('source');
  });

  test('needs nothing that strips', async () => {
    expect((await sourceAsIs(unchanged(), undefined, 3000))?.bytes).toHaveLength(2000);
  });
});

describe('what a receipt says', () => {
  const receipt = async (fields: Partial<OptimizeInput>, world = {}, made?: Repacker) =>
    (await optimize(task('webp', fields), tools(world, made))).receipt;

  test('of a source in place of a result', async () => {
    const found = await receipt(
      same({ chosen: choice('jpeg') }),
      {},
      repacker({ strip: 700, jpeg: 600 }),
    );
    expect(found).toMatchObject({
      ...{ kind: 'source', format: 'jpeg', encoding: 'jpeg re-packed', score: 100, worst: 100 },
      ...{ bytes: 600, sourceBytes: 2000, target: 70, mode: 'online' },
    });
    expect(found.reason).toContain('generation');
    const stripped = await receipt(same(), {}, repacker({ strip: 700 }));
    expect(stripped.encoding).toBe('jpeg source');
  });

  test('of a source whose target is missed', async () => {
    const found = await receipt(
      same(),
      { deviation: -60 },
      repacker({ strip: 90_000, jpeg: 80_000 }),
    );
    expect(found).toMatchObject({ kind: 'source', bytes: 80_000 });
    expect(found.reason).toContain('reaches what the encoder does not');
    expect(found).not.toHaveProperty('outOfReach');
  });

  test('of an encoding: its quality, score and worst region, and nothing that is not so', async () => {
    const found = await receipt({});
    expect(found).toMatchObject({
      kind: 'encoded',
      format: 'webp',
      mode: 'online',
      target: 70,
      stop: 'in-window',
    });
    expect(found.worst).toBeCloseTo(found.score! - 3, 9);
    for (const name of ['outOfReach', 'skipped', 'cutShort'])
      expect(found).not.toHaveProperty(name);
    const quick = await receipt({ budget: instant });
    for (const name of ['score', 'worst', 'skipped']) expect(quick).not.toHaveProperty(name);
    const fixed = await receipt({ output: asked({ kind: 'quality', jpeg: 60 }) });
    expect(fixed).not.toHaveProperty('target');
  });

  test('of a deep source nothing is kept without loss', async () => {
    const info = { ...pngInfo, depth: 16 as const };
    const every = asked({ kind: 'lossless' });
    expect(await receipt({ output: every })).toMatchObject({ kind: 'lossless' });
    expect(await receipt({ output: every, info })).toMatchObject({ kind: 'encoded' });
    expect(await receipt({ raster: flat() }, { lossless: 9 })).not.toHaveProperty('quality');
  });

  test('of an animation, of which only one frame is read, that it is the file', async () => {
    const film = same({ info: { ...pngInfo, animated: true }, chosen: choice('png') });
    const found = await receipt(film, {}, repacker({ strip: 1900 }));
    expect(found).toMatchObject({ kind: 'source', reason: 'all frames are kept', bytes: 1900 });
    const still = await receipt({ ...film, identity: false }, {}, repacker({ strip: 1900 }));
    expect(still.kind).not.toBe('source');
  });

  test('of an animation without time, that it is the file, cut short', async () => {
    const film = raster({ width: 400, height: 400, pages: 20, delays: Array(20).fill(40) });
    const info = sourceInfo({ format: 'webp', width: 400, height: 400, pages: 20, bytes: 5000 });
    const input = { raster: film, info, identity: true, source: new Uint8Array(5000) };
    const late = { mode: 'online', milliseconds: 1 } as const;
    const found = await receipt({ ...input, budget: late }, {}, repacker({ strip: 4900 }));
    expect(found).toMatchObject({
      kind: 'source',
      cutShort: true,
      skipped: true,
      reason: 'no time to encode',
    });
  });
});

describe('what is predicted', () => {
  const say = (
    format: 'jpeg' | 'webp' | 'avif' | 'png' | 'gif' | 'tiff',
    quality: Parameters<typeof picture>[0]['quality'],
    {
      lossless = false,
      ...fields
    }: {
      lossless?: boolean;
      palette?: number;
      colors?: number;
      size?: { width: number; height: number };
    } = {},
  ) =>
    predict({
      output: picture({
        formats: [],
        quality,
        ...(fields.colors ? { colors: fields.colors } : {}),
      }),
      chosen: { format, lossless, rule: 0, ...(fields.palette ? { palette: fields.palette } : {}) },
      info: jpegInfo(),
      size: fields.size ?? { width: 600, height: 400 },
      mode: 'online',
    });
  const bytes = (text: string) => Number(/about (\d+) kB/.exec(text)![1]);

  test.each<[string, string]>([
    [say('png', TARGET), 'png e3'],
    [say('png', TARGET, { palette: 16 }), 'png palette-16 e7'],
    [say('png', TARGET, { colors: 16 }), 'png palette-16 e7'],
    [say('png', TARGET, { palette: 4, colors: 16 }), 'png palette-4 e7'],
    [say('gif', TARGET), 'gif palette-256'],
    [say('gif', TARGET, { colors: 9 }), 'gif palette-9'],
    [say('tiff', TARGET), 'tiff'],
    [say('webp', { kind: 'lossless' }), 'webp lossless e4'],
    [say('webp', TARGET, { lossless: true }), 'webp lossless e4'],
  ])('%s', (text, wanted) => {
    expect(text).toBe(wanted);
  });

  test('is twice as much for twice the pixels, by either side', () => {
    const one = bytes(say('jpeg', TARGET, { size: { width: 1000, height: 1000 } }));
    expect(one).toBeGreaterThan(50);
    for (const size of [
      { width: 2000, height: 1000 },
      { width: 1000, height: 2000 },
    ]) {
      expect(Math.abs(bytes(say('jpeg', TARGET, { size })) - 2 * one)).toBeLessThanOrEqual(2);
    }
    expect(say('jpeg', TARGET, { size: { width: 2, height: 2 } })).toContain('about 1 kB');
  });

  test('is more for more, and says what for', () => {
    expect(bytes(say('webp', { kind: 'target', score: 80 }))).toBeGreaterThan(
      bytes(say('webp', TARGET)) * 1.2,
    );
    expect(say('webp', TARGET)).toContain('for a score of 70');
    expect(say('webp', { kind: 'quality', jpeg: 60 })).not.toContain('score');
    expect(say('jpeg', { kind: 'quality', jpeg: 41 })).toContain('q41');
    expect(bytes(say('jpeg', { kind: 'quality', jpeg: 90 }))).toBeGreaterThan(
      bytes(say('jpeg', { kind: 'quality', jpeg: 41 })) * 2,
    );
    // Where JPEG cannot keep every pixel it aims high.
    expect(say('jpeg', { kind: 'lossless' })).toContain('for a score of 90');
  });
});
