/** Where a search goes next, how long it goes on, and what it leaves behind, by numbers. */
import { describe, expect, test } from 'vitest';
import { linearCurve, linearSettings } from '../linear-codec.suite.ts';
import { meanCurve } from '../model/priors.ts';
import type { CurveOffset, WarmStart } from '../task.ts';
import {
  bestPoint,
  expectedScore,
  nextQuality,
  type Point,
  type StopCriteria,
} from './quality-step.ts';
import { firstChroma, type SearchSettings, searchSchedule } from './search-settings.ts';
import { addOffset, transferredOffset } from './warm-start.ts';

/** Quality 70 scores 70. */
const CURVE = meanCurve(linearCurve('linear'));
const TENTHS = Array.from({ length: 991 }, (_, i) => Math.round(10 + i) / 10);
const WHOLE = Array.from({ length: 100 }, (_, i) => i + 1);

const goal = (fields: Partial<StopCriteria> = {}): StopCriteria => ({
  ...{ target: 70, below: 0.5, above: 1, aim: 0.3, cap: 9, rescue: 0, qualityCap: 100 },
  ...fields,
});
const points = (...list: [quality: number, score: number][]): Point[] =>
  list.map(([quality, score]) => ({ quality, score }));

describe('the next quality', () => {
  const next = (
    list: [number, number][],
    fields: Partial<StopCriteria> = {},
    deviation?: number,
  ) => {
    const step = nextQuality(CURVE, TENTHS, points(...list), goal(fields), deviation);
    return 'quality' in step ? step.quality : step.stop;
  };

  test.each<[string, [number, number][], Partial<StopCriteria>, number | string]>([
    ['aims over the target', [], {}, 70.3],
    ['by as much as is said', [], { aim: 1 }, 71],
    ['higher where no other trial follows', [], { cap: 1 }, 70.7],
    ['not where one may', [], { cap: 2 }, 70.3],
    ['moved by what was seen', [[60, 66]], {}, 64.3],
    ['and higher if it is the last', [[60, 66]], { cap: 2 }, 64.7],
    ['not if something passed', [[60, 75]], { cap: 2 }, 55.3],
    // Past two points four qualities apart, 0.4 of their slope of -0.25 is believed.
    [
      'half a point higher after two misses',
      [
        [60, 66],
        [64, 69],
      ],
      {},
      66,
    ],
    [
      'a whole one after three',
      [
        [50, 50],
        [60, 66],
        [64, 69],
      ],
      {},
      66.6,
    ],
    // Past two points five apart, 5/11 of their slope of 0.4.
    [
      'a quarter lower after two overshoots',
      [
        [80, 85],
        [75, 78],
      ],
      {},
      68.3,
    ],
    [
      'a half after three',
      [
        [90, 96],
        [80, 85],
        [75, 78],
      ],
      {},
      68.1,
    ],
    // Between two points on the line through them.
    [
      'as ever where the sides change',
      [
        [60, 66],
        [75, 78],
      ],
      {},
      65.4,
    ],
    [
      'also after several on one side',
      [
        [50, 50],
        [60, 66],
        [75, 78],
      ],
      {},
      65.4,
    ],
    [
      'from the points next to it',
      [
        [75, 78],
        [60, 66],
        [90, 99],
        [40, 30],
      ],
      { aim: 0 },
      65,
    ],
  ])('%s', (_, list, fields, quality) => {
    expect(next(list, fields)).toBe(quality);
  });

  test('moved by what is known beforehand, until something is seen', () => {
    expect(next([], {}, 2)).toBe(68.3);
    expect(next([], {}, -2)).toBe(72.3);
    expect(next([[60, 66]], {}, 40)).toBe(64.3);
  });

  test.each<[string, [number, number][], number, number]>([
    // what, points, lowest and highest that may be next
    [
      'above the highest that fails',
      [
        [69, 60],
        [68, 50],
      ],
      69.1,
      100,
    ],
    [
      'however they came',
      [
        [68, 50],
        [69, 60],
      ],
      69.1,
      100,
    ],
    [
      'below the lowest that passes',
      [
        [75, 80],
        [72, 79],
      ],
      1,
      71.9,
    ],
    [
      'in whatever order',
      [
        [72, 79],
        [75, 80],
      ],
      1,
      71.9,
    ],
    [
      'between them',
      [
        [60, 60],
        [75, 80],
        [50, 10],
      ],
      60.1,
      74.9,
    ],
    [
      'whatever fails above what passes',
      [
        [72, 74],
        [80, 60],
      ],
      1,
      71.9,
    ],
    [
      'also where that was first',
      [
        [80, 60],
        [72, 74],
      ],
      1,
      71.9,
    ],
  ])('lies %s', (_, list, low, high) => {
    for (const aim of [-60, -5, 0, 5, 60]) {
      const step = nextQuality(CURVE, TENTHS, points(...list), goal({ aim }));
      if ('stop' in step) continue;
      expect(step.quality).toBeGreaterThanOrEqual(low);
      expect(step.quality).toBeLessThanOrEqual(high);
    }
  });

  test('lies no higher than the cap', () => {
    expect(next([], { qualityCap: 40 })).toBe(40);
    expect(next([[30, 10]], { qualityCap: 40, aim: 60 })).toBe(40);
  });

  test.each<[string, [number, number][], Partial<StopCriteria>, string | undefined]>([
    // what, points, goal, stop
    ['just in the window', [[70, 71]], {}, 'in-window'],
    ['just above it', [[70, 71.1]], {}, undefined],
    ['just passing', [[70, 69.5]], {}, 'in-window'],
    ['just failing', [[70, 69.4]], {}, undefined],
    [
      'as many trials as granted',
      [
        [70, 60],
        [75, 65],
      ],
      { cap: 2 },
      'trials-spent',
    ],
    ['one fewer', [[70, 60]], { cap: 2 }, undefined],
    [
      'far under, one more is granted',
      [
        [70, 60],
        [75, 68.9],
      ],
      { cap: 2, rescue: 1 },
      undefined,
    ],
    [
      'near under, none is',
      [
        [70, 60],
        [75, 69],
      ],
      { cap: 2, rescue: 1 },
      'trials-spent',
    ],
    [
      'far over, one more is granted',
      [
        [90, 95],
        [70, 71.6],
      ],
      { cap: 2, rescue: 1 },
      undefined,
    ],
    [
      'near over, none is',
      [
        [90, 95],
        [70, 71.5],
      ],
      { cap: 2, rescue: 1 },
      'trials-spent',
    ],
    [
      'far under and over',
      [
        [60, 60],
        [75, 72],
      ],
      { cap: 2, rescue: 1 },
      undefined,
    ],
    [
      'after that none',
      [
        [60, 60],
        [75, 72],
        [70, 68],
      ],
      { cap: 2, rescue: 1 },
      'trials-spent',
    ],
    ['the cap fails', [[90, 60]], { qualityCap: 90 }, 'quality-cap'],
    ['below the cap', [[89, 60]], { qualityCap: 90 }, undefined],
    [
      'neighbours',
      [
        [70, 69],
        [71, 72],
      ],
      {},
      'bracket-closed',
    ],
    [
      'one between',
      [
        [70, 69],
        [72, 73],
      ],
      {},
      undefined,
    ],
    ['the lowest passes', [[1, 90]], {}, 'bracket-closed'],
    ['the second lowest', [[2, 90]], {}, undefined],
    [
      'all below are expected to fail',
      [
        [70, 66],
        [72, 71.4],
      ],
      { above: 0 },
      'lower-fails',
    ],
    [
      'the next below may just pass',
      [
        [70, 68],
        [72, 71],
      ],
      { above: 0 },
      undefined,
    ],
  ])('whether there is one: %s', (_, list, fields, stop) => {
    const step = nextQuality(CURVE, WHOLE, points(...list), goal(fields));
    expect('stop' in step ? step.stop : undefined).toBe(stop);
  });

  test('of two equally near the lower', () => {
    expect(nextQuality(CURVE, [60, 80], [], goal({ aim: 0 }))).toEqual({ quality: 60 });
  });
});

