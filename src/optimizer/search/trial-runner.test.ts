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

  /** A runner at a moment: so long since its task began, of which so much was lost to others. */
  function at(passed: number, lost: number, wall: number) {
    let now = 1000;
    let away = 500;
    const clock = { ...tools(), now: () => now, lost: () => away };
    const given = { mode: 'online', milliseconds: 100, wall } as const;
    const runner = new TrialRunner(raster(), clock, given);
    now += passed;
    away += lost;
    return { runner, cost: runner.cost(WEBP) };
  }

  test.each([
    // passed, lost, wall, in time, in time by the clock
    [50, 0, 500, true, true, 'half of the work is done'],
    [300, 250, 500, true, true, 'the same on a machine that others want too'],
    [110, 0, 500, false, true, 'the work is done, there is time on the clock'],
    [495, 400, 500, false, false, 'the clock ends it'],
    [40, -60, 500, true, true, 'several threads work no more than the clock shows'],
    [110, -400, 500, false, true, 'nor less'],
  ])('%d ms passed, %d lost, of %d: %s, by the clock %s (%s)', (passed, lost, wall, all, clock) => {
    const { runner, cost } = at(passed, lost, wall);
    expect(cost).toBeLessThan(20);
    expect(runner.endsInTime(WEBP)).toBe(clock);
    expect(runner.affords(WEBP, false)).toBe(all);
  });

  test('a machine that has been slow is taken to stay so', () => {
    const { runner, cost } = at(400, 360, 500);
    // A tenth of the processor: ten times what it takes alone.
    expect(runner.endsInTime(WEBP)).toBe(400 + 10 * cost <= 500);
    expect(at(400, 360, 400 + 9 * cost).runner.endsInTime(WEBP)).toBe(false);
    expect(at(400, 360, 400 + 11 * cost).runner.endsInTime(WEBP)).toBe(true);
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
