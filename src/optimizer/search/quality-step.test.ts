import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AVIF_CURVES } from '../codecs/avif-curves.ts';
import { ALL_QUALITIES } from '../codecs/codec.ts';
import { CODECS } from '../codecs/index.ts';
import { JPEG_CURVES } from '../codecs/jpeg-curves.ts';
import { WEBP_CURVES } from '../codecs/webp-curves.ts';
import { meanCurve, meanScore, type PriorCurve } from '../model/priors.ts';
import {
  bestPoint,
  expectedScore,
  nextQuality,
  type Point,
  type StopCriteria,
} from './quality-step.ts';
import type { StopReason } from './stop-reason.ts';

type Curve = (quality: number) => number;

/** Runs the search to its end on a curve. */
function climb(prior: PriorCurve, curve: Curve, goal: StopCriteria, deviation = 0): Point[] {
  return search(prior, curve, goal, deviation).points;
}

/** The same, with the reason why it ended. */
function search(prior: PriorCurve, curve: Curve, goal: StopCriteria, deviation = 0) {
  const points: Point[] = [];
  for (let i = 0; i < 200; i++) {
    const step = nextQuality(meanCurve(prior), stepsOf(prior), points, goal, deviation);
    if ('stop' in step) return { points, stop: step.stop };
    points.push({ quality: step.quality, score: curve(step.quality) });
  }
  throw new Error('the search did not end');
}

function stepsOf({ name }: PriorCurve): readonly number[] {
  return name.startsWith('avif') ? CODECS.avif.lossy.qualitySteps : ALL_QUALITIES;
}

/** The first guess of a search. */
function firstGuess(prior: PriorCurve, goal: StopCriteria, deviation = 0): number {
  const step = nextQuality(meanCurve(prior), stepsOf(prior), [], goal, deviation);
  if ('stop' in step) throw new Error(`expected a first guess, got ${step.stop}`);
  return step.quality;
}

const goal = (target: number, over: Partial<StopCriteria> = {}): StopCriteria => ({
  target,
  below: 0.5,
  above: 0.75,
  aim: 0.1,
  cap: 12,
  rescue: 2,
  qualityCap: 100,
  ...over,
});

const configs = fc.constantFrom<PriorCurve>(
  JPEG_CURVES.full,
  JPEG_CURVES.sharp,
  WEBP_CURVES.e4,
  AVIF_CURVES.e1,
  AVIF_CURVES.e3,
);
const targets = fc.integer({ min: 50, max: 88 });
/** A picture: how far from the mean, and how that changes over the qualities. */
const pictures = fc.record({
  deviation: fc.double({ min: -2, max: 2, noNaN: true }),
  bend: fc.double({ min: -0.06, max: 0.06, noNaN: true }),
});