describe('the best point', () => {
  test.each<[string, [number, number][], number | undefined]>([
    ['none', [], undefined],
    [
      'the lowest quality that passes',
      [
        [80, 90],
        [72, 70],
        [75, 75],
      ],
      72,
    ],
    [
      'however the trials went',
      [
        [72, 70],
        [80, 90],
        [75, 75],
      ],
      72,
    ],
    [
      'just passing',
      [
        [80, 90],
        [72, 69.5],
      ],
      72,
    ],
    [
      'else the highest score',
      [
        [60, 60],
        [65, 66],
        [70, 64],
      ],
      65,
    ],
    [
      'of equal ones the first',
      [
        [60, 60],
        [65, 60],
      ],
      60,
    ],
  ])('is %s', (_, list, quality) => {
    expect(bestPoint(points(...list), goal())?.quality).toBe(quality);
  });
});

describe('the expected score', () => {
  test.each<[string, [number, number][], number, number]>([
    ['of nothing seen', [], 50, 53],
    ['beside one point', [[60, 66]], 50, 56],
    [
      'at a point',
      [
        [60, 66],
        [70, 71],
      ],
      60,
      66,
    ],
    [
      'between two',
      [
        [60, 66],
        [70, 71],
      ],
      64,
      68,
    ],
    [
      'nearer to the second',
      [
        [60, 66],
        [70, 71],
      ],
      68,
      70,
    ],
    [
      'between the nearest two',
      [
        [60, 66],
        [70, 71],
        [90, 99],
        [40, 20],
      ],
      64,
      68,
    ],
    [
      'past the last of them',
      [
        [60, 66],
        [66, 69],
      ],
      70,
      70 + 3 - 0.5 * 0.5 * 4,
    ],
    [
      'before the first',
      [
        [60, 66],
        [66, 69],
      ],
      56,
      56 + 6 + 0.5 * 0.5 * 4,
    ],
  ])('%s', (_, list, quality, score) => {
    expect(expectedScore(CURVE, quality, points(...list), 3)).toBeCloseTo(score, 9);
  });
});

