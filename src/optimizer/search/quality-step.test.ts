import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Config, curveOf, meanScore } from '../model/priors.ts';
import {
  bestPoint,
  expectedScore,
  nextQuality,
  type Point,
  qualityStepsOf,
  type StopCriteria,
} from './quality-step.ts';

type Curve = (quality: number) => number;

/** Runs the search to its end on a curve. */
function climb(config: Config, curve: Curve, goal: StopCriteria, deviation = 0): Point[] {
  const format = config.startsWith('avif') ? 'avif' : config.startsWith('webp') ? 'webp' : 'jpeg';
  const points: Point[] = [];
  for (let i = 0; i < 200; i++) {
    const quality = nextQuality(curveOf(config), qualityStepsOf(format), points, goal, deviation);
    if (quality === undefined) return points;
    points.push({ quality, score: curve(quality) });
  }
  throw new Error('the search did not end');
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

const configs = fc.constantFrom<Config>('jpeg', 'jpeg 4:4:4', 'webp e4', 'avif e1', 'avif e3');
const targets = fc.integer({ min: 50, max: 88 });
/** A picture: how far from the mean, and how that changes over the qualities. */
const pictures = fc.record({
  deviation: fc.double({ min: -2, max: 2, noNaN: true }),
  bend: fc.double({ min: -0.06, max: 0.06, noNaN: true }),
});

describe('nextQuality', () => {
  test('the first guess is where the prior curve meets the target', () => {
    const first = nextQuality(curveOf('jpeg'), qualityStepsOf('jpeg'), [], goal(70))!;
    expect(Math.abs(meanScore('jpeg', first) - 70)).toBeLessThan(1);
  });

  test('what an earlier search found moves the first guess', () => {
    const rungs = qualityStepsOf('webp');
    const hard = nextQuality(curveOf('webp e4'), rungs, [], goal(70), -1)!;
    const easy = nextQuality(curveOf('webp e4'), rungs, [], goal(70), 1)!;
    expect(hard).toBeGreaterThan(easy + 3);
  });

  test('a picture that follows the prior shape is found at the second evaluation', () => {
    fc.assert(
      fc.property(configs, targets, fc.double({ min: -2, max: 2, noNaN: true }), (c, t, d) => {
        const points = climb(c, (q) => curveOf(c).score(q, d), goal(t));
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
        const rising = qualityStepsOf(config.startsWith('avif') ? 'avif' : 'jpeg').map((q) => {
          highest = Math.max(highest, curveOf(config).score(q, deviation) + bend * (q - 50));
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
            curveOf(config).score(q, deviation) + bend * (q - 50) + noise[q]!;
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
        const score: Curve = (q) => curveOf(c).score(q, p.deviation) + p.bend * (q - 50);
        const wanted = goal(t, { cap });
        const points = climb(c, score, wanted);
        const best = bestPoint(points.slice(0, cap), wanted)!.score;
        const beyond = best < t - 1 || best > t + 1.5 ? 2 : 0;
        expect(points.length).toBeLessThanOrEqual(cap + beyond);
      }),
    );
  });

  test('no quality above the ceiling is tried', () => {
    const points = climb('jpeg', (q) => q * 0.5, goal(80, { qualityCap: 62 }));
    expect(Math.max(...points.map((p) => p.quality))).toBe(62);
  });

  test('a target out of reach ends within the cap and gives the best of what was seen', () => {
    const wanted = goal(80, { cap: 3 });
    const points = climb('jpeg', (q) => Math.min(60, q), wanted);
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
      expect(expectedScore(curveOf('jpeg'), p.quality, points)).toBeCloseTo(p.score);
  });

  test('between two points it lies between their scores', () => {
    const points = [
      { quality: 40, score: 51 },
      { quality: 60, score: 66 },
    ];
    const middle = expectedScore(curveOf('jpeg'), 50, points);
    expect(middle).toBeGreaterThan(51);
    expect(middle).toBeLessThan(66);
  });
});

describe('rungsOf', () => {
  test('AVIF has about 64 steps, each named by its lowest quality', () => {
    expect(qualityStepsOf('avif')).toHaveLength(65);
    expect(qualityStepsOf('avif').slice(0, 6)).toEqual([1, 3, 4, 6, 8, 10]);
    expect(qualityStepsOf('avif').at(-1)).toBe(100);
  });
});
