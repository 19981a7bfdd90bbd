import { describe, expect, test } from 'vitest';
import { CODECS } from '../codecs/index.ts';
import { WEBP } from '../codecs/webp.ts';
import { featuresOf, raster } from '../simulated.suite.ts';
import type { CurveOffset } from '../task.ts';
import {
  curveToFollow,
  firstChroma,
  firstDeviation,
  priorFor,
  type SearchSettings,
  searchSchedule,
} from './search-settings.ts';

const features = featuresOf(raster());
const settings = (fields: Partial<SearchSettings> = {}): SearchSettings => ({
  format: 'webp',
  codec: CODECS.webp.lossy,
  mode: 'online',
  target: 70,
  qualityCap: 100,
  progressive: false,
  progressiveForced: false,
  chroma: { sharp: false, free: true, suspect: false },
  features,
  warmStart: undefined,
  ...fields,
});
const { pixels } = features;
const PLAIN = priorFor(settings(), 'final', false).name;
const SHARP = priorFor(settings(), 'final', true).name;
const known = (...offsets: CurveOffset[]) =>
  settings({ warmStart: { offsets: { [PLAIN]: offsets } } });

describe('the deviation to start from', () => {
  const { kept } = WEBP.lossy.transfer;

  test.each<[string, CurveOffset[], number]>([
    ['nothing is known', [], 0],
    ['this size', [{ pixels, score: 70, deviation: -2 }], -2],
    ['another size', [{ pixels: 4 * pixels, score: 70, deviation: -2 }], -2 * kept],
    ['a smaller one', [{ pixels: pixels / 4, score: 70, deviation: 1 }], kept],
    [
      'two sizes, on the line through them',
      [
        { pixels: 4 * pixels, score: 70, deviation: -1 },
        { pixels: 16 * pixels, score: 70, deviation: -2 },
      ],
      0,
    ],
  ])('%s', (_, offsets, deviation) => {
    expect(kept).toBeLessThan(1);
    expect(firstDeviation(known(...offsets), 'final', false)).toBeCloseTo(deviation, 9);
  });

  test('counts from the curve that is followed', () => {
    const search = known({ pixels, score: 70, deviation: -2 });
    const curve = curveToFollow(search, 'final', false);
    const quality = curve.quality(70, -2);
    expect(curve.deviation(quality, 70)).toBeCloseTo(-2, 1);
    // Without a warm start the content model moves the curve by all it predicts.
    expect(curveToFollow(settings(), 'final', false).score(60)).not.toBeCloseTo(curve.score(60), 1);
  });
});

describe('the chroma to begin with', () => {
  const at = (score: number): CurveOffset => ({ pixels, score, deviation: 0 });

  test.each<[string, Partial<SearchSettings>, boolean, boolean]>([
    // why, settings, sharp, whether a miss may change it
    ['the guess from the content', {}, false, true],
    [
      'a guess that is sharp stays',
      { chroma: { sharp: true, free: true, suspect: true } },
      true,
      false,
    ],
    ['what is forced', { chroma: { sharp: false, free: false, suspect: true } }, false, false],
    ['sharp, as before', { warmStart: { offsets: { [SHARP]: [at(70)] } } }, true, false],
    ['not sharp, as before', { warmStart: { offsets: { [PLAIN]: [at(70)] } } }, false, true],
    [
      'that of the nearer score',
      { warmStart: { offsets: { [PLAIN]: [at(60)], [SHARP]: [at(69)] } } },
      true,
      false,
    ],
    [
      'on the other side, too',
      { warmStart: { offsets: { [PLAIN]: [at(71)], [SHARP]: [at(60)] } } },
      false,
      true,
    ],
  ])('%s', (_, fields, sharp, open) => {
    expect(firstChroma(settings(fields))).toEqual({ sharp, open });
  });
});

describe('the rounds of a search', () => {
  const window = (target: number) => searchSchedule(settings({ target }))[0];

  test('the window is narrower, the higher the target, within bounds', () => {
    expect([30, 55, 69, 83, 95].map((target) => window(target).above)).toEqual([
      1.45,
      1.45,
      expect.closeTo(0.95, 9),
      expect.closeTo(0.45, 9),
      0.3,
    ]);
    for (const target of [30, 55, 69, 83, 95]) {
      expect(window(target).aim).toBeGreaterThanOrEqual(0.1);
      expect(window(target).aim).toBeLessThan(window(target).above);
    }
  });

  test('in the background a stand-in goes first, unless the source is known', () => {
    const stages = (search: SearchSettings) => searchSchedule(search).map(({ stage }) => stage);
    expect(stages(settings({ mode: 'background' }))).toEqual(['search', 'final']);
    const e6 = priorFor(settings({ mode: 'background' }), 'final', false).name;
    const warmStart = { offsets: { [e6]: [{ pixels, score: 70, deviation: 0 }] } };
    expect(stages(settings({ mode: 'background', warmStart }))).toEqual(['final']);
    expect(stages(settings())).toEqual(['final']);
  });
});
