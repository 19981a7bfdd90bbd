/** The features of content against their definitions, read pixel by pixel from whole rows. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Raster } from '../../image/raster.ts';
import { contentOf } from './content.ts';

type Pixel = readonly number[];
type Rows = readonly (readonly Pixel[])[];

const toRaster = (rows: Rows): Raster => ({
  width: rows[0]!.length,
  height: rows.length,
  channels: rows[0]![0]!.length as 3 | 4,
  data: Uint8Array.from(rows.flat(2)),
  ...{ pages: 1, delays: [], loop: 0 },
});

/** Every so many rows, so that about 64 are looked at. */
const spacing = (height: number) => Math.max(1, Math.floor(height / 64));
const everyNth = <T>(values: readonly T[], n: number) => values.filter((_, i) => i % n === 0);
const share = (values: readonly boolean[]) =>
  values.length === 0 ? 0 : values.filter(Boolean).length / values.length;
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const same = (a: Pixel, b: Pixel) => a.every((value, i) => value === b[i]);

function repeated(rows: Rows): number {
  return share(
    everyNth(rows, spacing(rows.length)).flatMap((row) =>
      row.slice(1).map((pixel, i) => same(pixel, row[i]!)),
    ),
  );
}

/** PNG's predictor: of left, above and upper left the one nearest to left + above - upper left. */
function paeth(left: number, above: number, corner: number): number {
  const distances = [left, above, corner].map((value) => Math.abs(left + above - corner - value));
  return [left, above, corner][distances.indexOf(Math.min(...distances))]!;
}

function entropy(rows: Rows): number {
  const step = spacing(rows.length);
  const symbols: number[][] = [[], [], []];
  for (let y = Math.min(step, rows.length - 1); y < rows.length; y += step) {
    for (let x = 1; x < rows[0]!.length; x++) {
      const [red, green, blue] = [0, 1, 2].map((channel) => {
        const at = (dx: number, dy: number) => rows[y - dy]![x - dx]![channel]!;
        return y === 0 ? at(0, 0) - at(1, 0) : at(0, 0) - paeth(at(1, 0), at(0, 1), at(1, 1));
      }) as [number, number, number];
      symbols[0]!.push((red - green) & 255);
      symbols[1]!.push(green & 255);
      symbols[2]!.push((blue - green) & 255);
    }
  }
  return sum(
    symbols.map((list) => {
      const counts = new Map<number, number>();
      for (const symbol of list) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
      return -sum([...counts.values()].map((n) => (n / list.length) * Math.log2(n / list.length)));
    }),
  );
}

/** Deviation and residue of the green of every 8 x 8 block that is looked at. */
function blocks(rows: Rows): { deviation: number; residue: number }[] {
  const step = 8 * Math.max(1, Math.floor(rows.length / (8 * 24)));
  const found = [];
  for (let top = 0; top + 8 <= rows.length; top += step) {
    for (let left = 0; left + 8 <= rows[0]!.length; left += 8) {
      const block = rows.slice(top, top + 8).map((row) => row.slice(left, left + 8));
      const green = block.map((row) => row.map((pixel) => pixel[1]!));
      const all = green.flat();
      const mean = sum(all) / 64;
      const variance = sum(all.map((value) => (value - mean) ** 2)) / 64;
      const residues = green
        .slice(1)
        .flatMap((row, y) =>
          row
            .slice(1)
            .map((value, x) => Math.abs(value - row[x]! - green[y]![x + 1]! + green[y]![x]!)),
        );
      found.push({ deviation: Math.sqrt(variance), residue: sum(residues) / 49 });
    }
  }
  return found;
}

function chromaEdges(rows: Rows): number {
  const [width, height] = [rows[0]!.length, rows.length];
  const step = Math.max(2, 2 * Math.floor(height / 128));
  const found: boolean[] = [];
  for (let y = 0; y + 1 < height; y += step) {
    for (let x = 0; x + 1 < width; x += 2) {
      const chroma = ([red, green, blue]: Pixel) => [
        -169 * red! - 331 * green! + 500 * blue!,
        500 * red! - 419 * green! - 81 * blue!,
      ];
      const first = chroma(rows[y]![x]!);
      const others = [rows[y]![x + 1]!, rows[y + 1]![x]!, rows[y + 1]![x + 1]!].map(chroma);
      found.push(
        others.some((other) => other.some((value, i) => Math.abs(value - first[i]!) > 48_000)),
      );
    }
  }
  return share(found);
}

const widths = fc.integer({ min: 1, max: 26 });
/** Small ones, and some of which not every row is looked at. */
const heights = fc.oneof(
  fc.integer({ min: 1, max: 26 }),
  fc.constantFrom(64, 127, 128, 130, 191, 192, 256, 390),
);

