import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Raster } from '../../image/raster.ts';
import { loadReduce } from '../../wasm/reduce-kernel.ts';
import { still } from '../pixels.ts';
import type { SmoothFilter } from './filter-spans.ts';
import { kernelReduce, type Reduction } from './reduce.ts';
import { reduceTwin } from './reduce-twin.ts';
import { referenceReduction } from './reference.suite.ts';

const KERNEL = new URL('../../../dist/wasm/reduce.wasm', import.meta.url);

/** `npm run build` must have made the kernel. */
const instance = await loadReduce(readFileSync(KERNEL));
const reduceByKernel = kernelReduce(instance);

const FILTERS: readonly SmoothFilter[] = [
  'bilinear',
  'bicubic',
  'mitchell',
  'lanczos2',
  'lanczos3',
];

/** Numbers below 1 that look random and are the same each time. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Pictures by what may go wrong with them; each fills the bytes of its pixels. */
const PICTURES: Readonly<
  Record<string, (x: number, y: number, c: number, next: () => number) => number>
> = {
  noise: (_x, _y, _c, next) => next() * 256,
  'a gradient': (x, y, c) => (x * 3 + y * 5 + c * 40) % 256,
  edges: (x, y) => (((x >> 2) + (y >> 2)) % 2 === 0 ? 255 : 0),
  'fine lines': (x) => (x % 2 === 0 ? 255 : 0),
  'dark noise': (_x, _y, _c, next) => next() * 12,
};

function picture(kind: string, width: number, height: number, channels: 3 | 4): Raster {
  const next = noise(width * 31 + height);
  const at = PICTURES[kind]!;
  const data = new Uint8Array(width * height * channels);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / channels);
    data[i] = at(pixel % width, Math.floor(pixel / width), i % channels, next);
  }
  return still(width, height, channels, data);
}

/** The most that a channel is off, in levels; colors count by their alpha. */
function mostOff({ data, channels }: Raster, reference: Float64Array): number {
  let most = 0;
  for (let i = 0; i < data.length; i++) {
    const weight = channels === 4 && i % 4 < 3 ? data[i - (i % 4) + 3]! / 255 : 1;
    most = Math.max(most, Math.abs(data[i]! - reference[i]!) * weight);
  }
  return most;
}

const SIZES = [
  // from           to            why
  [64, 48, 16, 12, 'a whole factor'],
  [61, 47, 17, 11, 'odd sizes, odd factors'],
  [61, 47, 60, 46, 'a tiny factor'],
  [61, 47, 61, 11, 'one side alone'],
  [61, 47, 17, 47, 'the other side alone'],
  [33, 25, 33, 25, 'no factor at all'],
  [250, 3, 7, 1, 'a flat picture to a row'],
  [3, 250, 1, 7, 'a tall picture to a column'],
  [40, 30, 1, 1, 'to a pixel'],
  [1, 1, 1, 1, 'a pixel'],
  [2, 1, 1, 1, 'two pixels'],
  [301, 200, 4, 3, 'a large factor'],
] as const;