describe('nextQuality', () => {
  test('the first guess is where the prior curve meets the target', () => {
    const first = firstGuess(JPEG_CURVES.full, goal(70));
    expect(Math.abs(meanScore(JPEG_CURVES.full, first) - 70)).toBeLessThan(1);
  });

  test('what an earlier search found moves the first guess', () => {
    const hard = firstGuess(WEBP_CURVES.e4, goal(70), -1);
    const easy = firstGuess(WEBP_CURVES.e4, goal(70), 1);
    expect(hard).toBeGreaterThan(easy + 3);
  });

  test('a picture that follows the prior shape is found at the second evaluation', () => {
    fc.assert(
      fc.property(configs, targets, fc.double({ min: -2, max: 2, noNaN: true }), (c, t, d) => {
        const points = climb(c, (q) => meanCurve(c).score(q, d), goal(t));
        // One more where the steps of the encoder are wider than the window.
        expect(points.length).toBeLessThanOrEqual(4);
        expect(points[1] ?? points[0]).toBeDefined();
      }),
    );
  });

  test('on a rising curve the lowest quality that passes is found, or one inside the window', () => {
    fc.assert(
      fc.property(configs, targets, pictures, (config, target, { deviation, bend }) => {
        let highest = Number.NEGATIVE_INFINITY;
        const rising = stepsOf(config).map((q) => {
          highest = Math.max(highest, meanCurve(config).score(q, deviation) + bend * (q - 50));
          return [q, highest] as const;
        });
        const table = new Map(rising);
        const wanted = goal(target);
        const points = climb(config, (q) => table.get(q)!, wanted);
        const best = bestPoint(points, wanted)!;
        const lowest = rising.find(([, score]) => score >= target - wanted.below);
        if (lowest === undefined) {
          expect(best.score).toBeLessThan(target);
          return;
        }
        expect(best.score).toBeGreaterThanOrEqual(target - wanted.below);
        // The score of the rung below, as expected, may end the search a step early.
        const limit = Math.max(target + wanted.above, lowest[1] + 1);
        expect(best.score).toBeLessThanOrEqual(limit + 1e-9);
      }),
    );
  });

  test('noise costs evaluations, never the bracket: whatever is returned was tried and passes', () => {
    fc.assert(
      fc.property(
        configs,
        targets,
        pictures,
        fc.array(fc.double({ min: -1.5, max: 1.5, noNaN: true }), {
          minLength: 101,
          maxLength: 101,
        }),
        (config, target, { deviation, bend }, noise) => {
          const curve: Curve = (q) =>
            meanCurve(config).score(q, deviation) + bend * (q - 50) + noise[q]!;
          const wanted = goal(target);
          const points = climb(config, curve, wanted);
          const qualities = points.map((p) => p.quality);
          expect(new Set(qualities).size).toBe(qualities.length);
          const best = bestPoint(points, wanted)!;
          const passing = points.filter((p) => p.score >= target - wanted.below);
          if (passing.length > 0) expect(passing).toContainEqual(best);
        },
      ),
    );
  });

  test('the cap is kept; two more are granted only when the best lies clearly off', () => {
    fc.assert(
      fc.property(configs, targets, pictures, fc.integer({ min: 1, max: 5 }), (c, t, p, cap) => {
        const score: Curve = (q) => meanCurve(c).score(q, p.deviation) + p.bend * (q - 50);
        const wanted = goal(t, { cap });
        const points = climb(c, score, wanted);
        const best = bestPoint(points.slice(0, cap), wanted)!.score;
        const beyond = best < t - 1 || best > t + 1.5 ? 2 : 0;
        expect(points.length).toBeLessThanOrEqual(cap + beyond);
      }),
    );
  });

  test.each([
    // scores of the trials, what follows, why
    [[75], true, 'far above the target after the only trial'],
    [[71.4], false, 'a little above it'],
    [[68], true, 'far below'],
    [[69.2], false, 'a little below'],
    [[75, 74, 73], false, 'both further trials were used'],
  ])('scores of %j at a cap of one go on: %s (%s)', (scores, goesOn) => {
    const points = scores.map((score, i) => ({ quality: 80 - i, score }));
    const wanted = goal(70, { cap: 1, rescue: 2 });
    const step = nextQuality(meanCurve(JPEG_CURVES.full), ALL_QUALITIES, points, wanted);
    expect('quality' in step).toBe(goesOn);
  });

  test('the last trial aims 0.4 points higher, because none follows to repair a miss', () => {
    const means = [12, 1].map((cap) => {
      const scores = Array.from({ length: 39 }, (_, i) => {
        const quality = firstGuess(JPEG_CURVES.full, goal(50 + i, { cap }));
        return meanScore(JPEG_CURVES.full, quality) - (50 + i);
      });
      return scores.reduce((sum, score) => sum + score, 0) / scores.length;
    });
    // Whole qualities are half a point apart.
    expect(means[1]! - means[0]!).toBeGreaterThan(0.2);
    expect(means[1]! - means[0]!).toBeLessThan(0.6);
  });

  test('no quality above the ceiling is tried', () => {
    const points = climb(JPEG_CURVES.full, (q) => q * 0.5, goal(80, { qualityCap: 62 }));
    expect(Math.max(...points.map((p) => p.quality))).toBe(62);
  });

  test('a target out of reach ends within the cap and gives the best of what was seen', () => {
    const wanted = goal(80, { cap: 3 });
    const points = climb(JPEG_CURVES.full, (q) => Math.min(60, q), wanted);
    expect(points.length).toBeLessThanOrEqual(5);
    expect(bestPoint(points, wanted)!.score).toBe(60);
  });
});

describe('expectedScore', () => {
  test('it passes through the measured points', () => {
    const points = [
      { quality: 40, score: 51 },
      { quality: 60, score: 66 },
    ];
    for (const p of points)
      expect(expectedScore(meanCurve(JPEG_CURVES.full), p.quality, points)).toBeCloseTo(p.score);
  });

  test('between two points it lies between their scores', () => {
    const points = [
      { quality: 40, score: 51 },
      { quality: 60, score: 66 },
    ];
    const middle = expectedScore(meanCurve(JPEG_CURVES.full), 50, points);
    expect(middle).toBeGreaterThan(51);
    expect(middle).toBeLessThan(66);
  });

  test.each([
    // distance of the two points, share of their slope that is believed past them
    [3, 3 / 9],
    [6, 6 / 12],
    [24, 24 / 30],
  ])('past two points %i qualities apart their slope counts %d', (apart, share) => {
    const curve = meanCurve(JPEG_CURVES.full);
    const slope = 0.02;
    const at = (quality: number, deviation: number) => ({
      quality,
      score: curve.score(quality, deviation),
    });
    const points = [at(60 - apart, -apart * slope), at(60, 0)];
    const expected = curve.score(70, share * slope * 10);
    expect(expectedScore(curve, 70, points)).toBeCloseTo(expected, 3);
  });
});

describe('why a search ends', () => {
  const q = (quality: number) => quality;
  test.each<[string, Curve, StopCriteria, StopReason]>([
    ['a score inside the window', q, goal(70), 'in-window'],
    ['two neighbours, one fails', (at) => (at < 50 ? 60 : 80), goal(70), 'bracket-closed'],
    ['the cap fails', (at) => at / 2, goal(80, { qualityCap: 62 }), 'quality-cap'],
    ['no trial is left', (at) => at / 3, goal(70, { cap: 1, rescue: 0 }), 'trials-spent'],
  ])('%s', (_why, curve, criteria, stop) => {
    expect(search(JPEG_CURVES.full, curve, criteria).stop).toBe(stop);
  });

  test('a lower quality that is expected to fail', () => {
    const points = [
      { quality: 60, score: 68 },
      { quality: 64, score: 72 },
    ];
    const low = { ...goal(71.9), above: -1 };
    expect(nextQuality(meanCurve(JPEG_CURVES.full), ALL_QUALITIES, points, low)).toEqual({
      stop: 'lower-fails',
    });
  });
});
