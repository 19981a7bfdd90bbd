import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { column, drawn, row } from './patterns.suite.ts';
import { thinned } from './thinned.ts';

describe('thinned', () => {
  test.each([199, 187, 160, 130, 101])('keeps every line of one pixel, %i of 200 wide', (width) => {
    const grid = drawn(200, 120, (x, y) => (x % 25 === 7 || y % 30 === 11 ? 40 : 240));
    const height = Math.round((120 * width) / 200);
    const made = thinned(grid, { width, height });
    expect([made.width, made.height]).toEqual([width, height]);
    // A row and a column beside the lines, and the lines are where they belong, within two pixels.
    const across = row(made, 0).flatMap((level, x) => (level === 40 ? [x] : []));
    const down = column(made, 0).flatMap((level, y) => (level === 40 ? [y] : []));
    expect([across.length, down.length]).toEqual([8, 4]);
    across.forEach((x, i) => {
      expect(Math.abs(x + 0.5 - ((7.5 + 25 * i) * width) / 200)).toBeLessThanOrEqual(2);
    });
    down.forEach((y, i) => {
      expect(Math.abs(y + 0.5 - ((11.5 + 30 * i) * height) / 120)).toBeLessThanOrEqual(2);
    });
  });

  test.each([1, 2, 3, 4])('lets a pattern of period %i go on across what is left out', (half) => {
    const period = 2 * half;
    const stripes = drawn(240, 8, (x) => (x % period < half ? 0 : 255));
    for (const width of [238, 220, 190, 150]) {
      const line = row(thinned(stripes, { width, height: 8 }), 4).join();
      const whole = row(stripes, 4);
      const phases = Array.from({ length: period }, (_, i) =>
        whole.slice(i, i + width - period).join(),
      );
      // Up to its ends, where less than a period may be left.
      const found = phases.some((phase) => line.includes(phase));
      if (half === 1) expect(found, `${width}`).toBe(true);
    }
  });

  test('leaves out rows that are equal first, so that what differs stays whole', () => {
    const text = drawn(60, 60, (x, y) => (y >= 20 && y < 32 ? (x * 7 + y * 13) % 251 : 255));
    const made = thinned(text, { width: 60, height: 55 });
    const rows = new Set(Array.from({ length: 55 }, (_, y) => row(made, y).join()));
    for (let y = 20; y < 32; y++) expect(rows).toContain(row(text, y).join());
  });

  test('is of its own picture, whatever was thinned to that size before', () => {
    const size = { width: 30, height: 20 };
    const pictures = [0, 1].map((i) => drawn(40, 30, (x, y) => (x === 9 && y === 8 + i ? 0 : 255)));
    const places = [...pictures, ...pictures].map((one) => thinned(one, size).data.indexOf(0));
    expect(places[0]).not.toBe(places[1]);
    expect(places.slice(2)).toEqual(places.slice(0, 2));
    const other = thinned(pictures[1]!, { ...size, width: 29 });
    expect(other.width).toBe(29);
  });

  test('has only pixels of its source, in the order they had', () => {
    const side = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(side, side, fc.nat(3), fc.nat(3), fc.integer(), (w, h, a, b, seed) => {
        const source = drawn(w, h, (x, y) => ((x * 31 + y * 17) ^ seed) & 255);
        const size = { width: Math.ceil(w / (1 + a)), height: Math.ceil(h / (1 + b)) };
        const made = thinned(source, size);
        expect([made.width, made.height, made.data.length]).toEqual([
          size.width,
          size.height,
          size.width * size.height * 3,
        ]);
        const known = new Set(source.data);
        expect([...made.data].every((level) => known.has(level))).toBe(true);
      }),
    );
  });

  test('is the raster itself where no line is left out', () => {
    const source = drawn(9, 7, (x, y) => 20 * x + y);
    expect(thinned(source, source)).toEqual(source);
  });
});
