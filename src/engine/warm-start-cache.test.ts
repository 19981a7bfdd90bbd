import { expect, test } from 'vitest';
import type { WarmStart } from '../optimizer/task.ts';
import type { Key } from '../plan/key.ts';
import { WarmStartCache } from './warm-start-cache.ts';

const lesson = (pixels: number, deviation = 1): WarmStart => ({
  offsets: { jpeg: [{ pixels, score: 68, deviation }] },
});
const [a, b, c] = ['a', 'b', 'c'] as Key[] as [Key, Key, Key];

test('lessons of a series add up', () => {
  const lessons = new WarmStartCache();
  lessons.add(a, lesson(100_000));
  lessons.add(a, lesson(400_000));
  expect(lessons.of(a)?.offsets.jpeg).toHaveLength(2);
  expect(lessons.of(b)).toBeUndefined();
});

test('what was taught longest ago is forgotten first', () => {
  const lessons = new WarmStartCache(2);
  lessons.add(a, lesson(1));
  lessons.add(b, lesson(1));
  lessons.add(a, lesson(2));
  lessons.add(c, lesson(1));
  expect(lessons.of(a)).toBeDefined();
  expect(lessons.of(b)).toBeUndefined();
  expect(lessons.of(c)).toBeDefined();
});

test('nothing learned takes no place', () => {
  const lessons = new WarmStartCache(1);
  lessons.add(a, lesson(1));
  lessons.add(b, undefined);
  lessons.add(c, { offsets: {} });
  expect(lessons.of(a)).toBeDefined();
});
