import { describe, expect, test } from 'vitest';
import { FrameStack } from './frame-stack.ts';
import { still } from './pixels.ts';

const rgb = (level: number) => still(2, 1, 3, new Uint8Array(6).fill(level));
const rgba = (level: number, alpha: number) =>
  still(2, 1, 4, Uint8Array.of(level, level, level, alpha, level, level, level, alpha));

describe('FrameStack', () => {
  test('frames stand below one another in one piece', () => {
    const stack = new FrameStack(3);
    for (const level of [1, 2, 3]) stack.add(rgb(level));
    const { channels, pages, data } = stack.raster();
    expect([channels, pages, ...data]).toEqual([
      3,
      3,
      ...Array(6).fill(1),
      ...Array(6).fill(2),
      ...Array(6).fill(3),
    ]);
  });

  test.each([
    ['the last', [rgb(9), rgb(8), rgba(7, 0)], [255, 255, 0]],
    ['one between', [rgb(9), rgba(8, 10), rgb(7)], [255, 10, 255]],
    ['the first', [rgba(9, 20), rgb(8), rgb(7)], [20, 255, 255]],
  ] as const)('it has alpha where a frame has some: %s', (_, frames, alphas) => {
    const stack = new FrameStack(3);
    for (const frame of frames) stack.add(frame);
    const { channels, data } = stack.raster();
    expect(channels).toBe(4);
    expect([3, 11, 19].map((at) => data[at])).toEqual(alphas);
    expect([0, 8, 16].map((at) => data[at])).toEqual([9, 8, 7]);
  });

  test('fewer frames than said are as many as came; another size, one too many and none are mistakes', () => {
    const stack = new FrameStack(2);
    expect(() => stack.raster()).toThrow('got none');
    stack.add(rgb(1));
    expect([stack.count, stack.raster().data.length]).toEqual([1, 6]);
    expect(() => stack.add(still(1, 1, 3, new Uint8Array(3)))).toThrow('2 frames of 2x1');
    stack.add(rgb(2));
    expect(() => stack.add(rgb(3))).toThrow('2 frames');
  });
});
