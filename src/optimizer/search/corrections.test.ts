import { describe, expect, test } from 'vitest';
import type { LossyCoding } from '../codecs/codec.ts';
import {
  attempt,
  blank,
  FEATURES,
  linearCodec,
  linearEncoding,
  linearSettings,
  linearTools,
  type Outcome,
  type Outcomes,
} from '../linear-codec.suite.ts';
import type { Curve } from '../model/priors.ts';
import {
  bandsAllowed,
  otherChroma,
  qualityOf,
  raiseForBands,
  raiseForRegion,
  raiseSmallPicture,
} from './corrections.ts';
import type { SearchSettings } from './search-settings.ts';
import type { SearchState } from './search-state.ts';
import { type MeasuredAttempt, TrialRunner } from './trial-runner.ts';

/** Quality and score are one number, moved by a deviation. */
const straight = (shift = 0): Curve => ({
  score: (quality, deviation = 0) => quality + shift + deviation,
  deviation: (quality, score) => score - quality - shift,
  quality: (score, deviation = 0) => score - shift - deviation,
});

interface Desk {
  readonly outcomes?: Outcomes;
  readonly codec?: Partial<LossyCoding>;
  readonly settings?: Partial<SearchSettings>;
  readonly state?: Partial<SearchState>;
  readonly size?: readonly [number, number];
  readonly milliseconds?: number;
}

/** A search that ended, for a target of 70. */
function desk({ outcomes, codec, settings, state, size = [600, 500], milliseconds }: Desk = {}) {
  const tools = linearTools(outcomes);
  const budget = { mode: 'online', milliseconds: milliseconds ?? 60_000 } as const;
  const search: SearchState = {
    runner: new TrialRunner(blank(...size), tools, budget),
    settings: linearSettings({ ...settings, codec: linearCodec(codec) }),
    qualityCap: 100,
    tried: [],
    sharp: false,
    late: false,
    curve: () => straight(),
    encoding: (_, quality) => linearEncoding(quality),
    passes: ({ score }) => score >= (settings?.target ?? 70) - 0.5,
    isFinal: ({ encoding }) => 'effort' in encoding && encoding.effort === 6,
    ...state,
  };
  const qualities = () => tools.tried.map(({ quality }) => quality as number);
  return { search, qualities, tried: tools.tried };
}

const found = (quality: number, outcome: Outcome = {}): MeasuredAttempt =>
  attempt(linearEncoding(quality), { score: quality, ...outcome });

describe('one step up for a poor region', () => {
  // The floor is 45, 25 points under the target.
  test.each<[string, worst: number, raised: number, tried: number[], taken: boolean]>([
    // what, region before, region after, qualities tried, whether the step is taken
    ['at the floor nothing is done', 45, 90, [], false],
    ['as many points up as it lies under the floor', 43, 90, [72], true],
    ['one at least', 44.5, 90, [71], true],
    ['three at most', 30, 90, [73], true],
    ['half of the way to the floor is enough', 43, 44, [72], true],
    ['less is not', 43, 43.9, [72], false],
    ['nor is a region that falls', 43, 42, [72], false],
  ])('%s', async (_, worst, raised, tried, taken) => {
    const { search, qualities } = desk({ outcomes: () => ({ worst: raised }) });
    const result = await raiseForRegion(search, found(70, { worst }));
    expect(qualities()).toEqual(tried);
    expect(result && qualityOf(result)).toBe(taken ? tried[0] : undefined);
  });

  test('counts from where the picture lies', async () => {
    const { search, qualities } = desk({ outcomes: () => ({ worst: 50 }) });
    await raiseForRegion(search, found(55, { score: 70, worst: 43 }));
    expect(qualities()).toEqual([57]);
  });

  test('is one quality at least', async () => {
    // By the curve 72 would do, which was passed already.
    const { search, qualities } = desk({ outcomes: () => ({ worst: 50 }) });
    await raiseForRegion(search, found(73, { worst: 44.5 }));
    expect(qualities()).toEqual([74]);
  });

  test.each<[string, Desk, number[]]>([
    ['no further than the cap', { state: { qualityCap: 71 } }, [71]],
    ['not past it', { state: { qualityCap: 70 } }, []],
    ['not when time is up', { state: { late: true } }, []],
    ['nor when a trial takes too long', { milliseconds: 0 }, []],
    ['nor where the target was missed', { state: { passes: () => false } }, []],
  ])('%s', async (_, fields, tried) => {
    const { search, qualities } = desk({ outcomes: () => ({ worst: 50 }), ...fields });
    const raised = await raiseForRegion(search, found(70, { worst: 40 }));
    expect(qualities()).toEqual(tried);
    expect(raised && qualityOf(raised)).toBe(tried[0]);
  });

  test.each<[string, MeasuredAttempt, number | undefined]>([
    // what, tried before, taken without a trial
    ['the next quality', found(71, { worst: 50 }), 71],
    ['three above the step', found(76, { worst: 50 }), 76],
    ['four above it is too far', found(77, { worst: 50 }), undefined],
    ['the result itself is no step', found(70, { worst: 50 }), undefined],
    [
      'nor is a stand-in',
      attempt(linearEncoding(72, { stage: 'search' }), { score: 72, worst: 50 }),
      undefined,
    ],
  ])('what was tried on the way is taken: %s', async (_, before, taken) => {
    for (const milliseconds of [60_000, 0]) {
      const { search, qualities } = desk({ state: { tried: [before] }, milliseconds });
      const raised = await raiseForRegion(search, found(70, { worst: 40 }));
      expect(qualities()).toEqual(taken === undefined && milliseconds > 0 ? [73] : []);
      if (taken !== undefined) expect(raised).toBe(before);
    }
  });
});

