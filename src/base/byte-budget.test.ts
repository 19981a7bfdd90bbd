import { expect, test } from 'vitest';
import { ByteBudget } from './byte-budget.ts';

test('a budget gives what it has and takes it back once', () => {
  const budget = new ByteBudget(100);
  const first = budget.take(60);
  expect(budget.take(41)).toBeUndefined();
  const second = budget.take(40);
  expect(budget.held).toBe(100);
  first?.release();
  first?.release();
  expect(budget.held).toBe(40);
  second?.release();
  expect(budget.held).toBe(0);
});
