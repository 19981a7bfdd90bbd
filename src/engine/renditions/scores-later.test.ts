import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Scores } from '../../optimizer/task.ts';
import { ScoresLater } from './scores-later.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const SCORES: Scores = { score: 80, worst: 70 };

function subject() {
  const told: [number, Scores][] = [];
  const later = new ScoresLater(async (id, scores) => {
    told.push([id, scores]);
  }, 100);
  return { later, told };
}

test('a result is measured when nothing has come for a while', async () => {
  const { later, told } = subject();
  later.hold(1, async () => SCORES);
  await vi.advanceTimersByTimeAsync(1000);
  expect(told).toEqual([]);
  later.start();
  await vi.advanceTimersByTimeAsync(99);
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(told).toEqual([[1, SCORES]]);
});

test('a request that comes first takes its place', async () => {
  const { later, told } = subject();
  const measure = vi.fn(async () => SCORES);
  later.hold(1, measure);
  later.start();
  await vi.advanceTimersByTimeAsync(50);
  await later.stop();
  later.start();
  await vi.advanceTimersByTimeAsync(1000);
  expect(measure).not.toHaveBeenCalled();
  expect(told).toEqual([]);
});

test('what has begun is waited for, and what fails is no score', async () => {
  const { later, told } = subject();
  let end: (scores: Scores) => void = () => undefined;
  later.hold(1, () => new Promise((resolve) => (end = resolve)));
  later.start();
  await vi.advanceTimersByTimeAsync(100);
  let stopped = false;
  const stop = later.stop().then(() => (stopped = true));
  await vi.advanceTimersByTimeAsync(10);
  expect(stopped).toBe(false);
  end(SCORES);
  await stop;
  expect(told).toEqual([[1, SCORES]]);
  later.hold(2, () => Promise.reject(new Error('no metric')));
  later.start();
  await vi.advanceTimersByTimeAsync(100);
  await later.stop();
  expect(told).toHaveLength(1);
});
