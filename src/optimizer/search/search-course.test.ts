/** The course of a search, trial by trial, with a codec whose curve is straight. */
import { describe, expect, test } from 'vitest';
import type { LossyCoding } from '../codecs/codec.ts';
import {
  blank,
  linearCodec,
  linearEncoding,
  linearSettings,
  linearTools,
  type Outcomes,
} from '../linear-codec.suite.ts';
import { contentOf } from '../model/content.ts';
import { searchNeighbours } from './post-search.ts';
import { searchLossy } from './quality-search.ts';
import type { SearchSettings } from './search-settings.ts';
import { type Tools, TrialRunner } from './trial-runner.ts';

interface Desk {
  readonly outcomes?: Outcomes;
  readonly codec?: Partial<LossyCoding>;
  readonly settings?: Partial<SearchSettings>;
  readonly size?: readonly [number, number];
  /** Milliseconds per encoding. */
  readonly pace?: number;
  readonly milliseconds?: number;
  readonly metric?: false;
}

function desk({ outcomes, codec, settings, size = [600, 500], ...rest }: Desk) {
  const { metric, ...without } = linearTools(outcomes, rest.pace);
  const tools: Tools = rest.metric === false ? without : { ...without, metric: metric! };
  const milliseconds = rest.milliseconds ?? 60_000;
  return {
    tried: without.tried,
    runner: new TrialRunner(blank(...size), tools, { mode: 'online', milliseconds }),
    settings: linearSettings({ ...settings, codec: linearCodec(codec) }),
  };
}

/** Searches for 70 points; the trials as quality and effort, `s` for sharp chroma. */
async function search(fields: Desk) {
  const { runner, settings, tried } = desk(fields);
  const found = await searchLossy(runner, settings);
  const trials = tried.map(
    ({ quality, effort, smartSubsample }) => `${quality} e${effort}${smartSubsample ? 's' : ''}`,
  );
  return {
    ...found,
    trials,
    quality: 'quality' in found.attempt.encoding ? found.attempt.encoding.quality : 0,
  };
}

/** Scores in order of the trials; the last one again and again. */
const scores = (...list: number[]): Outcomes => {
  const left = [...list];
  return () => ({ score: left.length > 1 ? left.shift()! : left[0]! });
};
const moved =
  (points: number): Outcomes =>
  ({ quality }) => ({ score: quality + points });

describe('a guess', () => {
  test.each<[string, Desk, string, boolean, RegExp]>([
    ['without a metric', { metric: false }, '70 e6', true, /not measured/],
    ['in mode instant', { settings: { mode: 'instant' } }, '70 e6', true, /not measured/],
    [
      'where a source is known',
      { settings: { mode: 'instant', warmStart: known(-4) } },
      '74 e6',
      true,
      /not measured/,
    ],
    [
      'above the cap, which is near enough',
      { metric: false, settings: { qualityCap: 62 } },
      '62 e6',
      true,
      /source itself/,
    ],
    [
      'above the cap, which is not',
      { metric: false, settings: { qualityCap: 61 } },
      '61 e6',
      false,
      /source itself/,
    ],
    ['at the cap', { metric: false, settings: { qualityCap: 70 } }, '70 e6', true, /not measured/],
    [
      'above what the encoder is good for',
      { metric: false, codec: { top: 65 } },
      '65 e6',
      true,
      /source itself/,
    ],
    [
      'as a search would be',
      { metric: false, size: [1000, 1000], milliseconds: 100 },
      '70 e4',
      true,
      /not measured/,
    ],
    [
      'as quick as it goes',
      { metric: false, size: [1000, 1000], milliseconds: 50 },
      '70 e0',
      true,
      /not measured/,
    ],
    [
      'when it is too late',
      { metric: false, size: [1000, 1000], milliseconds: 5 },
      '70 e0',
      true,
      /not measured/,
    ],
  ])('%s', async (_, fields, trial, reached, reason) => {
    const found = await search(fields);
    expect(found.trials).toEqual([trial]);
    expect(found).toMatchObject({ reached, lossy: true, stop: 'not-measured' });
    expect(found.reason).toMatch(reason);
    expect(found).not.toHaveProperty('cutShort');
    expect(found.attempt.score).toBeUndefined();
  });

  test('where there is no time for a measurement says so', async () => {
    // A measured trial is expected to take longer than one that is not.
    const found = await search({ size: [1000, 1000], milliseconds: 240 });
    expect(found).toMatchObject({ trials: ['70 e6'], cutShort: true, reached: true });
    expect(found.attempt.score).toBeUndefined();
  });
});

