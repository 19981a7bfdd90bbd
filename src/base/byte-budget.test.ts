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

test('a share of a budget takes from both, or from neither', () => {
  const all = new ByteBudget(100);
  const share = new ByteBudget(60, all);
  const rest = all.take(50);
  expect(share.take(60)).toBeUndefined();
  expect([share.held, all.held]).toEqual([0, 50]);
  const room = share.take(50);
  expect(share.take(1)).toBeUndefined();
  rest?.release();
  expect(share.take(11)).toBeUndefined();
  room?.release();
  expect([share.held, all.held]).toEqual([0, 0]);
  expect([share.mayHold(60), share.mayHold(61)]).toEqual([true, false]);
});
