/**
 * Red-eye: red pupils in the eyes of faces, and the red taken out of them
 * (docs/spec/imgix.md 4.13).
 *
 * A pupil that a flash has lit is a round spot of a red that neither skin nor lips have, whose
 * surroundings are far less red. What is not round, alone and near the eye is left as it is:
 * better a red eye stays than that a red bead is made grey.
 *
 * Pure: rasters in, places and rasters out.
 */
import { clamp, type Region } from '../base/size.ts';
import type { Eye } from '../image/face.ts';
import type { Raster } from '../image/raster.ts';
import type { RedEye, RedEyeDisc } from '../image/red-eye.ts';

/** How far around the middle of an eye is looked, in widths of the eye: landmarks err by half an eye. */
export const LOOK_AROUND = 1.1;

/** Red that no skin has, in levels: how bright, how far above the others, and how pure. */
const RED = { least: 70, ratio: 1.75, above: 50, skew: 0.35 } as const;

/** What a spot must be like to be a pupil; lengths in widths of the eye. */
const PUPIL = {
  leastPixels: 4,
  leastSide: 0.08,
  mostSide: 0.75,
  mostAspect: 2,
  leastFill: 0.4,
  farthest: 0.75,
  /** How many times as red as the ring around it. */
  contrast: 2,
} as const;

/** The disc that is mended, beside the spot: the red fades over its edge. */
const REACH = { factor: 1.15, pixels: 1 } as const;

/** The outer part of the disc over which the step fades, as a share of its radius. */
const FEATHER = 0.2;

/** Levels by which red passes green before the step begins, and over which it comes to its full. */
const REDNESS = { from: 8, over: 32 } as const;

/** Levels of blue above green that count as light: a catch-light stays. */
const BLUE_ABOVE = 60;

/** The red pupils of these eyes, in pixels of the raster; one at most for each eye. */
export function findRedEyes(raster: Raster, eyes: readonly Eye[]): RedEye[] {
  const found: RedEye[] = [];
  for (const eye of eyes) {
    const pupil = pupilOf(raster, eye);
    // Landmarks that err may lead two eyes to one pupil.
    const known = found.some(({ x, y, radius }) => {
      return pupil !== undefined && Math.hypot(x - pupil.x, y - pupil.y) < radius;
    });
    if (pupil !== undefined && !known) found.push(pupil);
  }
  return found;
}

interface Spot {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly pixels: number;
}

function pupilOf(raster: Raster, eye: Eye): RedEye | undefined {
  const window = windowAround(raster, eye);
  if (window === undefined) return undefined;
  const least = Math.max(PUPIL.leastPixels, 3 * (PUPIL.leastSide * eye.width) ** 2);
  return spotsIn(raster, window)
    .filter((spot) => spot.pixels >= least && isPupil(raster, spot, eye))
    .sort((a, b) => b.pixels - a.pixels)
    .map((spot) => {
      const { x, y, radius } = circleOf(spot);
      return { x, y, radius: REACH.factor * radius + REACH.pixels };
    })[0];
}

/** The pixels around an eye that are inside the raster; none where there are none. */
function windowAround({ width, height }: Raster, eye: Eye): Region | undefined {
  const reach = LOOK_AROUND * eye.width;
  const left = clamp(Math.floor(eye.x - reach), 0, width);
  const top = clamp(Math.floor(eye.y - reach), 0, height);
  const right = clamp(Math.ceil(eye.x + reach), 0, width);
  const bottom = clamp(Math.ceil(eye.y + reach), 0, height);
  // Numbers that are none leave no window either.
  if (!(right - left >= 1 && bottom - top >= 1)) return undefined;
  return { left, top, width: right - left, height: bottom - top };
}

/** Red pixels of a window that touch one another by an edge, as spots. */
function spotsIn({ width, channels, data }: Raster, window: Region): Spot[] {
  const red = new Uint8Array(window.width * window.height);
  for (let y = 0, to = 0; y < window.height; y++) {
    let from = ((window.top + y) * width + window.left) * channels;
    for (let x = 0; x < window.width; x++, from += channels, to++) {
      if (isRed(data[from]!, data[from + 1]!, data[from + 2]!)) red[to] = 1;
    }
  }
  const spots: Spot[] = [];
  for (let at = 0; at < red.length; at++) {
    if (red[at] === 1) spots.push(takeSpot(red, window, at));
  }
  return spots;
}

