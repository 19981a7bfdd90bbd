import { describe, expect, test } from 'vitest';
import type { Raster } from '../image/raster.ts';
import { BLEND_MODES, type BlendMode } from '../plan/composition/blend-mode.ts';
import { blendColor, overlay } from './blend.ts';
import { still } from './pixels.ts';

type Rgb = readonly [number, number, number];

/** The formulas of the W3C's Compositing and Blending Level 1 (docs/spec/composition.md 1), read once more. */
const separable: Partial<Record<BlendMode, (cb: number, cs: number) => number>> = {
  normal: (_, cs) => cs,
  multiply: (cb, cs) => cb * cs,
  screen: (cb, cs) => 1 - (1 - cb) * (1 - cs),
  overlay: (cb, cs) => separable['hard-light']!(cs, cb),
  darken: (cb, cs) => (cb < cs ? cb : cs),
  lighten: (cb, cs) => (cb > cs ? cb : cs),
  'color-dodge': (cb, cs) => {
    if (cb === 0) return 0;
    if (cs === 1) return 1;
    return Math.min(1, cb / (1 - cs));
  },
  'color-burn': (cb, cs) => {
    if (cb === 1) return 1;
    if (cs === 0) return 0;
    return 1 - Math.min(1, (1 - cb) / cs);
  },
  'hard-light': (cb, cs) => (cs <= 0.5 ? cb * (2 * cs) : 1 - (1 - cb) * (1 - (2 * cs - 1))),
  'soft-light': (cb, cs) => {
    const d = cb <= 0.25 ? ((16 * cb - 12) * cb + 4) * cb : cb ** 0.5;
    return cs <= 0.5 ? cb - (1 - 2 * cs) * cb * (1 - cb) : cb + (2 * cs - 1) * (d - cb);
  },
  difference: (cb, cs) => (cb > cs ? cb - cs : cs - cb),
  exclusion: (cb, cs) => cb + cs - 2 * cb * cs,
};

const lum = ([r, g, b]: Rgb) => 0.3 * r + 0.59 * g + 0.11 * b;
const sat = (c: Rgb) => Math.max(...c) - Math.min(...c);
const map = (c: Rgb, by: (value: number) => number): Rgb => [by(c[0]), by(c[1]), by(c[2])];

function clipColor(c: Rgb): Rgb {
  const [l, n, x] = [lum(c), Math.min(...c), Math.max(...c)];
  let out = c;
  if (n < 0) out = map(out, (v) => l + ((v - l) * l) / (l - n));
  if (x > 1) out = map(out, (v) => l + ((v - l) * (1 - l)) / (x - l));
  return out;
}

const setLum = (c: Rgb, l: number) => clipColor(map(c, (v) => v + l - lum(c)));

function setSat(c: Rgb, s: number): Rgb {
  const order = [0, 1, 2].sort((a, b) => c[a]! - c[b]!) as [number, number, number];
  const [min, mid, max] = order;
  const out: [number, number, number] = [0, 0, 0];
  if (c[max]! > c[min]!) {
    out[mid] = ((c[mid]! - c[min]!) * s) / (c[max]! - c[min]!);
    out[max] = s;
  }
  return out;
}

const whole: Partial<Record<BlendMode, (cb: Rgb, cs: Rgb) => Rgb>> = {
  hue: (cb, cs) => setLum(setSat(cs, sat(cb)), lum(cb)),
  saturation: (cb, cs) => setLum(setSat(cb, sat(cs)), lum(cb)),
  color: (cb, cs) => setLum(cs, lum(cb)),
  luminosity: (cb, cs) => setLum(cb, lum(cs)),
};

/** The mixed color, then source-over, in floats. */
function formula(mode: BlendMode, base: number[], top: number[], opacity: number): number[] {
  const [cb, cs] = [base, top].map((c) => c.slice(0, 3).map((v) => v / 255)) as unknown as [
    Rgb,
    Rgb,
  ];
  const ab = base[3]! / 255;
  const as = (top[3]! / 255) * opacity;
  const one = separable[mode];
  const mixed = one ? cb.map((v, i) => one(v, cs[i]!)) : whole[mode]!(cb, cs);
  const ao = as + ab * (1 - as);
  const co = cb.map((v, i) => {
    const source = (1 - ab) * cs[i]! + ab * mixed[i]!;
    return as * source + (1 - as) * ab * v;
  });
  return [...co.map((v) => (ao === 0 ? v : (v / ao) * 255)), ao * 255];
}

const LEVELS = [0, 1, 63, 64, 127, 128, 191, 254, 255];
const ALPHAS = [0, 1, 100, 128, 254, 255];

/** Numbers that look random and are not. */
function colors(count: number): number[][] {
  let seed = 7;
  const next = (among: readonly number[]) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return among[Math.floor((seed / 2147483648) * among.length)]!;
  };
  return Array.from({ length: count }, () => [
    ...[next(LEVELS), next(LEVELS), next(LEVELS)],
    next(ALPHAS),
  ]);
}

const bases = colors(500);
const tops = colors(1200).slice(700);

function rasterOf(pixels: readonly number[][], channels: 3 | 4): Raster {
  return still(
    pixels.length,
    1,
    channels,
    Uint8Array.from(pixels.flatMap((p) => p.slice(0, channels))),
  );
}

const AT_ORIGIN = { places: { x: [0], y: [0] } };

