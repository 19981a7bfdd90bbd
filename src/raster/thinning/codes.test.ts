import { describe, expect, test } from 'vitest';
import { codeOf, evenLines, heldPlaces, isMarked } from './codes.ts';
import { drawn } from './patterns.suite.ts';

const lot = (i: number) => Math.imul(i ^ 0x5bd1, 2654435761) >>> 16;

/** Cells by lot in a margin. */
const cells = (across: number, down: number, side: number, margin: number, levels = 2) =>
  drawn(across * side + 2 * margin, down * side + 2 * margin, (x, y) => {
    const [a, b] = [Math.floor((x - margin) / side), Math.floor((y - margin) / side)];
    if (a < 0 || b < 0 || a >= across || b >= down) return 255;
    return 255 - 80 * (lot(a * 57 + b * 131 + 7) % levels);
  });

describe('codeOf', () => {
  test('is the grid of modules in their margin, square or not', () => {
    expect(codeOf(cells(25, 25, 4, 16))).toEqual({
      columns: { side: 4, cells: 25, before: 16, after: 16 },
      rows: { side: 4, cells: 25, before: 16, after: 16 },
    });
    expect(codeOf(cells(32, 12, 3, 6))?.rows.cells).toBe(12);
  });

  test.each([
    ['of three colors', cells(25, 25, 4, 16, 3)],
    ['of few cells', cells(6, 6, 8, 16)],
    ['lines, whose rows are all alike', drawn(96, 64, (x) => 255 * (lot(x >> 2) % 2))],
    [
      'letters, with rows of nothing between them',
      drawn(120, 80, (x, y) => (y % 20 < 12 && lot((x >> 2) + 97 * (y >> 2)) % 2 ? 0 : 255)),
    ],
  ])('is none of a drawing %s', (_, raster) => {
    expect(codeOf(raster)).toBeUndefined();
  });
});

describe('isMarked', () => {
  /** Dark modules of so many across and down, in a margin of so many, each 4 pixels. */
  const modules = (
    [across, down, margin]: readonly [number, number, number],
    isDark: (a: number, b: number) => boolean | undefined,
  ) =>
    drawn(4 * (across + 2 * margin), 4 * (down + 2 * margin), (x, y) => {
      const [a, b] = [(x >> 2) - margin, (y >> 2) - margin];
      if (a < 0 || b < 0 || a >= across || b >= down) return 255;
      return (isDark(a, b) ?? byLot(a, b)) ? 0 : 255;
    });
  const byLot = (a: number, b: number) => lot(a * 57 + b * 131 + 7) % 2 === 0;
  const ringed = (far: number) => far % 2 === 0;
  const qrMark = (a: number, b: number) => {
    const far = Math.max(Math.abs(a - 3), Math.abs(b - 3));
    return far > 4 ? undefined : far !== 2 && far !== 4;
  };
  const marked = (raster: Parameters<typeof codeOf>[0]) => isMarked(raster, codeOf(raster)!);

  test.each([
    [
      'a QR code',
      modules([25, 25, 4], (a, b) => qrMark(a, b) ?? qrMark(24 - a, b) ?? qrMark(a, 24 - b)),
    ],
    ['one with its marks elsewhere', modules([25, 25, 4], (a, b) => qrMark(24 - a, 24 - b))],
    ['one without a margin', modules([25, 25, 0], (a, b) => qrMark(a, b) ?? qrMark(24 - a, b))],
    [
      'a Data Matrix',
      modules(
        [18, 18, 2],
        (a, b) =>
          a === 0 || b === 17 || (b === 0 ? a % 2 === 0 : a === 17 ? b % 2 === 1 : undefined),
      ),
    ],
    [
      'an Aztec code',
      modules([19, 19, 2], (a, b) => {
        const far = Math.max(Math.abs(a - 9), Math.abs(b - 9));
        return far < 5 ? ringed(far) : undefined;
      }),
    ],
    [
      'a tag for cameras',
      modules([10, 10, 2], (a, b) => Math.min(a, b) === 0 || Math.max(a, b) === 9 || undefined),
    ],
  ])('%s is', (_, raster) => {
    expect(marked(raster)).toBe(true);
  });

  test.each([
    [
      'lights in a margin',
      modules([19, 16, 1], (a, b) => (a + b === 0 ? true : a + b < 3 ? false : undefined)),
    ],
    [
      'lights without one',
      modules([24, 17, 0], (a, b) => ((a % 6) + (b % 5) === 0 ? true : undefined)),
    ],
    ['checks', modules([20, 20, 2], (a, b) => (a + b) % 2 === 0)],
  ])('%s are not', (_, raster) => {
    expect(marked(raster)).toBe(false);
  });
});

describe('heldPlaces', () => {
  const grid = { side: 8, cells: 30, before: 32, after: 32 };

  test('of each module the middle may show nothing else, of those at the ends more', () => {
    const held = heldPlaces(grid, 243);
    for (let cell = 0; cell < 30; cell++) {
      const span = [32 + 8 * cell, 39 + 8 * cell];
      const places = held.flatMap((one, place) => (one?.[0] === span[0] ? [place] : []));
      expect(held[places[0]!]).toEqual(span);
      expect(places).toContain(Math.floor((36 + 8 * cell) * (243 / 304)));
      expect(places.length).toBeLessThanOrEqual(cell < 8 || cell > 21 ? 5 : 3);
    }
    expect(held.slice(0, 25)).toEqual(new Array(25).fill(undefined));
  });

  test('even lines are in them', () => {
    for (const count of [300, 243, 200, 101, 60]) {
      const held = heldPlaces(grid, count);
      evenLines(304, count).forEach((line, place) => {
        const [first, last] = held[place] ?? [0, 303];
        expect(line, `${count} ${place}`).toBeGreaterThanOrEqual(first);
        expect(line, `${count} ${place}`).toBeLessThanOrEqual(last);
      });
    }
  });
});
