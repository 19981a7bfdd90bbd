import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Region } from '../../base/size.ts';
import { type ContentGrid, EMPTY_GRID } from '../../image/content-grid.ts';
import { contentWindow, type KeptFace } from './content-window.ts';

/** A grid with one weight where nothing else is said. */
function grid(columns: number, rows: number, at: Record<string, number> = {}): ContentGrid {
  const weights = new Uint16Array(columns * rows);
  for (const [cell, weight] of Object.entries(at)) {
    const [x, y] = cell.split(',').map(Number);
    weights[y! * columns + x!] = weight;
  }
  return { columns, rows, weights };
}

const face = (left: number, top: number, width: number, height: number, weight = 1): KeptFace => ({
  bounds: { left, top, width, height },
  weight,
});

/** A window of a size with its middle somewhere. */
function windowAt(
  { x, y }: { x: number; y: number },
  { width, height }: { width: number; height: number },
): Region {
  return { left: x - width / 2, top: y - height / 2, width, height };
}

const holds = (window: Region, { left, top, width, height }: Region) =>
  left >= window.left - 1e-6 &&
  top >= window.top - 1e-6 &&
  left + width <= window.left + window.width + 1e-6 &&
  top + height <= window.top + window.height + 1e-6;

describe('contentWindow', () => {
  test('without content it stands in the middle', () => {
    expect(contentWindow(EMPTY_GRID, { width: 0.5, height: 1 })).toEqual({ x: 0.5, y: 0.5 });
    expect(contentWindow(grid(40, 30), { width: 1, height: 0.3 })).toEqual({ x: 0.5, y: 0.5 });
  });

  test('it goes to what counts, as far as there is picture', () => {
    const { x, y } = contentWindow(grid(40, 30, { '33,4': 9 }), { width: 0.5, height: 1 });
    expect(x).toBeCloseTo(0.75, 2);
    expect(y).toBe(0.5);
    const small = contentWindow(grid(40, 30, { '33,4': 9 }), { width: 0.1, height: 0.1 });
    expect(Math.abs(small.x - 33.5 / 40)).toBeLessThan(0.05);
    expect(Math.abs(small.y - 4.5 / 30)).toBeLessThan(0.05);
  });

  test('what counts a little more is not worth leaving the middle', () => {
    const even = grid(20, 10);
    even.weights.fill(100);
    even.weights[3] = 140;
    expect(contentWindow(even, { width: 0.5, height: 1 }).x).toBeCloseTo(0.5, 1);
  });

  test('a face counts more than everything else', () => {
    const loud = grid(40, 30, { '2,15': 60000, '3,16': 60000 });
    const shown = { width: 0.4, height: 1 };
    const found = windowAt(contentWindow(loud, shown, [face(0.8, 0.2, 0.1, 0.2)]), shown);
    expect(holds(found, face(0.8, 0.2, 0.1, 0.2).bounds)).toBe(true);
  });

  test('the hair stays on where there is room for it', () => {
    const below = grid(30, 40, { '15,38': 60000 });
    const shown = { width: 1, height: 0.4 };
    const found = windowAt(contentWindow(below, shown, [face(0.4, 0.3, 0.2, 0.16)]), shown);
    expect(found.top).toBeLessThanOrEqual(0.3 - 0.5 * 0.16 + 1e-6);
  });

  test('where not all faces fit, more of them are whole and none is cut for nothing', () => {
    const faces = [0.05, 0.2, 0.35, 0.8].map((left) => face(left, 0.3, 0.1, 0.2));
    const shown = { width: 0.45, height: 1 };
    const found = windowAt(contentWindow(grid(40, 20), shown, faces), shown);
    expect(faces.map(({ bounds }) => holds(found, bounds))).toEqual([true, true, true, false]);
  });

  test('no face is cut for the sake of what stands beside it', () => {
    // The first alone fits; the content draws the window to where it would cut the second.
    const faces = [face(0.3, 0.3, 0.1, 0.2, 2), face(0.55, 0.3, 0.1, 0.2)];
    const shown = { width: 0.3, height: 1 };
    const found = windowAt(contentWindow(grid(40, 20, { '23,10': 9 }), shown, faces), shown);
    expect(holds(found, faces[0]!.bounds)).toBe(true);
    expect(found.left + found.width).toBeLessThanOrEqual(0.55 + 1e-6);
  });

  test('a face larger than the window is shown as far as it goes', () => {
    const large = face(0.5, 0.1, 0.4, 0.8, 4);
    const shown = { width: 0.3, height: 1 };
    const { x } = contentWindow(grid(40, 20), shown, [large]);
    expect(x).toBeGreaterThanOrEqual(0.65);
    expect(x).toBeLessThanOrEqual(0.75);
  });

  const sides = fc.integer({ min: 1, max: 30 });
  const shares = fc.double({ min: 0.02, max: 1, noNaN: true });
  const grids = fc
    .tuple(sides, sides, fc.integer({ min: 1, max: 2 ** 31 }))
    .map(([columns, rows, seed]): ContentGrid => {
      let state = seed;
      const weights = Uint16Array.from({ length: columns * rows }, () => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return state >>> 18;
      });
      return { columns, rows, weights };
    });
  const faces = fc.array(
    fc
      .tuple(shares, shares, fc.double({ min: 0.02, max: 0.4, noNaN: true }), shares)
      .map(([x, y, size, weight]) => face(x * (1 - size), y * (1 - size), size, size, weight)),
    { maxLength: 5 },
  );

  test('it lies inside the picture', () => {
    fc.assert(
      fc.property(grids, shares, shares, faces, (content, width, height, kept) => {
        const window = windowAt(contentWindow(content, { width, height }, kept), { width, height });
        expect(holds({ left: 0, top: 0, width: 1, height: 1 }, window)).toBe(true);
      }),
    );
  });

  test('faces that fit into it together are whole', () => {
    fc.assert(
      fc.property(grids, shares, faces, fc.boolean(), (content, length, kept, wide) => {
        const shown = wide ? { width: length, height: 1 } : { width: 1, height: length };
        const from = Math.min(...kept.map(({ bounds }) => (wide ? bounds.left : bounds.top)));
        const to = Math.max(
          ...kept.map(({ bounds: b }) => (wide ? b.left + b.width : b.top + b.height)),
        );
        fc.pre(kept.length > 0 && to - from <= length);
        const window = windowAt(contentWindow(content, shown, kept), shown);
        for (const { bounds } of kept) expect(holds(window, bounds)).toBe(true);
      }),
    );
  });

  test('of faces side by side that fit alone, one is whole at least', () => {
    fc.assert(
      fc.property(grids, shares, faces, (content, width, kept) => {
        fc.pre(kept.length > 0 && kept.every(({ bounds }) => bounds.width <= width));
        const shown = { width, height: 1 };
        const window = windowAt(contentWindow(content, shown, kept), shown);
        const clear = kept.filter(
          ({ bounds: a }) =>
            !kept.some(
              ({ bounds: b }) => a !== b && a.left < b.left + b.width && b.left < a.left + a.width,
            ),
        );
        // Faces side by side without an overlap can always be had one at a time.
        fc.pre(clear.length === kept.length);
        expect(kept.some(({ bounds }) => holds(window, bounds))).toBe(true);
      }),
    );
  });

  test('a mirrored picture has the mirrored window', () => {
    fc.assert(
      fc.property(grids, shares, faces, (content, width, kept) => {
        const { columns } = content;
        const flipped = {
          ...content,
          weights: content.weights.map(
            (_, i) => content.weights[i - (i % columns) + columns - 1 - (i % columns)]!,
          ),
        };
        const turned = kept.map(({ bounds, weight }) => ({
          bounds: { ...bounds, left: 1 - bounds.left - bounds.width },
          weight,
        }));
        const one = contentWindow(content, { width, height: 1 }, kept);
        const other = contentWindow(flipped, { width, height: 1 }, turned);
        expect(other.x).toBeCloseTo(1 - one.x, 2);
      }),
    );
  });
});