const FIXED = { sharp: false, free: false, suspect: false };
/** Every trial takes longer than there is. */
const LATE = { milliseconds: 0, pace: 10 };

function known(deviation: number) {
  return { offsets: { final: [{ pixels: 300_000, score: 70, deviation }] } };
}

describe('a search', () => {
  test.each<[string, Desk, string[], string]>([
    ['ends with a first trial in the window', {}, ['70 e6'], 'in-window'],
    [
      'begins where the source was found before',
      { settings: { warmStart: known(-4) }, outcomes: moved(-4) },
      ['74 e6'],
      'in-window',
    ],
    ['goes where the first score points', { outcomes: moved(-6) }, ['70 e6', '76 e6'], 'in-window'],
    ['and back', { outcomes: moved(6) }, ['70 e6', '64 e6'], 'in-window'],
    [
      'not above the cap',
      { outcomes: moved(-20), settings: { qualityCap: 80, chroma: FIXED } },
      ['70 e6', '80 e6'],
      'quality-cap',
    ],
    [
      'not above what the encoder is good for',
      { outcomes: moved(-20), codec: { top: 85 }, settings: { chroma: FIXED } },
      ['70 e6', '85 e6'],
      'quality-cap',
    ],
    [
      'has cheaper trials first in the background',
      { settings: { mode: 'background' }, outcomes: moved(-3) },
      ['70 e4', '73 e4', '73 e6'],
      'in-window',
    ],
  ])('%s', async (_, fields, trials, stop) => {
    const found = await search(fields);
    expect(found.trials).toEqual(trials);
    expect(found.stop).toBe(stop);
    expect(found).not.toHaveProperty('cutShort');
  });

  test.each<[string, Desk, boolean, RegExp]>([
    ['reached', {}, true, /^the lowest quality that reaches/],
    ['just reached', { outcomes: scores(69.5) }, true, /^the lowest quality that reaches/],
    ['out of reach', { outcomes: scores(65) }, false, /does not reach$/],
    [
      'capped by the source',
      { outcomes: moved(-20), settings: { qualityCap: 80, chroma: FIXED } },
      false,
      /source itself/,
    ],
    [
      'capped by the encoder',
      { outcomes: moved(-20), codec: { top: 80 }, settings: { chroma: FIXED } },
      false,
      /does not reach$/,
    ],
  ])('says why: %s', async (_, fields, reached, reason) => {
    const found = await search(fields);
    expect(found.reached).toBe(reached);
    expect(found.reason).toMatch(reason);
    expect(found).not.toHaveProperty('deadlineBound');
  });

  const suspect = { sharp: false, free: true, suspect: true };
  test.each<[string, Desk, string[]]>([
    [
      'a miss by more than eight points',
      { settings: { chroma: suspect }, outcomes: scores(61.9, 70) },
      ['70 e6', '70 e6s'],
    ],
    [
      'one by eight',
      { settings: { chroma: suspect }, outcomes: scores(62, 70) },
      ['70 e6', '78 e6'],
    ],
    ['one without chroma edges', { outcomes: scores(50, 70) }, ['70 e6', '90 e6']],
    [
      'one with chroma that is fixed',
      { settings: { chroma: { ...suspect, free: false } }, outcomes: scores(50, 70) },
      ['70 e6', '90 e6'],
    ],
    [
      'one where chroma is sharp',
      { settings: { chroma: { ...suspect, sharp: true } }, outcomes: scores(50, 70) },
      ['70 e6s', '90 e6s'],
    ],
    [
      'a second miss',
      { settings: { chroma: suspect }, outcomes: scores(63, 50, 70) },
      ['70 e6', '77 e6', '78 e6'],
    ],
  ])('blames chroma or not: %s', async (_, fields, trials) => {
    const found = await search(fields);
    expect(found.trials.slice(0, trials.length)).toEqual(trials);
  });

  test('a target out of reach is tried with sharp chroma as well, and the better one is kept', async () => {
    const world =
      (sharp: number): Outcomes =>
      ({ smartSubsample }) => ({ score: smartSubsample ? sharp : 60 });
    const better = await search({ outcomes: world(61) });
    expect(better.attempt).toMatchObject({ score: 61, encoding: { smartSubsample: true } });
    const worse = await search({ outcomes: world(59) });
    expect(worse.attempt).toMatchObject({ score: 60, encoding: { smartSubsample: false } });
    expect(worse.trials.some((trial) => trial.endsWith('s'))).toBe(true);
    const fixed = await search({
      outcomes: world(61),
      settings: { chroma: { ...suspect, free: false } },
    });
    expect(fixed.attempt.score).toBe(60);
  });

  describe('out of time', () => {
    /** Time for as many trials, of 10 ms each. */
    const trialsIn = (count: number): Desk => ({
      pace: 10,
      milliseconds: 10 * count + 5,
      size: [20, 20],
    });

    test.each<[string, number, boolean, boolean]>([
      // what, best score, whether time alone is to blame
      ['near', 62, true, true],
      ['far', 61.9, false, true],
      ['reached', 72, false, false],
    ])('what was found is kept: %s', async (_, score, deadlineBound, cutShort) => {
      const found = await search({ ...trialsIn(0), outcomes: scores(score) });
      expect(found.trials).toHaveLength(1);
      expect(found.attempt.score).toBe(score);
      expect(found.stop).toBe('time');
      expect(found.reason).toBe('the best found in the time granted');
      expect(found.deadlineBound ?? false).toBe(deadlineBound);
      expect(found.cutShort ?? false).toBe(cutShort);
    });

    test('a guess follows a miss while there is time for one that is not measured', async () => {
      const found = await search({
        ...{ size: [1000, 1000], pace: 230, milliseconds: 440 },
        outcomes: moved(-5),
      });
      expect(found).toMatchObject({ trials: ['70 e6', '75 e6'], cutShort: true });
      expect(found.attempt.score).toBeUndefined();
    });
  });

  test.each<[string, number[], number]>([
    // what, scores in order, deviation that is remembered
    ['the mean of the trials near the target', [66, 70.5], -3.75],
    ['those more than four points off left out', [65.9, 70.5], -3.5],
    ['on the other side as well', [74.1, 70], 4],
    ['but not those within', [74, 70], 4],
  ])('remembers %s', async (_, list, deviation) => {
    const found = await search({ outcomes: scores(...list) });
    expect(found.trials).toHaveLength(2);
    expect(found.warmStart?.offsets).toEqual({
      final: [{ pixels: 300_000, score: 70, deviation: expect.closeTo(deviation, 6) }],
    });
  });

  test('remembers trials with the settings of the result alone', async () => {
    const outcomes: Outcomes = ({ quality, effort }) => ({
      score: quality - (effort === 6 ? 3 : 2),
    });
    const found = await search({ outcomes, settings: { mode: 'background' } });
    expect(found.trials).toEqual(['70 e4', '72 e4', '72 e6', '73 e6']);
    expect(Object.keys(found.warmStart!.offsets)).toEqual(['final']);
    expect(found.warmStart!.offsets.final![0]!.deviation).toBeCloseTo(-3, 6);
  });
});