describe('a reduction', () => {
  const cases = SIZES.flatMap(([w, h, tw, th, why]) =>
    ([3, 4] as const).map((channels) => ({ w, h, tw, th, why, channels })),
  );

  test.each(cases)(
    'of $w x $h x $channels to $tw x $th is within a level of the definition ($why)',
    ({ w, h, tw, th, channels }) => {
      for (const kind of Object.keys(PICTURES)) {
        const raster = picture(kind, w, h, channels);
        const reduction = { to: { width: tw, height: th }, filter: 'lanczos3' } as const;
        const made = reduceByKernel(raster, reduction);
        expect([made.width, made.height, made.channels, made.pages]).toEqual([tw, th, channels, 1]);
        expect(mostOff(made, referenceReduction(raster, reduction))).toBeLessThan(1.25);
      }
    },
  );

  test.each(FILTERS)('by %s is within a level of the definition', (filter) => {
    for (const [width, height] of [
      [24, 20],
      [77, 60],
    ] as const) {
      const raster = picture('noise', 80, 61, 3);
      const reduction = { to: { width, height }, filter };
      expect(
        mostOff(reduceByKernel(raster, reduction), referenceReduction(raster, reduction)),
      ).toBeLessThan(1);
    }
  });

  test.each([
    // left, top, width, height      why
    [0, 0, 60.5, 45.5, 'the last part of a pixel was dropped by a decoder'],
    [10.25, 4.75, 40.5, 30.25, 'edges inside pixels'],
    [11, 7, 40, 30, 'an odd first column and row'],
    [59, 44, 1, 1, 'the last pixel'],
    [0.4, 0.4, 0.3, 0.3, 'a part of one pixel'],
  ])('of the window %d, %d, %d x %d is that of the definition (%s)', (left, top, width, height) => {
    for (const channels of [3, 4] as const) {
      const raster = picture('noise', 60, 45, channels);
      const to = { width: Math.ceil(width / 3), height: Math.ceil(height / 3) };
      const reduction = { to, filter: 'lanczos3', window: { left, top, width, height } } as const;
      const reference = referenceReduction(raster, reduction);
      expect(mostOff(reduceByKernel(raster, reduction), reference)).toBeLessThan(1);
    }
  });

  test('keeps a flat color, whatever its size', () => {
    for (const level of [0, 1, 2, 17, 128, 254, 255]) {
      const raster = still(50, 37, 3, new Uint8Array(50 * 37 * 3).fill(level));
      const { data } = reduceByKernel(raster, { to: { width: 13, height: 9 }, filter: 'lanczos3' });
      expect(new Set(data)).toEqual(new Set([level]));
    }
  });

  test('blends light: fine black and white lines have half the light of white', () => {
    const raster = picture('fine lines', 64, 16, 3);
    const { data } = reduceByKernel(raster, { to: { width: 8, height: 2 }, filter: 'lanczos3' });
    // At its left and right edge the filter is cut.
    const inner = data.filter((_, i) => i % 24 >= 6 && i % 24 < 18);
    for (const value of inner) expect(Math.abs(value - 188)).toBeLessThanOrEqual(1);
  });

  test('takes no color from clear pixels', () => {
    const data = new Uint8Array(32 * 8 * 4);
    for (let i = 0; i < data.length; i += 4) {
      const clear = (i / 4) % 32 >= 16;
      data.set(clear ? [0, 255, 0, 0] : [200, 40, 40, 255], i);
    }
    const made = reduceByKernel(still(32, 8, 4, data), {
      to: { width: 7, height: 2 },
      filter: 'lanczos3',
    });
    for (let i = 0; i < made.data.length; i += 4) {
      if (made.data[i + 3]! > 8) expect(Math.abs(made.data[i + 1]! - 40)).toBeLessThanOrEqual(3);
    }
  });

  test('of frames is refused', () => {
    const raster = { ...picture('noise', 8, 8, 3), height: 4, pages: 2 };
    expect(() =>
      reduceByKernel(raster, { to: { width: 2, height: 2 }, filter: 'bicubic' }),
    ).toThrow('Expected a still');
  });

  test('needs memory for rows, not for the picture', async () => {
    const { memory, ...exports } = await loadReduce(readFileSync(KERNEL));
    const reduce = kernelReduce({ memory, ...exports });
    const raster = picture('a gradient', 200, 9000, 3);
    reduce(raster, { to: { width: 40, height: 1800 }, filter: 'lanczos3' });
    expect(memory.buffer.byteLength).toBeLessThan(raster.data.length / 15);
  });
});

describe('the kernel and its twin', () => {
  const sides = fc.integer({ min: 1, max: 90 });
  const cases = fc
    .record({
      width: sides,
      height: sides,
      channels: fc.constantFrom(3 as const, 4 as const),
      kind: fc.constantFrom(...Object.keys(PICTURES)),
      filter: fc.constantFrom(...FILTERS),
      // shares of the sides: of the window, and of the result
      shares: fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), {
        minLength: 6,
        maxLength: 6,
      }),
      windowed: fc.boolean(),
    })
    .map(({ width, height, channels, kind, filter, shares, windowed }) => {
      const [a, b, c, d, e, f] = shares as [number, number, number, number, number, number];
      const window = windowed
        ? {
            ...{ left: width * (1 - a) * b, width: width * a },
            ...{ top: height * (1 - c) * d, height: height * c },
          }
        : undefined;
      const part = window ?? { width, height };
      const to = {
        width: Math.max(1, Math.floor(part.width * e)),
        height: Math.max(1, Math.floor(part.height * f)),
      };
      const reduction: Reduction = { to, filter, ...(window ? { window } : {}) };
      return { raster: picture(kind, width, height, channels), reduction };
    });

  test('give the same bytes', () => {
    fc.assert(
      fc.property(cases, ({ raster, reduction }) => {
        expect(reduceByKernel(raster, reduction)).toEqual(reduceTwin(raster, reduction));
      }),
    );
  });

  test('give the same bytes for a picture of many bands', () => {
    const raster = picture('noise', 1601, 403, 4);
    const reduction = { to: { width: 301, height: 97 }, filter: 'lanczos2' } as const;
    expect(reduceByKernel(raster, reduction)).toEqual(reduceTwin(raster, reduction));
  });
});
