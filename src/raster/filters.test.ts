import { describe, expect, test } from 'vitest';
import { edgeWindow } from './filters.ts';
import { solid, withBox } from './pictures.suite.ts';

describe('edgeWindow', () => {
  test('lies on the edges', () => {
    const box = withBox(solid(90, 30, [50, 50, 50]), [70, 10, 10, 10], [250, 0, 0]);
    const { left } = edgeWindow(box, { width: 30, height: 30 });
    expect(left).toBeGreaterThanOrEqual(50);
    expect(left).toBeLessThanOrEqual(60);
  });

  test.each([
    // a line in 90 x 90, why
    [[0, 75, 90, 2], 'below, where something changes downwards alone'],
    [[0, 13, 90, 2], 'above'],
    [[75, 0, 2, 90], 'on the right, where it changes across alone'],
    [[13, 0, 2, 90], 'on the left'],
  ] as const)('finds the line at %j (%s)', (line, _why) => {
    const { left, top } = edgeWindow(withBox(solid(90, 90, [50, 50, 50]), line, [250, 0, 0]), {
      width: 30,
      height: 30,
    });
    // With both of its edges inside, and in the middle along it.
    const [x, y, width] = line;
    const [start, from, along] = width === 2 ? [left, x, top] : [top, y, left];
    expect(start).toBeLessThan(from);
    expect(start + 30).toBeGreaterThan(from + 2);
    expect(along).toBe(30);
  });

  test('edges across and down weigh alike', () => {
    const across = withBox(solid(91, 91, [50, 50, 50]), [20, 75, 51, 1], [250, 0, 0]);
    const both = withBox(across, [75, 20, 1, 51], [250, 0, 0]);
    const { left, top } = edgeWindow(both, { width: 41, height: 41 });
    expect(left).toBe(top);
  });

  test('is the most central one where nothing stands out', () => {
    const flat = solid(90, 30, [50, 50, 50]);
    expect(edgeWindow(flat, { width: 30, height: 10 })).toEqual({ left: 30, top: 10 });
  });

  test('leans to the middle where it shows as much: a box that fits anywhere around it', () => {
    const box = withBox(solid(90, 30, [50, 50, 50]), [44, 12, 2, 2], [250, 0, 0]);
    const { left, top } = edgeWindow(box, { width: 30, height: 20 });
    expect([left, top]).toEqual([30, 5]);
  });
});
