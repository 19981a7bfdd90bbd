/**
 * Color differences by CIEDE2000, as published (Sharma, Wu, Dalal, "The CIEDE2000 color-difference
 * formula", 2005): about 1 is just seen beside one another, 10 at a glance.
 */
import type { Raster } from '../../src/image/raster.ts';

export type Lab = readonly [lightness: number, a: number, b: number];

/** CIELAB of an sRGB color 0..255, under D65. */
export function labOf(red: number, green: number, blue: number): Lab {
  const light = [red, green, blue].map((value) => {
    const v = value / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
  const [r, g, b] = light as [number, number, number];
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const RADIANS = Math.PI / 180;

/** The difference of two colors. */
export function deltaE(one: Lab, two: Lab): number {
  const chroma = (Math.hypot(one[1], one[2]) + Math.hypot(two[1], two[2])) / 2;
  const more = 1 + 0.5 * (1 - Math.sqrt(chroma ** 7 / (chroma ** 7 + 25 ** 7)));
  const polar = ([, a, b]: Lab) => {
    const c = Math.hypot(a * more, b);
    const h = c === 0 ? 0 : Math.atan2(b, a * more) / RADIANS;
    return { c, h: h < 0 ? h + 360 : h };
  };
  const [p, q] = [polar(one), polar(two)];
  const colored = p.c * q.c !== 0;
  const far = Math.abs(p.h - q.h) > 180;
  const turn = !colored ? 0 : q.h - p.h + (far ? (q.h > p.h ? -360 : 360) : 0);
  const lightness = (one[0] + two[0]) / 2;
  const c = (p.c + q.c) / 2;
  const sum = p.h + q.h;
  const h = !colored ? sum : far ? (sum < 360 ? sum + 360 : sum - 360) / 2 : sum / 2;
  const cos = (degrees: number) => Math.cos(degrees * RADIANS);
  const t =
    1 - 0.17 * cos(h - 30) + 0.24 * cos(2 * h) + 0.32 * cos(3 * h + 6) - 0.2 * cos(4 * h - 63);
  const away = (lightness - 50) ** 2;
  const byL = (two[0] - one[0]) / (1 + (0.015 * away) / Math.sqrt(20 + away));
  const byC = (q.c - p.c) / (1 + 0.045 * c);
  const byH = (2 * Math.sqrt(p.c * q.c) * Math.sin((turn / 2) * RADIANS)) / (1 + 0.015 * c * t);
  const rotation =
    -2 *
    Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7)) *
    Math.sin(60 * Math.exp(-(((h - 275) / 25) ** 2)) * RADIANS);
  return Math.sqrt(byL ** 2 + byC ** 2 + byH ** 2 + rotation * byC * byH);
}

/** The mean difference of two rasters of one size, of every third pixel. */
export function meanDeltaE(one: Raster, two: Raster): number {
  let sum = 0;
  let count = 0;
  const pixels = one.width * one.height;
  for (let pixel = 0; pixel < pixels; pixel += 3, count++) {
    const [i, k] = [pixel * one.channels, pixel * two.channels];
    const a = labOf(one.data[i]!, one.data[i + 1]!, one.data[i + 2]!);
    const b = labOf(two.data[k]!, two.data[k + 1]!, two.data[k + 2]!);
    sum += deltaE(a, b);
  }
  return sum / count;
}
