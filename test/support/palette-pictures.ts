/**
 * Palette PNGs of hard edges, as drawing programs, plotters and pixel artists save them: few
 * colors, few bytes, and no blend anywhere.
 */
import { losslessCompressPng } from '@napi-rs/image';
import sharp from 'sharp';
import { palettePng } from '../../src/vips/palette-png.ts';

/** Red, green, blue and alpha of color `i` of `count`, hues around the circle. */
function hue(i: number, count: number): number[] {
  const at = (shift: number) =>
    Math.round(128 + 90 * Math.cos(2 * Math.PI * (i / count + shift / 3)));
  return [at(0), at(1), at(2), 255];
}
const hues = (count: number) => Array.from({ length: count }, (_, i) => hue(i, count));

const WHITE = [255, 255, 255, 255];
const GREY = [200, 200, 200, 255];
const DARK = [40, 40, 40, 255];
const CLEAR = [0, 0, 0, 0];

type Draw = (x: number, y: number) => number;

async function drawn(width: number, height: number, colors: readonly number[][], draw: Draw) {
  const indices = new Uint8Array(width * height);
  for (let p = 0; p < indices.length; p++) indices[p] = draw(p % width, Math.floor(p / width));
  const png = palettePng({ width, height, palette: Uint8Array.from(colors.flat()), indices });
  const packed = new Uint8Array(await losslessCompressPng(png, { strip: true }));
  return packed.length < png.length ? packed : png;
}

/** Sixteen discs over one another on a clear ground, each pixel drawn as a square of `zoom`. */
function sprite(zoom: number) {
  const discs = Array.from({ length: 16 }, (_, i) => ({
    x: (i * 23) % 47,
    y: (i * 31) % 47,
    r: 3 + ((i * 5) % 7),
  }));
  return drawn(48 * zoom, 48 * zoom, [CLEAR, ...hues(16)], (x, y) => {
    const [a, b] = [Math.floor(x / zoom), Math.floor(y / zoom)];
    return 1 + discs.findLastIndex((disc) => (disc.x - a) ** 2 + (disc.y - b) ** 2 < disc.r ** 2);
  });
}

/** Bars between an axis and a grid. */
function bars() {
  const heights = Array.from({ length: 12 }, (_, i) => 20 + ((i * 53) % 130));
  return drawn(260, 180, [WHITE, DARK, GREY, ...hues(12)], (x, y) => {
    if (y === 160 || x === 8) return 1;
    const bar = Math.floor((x - 12) / 20);
    const inside = x >= 12 && (x - 12) % 20 > 3 && y < 160 && y > 160 - (heights[bar] ?? 0);
    return inside ? 3 + bar : y % 32 === 16 ? 2 : 0;
  });
}

/** Three lines of two pixels over a grid. */
function plot() {
  const at = (line: number, x: number) =>
    Math.round(90 + 35 * (line - 1) + 22 * Math.sin(x / (7 + 3 * line)) + 9 * Math.sin(x / 3));
  return drawn(260, 180, [WHITE, GREY, ...hues(3)], (x, y) => {
    for (let line = 0; line < 3; line++) {
      const [a, b] = [at(line, x), at(line, x + 1)];
      if (y >= Math.min(a, b) && y <= Math.max(a, b) + 1) return 2 + line;
    }
    return x % 40 === 0 || y % 40 === 0 ? 1 : 0;
  });
}

/** Areas with borders of one pixel. */
function map() {
  const sites = Array.from({ length: 24 }, (_, i) => [(i * 97) % 260, (i * 61) % 180] as const);
  const near = (x: number, y: number) => {
    let [best, found] = [Number.POSITIVE_INFINITY, 0];
    for (const [i, [a, b]] of sites.entries()) {
      const far = (x - a) ** 2 + (y - b) ** 2;
      if (far < best) [best, found] = [far, i];
    }
    return found;
  };
  return drawn(260, 180, [DARK, ...hues(9)], (x, y) => {
    const own = near(x, y);
    return own !== near(x + 1, y) || own !== near(x, y + 1) ? 0 : 1 + (own % 9);
  });
}

/** A ring and letters of straight strokes on a clear ground. */
function logo() {
  return drawn(240, 120, [CLEAR, ...hues(3)], (x, y) => {
    const far = Math.hypot(x - 60, y - 60);
    if (far > 30 && far < 46) return 1;
    if (far < 16) return 2;
    const [a, b] = [(x - 120) % 36, y - 36];
    const stroke = a < 7 || (a < 26 && (b < 7 || b > 41));
    return x >= 120 && x < 228 && b >= 0 && b < 48 && stroke ? 3 : 0;
  });
}

/** Lines of signs of one-pixel strokes in four colors on dark, as a terminal shows them. */
export function terminal(): Promise<Uint8Array> {
  const random = (i: number) => Math.imul(i ^ (i >>> 7), 2654435761) >>> 16;
  const sign = (column: number, row: number) => random(column + 97 * row) % 40;
  return drawn(420, 264, [[16, 24, 32, 255], ...hues(4)], (x, y) => {
    const [column, row] = [Math.floor(x / 6), Math.floor(y / 11)];
    const [a, b] = [x % 6, (y % 11) - 2];
    if (a > 4 || b < 0 || b > 6 || random(row) % 70 < column - 20) return 0;
    const one = sign(column, row);
    const inked = one > 33 ? false : random(7 * one + b + 1000) & (1 << a);
    return inked ? 1 + (row % 4) : 0;
  });
}

