import { describe, expect, test } from 'vitest';
import {
  batchesOf,
  bytesAtOnce,
  canonicalChoice,
  chosenFrames,
  framesAtOnce,
  played,
} from './frame-choice.ts';

describe('the frames that are played', () => {
  test.each([
    [{}, 5, [0, 1, 2, 3, 4]],
    [{ first: 1, last: 3 }, 5, [1, 2, 3]],
    [{ first: 2 }, 5, [2, 3, 4]],
    [{ first: 3, last: 99 }, 5, [3, 4]],
    [{ first: 9 }, 5, [4]],
    [{ every: 2 }, 6, [0, 2, 4]],
    [{ first: 1, every: 2 }, 6, [1, 3, 5]],
    [{ first: 2, every: 3 }, 9, [2, 5, 8]],
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

test.each([
  // frames a second, milliseconds of each, to the nearest
  [60, 17],
  [30, 33],
  [24, 42],
  [7, 143],
  [1, 1000],
  [0.3, 3333],
])('at %d frames a second each is shown for %i ms', (rate, delay) => {
  expect(played({ rate }, [0, 1], { delays: [10, 20], loop: 3 })).toEqual({
    delays: [delay, delay],
    loop: 3,
  });
});

test('a frame without a time is shown as browsers show it', () => {
  expect(played({}, [0, 1], { delays: [50], loop: 0 }).delays).toEqual([50, 100]);
});

describe('the groups in which frames are read', () => {
  test.each<[number[] | undefined, number, number[][]]>([
    // pages, frames at a time, groups
    [undefined, 2, [[0, 1], [2, 3], [4]]],
    [undefined, 5, [[0, 1, 2, 3, 4]]],
    [undefined, 1, [[0], [1], [2], [3], [4]]],
    [
      [4, 3, 2, 1],
      2,
      [
        [4, 3],
        [2, 1],
      ],
    ],
    [[0, 4, 1], 3, [[0], [4], [1]]],
    [[0, 2, 4], 3, [[0, 2], [4]]],
    [[3, 1, 2], 3, [[3, 1, 2]]],
  ])('%j, %i at a time', (pages, most, groups) => {
    const count = pages?.length ?? 5;
    expect(batchesOf({ first: 0, count, ...(pages ? { pages } : {}) }, () => most)).toEqual(groups);
  });

  test('may get smaller towards the end', () => {
    const half = (left: number) => Math.ceil(left / 2);
    expect(batchesOf({ first: 0, count: 7 }, half)).toEqual([[0, 1, 2, 3], [4, 5], [6]]);
  });

  test('begin with the first frame', () => {
    expect(batchesOf({ first: 3, count: 3 }, () => 2)).toEqual([[3, 4], [5]]);
  });
});

test.each([
  [2e6, 20, 'a short animation at once'],
  [90e6, 48.2, 'half, where as much as that is not yet held'],
  [40e6, 27.8, 'less where less is left'],
  [10e6, 20, 'the rest at once'],
  [4e9, 64, 'a long one in the largest parts: each begins at the first frame'],
])('of %d bytes of frames %d MB are decoded at a time (%s)', (all, megabytes) => {
  expect(bytesAtOnce(all) / 1024 ** 2).toBeCloseTo(megabytes, 1);
});

test.each([
  // bytes, of a frame, frames
  [100, 50, 2],
  [99, 50, 1],
  [50, 50, 1],
  [49, 50, 1],
  [149, 50, 2],
  [1, 50, 1],
])('%i bytes hold whole frames of %i: %i, and never none', (bytes, frame, frames) => {
  expect(framesAtOnce(bytes, frame)).toBe(frames);
});
