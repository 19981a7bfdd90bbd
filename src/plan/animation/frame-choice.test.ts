import { describe, expect, test } from 'vitest';
import { canonicalChoice, chosenFrames, played } from './frame-choice.ts';

describe('the frames that are played', () => {
  test.each([
    [{}, 5, [0, 1, 2, 3, 4]],
    [{ first: 1, last: 3 }, 5, [1, 2, 3]],
    [{ first: 2 }, 5, [2, 3, 4]],
    [{ first: 3, last: 99 }, 5, [3, 4]],
    [{ first: 9 }, 5, [4]],
    [{ every: 2 }, 6, [0, 2, 4]],
    [{ every: 9 }, 5, [0]],
    [{ without: 3 }, 7, [0, 1, 3, 4, 6]],
    [{ without: 1 }, 3, [0, 1, 2]],
    [{ reverse: true as const }, 3, [2, 1, 0]],
    [{ first: 1, every: 2, without: 2, reverse: true as const }, 9, [5, 1]],
  ])('%j of %d are %j', (choice, count, frames) => {
    expect(chosenFrames(choice, count)).toEqual(frames);
  });

  test('rules that keep everything have one spelling: none', () => {
    expect(canonicalChoice({ first: 0, every: 1, without: 1 })).toBeUndefined();
    expect(canonicalChoice({ first: 0, every: 2 })).toEqual({ every: 2 });
  });
});

test('frames keep their own times, or all have that of a rate', () => {
  const source = { delays: [10, 20, 30], loop: 2 };
  expect(played({}, [2, 0], source)).toEqual({ delays: [30, 10], loop: 2 });
  expect(played({ rate: 25, loop: 0 }, [2, 0], source)).toEqual({ delays: [40, 40], loop: 0 });
});