/** Patterns in two and four colors: checks, hatching, an ornament. */
export async function patternPictures(): Promise<Record<string, Uint8Array>> {
  const two = [WHITE, DARK];
  const random = (i: number) => Math.imul(i ^ (i >>> 7), 2654435761) >>> 16;
  const made = {
    checks: drawn(
      128,
      128,
      [
        [255, 255, 255, 255],
        [0, 0, 0, 255],
      ],
      (x, y) => ((x >> 2) + (y >> 2)) % 2,
    ),
    hatching: drawn(200, 200, two, (x, y) => ((x + y) % 8 < 3 ? 1 : 0)),
    ornament: drawn(128, 128, hues(4), (x, y) => {
      const [u, v] = [Math.min(x % 16, 15 - (x % 16)), Math.min(y % 16, 15 - (y % 16))];
      return random(977 + Math.min(u, v) * 31 + Math.max(u, v)) % 4;
    }),
  };
  const pairs = Object.entries(made);
  return Object.fromEntries(
    await Promise.all(pairs.map(async ([name, png]) => [`${name}.png`, await png] as const)),
  );
}

/**
 * Drawings that take few bytes for what they show, by their file names: houndstooth whose tile would be of
 * 14.4 pixels, lights without the marks of a code, and dots on slanted lines with a byte for each pixel.
 */
export async function tightPictures(): Promise<Record<string, Uint8Array>> {
  const two = [
    [255, 255, 255, 255],
    [0, 0, 0, 255],
  ];
  const random = (i: number) => Math.imul(i ^ 0x5bd1, 2654435761) >>> 16;
  const [width, height] = [160, 120];
  const levels = Uint8Array.from({ length: width * height }, (_, p) => {
    const [x, y] = [p % width, Math.floor(p / width)];
    const [u, v] = [0.83 * x + 0.56 * y, 0.83 * y - 0.56 * x];
    return Math.cos(u) + Math.cos(v) > (x + y) / 140 - 1 ? 255 : 0;
  });
  const raw = { width, height, channels: 1 } as const;
  const dots = sharp(levels, { raw }).toColourspace('b-w').png({ compressionLevel: 9 });
  return {
    'houndstooth.png': await drawn(192, 192, two, (x, y) => {
      const [a, b] = [Math.floor(x / 12) % 2, Math.floor(y / 12) % 2];
      return a === b ? a : Number((x + y) % 12 < 6);
    }),
    'lights.png': await drawn(168, 144, two, (x, y) => {
      const [a, b] = [(x >> 3) - 1, (y >> 3) - 1];
      if (a < 0 || b < 0 || a >= 19 || b >= 16) return 0;
      // No line of cells alike in a corner.
      const corner = Math.min(a, 18 - a) + Math.min(b, 15 - b);
      return corner < 2 ? (a + b) % 2 : random(a * 57 + b * 131) % 2;
    }),
    'dots.png': new Uint8Array(await dots.toBuffer()),
  };
}

/** Drawings on a grid by their file names: cells of three to five colors by lot, in margins. */
export async function gridPictures(): Promise<Record<string, Uint8Array>> {
  const cells = (side: number, colors: number) =>
    drawn(24 * side, 16 * side, [WHITE, DARK, ...hues(colors - 2)], (x, y) => {
      const [a, b] = [Math.floor(x / side) - 6, Math.floor(y / side) - 2];
      if (Math.min(a, b) < 0 || a >= 12 || b >= 10) return 0;
      return (Math.imul(a * 57 + b * 131 + 7, 2654435761) >>> 16) % colors;
    });
  return {
    'cells-of-4.png': await cells(4, 5),
    'cells-of-6.png': await cells(6, 3),
    'cells-of-8.png': await cells(8, 3),
    'cells-of-10.png': await cells(10, 3),
  };
}

/** Drawings in black and white by their file names, one bit a pixel and without a palette. */
export function greyPictures(): Record<string, Uint8Array> {
  const made = (width: number, height: number, isWhite: (x: number, y: number) => boolean) => {
    const indices = Uint8Array.from({ length: width * height }, (_, p) =>
      isWhite(p % width, Math.floor(p / width)) ? 1 : 0,
    );
    const palette = Uint8Array.of(0, 0, 0, 255, 255, 255, 255, 255);
    return palettePng({ width, height, palette, indices }, true);
  };
  const lot = (a: number, b: number) => (Math.imul(a * 57 + b * 131 + 7, 2654435761) >>> 16) % 2;
  return {
    'white-checks.png': made(192, 128, (x, y) => ((x >> 3) + (y >> 3)) % 2 === 0),
    'white-strokes.png': made(200, 160, (x, y) => (x + y) % 8 > 2),
    'white-modules.png': made(132, 132, (x, y) => {
      const [a, b] = [(x >> 2) - 4, (y >> 2) - 4];
      return Math.min(a, b) < 0 || Math.max(a, b) >= 25 || lot(a, b) === 1;
    }),
  };
}

/** All of them by their file names. */
export async function palettePictures(): Promise<Record<string, Uint8Array>> {
  const made = { bars: bars(), plot: plot(), map: map(), logo: logo(), sprite: sprite(1) };
  const pairs = Object.entries({ ...made, 'sprite-3': sprite(3) });
  return Object.fromEntries(
    await Promise.all(pairs.map(async ([name, png]) => [`${name}.png`, await png] as const)),
  );
}