describe('a higher quality for stepped gradients', () => {
  const stepless = (levels: number) => (levels === 1 ? 90 : 80);

  test.each([
    // target, levels
    [55, 2.5],
    [59.9, 2.5],
    [60, 1.5],
    [85, 1.5],
  ])('a target of %d allows %d levels', (target, levels) => {
    expect(bandsAllowed(target)).toBe(levels);
  });

  test.each<[string, Desk, Outcome & { quality?: number }, Outcome, number[], boolean]>([
    // what, search, result before, result after, qualities tried, whether it is taken
    ['steps of more than one level', {}, { bands: 1.6 }, {}, [90], true],
    ['a level and rounding are allowed', {}, { bands: 1.5 }, {}, [], false],
    ['no steps', {}, {}, {}, [], false],
    ['as many steps as before', {}, { bands: 3 }, { bands: 3 }, [90], true],
    ['more steps than before', {}, { bands: 3 }, { bands: 3.1 }, [90], false],
    ['a miss of the target', {}, { bands: 3 }, { score: 60 }, [90], false],
    ['a low target steps by two', { settings: { target: 55 } }, { bands: 2.6 }, {}, [80], true],
    ['and by no more', { settings: { target: 55 } }, { bands: 2.5 }, {}, [], false],
    ['the cap', { state: { qualityCap: 75 } }, { bands: 3 }, {}, [75], true],
    ['a result as high as that', {}, { bands: 3, quality: 90 }, {}, [], false],
    ['one just under it', {}, { bands: 3, quality: 89 }, {}, [90], true],
    ['time is up', { state: { late: true } }, { bands: 3 }, {}, [], false],
    ['a trial takes too long', { milliseconds: 0 }, { bands: 3 }, {}, [], false],
    ['a codec without steps', { codec: {} }, { bands: 3 }, {}, [], false],
  ])('%s', async (_, fields, { quality = 70, ...before }, after, tried, taken) => {
    const { search, qualities } = desk({ codec: { stepless }, outcomes: () => after, ...fields });
    const result = await raiseForBands(search, found(quality, before));
    expect(qualities()).toEqual(tried);
    expect(result && qualityOf(result)).toBe(taken ? tried[0] : undefined);
  });
});

describe('a small picture at the quality of a mean one', () => {
  const framed = { settings: { features: { ...FEATURES, repeatedShare: 0.3 } } };
  const bare = { settings: { features: { ...FEATURES, repeatedShare: 0.29 } } };
  /** By its own content the picture needs 65 only. */
  const own = { curve: () => straight(5) };
  const even = { score: 70, worst: 66.1 };
  const uneven = { score: 70, worst: 66 };

  test.each<[string, Desk, Outcome, number[]]>([
    // what, search, result at quality 60, qualities tried
    ['one window of the metric', { size: [128, 128] }, even, [70]],
    ['more than that', { size: [129, 128] }, even, []],
    ['more, with a poor region', { size: [129, 128] }, uneven, [70]],
    ['up to a limit', { size: [240, 200] }, uneven, [70]],
    ['and no further', { size: [240, 201] }, uneven, []],
    ['by its own content', { size: [100, 100], state: own }, even, [65]],
    ['by its own content, uneven', { size: [100, 100], state: own, ...bare }, uneven, [65]],
    ['with a frame, by a mean picture', { size: [100, 100], state: own, ...framed }, uneven, [70]],
    ['an even one by its own', { size: [100, 100], state: own, ...framed }, even, [65]],
    ['never above the cap', { size: [100, 100], state: { qualityCap: 66 } }, even, [66]],
    ['time is up', { size: [100, 100], state: { late: true } }, even, []],
    ['a trial takes too long', { size: [100, 100], milliseconds: 0 }, even, []],
  ])('%s', async (_, fields, outcome, tried) => {
    const { search, qualities } = desk({ outcomes: () => ({ score: 70 }), ...fields });
    const raised = await raiseSmallPicture(search, found(60, outcome));
    expect(qualities()).toEqual(tried);
    expect(raised && qualityOf(raised)).toBe(tried[0]);
  });

  test('that was found at this quality or above stays', async () => {
    for (const quality of [70, 71]) {
      const { search, qualities } = desk({ size: [100, 100] });
      expect(await raiseSmallPicture(search, found(quality))).toBeUndefined();
      expect(qualities()).toEqual([]);
    }
    const { search, qualities } = desk({ size: [100, 100] });
    await raiseSmallPicture(search, found(69));
    expect(qualities()).toEqual([70]);
  });

  test.each<[before: number, after: number, taken: boolean]>([
    [70, 69.4, false],
    [70, 69.5, true],
    [69, 69, true],
  ])('a score of %d that becomes %d is taken: %s', async (before, after, taken) => {
    const { search } = desk({ size: [100, 100], outcomes: () => ({ score: after }) });
    const raised = await raiseSmallPicture(search, found(60, { score: before }));
    expect(raised !== undefined).toBe(taken);
  });
});

