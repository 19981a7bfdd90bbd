/**
 * The reference that reductions are held against: the definition of a filter, in
 * double precision, without tables, and written independently of `filter-spans.ts`.
 */
import type { Raster } from '../../image/raster.ts';
import type { SmoothFilter } from './filter-spans.ts';
import type { Reduction } from './reduce.ts';

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const mitchellNetravali = (b: number, c: number) => (x: number) => {
  const [q, t] = [x * x, x * x * x];
  if (x < 1) return ((12 - 9 * b - 6 * c) * t + (12 * b + 6 * c - 18) * q + 6 - 2 * b) / 6;
  if (x >= 2) return 0;
  return ((-b - 6 * c) * t + (6 * b + 30 * c) * q - (12 * b + 48 * c) * x + 8 * b + 24 * c) / 6;
};

const FILTERS: Readonly<Record<SmoothFilter, (x: number) => number>> = {
  bilinear: (x) => Math.max(0, 1 - x),
  bicubic: mitchellNetravali(0, 0.5),
  mitchell: mitchellNetravali(1 / 3, 1 / 3),
  lanczos2: (x) => (x < 2 ? sinc(x) * sinc(x / 2) : 0),
  lanczos3: (x) => (x < 3 ? sinc(x) * sinc(x / 3) : 0),
};

const linear = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const encoded = (v: number) => (v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055);

/** Real values 0..255 of the reduced picture, channel by channel as in a raster. */
export function referenceReduction(
  raster: Raster,
  { to, filter, window }: Reduction,
): Float64Array {
  const { channels, width, height, data } = raster;
  const part = window ?? { left: 0, top: 0, width, height };
  const light = Float64Array.from(data, (value, i) => {
    if (channels === 3) return linear(value / 255);
    const alpha = data[i - (i % 4) + 3]! / 255;
    return i % 4 === 3 ? alpha : linear(value / 255) * alpha;
  });
  const rows = new Float64Array(width * to.height * channels);
  for (let y = 0; y < to.height; y++) {
    for (const [from, share] of shares(y, part.top, part.height, height, to.height, filter)) {
      for (let i = 0; i < width * channels; i++) {
        rows[y * width * channels + i]! += share * light[from * width * channels + i]!;
      }
    }
  }
  const out = new Float64Array(to.width * to.height * channels);
  for (let x = 0; x < to.width; x++) {
    for (const [from, share] of shares(x, part.left, part.width, width, to.width, filter)) {
      for (let y = 0; y < to.height; y++) {
        for (let c = 0; c < channels; c++) {
          out[(y * to.width + x) * channels + c]! +=
            share * rows[(y * width + from) * channels + c]!;
        }
      }
    }
  }
  return out.map((value, i) => {
    const alpha = channels === 4 ? Math.min(1, Math.max(0, out[i - (i % 4) + 3]!)) : 1;
    if (i % 4 === 3 && channels === 4) return 255 * alpha;
    return alpha === 0 ? 0 : 255 * encoded(Math.min(1, Math.max(0, value / alpha)));
  });
}

/** The pixels under the filter of one pixel of the result, with their shares. */
function shares(
  at: number,
  start: number,
  length: number,
  pixels: number,
  to: number,
  filter: SmoothFilter,
): [number, number][] {
  const scale = length / to;
  const stretch = Math.max(1, scale);
  const centre = start + (at + 0.5) * scale;
  const found: [number, number][] = [];
  for (let p = Math.floor(start); p < Math.min(pixels, Math.ceil(start + length)); p++) {
    const share = FILTERS[filter](Math.abs(p + 0.5 - centre) / stretch);
    if (share !== 0) found.push([p, share]);
  }
  const sum = found.reduce((total, [, share]) => total + share, 0);
  return found.map(([p, share]) => [p, share / sum]);
}
