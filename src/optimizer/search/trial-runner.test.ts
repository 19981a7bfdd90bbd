import { describe, expect, test } from 'vitest';
import type { Encoding, Quality } from '../../image/encoding.ts';
import { optimize } from '../optimize.ts';
import { raster, task, tools } from '../simulated.suite.ts';
import { TrialRunner } from './trial-runner.ts';

const WEBP: Encoding = {
  format: 'webp',
  mode: 'lossy',
  quality: 75 as Quality<'webp'>,
  effort: 4,
  smartSubsample: false,
};

describe('TrialRunner', () => {
  test('a runner beside another has its deadline, less what is set aside', () => {
    const whole = raster({ pages: 10, delays: Array(10).fill(40) });
    const runner = new TrialRunner(whole, tools(), { mode: 'online', milliseconds: 100 });
    const cost = runner.cost(WEBP);
    expect(cost).toBeGreaterThan(0);
    expect(runner.affords(WEBP, false)).toBe(true);
    expect(runner.beside(whole, 100 - 2 * cost).affords(WEBP, false)).toBe(true);
    expect(runner.skipped).toBe(false);
    expect(runner.beside(whole, 100 - cost / 2).affords(WEBP, false)).toBe(false);
    // What one runner of a task had to leave out, all of them know.
    expect(runner.skipped).toBe(true);
  });

  test('a runner beside another counts from when the task began', () => {
    const made = tools();
    const runner = new TrialRunner(raster(), { ...made, now: () => 90 }, budget(100), 0);
    const [cost, small] = [runner.cost(WEBP), raster()];
    expect(runner.beside(small, 10 - 2 * cost).affords(WEBP, false)).toBe(true);
    expect(runner.beside(small, 10 - cost / 2).affords(WEBP, false)).toBe(false);
  });

  test.each([45, 60, 75, 90, 105, 120])('an animation is written within %i ms', async (ms) => {
    const film = raster({ pages: 12, delays: Array(12).fill(40) });
    // Every encoding takes 15 ms, the last one of the whole film as well.
    const made = tools({ deviation: -1, pace: 15 });
    await optimize(task('webp', { raster: film, budget: budget(ms) }), made);
    expect(made.now()).toBeLessThanOrEqual(ms);
  });
});

function budget(milliseconds: number) {
  return { mode: 'online', milliseconds } as const;
}