/** A few colors in runs, or noise of some amplitude around them: flat, edged and textured places. */
const pictures = fc
  .record({
    ...{ width: widths, height: heights, channels: fc.constantFrom(3, 4) },
    palette: fc.array(fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 }), {
      minLength: 1,
      maxLength: 5,
    }),
    noise: fc.constantFrom(0, 0, 3, 12, 60),
    run: fc.integer({ min: 1, max: 9 }),
    seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  })
  .map(({ width, height, channels, palette, noise, run, seed }): Rows => {
    let state = seed;
    const random = (below: number) => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return (state >> 12) % below;
    };
    return Array.from({ length: height }, (_, y) => {
      let color = palette[Math.floor(y / run) % palette.length]!;
      return Array.from({ length: width }, () => {
        if (random(run) === 0) color = palette[random(palette.length)]!;
        return color
          .slice(0, channels)
          .map((value) => Math.min(255, Math.max(0, value + random(noise + 1) - (noise >> 1))));
      });
    });
  });

describe('the features of a picture are what they are defined as', () => {
  test('shares, entropy, texture, colors and alpha', () => {
    fc.assert(
      fc.property(pictures, (rows) => {
        const content = contentOf(toRaster(rows));
        expect(content.repeatedShare).toBeCloseTo(repeated(rows), 9);
        expect(content.kind).toBe(repeated(rows) > 0.4 ? 'graphic' : 'photo');
        expect(content.residualEntropy).toBeCloseTo(entropy(rows), 9);
        expect(content.chromaEdges).toBeCloseTo(chromaEdges(rows), 9);
        const found = blocks(rows);
        expect(content.highContrast).toBeCloseTo(share(found.map((b) => b.deviation > 16)), 9);
        const low = found.map(({ deviation }) => deviation >= 1 && deviation < 8);
        expect(content.lowContrast).toBeCloseTo(share(low), 9);
        const texture = found.length
          ? sum(found.map(({ residue }) => Math.log(residue + 0.5))) / found.length
          : Math.log(0.5);
        expect(content.texture).toBeCloseTo(texture, 9);
        const colors = new Set(rows.flat().map((pixel) => pixel.join())).size;
        expect(content.colors).toBe(colors > 256 ? undefined : colors);
        expect(content.hasAlpha).toBe(rows.flat().some(([, , , alpha = 255]) => alpha < 255));
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    [256, 256],
    [257, undefined],
  ])('%i colors are counted as %s', (colors, counted) => {
    const row = Array.from({ length: colors }, (_, i) => [i & 255, i >> 8, 7]);
    expect(contentOf(toRaster([row])).colors).toBe(counted);
  });

  test('chroma that differs by 48 levels is no edge, by a little more it is one, whatever the color', () => {
    const edges = (other: Pixel) =>
      contentOf(toRaster(Array(2).fill([[9, 9, 9], other]))).chromaEdges;
    for (let lighter = 0; lighter < 150; lighter++) {
      const level = 9 + lighter;
      expect([edges([level, level, level + 96]), edges([level + 96, level, level])]).toEqual([
        0, 0,
      ]);
      expect([edges([level, level, level + 97]), edges([level + 97, level, level])]).toEqual([
        1, 1,
      ]);
    }
  });

  test('the palette of an animation is not counted', () => {
    const raster = toRaster([[[1, 2, 3]], [[1, 2, 3]]]);
    expect(contentOf(raster).colors).toBe(1);
    expect(contentOf({ ...raster, height: 1, pages: 2, delays: [40, 40] }).colors).toBeUndefined();
  });

  test.each([
    // equal neighbours of ten, kind
    [4, 'photo'],
    [5, 'graphic'],
  ])('%i equal pixels of ten make a %s', (equal, kind) => {
    const row = Array.from({ length: 11 }, (_, i) => Array(3).fill(i < equal ? 0 : 20 * i));
    row[equal] = row[0]!;
    expect(contentOf(toRaster([row])).kind).toBe(kind);
  });

  test.each([
    // deviation of every block in levels, high, low
    [0, 0, 0],
    [1, 0, 1],
    [7, 0, 1],
    [8, 0, 0],
    [16, 0, 0],
    [17, 1, 0],
  ])(
    'blocks that deviate by %i levels: high %i, low %i',
    (deviation, highContrast, lowContrast) => {
      const value = (x: number) => Array(3).fill(x % 2 ? 100 + deviation : 100 - deviation);
      const rows = Array.from({ length: 8 }, () => Array.from({ length: 8 }, (_, x) => value(x)));
      expect(contentOf(toRaster(rows))).toMatchObject({ highContrast, lowContrast });
    },
  );
});
