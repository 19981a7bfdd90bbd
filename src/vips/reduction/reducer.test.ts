/** What makes pictures smaller, by its twin and warmed up. */
import { expect, test } from 'vitest';
import { card } from '../../raster/pictures.suite.ts';
import { isReduction, reduced, warmUpReducer } from './reducer.ts';

test('warmed up it gives what it gave', () => {
  const to = { width: 10, height: 7, filter: 'lanczos3' } as const;
  const before = reduced(card(40, 30), to);
  warmUpReducer();
  expect(reduced(card(40, 30), to)).toEqual(before);
});

test.each([
  [10, 10, 'lanczos3', false],
  [9, 10, 'bilinear', true],
  [10, 9, 'bilinear', true],
  [9, 9, 'lanczos3', true],
  [9, 11, 'lanczos3', false],
  [11, 9, 'lanczos3', false],
  [11, 11, 'lanczos3', false],
  // It blends nothing.
  [9, 9, 'nearest', false],
] as const)('of 10 x 10 pixels, %i x %i by %s is a reduction: %s', (width, height, filter, is) => {
  expect(isReduction({ width: 10, height: 10 }, { width, height, filter })).toBe(is);
});
