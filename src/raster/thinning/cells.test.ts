import { describe, expect, test } from 'vitest';
import { inCells, inPackedCells } from './cells.ts';
import { column, drawn, row, runs } from './patterns.suite.ts';

/** Modules by lot in a margin of four, as a QR code has them. */
const code = (modules: number, zoom: number) =>
  drawn((modules + 8) * zoom, (modules + 8) * zoom, (x, y) => {
    const [a, b] = [Math.floor(x / zoom) - 4, Math.floor(y / zoom) - 4];
    const inside = Math.min(a, b) >= 0 && Math.max(a, b) < modules;
    const dark =
      a === 0 || b === 0 || (Math.imul(a * 57 + b * 131 + 7, 2654435761) >>> 16) % 2 === 0;
    return inside && dark ? 0 : 255;
  });

describe('inCells', () => {
  test.each([
    [25, 4, 0.97, 'above', 4],
    [25, 4, 0.9, 'above', 4],
    [25, 4, 0.6, 'below', 2],
    [21, 8, 0.9, 'above', 8],
    [33, 5, 0.9, 'below', 4],
    [25, 4, 0.75, 'below', 3],
  ] as const)(
    '%i modules of %i pixels at %f: all of one size',
    (modules, zoom, share, cell, side) => {
      const source = code(modules, zoom);
      const width = Math.round(source.width * share);
      const made = inCells(source, { width, height: width }, cell)!;
      expect([made.width, made.height]).toEqual([width, width]);
      const [left = 0, ...inside] = runs(row(made, Math.round(width / 2)));
      inside.pop();
      expect(inside.every((run) => run % side === 0)).toBe(true);
      expect(left).toBeGreaterThanOrEqual(0.5 * 4 * zoom * share);
      // The first column of modules is dark from the first to the last.
      const dark = column(made, left).filter((level) => level === 0).length;
      expect(dark).toBe(modules * side);
    },
  );

  test.each([
    ['there is no grid', drawn(100, 100, (x, y) => (x * y) % 7), 90, 'below'],
    ['too much would move', code(25, 4), 106, 'above'],
    ['the margins would be gone', drawn(60, 60, (x) => (x >> 1) % 2), 58, 'above'],
  ] as const)('is none where %s', (_, raster, side, cell) => {
    expect(inCells(raster, { width: side, height: side }, cell)).toBeUndefined();
  });
});

describe('inPackedCells', () => {
  test.each([
    [45, 4, 0.8, 3],
    [25, 4, 0.75, 3],
    [25, 4, 0.6, 4],
  ])('%i modules of %i pixels at %f: %i in each byte', (modules, zoom, share, each) => {
    const source = code(modules, zoom);
    const side = Math.round(source.width * share);
    const made = inPackedCells(source, { width: side, height: side })!;
    expect([made.width, made.height]).toEqual([side, side]);
    const top = runs(column(made, Math.round(side / 2)))[0]!;
    const levels = row(made, top);
    const edges = levels.map((level, x) => (x > 0 && level !== levels[x - 1] ? x % 8 : 0));
    expect(new Set(edges).size).toBeLessThanOrEqual(each);
    const left = levels.indexOf(0);
    expect(left % 8).toBe(0);
    expect(left).toBeGreaterThanOrEqual(0.5 * 4 * zoom * share);
    expect(column(made, left).filter((level) => level === 0)).toHaveLength(
      Math.ceil((8 * modules) / each),
    );
  });
});

describe('cells in another margin', () => {
  test.each([
    [45, 4, 0.9],
    [21, 8, 0.8],
  ])(
    '%i modules of %i pixels at %f: as large as they were, and a module of margin is left',
    (modules, zoom, share) => {
      const source = code(modules, zoom);
      const side = Math.round(source.width * share);
      const size = { width: side, height: side };
      const made = inCells(source, size, 'own')!;
      const rows = runs(column(made, side >> 1));
      expect(rows.slice(1, -1).every((run) => run % zoom === 0)).toBe(true);
      expect(Math.min(rows[0]!, rows.at(-1)!)).toBeGreaterThanOrEqual(zoom);
    },
  );

  test('is none where less than a module of margin would be left', () => {
    const source = code(21, 8);
    expect(inCells(source, { width: 174, height: 174 }, 'own')).toBeUndefined();
  });

  test('packed far: smaller than the margin allows else', () => {
    const source = code(21, 8);
    const size = { width: 186, height: 186 };
    expect(inPackedCells(source, size)).toBeUndefined();
    const made = inPackedCells(source, size, true)!;
    expect(
      runs(column(made, 93))
        .slice(1, -1)
        .every((run) => run % 4 === 0),
    ).toBe(true);
  });
});