describe('the rounds', () => {
  const rounds = (fields: Partial<SearchSettings>) => searchSchedule(linearSettings(fields));
  const known = { offsets: { final: [{ pixels: 300_000, score: 70, deviation: 0 }] } };
  const near = { above: 0.5, aim: 0 };

  test('in the background are a cheap one and a final one', () => {
    const final = { stage: 'final', cap: 4, rescue: 2, ...near };
    expect(rounds({ mode: 'background' })).toEqual([
      { stage: 'search', cap: 3, rescue: 0, ...near },
      final,
    ]);
    expect(rounds({ mode: 'background', warmStart: known })).toEqual([final]);
  });

  test.each([
    [40, 1.45, 0.3],
    [55, 1.45, 0.3],
    [69, 0.95, 0.188],
    [80, 1.45 - 25 / 28, 0.1],
    [95, 0.3, 0.1],
  ])('online, for a target of %d, accept %d and aim at %d', (target, above, aim) => {
    const [round, ...more] = rounds({ target });
    expect(more).toEqual([]);
    expect(round).toMatchObject({ stage: 'final', cap: 3, rescue: 3 });
    expect(round.above).toBeCloseTo(above, 9);
    expect(round.aim).toBeCloseTo(aim, 9);
  });

  test('of a source that is known are wider, whatever the target', () => {
    for (const target of [40, 70, 95]) {
      expect(rounds({ target, warmStart: known })).toEqual([
        { stage: 'final', cap: 3, rescue: 3, above: 1.5, aim: 0.5 },
      ]);
    }
  });

  test('begin with sharp chroma where both are known equally well', () => {
    const offset = { pixels: 300_000, score: 70, deviation: 0 };
    const warmStart = { offsets: { final: [offset], sharp: [offset] } };
    expect(firstChroma(linearSettings({ warmStart }))).toEqual({ sharp: true, open: false });
  });
});

describe('a warm start', () => {
  const offset = (pixels: number, deviation: number, score = 70): CurveOffset => ({
    ...{ pixels, score, deviation },
  });
  const add = (before: CurveOffset[], latest: CurveOffset) =>
    addOffset({ offsets: { jpeg: before } }, 'jpeg', latest).offsets.jpeg;

  test.each<[string, CurveOffset, boolean]>([
    // what was known, whether the new one of 1000 pixels at 70 stands in its place
    ['the same size and score', offset(1000, 1), true],
    ['within half an octave', offset(1414, 1), true],
    ['just beyond it', offset(1415, 1), false],
    ['within half an octave below', offset(708, 1), true],
    ['just beyond that', offset(707, 1), false],
    ['four points off', offset(1000, 1, 74), true],
    ['more than four', offset(1000, 1, 74.1), false],
    ['four points below', offset(1000, 1, 66), true],
    ['more than four below', offset(1000, 1, 65.9), false],
    ['another size and score', offset(9000, 1, 20), false],
  ])('replaces %s: %s', (_, before, replaced) => {
    const latest = offset(1000, 2);
    expect(add([before], latest)).toEqual(replaced ? [latest] : [before, latest]);
  });

  test('keeps the latest eight, the latest last', () => {
    const all = Array.from({ length: 9 }, (_, i) => offset(10 ** (i + 1), i));
    let warmStart: WarmStart | undefined;
    for (const one of all) warmStart = addOffset(warmStart, 'jpeg', one);
    expect(warmStart?.offsets.jpeg).toEqual(all.slice(1));
  });

  test.each<[string, CurveOffset[], number, 'this size' | 'two sizes' | 'another size']>([
    // at 1000 pixels and 70 points
    ['half an octave away is this size', [offset(1414, 3), offset(9000, 8)], 3, 'this size'],
    ['more is another', [offset(1415, 3)], 3, 'another size'],
    ['below as well', [offset(707, 3)], 3, 'another size'],
    ['the nearer of two', [offset(4000, 3), offset(900, 1)], 1, 'this size'],
    ['the nearer of two on either side', [offset(1300, 3), offset(950, 1)], 1, 'this size'],
    ['the line through two', [offset(4000, 3), offset(16_000, 5)], 1, 'two sizes'],
    ['two that are one size', [offset(4000, 3), offset(5000, 9)], 3, 'another size'],
    [
      'the second of another size',
      [offset(4000, 3), offset(5000, 9), offset(16_000, 5)],
      1,
      'two sizes',
    ],
    [
      'scores within four points of the nearest',
      [offset(4000, 3, 71), offset(16_000, 5, 75)],
      1,
      'two sizes',
    ],
    ['and no further', [offset(4000, 3, 71), offset(16_000, 5, 75.1)], 3, 'another size'],
  ])('%s', (_, offsets, deviation, from) => {
    const found = transferredOffset(offsets, { pixels: 1000, score: 70 });
    expect(found?.deviation).toBeCloseTo(deviation, 9);
    expect(found?.from).toBe(from);
  });
});