/** The spot that a pixel belongs to; its pixels are cleared from the map. */
function takeSpot(red: Uint8Array, window: Region, start: number): Spot {
  const stack = [start];
  red[start] = 0;
  let pixels = 0;
  let [left, top, right, bottom] = [window.width, window.height, 0, 0];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const x = at % window.width;
    const y = (at - x) / window.width;
    pixels++;
    left = Math.min(left, x);
    right = Math.max(right, x + 1);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y + 1);
    for (const [next, inside] of [
      [at - 1, x > 0],
      [at + 1, x + 1 < window.width],
      [at - window.width, y > 0],
      [at + window.width, y + 1 < window.height],
    ] as const) {
      if (!inside || red[next] === 0) continue;
      red[next] = 0;
      stack.push(next);
    }
  }
  return {
    left: window.left + left,
    top: window.top + top,
    right: window.left + right,
    bottom: window.top + bottom,
    pixels,
  };
}

function isRed(red: number, green: number, blue: number): boolean {
  const other = Math.max(green, blue);
  return (
    red > RED.least &&
    red > RED.ratio * other &&
    red - other > RED.above &&
    // Warm shadows of skin are red and green rather than red alone.
    Math.abs(green - blue) < RED.skew * (red - other)
  );
}

function circleOf({ left, top, right, bottom }: Spot): RedEye {
  const radius = Math.max(right - left, bottom - top) / 2;
  return { x: (left + right) / 2, y: (top + bottom) / 2, radius };
}

function isPupil(raster: Raster, spot: Spot, eye: Eye): boolean {
  const width = spot.right - spot.left;
  const height = spot.bottom - spot.top;
  const { x, y, radius } = circleOf(spot);
  return (
    Math.max(width, height) <= PUPIL.mostSide * eye.width &&
    Math.max(width / height, height / width) <= PUPIL.mostAspect &&
    spot.pixels > PUPIL.leastFill * width * height &&
    Math.hypot(x - eye.x, y - eye.y) <= PUPIL.farthest * eye.width &&
    meanRedness(raster, x, y, 0, 0.8 * radius) >=
      PUPIL.contrast * meanRedness(raster, x, y, 1.3 * radius, 2 * radius)
  );
}

/** How far red passes green and blue on average, in a ring about a point. */
function meanRedness(raster: Raster, x: number, y: number, from: number, to: number): number {
  const { width, height, channels, data } = raster;
  let sum = 0;
  let count = 0;
  const last = { x: Math.min(width - 1, Math.ceil(x + to)), y: Math.min(height - 1, y + to) };
  for (let row = Math.max(0, Math.floor(y - to)); row <= last.y; row++) {
    for (let column = Math.max(0, Math.floor(x - to)); column <= last.x; column++) {
      const distance = Math.hypot(column + 0.5 - x, row + 0.5 - y);
      if (distance < from || distance > to) continue;
      const i = (row * width + column) * channels;
      sum += Math.max(0, data[i]! - Math.max(data[i + 1]!, data[i + 2]!));
      count++;
    }
  }
  return count === 0 ? 0 : sum / count;
}

/**
 * The raster with the red taken out of these discs; every other pixel as it was.
 *
 * All three channels move to one level between green and blue: moving red alone leaves a magenta
 * catch-light.
 */
export function removeRedEyes(raster: Raster, discs: readonly RedEyeDisc[]): Raster {
  const data = new Uint8Array(raster.data);
  for (const disc of discs) mend(data, raster, disc);
  return { ...raster, data };
}

function mend(
  data: Uint8Array,
  { width, height, channels }: Raster,
  { x, y, radiusX, radiusY }: RedEyeDisc,
): void {
  const last = {
    row: Math.min(height - 1, Math.ceil(y + radiusY)),
    column: Math.min(width - 1, Math.ceil(x + radiusX)),
  };
  for (let row = Math.max(0, Math.floor(y - radiusY)); row <= last.row; row++) {
    for (let column = Math.max(0, Math.floor(x - radiusX)); column <= last.column; column++) {
      const distance = Math.hypot((column + 0.5 - x) / radiusX, (row + 0.5 - y) / radiusY);
      const edge = clamp((1 - distance) / FEATHER, 0, 1);
      const i = (row * width + column) * channels;
      const [red, green, blue] = [data[i]!, data[i + 1]!, data[i + 2]!];
      const amount = edge * clamp((red - green - REDNESS.from) / REDNESS.over, 0, 1);
      if (amount === 0) continue;
      const level = (green + Math.min(blue, green + BLUE_ABOVE)) / 2;
      data[i] = Math.round(red + (level - red) * amount);
      data[i + 1] = Math.round(green + (level - green) * amount);
      data[i + 2] = Math.round(blue + (level - blue) * amount);
    }
  }
}
