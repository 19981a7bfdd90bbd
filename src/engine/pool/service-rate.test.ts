import { describe, expect, test } from 'vitest';
import { ServiceRate } from './service-rate.ts';

const NO_BUDGET = Number.POSITIVE_INFINITY;
const work = (milliseconds: number) => ({ usual: milliseconds, least: milliseconds / 4 });

/** A rate that has seen tasks of 100 ms take so long. */
function measured(times: number, actual: number, rate = new ServiceRate()): ServiceRate {
  for (let i = 0; i < times; i++) rate.add(work(100), NO_BUDGET, actual, 0);
  return rate;
}

describe('the service rate', () => {
  test('is 1 and unknown before anything was measured', () => {
    const rate = new ServiceRate();
    expect([rate.ratio, rate.known]).toEqual([1, false]);
  });

  test('is what a queue takes: tasks weigh as much as they were predicted to take', () => {
    const rate = new ServiceRate();
    for (let i = 0; i < 200; i++) {
      rate.add(work(10), NO_BUDGET, 100, 0);
      rate.add(work(1000), NO_BUDGET, 2000, 0);
    }
    expect(rate.known).toBe(true);
    expect(rate.ratio).toBeCloseTo(2100 / 1010, 1);
  });

  test('follows a machine that becomes slower', () => {
    const rate = measured(14, 300, measured(50, 100));
    expect(rate.ratio).toBeGreaterThan(1.9);
    expect(measured(100, 300, rate).ratio).toBeCloseTo(3, 1);
  });

  test('is not carried away by one surprise, nor spoilt by a task without prediction', () => {
    const rate = measured(20, 100);
    rate.add({ usual: 0, least: 0 }, NO_BUDGET, 60_000, 0);
    rate.add(work(100), NO_BUDGET, 1e9, 0);
    expect(rate.ratio).toBeLessThan(4);
  });

  test('stretches the work and not the budget', () => {
    const rate = measured(20, 500);
    expect(rate.duration(work(100), 1000)).toBeCloseTo(500);
    expect(rate.duration(work(400), 1000)).toBeCloseTo(1000);
    // What has to be done at least takes its time, budget or not.
    expect(rate.duration(work(4000), 1000)).toBeCloseTo(5000);
  });

  test('learns of a task that its budget ended only between which bounds it lies', () => {
    // 1000 of 4000 ms of work done: at least a quarter as fast, at most 1000 / 1000.
    const slow = measured(20, 50);
    slow.add(work(4000), 1000, 1000, 0);
    expect(slow.ratio).toBeCloseTo(0.5);
    const fast = measured(20, 10);
    for (let i = 0; i < 50; i++) fast.add(work(4000), 1000, 1000, 0);
    expect(fast.ratio).toBeCloseTo(0.25, 1);
  });

  test('learns of a task far beyond its budget that even the least took so long', () => {
    const rate = measured(20, 50);
    for (let i = 0; i < 100; i++) rate.add(work(4000), 1000, 3000, 0);
    expect(rate.ratio).toBeCloseTo(3, 1);
  });

  test('at its best is the least of late, and believed less while nothing is measured', () => {
    const rate = new ServiceRate();
    expect(rate.leastRatioAt(0)).toBe(1);
    rate.add(work(100), NO_BUDGET, 10, 5000);
    for (let i = 0; i < 16; i++) rate.add(work(100), NO_BUDGET, i === 3 ? 400 : 800, 5000);
    expect(rate.leastRatioAt(5000)).toBeCloseTo(4);
    expect(rate.leastRatioAt(15_000)).toBeCloseTo(2);
    expect(rate.leastRatioAt(65_000)).toBeLessThan(0.1);
  });

  test('tells how long a budget of work lasts on the clock', () => {
    const rate = new ServiceRate();
    const budget = { mode: 'online', milliseconds: 1000, wall: 5000 } as const;
    expect(rate.onClock(budget)).toBe(1000);
    // A third of the processor, for long
    for (let i = 0; i < 200; i++) expect(rate.addLost(300, 200)).toBe(3);
    expect(rate.onClock(budget)).toBeCloseTo(3000, -1);
    for (let i = 0; i < 200; i++) rate.addLost(3000, 2999);
    expect(rate.onClock(budget)).toBe(5000);
    expect(rate.onClock({ mode: 'online', milliseconds: 1000 })).toBe(1000);
    // Threads that work side by side lose nothing
    expect(rate.addLost(300, -200)).toBe(1);
  });
});
