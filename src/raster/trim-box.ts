/**
 * Measuring trims: the box that stays when a border goes.
 *
 * Each rule says which pixels or lines are border; the box is what remains
 * between the outermost lines that are not. Frames of an animation share one
 * box, which holds what any of them shows.
 *
 * Loops over raw pixels stop at the first pixel that is not border, so a
 * picture without a border costs four lines.
 */
import type { Color } from '../base/color.ts';
import type { Region } from '../base/size.ts';
import type { Raster } from '../image/raster.ts';
import type { TrimRule } from '../plan/op.ts';
import { LUMA } from './tone.ts';

/** The box that stays; undefined when nothing would. */
export function findTrim(raster: Raster, rule: TrimRule): Region | undefined {
  const boxes: Region[] = [];
  for (let page = 0; page < raster.pages; page++) {
    const box = measureFrame(raster, page, rule);
    if (box) boxes.push(box);
  }
  if (boxes.length === 0) return undefined;
  const left = Math.min(...boxes.map((box) => box.left));
  const top = Math.min(...boxes.map((box) => box.top));
  const right = Math.max(...boxes.map((box) => box.left + box.width));
  const bottom = Math.max(...boxes.map((box) => box.top + box.height));
  return { left, top, width: right - left, height: bottom - top };
}

function measureFrame(raster: Raster, page: number, rule: TrimRule): Region | undefined {
  const { width, height, channels } = raster;
  const size = width * height * channels;
  const data = raster.data.subarray(page * size, (page + 1) * size);
  switch (rule.by) {
    case 'color':
      return boxBy(data, width, height, channels, byColor(data, channels, rule));
    case 'alpha':
      return boxBy(data, width, height, channels, byAlpha(channels, rule.alpha, rule.tolerance));
    case 'alpha-or-color':
      return channels === 4
        ? boxBy(data, width, height, channels, byAlpha(4, 0, rule.tolerance * 255))
        : boxBy(data, width, height, channels, byColor(data, channels, rule));
    case 'border':
      return boxByLines(data, width, height, channels, rule);
  }
}

/** Whether the pixel at this place in the data belongs to the border. */
type IsBorder = (data: Uint8Array, at: number) => boolean;

/** Longest distance between two colors with alpha: the diagonal of 255 in four axes. */
const FARTHEST = 510;

function byColor(
  data: Uint8Array,
  channels: 3 | 4,
  { color, tolerance }: { readonly color?: Color; readonly tolerance: number },
): IsBorder {
  const red = color?.red ?? data[0]!;
  const green = color?.green ?? data[1]!;
  const blue = color?.blue ?? data[2]!;
  const alpha = color ? color.alpha * 255 : channels === 4 ? data[3]! : 255;
  const most = (tolerance * FARTHEST) ** 2 + 1e-6;
  return (pixels, i) => {
    const a = channels === 4 ? pixels[i + 3]! : 255;
    // Where both are wholly clear, no color is to be seen.
    if (a === 0 && alpha === 0) return true;
    const distance =
      (pixels[i]! - red) ** 2 +
      (pixels[i + 1]! - green) ** 2 +
      (pixels[i + 2]! - blue) ** 2 +
      (a - alpha) ** 2;
    return distance <= most;
  };
}

function byAlpha(channels: 3 | 4, alpha: number, tolerance: number): IsBorder {
  return (pixels, i) =>
    Math.abs((channels === 4 ? pixels[i + 3]! : 255) - alpha) <= tolerance + 1e-6;
}

function boxBy(
  data: Uint8Array,
  width: number,
  height: number,
  channels: 3 | 4,
  isBorder: IsBorder,
): Region | undefined {
  const line = width * channels;
  const rowIsBorder = (y: number) => {
    for (let i = y * line, end = i + line; i < end; i += channels) {
      if (!isBorder(data, i)) return false;
    }
    return true;
  };
  let top = 0;
  while (top < height && rowIsBorder(top)) top++;
  if (top === height) return undefined;
  let bottom = height;
  while (rowIsBorder(bottom - 1)) bottom--;
  const columnIsBorder = (x: number) => {
    for (let y = top, i = top * line + x * channels; y < bottom; y++, i += line) {
      if (!isBorder(data, i)) return false;
    }
    return true;
  };
  let left = 0;
  while (columnIsBorder(left)) left++;
  let right = width;
  while (columnIsBorder(right - 1)) right--;
  return { left, top, width: right - left, height: bottom - top };
}

/**
 * Walking inwards from each side: a line is border while its deviation stays
 * below `deviation` and its mean differs from that of the line before by less
 * than `mean` (docs/spec/imgix.md 5.8.2).
 */
function boxByLines(
  data: Uint8Array,
  width: number,
  height: number,
  channels: 3 | 4,
  rule: Extract<TrimRule, { by: 'border' }>,
): Region | undefined {
  const line = width * channels;
  const row = (y: number) => statistics(data, y * line, channels, width, channels);
  const top = walk(height, row, rule);
  if (top === height) return undefined;
  const bottom = height - walk(height - top, (i) => row(height - 1 - i), rule);
  const count = bottom - top;
  const column = (x: number) => statistics(data, top * line + x * channels, line, count, channels);
  const left = walk(width, column, rule);
  if (left === width) return undefined;
  const right = width - walk(width - left, (i) => column(width - 1 - i), rule);
  return right <= left || bottom <= top
    ? undefined
    : { left, top, width: right - left, height: count };
}

/** A line of pixels as it looks on one backdrop. */
interface LineOn {
  readonly mean: number;
  readonly deviation: number;
}

/** A line over white and over black, which are the same where no pixel is clear. */
type Line = readonly [LineOn] | readonly [onWhite: LineOn, onBlack: LineOn];

/** Lines from the first that are border: on every backdrop they look as even as a border does. */
function walk(
  count: number,
  lineAt: (i: number) => Line,
  { mean, deviation }: Extract<TrimRule, { by: 'border' }>,
): number {
  let before: Line | undefined;
  for (let i = 0; i < count; i++) {
    const line = lineAt(i);
    if (line.some((backdrop) => backdrop.deviation >= deviation)) return i;
    const moved = (backdrop: LineOn, at: number) =>
      before?.[at] !== undefined && Math.abs(backdrop.mean - before[at].mean) >= mean;
    if (line.some(moved)) return i;
    before = line;
  }
  return count;
}

/** Mean and standard deviation of luma along a line. */
function statistics(
  data: Uint8Array,
  start: number,
  step: number,
  count: number,
  channels: 3 | 4,
): Line {
  if (channels === 3) return [lineOn(data, start, step, count, channels, 255)];
  const on = (backdrop: number) => lineOn(data, start, step, count, channels, backdrop);
  return [on(255), on(0)];
}

function lineOn(
  data: Uint8Array,
  start: number,
  step: number,
  count: number,
  channels: 3 | 4,
  backdrop: number,
): LineOn {
  let sum = 0;
  let squares = 0;
  for (let k = 0, i = start; k < count; k++, i += step) {
    const luma = LUMA.red * data[i]! + LUMA.green * data[i + 1]! + LUMA.blue * data[i + 2]!;
    const seen = channels === 4 ? backdrop + ((luma - backdrop) * data[i + 3]!) / 255 : luma;
    sum += seen;
    squares += seen * seen;
  }
  const mean = sum / count;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
}
