import { describe, expect, test } from 'vitest';
import { ServiceRate } from './service-rate.ts';

describe('the service rate', () => {
  test('is 1 and unknown before anything was measured', () => {
    const rate = new ServiceRate();
    expect([rate.ratio, rate.known]).toEqual([1, false]);
  });

  test('is what a queue takes: tasks weigh as much as they were predicted to take', () => {
    const rate = new ServiceRate();
    for (let i = 0; i < 200; i++) {
      rate.add(10, 100);
      rate.add(1000, 2000);
    }
    expect(rate.known).toBe(true);
    expect(rate.ratio).toBeCloseTo(2100 / 1010, 1);
  });

  test('follows a machine that becomes slower', () => {
    const rate = new ServiceRate();
    for (let i = 0; i < 50; i++) rate.add(100, 100);
    for (let i = 0; i < 14; i++) rate.add(100, 300);
    expect(rate.ratio).toBeGreaterThan(1.9);
    for (let i = 0; i < 100; i++) rate.add(100, 300);
    expect(rate.ratio).toBeCloseTo(3, 1);
  });

  test('is not carried away by one surprise, nor spoilt by a task without prediction', () => {
    const rate = new ServiceRate();
    for (let i = 0; i < 20; i++) rate.add(100, 100);
    rate.add(0, 60_000);
    rate.add(100, 1e9);
    expect(rate.ratio).toBeLessThan(4);
  });
});
