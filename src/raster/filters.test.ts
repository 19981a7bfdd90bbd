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