describe('half a step by the other chroma', () => {
  /** Sharp chroma scores as much more as the codec says. */
  const world: Outcomes = ({ quality, smartSubsample }) => ({
    score: quality + (smartSubsample ? 2 : 0),
  });

  test.each<[string, Desk, Outcome & { quality?: number }, number[]]>([
    // what, search, result before, qualities tried
    ['too near to the target', {}, { score: 71.5 }, []],
    ['just far enough', {}, { score: 71.6 }, [69]],
    ['as far as it goes', {}, { score: 76 }, [68]],
    ['too far', {}, { score: 76.1 }, []],
    ['time is up', { state: { late: true } }, { score: 73 }, []],
    ['a trial takes too long', { milliseconds: 0 }, { score: 73 }, []],
    [
      'a chroma that the plan forces',
      { settings: { chroma: { sharp: false, free: false, suspect: true } } },
      { score: 73 },
      [],
    ],
    [
      'sharp chroma that takes many bytes',
      { codec: { chroma: { ...linearCodec().chroma, costly: true } } },
      { score: 73 },
      [],
    ],
    [
      'the same with edges in the picture',
      {
        codec: { chroma: { ...linearCodec().chroma, costly: true } },
        settings: { chroma: { sharp: false, free: true, suspect: true } },
      },
      { score: 73 },
      [68],
    ],
    [
      'from sharp chroma, however many bytes that takes',
      {
        codec: { chroma: { ...linearCodec().chroma, costly: true } },
        state: { sharp: true },
      },
      { score: 73 },
      [72, 70],
    ],
  ])('%s', async (_, fields, { score = 73, quality = score }, tried) => {
    const { search, qualities } = desk({ outcomes: world, ...fields });
    await otherChroma(search, found(quality, { score }));
    expect(qualities()).toEqual(tried);
  });

  test('begins where the other chroma is expected at the target, from either side', async () => {
    const first = async (sharp: boolean) => {
      const { search, tried } = desk({ outcomes: () => ({ score: 70 }), state: { sharp } });
      await otherChroma(search, found(73));
      return tried[0];
    };
    // Two points more or less, and a third of one is aimed at.
    expect(await first(false)).toMatchObject({ quality: 68, smartSubsample: true });
    expect(await first(true)).toMatchObject({ quality: 72, smartSubsample: false });
  });

  test.each<[string, scores: number[], tries: number]>([
    ['a first trial in the window is the last', [71.5], 1],
    ['one above it is followed by another', [71.6, 70], 2],
    ['a miss as well', [60, 65], 2],
    ['and no third', [60, 65, 70], 2],
  ])('%s', async (_, scores, tries) => {
    const outcomes = [...scores];
    const { search, qualities } = desk({ outcomes: () => ({ score: outcomes.shift()! }) });
    await otherChroma(search, found(73));
    expect(qualities()).toHaveLength(tries);
  });

  test.each<[string, Outcome, Outcome, boolean]>([
    // what, result before, the other chroma, whether it is taken
    ['fewer bytes', { bytes: 700 }, { score: 70, bytes: 699 }, true],
    ['as many bytes', { bytes: 700 }, { score: 70, bytes: 700 }, false],
    ['just passes', {}, { score: 69.5, bytes: 9 }, true],
    ['just fails', {}, { score: 69.4, bytes: 9 }, false],
    ['a region at the floor', {}, { score: 70, worst: 45, bytes: 9 }, true],
    ['a region under the floor', {}, { score: 70, worst: 44, bytes: 9 }, false],
    ['as poor as before', { worst: 44 }, { score: 70, worst: 44, bytes: 9 }, true],
    ['poorer than before', { worst: 44 }, { score: 70, worst: 43, bytes: 9 }, false],
  ])('%s', async (_, before, outcome, taken) => {
    const { search } = desk({ outcomes: () => outcome });
    const result = await otherChroma(search, found(73, before));
    expect(result !== undefined).toBe(taken);
  });
});