describe.each(BLEND_MODES)('%s', (mode) => {
  test.each([1, 0.4])('a picture mixes by the formula, alpha included (opacity %d)', (opacity) => {
    const step = { ...AT_ORIGIN, mode, opacity };
    const { data } = overlay(rasterOf(bases, 4), rasterOf(tops, 4), step);
    bases.forEach((base, i) => {
      const expected = formula(mode, base, tops[i]!, opacity);
      const [alpha, levels] = [expected[3]!, data.slice(i * 4, i * 4 + 4)];
      expect(Math.abs(levels[3]! - alpha), `alpha of ${base} under ${tops[i]}`).toBeLessThan(0.6);
      // A clear pixel has no color that anybody sees.
      if (alpha < 0.5 || tops[i]![3]! * opacity === 0) return;
      for (let c = 0; c < 3; c++) {
        const off = Math.abs(levels[c]! - expected[c]!);
        expect(off, `${base} under ${tops[i]}: ${levels} for ${expected}`).toBeLessThan(2);
      }
    });
  });

  test('an opaque picture on an opaque one stays opaque and mixes the same', () => {
    const [base, top] = [rasterOf(bases, 3), rasterOf(tops, 3)];
    const { data, channels } = overlay(base, top, { ...AT_ORIGIN, mode, opacity: 1 });
    expect(channels).toBe(3);
    bases.forEach((pixel, i) => {
      const opaque = (p: number[]) => [...p.slice(0, 3), 255];
      const expected = formula(mode, opaque(pixel), opaque(tops[i]!), 1);
      for (let c = 0; c < 3; c++) {
        expect(Math.abs(data[i * 3 + c]! - expected[c]!)).toBeLessThan(1);
      }
    });
  });

  test('a color mixes as a picture of that color does', () => {
    const color = { red: 200, green: 30, blue: 90, alpha: 0.6 };
    const { data } = blendColor(rasterOf(bases, 4), {
      ...{ kind: 'blend', color, mode, opacity: 0.5, width: bases.length, height: 1 },
    });
    bases.forEach((base, i) => {
      const expected = formula(mode, base, [200, 30, 90, 255], 0.3);
      if (expected[3]! < 0.5) return;
      for (let c = 0; c < 3; c++) expect(Math.abs(data[i * 4 + c]! - expected[c]!)).toBeLessThan(2);
    });
  });
});

test('clear pixels of either picture lend no color, so that edges have no fringe', () => {
  const base = rasterOf([[0, 255, 0, 0]], 4);
  const top = rasterOf([[255, 0, 0, 128]], 4);
  const laid = overlay(base, top, { ...AT_ORIGIN, mode: 'normal', opacity: 1 });
  expect([...laid.data]).toEqual([255, 0, 0, 128]);
  const under = overlay(top, base, { ...AT_ORIGIN, mode: 'normal', opacity: 1 });
  expect([...under.data]).toEqual([255, 0, 0, 128]);
});

test('what stands beyond the edges is cut, wherever it begins', () => {
  const base = still(3, 2, 3, new Uint8Array(18));
  const top = still(2, 2, 3, new Uint8Array(12).fill(255));
  const reds = (x: number, y: number) => {
    const step = { places: { x: [x], y: [y] }, mode: 'normal', opacity: 1 } as const;
    return [...overlay(base, top, step).data].filter((_, i) => i % 3 === 0);
  };
  expect(reds(-1, -1)).toEqual([255, 0, 0, 0, 0, 0]);
  expect(reds(2, 1)).toEqual([0, 0, 0, 0, 0, 255]);
  expect(reds(0, 0)).toEqual([255, 255, 0, 255, 255, 0]);
});

describe('every pixel of the upper picture falls on its own place', () => {
  /** No two pixels alike. */
  const numbered = (width: number, height: number, channels: 3 | 4, from: number): Raster =>
    still(
      width,
      height,
      channels,
      Uint8Array.from({ length: width * height * channels }, (_, i) =>
        i % 4 === 3 && channels === 4 ? 255 : (from + i * 7) & 255,
      ),
    );
  const pixel = ({ data, width, channels }: Raster, x: number, y: number) => [
    ...data.subarray((y * width + x) * channels, (y * width + x) * channels + 3),
  ];

  test.each([
    [3, 3],
    [3, 4],
    [4, 3],
    [4, 4],
  ] as const)('%i channels under %i', (below, above) => {
    const base = numbered(7, 5, below, 3);
    const top = numbered(4, 3, above, 90);
    for (let x = -5; x < 8; x++) {
      for (let y = -4; y < 6; y++) {
        const places = { x: [x], y: [y] };
        const laid = overlay(base, top, { places, mode: 'normal', opacity: 1 });
        for (let row = 0; row < 5; row++) {
          for (let column = 0; column < 7; column++) {
            const [a, b] = [column - x, row - y];
            const inside = a >= 0 && b >= 0 && a < 4 && b < 3;
            expect(pixel(laid, column, row), `${x},${y}: ${column},${row}`).toEqual(
              inside ? pixel(top, a, b) : pixel(base, column, row),
            );
          }
        }
      }
    }
  });

  test('in a grid as well, cut at every edge', () => {
    const top = numbered(3, 2, 3, 50);
    const places = { x: [-2, 2, 6], y: [-1, 2] };
    const laid = overlay(numbered(7, 4, 3, 0), top, { places, mode: 'normal', opacity: 1 });
    for (const x of places.x) {
      for (const y of places.y) {
        for (let row = Math.max(0, y); row < Math.min(4, y + 2); row++) {
          for (let column = Math.max(0, x); column < Math.min(7, x + 3); column++) {
            expect(pixel(laid, column, row)).toEqual(pixel(top, column - x, row - y));
          }
        }
      }
    }
  });
});
