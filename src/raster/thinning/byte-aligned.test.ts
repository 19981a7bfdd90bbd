import { describe, expect, test } from 'vitest';
import { byteAligned } from './byte-aligned.ts';
import { evenRuns } from './even-runs.ts';
import { fewerRows } from './fewer-rows.ts';
import { drawn, row, runs } from './patterns.suite.ts';

const lot = (i: number) => Math.imul(i ^ 0x5bd1, 2654435761) >>> 16;

/** Modules by lot in a margin of four, as a QR code has them. */
const dark = (a: number, b: number) => lot(a * 57 + b * 131 + 7) % 2 === 0;
const code = (modules: number, zoom: number) =>
  drawn((modules + 8) * zoom, (modules + 8) * zoom, (x, y) => {
    const [a, b] = [Math.floor(x / zoom) - 4, Math.floor(y / zoom) - 4];
    return Math.min(a, b) >= 0 && Math.max(a, b) < modules && dark(a, b) ? 0 : 255;
  });

/** Cells of eight pixels in some colors. */
const cells = (count: number, colors = 4) =>
  drawn(8 * count, 8 * count, (x, y) => 80 * (lot((x >> 3) + 97 * (y >> 3)) % colors));

/** Bricks in courses, half a brick off from one to the next. */
const bricks = (width: number, height: number) =>
  drawn(width, height, (x, y) => {
    const at = x + (Math.floor(y / 8) % 2) * 8;
    if (y % 8 === 0 || at % 16 === 0) return 200;
    return lot(Math.floor(y / 8) * 31 + Math.floor(at / 16)) % 2 === 0 ? 60 : 90;
  });

/** How many edges of a row are inside bytes of so many pixels. */
function inside(levels: readonly number[], perByte: number): number {
  return levels.filter((level, x) => x % perByte !== 0 && level !== levels[x - 1]).length;
}

describe('byteAligned', () => {
  test.each([
    ['three colors', cells(20, 3), 0.75, 4],
    ['cells of 8 pixels', cells(20), 0.9, 4],
    ['bricks', bricks(160, 120), 0.9, 4],
  ] as const)('%s: fewer edges inside bytes, the more they count', (_, source, share, perByte) => {
    const [width, height] = [source.width, source.height].map((side) => Math.round(side * share));
    const edges = [0.01, 0.5, 4].map((weight) => {
      const made = byteAligned(source, { width: width!, height: height! }, weight)!;
      expect([made.width, made.height]).toEqual([width, height]);
      let sum = 0;
      for (let y = 0; y < height!; y++) sum += inside(row(made, y), perByte);
      return sum;
    });
    expect(edges[1]).toBeLessThanOrEqual(edges[0]!);
    expect(edges[2]).toBeLessThan(0.8 * edges[0]!);
  });

  test.each([
    [25, 4, 99],
    [25, 4, 119],
    [21, 8, 186],
    [33, 3, 100],
  ])(
    '%i modules of %i pixels on %i: each is where a reader looks, whatever edges count',
    (modules, zoom, side) => {
      for (const weight of [0.2, 1, 4]) {
        const shown = byteAligned(code(modules, zoom), { width: side, height: side }, weight)!;
        const levels = Array.from({ length: side }, (_, y) => row(shown, y));
        for (let k = 0; k < modules ** 2; k++) {
          const [a, b] = [k % modules, Math.floor(k / modules)];
          const [x, y] = [a, b].map((module) =>
            Math.floor(((module + 4.5) * side) / (modules + 8)),
          );
          expect(levels[y!]![x!], `${modules} ${a} ${b}`).toBe(dark(a, b) ? 0 : 255);
        }
      }
    },
  );

  test('loses no rows of a code that readers find by its marks', () => {
    /** A mark in a corner: a ring in a ring, with light around it. */
    const inMark = (a: number, b: number) => {
      const far = Math.max(Math.abs(a - 3), Math.abs(b - 3));
      return far > 4 ? undefined : far !== 2 && far !== 4;
    };
    const marked = drawn(132, 132, (x, y) => {
      const [a, b] = [(x >> 2) - 4, (y >> 2) - 4];
      const inside = Math.min(a, b) >= 0 && Math.max(a, b) < 25;
      return inside && (inMark(a, b) ?? inMark(24 - a, b) ?? dark(a, b)) ? 0 : 255;
    });
    expect(byteAligned(marked, { width: 99, height: 99 }, 4, 0.75)).toBeUndefined();
  });

  test('is none where a pixel is a byte', () => {
    const many = drawn(60, 60, (x, y) => (x * 4 + y) & 255);
    expect(byteAligned(many, { width: 50, height: 50 }, 1)).toBeUndefined();
    expect(byteAligned(many, { width: 50, height: 50 }, 1, 0.5)?.height).toBe(50);
  });

  test('shows fewer rows where they are to go', () => {
    const source = bricks(160, 120);
    const rowsOf = (share: number) => {
      const made = byteAligned(source, { width: 144, height: 108 }, 1, share)!;
      return new Set(Array.from({ length: 108 }, (_, y) => row(made, y).join())).size;
    };
    expect(rowsOf(0.5)).toBeLessThan(0.7 * rowsOf(1));
    expect(rowsOf(0.25)).toBeLessThan(rowsOf(0.5));
  });
});

describe('evenRuns', () => {
  const lines = (lengths: readonly number[]) =>
    Int32Array.from(lengths.flatMap((length, i) => new Array<number>(length).fill(i)));

  test.each([
    ['courses of bricks', [1, 7, 1, 7, 1, 7, 1, 7, 1, 7], 36],
    ['modules', [4, 8, 4, 4, 12, 4, 8, 8, 4], 42],
    ['margins that take what is left', [20, 4, 4, 4, 4, 4, 4, 4, 20], 51],
  ])('%s: what was as long stays so', (_, lengths, count) => {
    const kept = evenRuns(lines(lengths), count)!;
    expect(kept).toHaveLength(count);
    const made = runs(kept);
    expect(made).toHaveLength(lengths.length);
    const inner = lengths.slice(1, -1);
    inner.forEach((length, i) => {
      expect(made[i + 1]).toBe(made[inner.indexOf(length) + 1]);
    });
  });

  test('is none where all lines differ, or too much would be left', () => {
    expect(evenRuns(lines([1, 1, 1, 1, 1, 1]), 5)).toBeUndefined();
    expect(evenRuns(lines([3, 3, 3, 3, 3, 3, 3, 3]), 20)).toBeUndefined();
  });
});

describe('fewerRows', () => {
  test.each([1, 0.75, 0.5, 0.25])(
    '%f of the rows, in their order, as many lines as asked',
    (share) => {
      const source = bricks(96, 96);
      const kept = fewerRows(source, 72, share);
      expect(kept).toHaveLength(72);
      expect(kept).toEqual([...kept].sort((a, b) => a - b));
      expect(new Set(kept).size).toBe(Math.round(24 * share));
    },
  );

  test('of a picture of rows that all differ', () => {
    const source = drawn(40, 90, (x, y) => (lot(x + 97 * y) % 2) * 255);
    expect(new Set(fewerRows(source, 60, 0.5)).size).toBe(30);
    expect(fewerRows(source, 60, 0.01)).toHaveLength(60);
  });
});