describe('beside a result', () => {
  /** What was found at these qualities, as [quality, score, bytes, worst]; the last is the result. */
  async function beside(
    fields: Desk,
    before: [quality: number, score: number, bytes: number, worst?: number, bands?: number][],
  ) {
    const { runner, settings, tried } = desk({
      ...fields,
      outcomes: (encoding) => {
        const known = before.find(([quality]) => quality === encoding.quality);
        if (known && encoding.effort === 6 && !encoding.smartSubsample && !encoding.deblock) {
          const [, score, bytes, worst = 60, bands = 0] = known;
          return { score, bytes, worst, bands };
        }
        return { worst: 60, ...fields.outcomes?.(encoding) };
      },
    });
    let attempt = await runner.measure(linearEncoding(before[0]![0]));
    for (const [quality] of before.slice(1))
      attempt = await runner.measure(linearEncoding(quality));
    tried.length = 0;
    const reached = attempt.score >= 69.5;
    const found = { attempt, reached, lossy: true, reason: 'found' };
    const result = await searchNeighbours(runner, settings, found, contentOf(blank(8, 8)));
    const { encoding, bytes } = result.attempt;
    return {
      tried: tried.map(
        (e) => `${e.quality}${e.smartSubsample ? 's' : ''}${e.effort === 6 ? '' : ` e${e.effort}`}`,
      ),
      quality: 'quality' in encoding ? encoding.quality : 0,
      bytes: bytes.length,
      ...{ reached: result.reached, same: result === found, reason: result.reason },
    };
  }

  test('lower qualities are tried while they may pass', async () => {
    const outcomes: Outcomes = ({ quality }) => ({
      score: quality === 67 ? 60 : 70,
      bytes: quality * 10,
    });
    const found = await beside({ outcomes }, [[70, 70, 700]]);
    expect(found.tried).toEqual(['69', '68']);
    expect(found).toMatchObject({ quality: 68, bytes: 680, reached: true, same: false });
    expect(found.reason).toMatch(/smallest/);
  });

  test('as many trials are made as the codec says', async () => {
    for (const tries of [1, 3]) {
      const postSearch = { ...linearCodec().postSearch, tries };
      const outcomes: Outcomes = ({ quality }) => ({ score: 70, bytes: quality * 10 });
      expect(
        (await beside({ outcomes, codec: { postSearch } }, [[70, 70, 700]])).tried,
      ).toHaveLength(tries);
    }
  });

  test.each<[string, Desk, [number, number, number, number?, number?][], string[]]>([
    [
      'one that is expected to fail by the scatter',
      {},
      [
        [70, 70.5, 700],
        [71, 71.5, 710],
      ],
      ['69', '68'],
    ],
    ['none above the cap', { settings: { qualityCap: 68 } }, [[70, 70, 700]], []],
    [
      'none that would save nothing',
      {},
      [
        [70, 70, 100],
        [71, 71, 1],
      ],
      [],
    ],
    ['none when time is up', { ...LATE }, [[70, 70, 700]], []],
  ])('which: %s', async (_, fields, before, tried) => {
    const found = await beside({ outcomes: () => ({ score: 40, bytes: 600 }), ...fields }, before);
    expect(found.tried.slice(0, 2)).toEqual(tried.slice(0, found.tried.length));
    expect(found.tried.length > 0).toBe(tried.length > 0);
  });

  test.each<[string, [number, number, number, number?, number?][], number, boolean]>([
    // what, [quality, score, bytes, worst, bands], quality delivered, whether it is the result as found
    [
      'the fewest bytes',
      [
        [75, 75, 750],
        [72, 72, 720],
        [74, 74, 740],
      ],
      72,
      false,
    ],
    [
      'the result itself',
      [
        [75, 75, 750],
        [72, 72, 720],
      ],
      72,
      true,
    ],
    [
      'of those that pass',
      [
        [69, 69.4, 10],
        [72, 72, 720],
      ],
      72,
      true,
    ],
    [
      'also of those that just pass',
      [
        [69, 69.5, 10],
        [72, 72, 720],
      ],
      69,
      false,
    ],
    [
      'not one with a poor region',
      [
        [69, 70, 10, 44.9],
        [72, 72, 720],
      ],
      72,
      true,
    ],
    [
      'one with a region at the floor',
      [
        [69, 70, 10, 45],
        [72, 72, 720],
      ],
      69,
      false,
    ],
    [
      'where all are poor, the fewest bytes',
      [
        [69, 70, 10, 40],
        [72, 72, 720, 40],
      ],
      69,
      false,
    ],
    [
      'whatever bands, where the codec has none',
      [
        [69, 70, 10, 60, 9],
        [72, 72, 720],
      ],
      69,
      false,
    ],
  ])('delivers %s', async (_, before, quality, same) => {
    const found = await beside({ ...LATE }, before);
    expect(found).toMatchObject({ quality, same, reached: true });
  });

  test.each<[string, number, number, number]>([
    // bands of the smaller, bands of the result, quality delivered
    ['as few as allowed', 1.5, 0, 69],
    ['more', 1.6, 0, 72],
    ['as many as the result has', 3, 3, 69],
    ['more than that', 3.1, 3, 72],
  ])('holds bands of gradients to their bound: %s', async (_, smaller, own, quality) => {
    const codec = { stepless: () => 90 };
    const before: [number, number, number, number, number][] = [
      [69, 70, 10, 60, smaller],
      [72, 72, 720, 60, own],
    ];
    expect(await beside({ codec, ...LATE }, before)).toMatchObject({ quality });
  });

  test('one that passes takes the place of a result that does not', async () => {
    const found = await beside({ ...LATE }, [
      [75, 75, 750],
      [60, 60, 600],
    ]);
    expect(found).toMatchObject({ quality: 75, reached: true });
    const none = await beside({ ...LATE }, [[60, 60, 600]]);
    expect(none).toMatchObject({ quality: 60, reached: false, same: true, tried: [] });
  });

  const turned = {
    ...linearCodec().postSearch,
    neighbours: (e: ReturnType<typeof linearEncoding>) => [{ ...e, smartSubsample: true }],
  } as LossyCoding['postSearch'];

  test.each<[string, readonly [number, number], boolean]>([
    ['four megapixels', [2000, 2000], true],
    ['more', [2001, 2000], false],
  ])('other settings are tried up to %s', async (_, size, tried) => {
    const outcomes: Outcomes = () => ({ score: 60, bytes: 900 });
    const found = await beside({ size, codec: { postSearch: turned }, outcomes }, [[70, 70, 700]]);
    expect(found.tried.some((name) => name.endsWith('s'))).toBe(tried);
  });

  test('other settings begin where the best so far would be, within the cap', async () => {
    const outcomes: Outcomes = ({ smartSubsample }) => ({
      score: smartSubsample ? 40 : 60,
      bytes: 900,
    });
    const first = async (before: [number, number, number][], qualityCap = 100) => {
      const found = await beside(
        { codec: { postSearch: turned }, outcomes, settings: { qualityCap } },
        before,
      );
      return found.tried.find((name) => name.endsWith('s'));
    };
    expect(await first([[70, 70, 700]])).toBe('70s');
    expect(await first([[64, 70, 640]])).toBe('64s');
    expect(
      await first([
        [75, 90, 750],
        [64, 70, 640],
      ]),
    ).toBe('64s');
    expect(await first([[70, 70, 700]], 66)).toBe('66s');
  });

  test('where a region failed, the middle of the qualities above it is next', async () => {
    // At other settings all scores are five higher, and regions fail up to 75.
    const outcomes: Outcomes = ({ quality, smartSubsample }) =>
      smartSubsample
        ? { score: quality + 5, worst: quality <= 68 ? 30 : 60, bytes: quality * 6 }
        : { score: 40, bytes: 900 };
    const postSearch = { ...turned, tries: 4 };
    const found = await beside({ codec: { postSearch }, outcomes }, [[70, 70, 700]]);
    const sharp = found.tried
      .filter((name) => name.endsWith('s'))
      .map((name) => Number.parseInt(name, 10));
    expect(sharp[0]).toBe(70);
    expect(found.quality).toBe(Math.min(...sharp.filter((quality) => quality > 68)));
    expect(found.bytes).toBe(found.quality * 6);
  });

  test.each<[string, Partial<SearchSettings>, string[]]>([
    ['is tried', {}, ['70 e0']],
    ['is not where the kind of scans is forced', { progressiveForced: true }, []],
  ])('a form with shorter headers %s', async (_, settings, tried) => {
    const seen: number[] = [];
    const postSearch = {
      ...linearCodec().postSearch,
      tries: 0,
      shorter: (best: ReturnType<typeof linearEncoding>, bytes: number) => {
        seen.push(bytes);
        return { ...best, effort: 0 as const };
      },
    } as LossyCoding['postSearch'];
    const outcomes: Outcomes = () => ({ score: 70, bytes: 500 });
    const found = await beside({ codec: { postSearch }, settings, outcomes }, [[70, 70, 700]]);
    expect(found.tried).toEqual(tried);
    expect(seen).toEqual(tried.length ? [700] : []);
    expect(found.bytes).toBe(tried.length ? 500 : 700);
  });
});
