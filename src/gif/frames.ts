/**
 * Frames as GIF shows them: pixels clear or of one color, and what changes from one to the next.
 *
 * Pure loops. A pixel is a number as in raster/palette/color.ts: 0 for clear, else its color
 * with the highest byte full.
 */
import type { GifDisposal } from '../containers/animation/gif-frames.ts';
import type { Raster } from '../image/raster.ts';

export type Pixels = Uint32Array<ArrayBuffer>;

/** The highest byte of a pixel that is not clear. */
export const SHOWN = 0xff000000;

/** Pixels less than half opaque are clear: the format knows nothing between. */
export const OPAQUE_FROM = 128;

/** From `left`, `top` on, up to `right`, `bottom`. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** One frame of a raster. */
export function framePixels({ width, height, channels, data }: Raster, page: number): Pixels {
  const out = new Uint32Array(width * height);
  for (let i = 0, at = page * out.length * channels; i < out.length; i++, at += channels) {
    if (channels === 4 && data[at + 3]! < OPAQUE_FROM) continue;
    out[i] = SHOWN | (data[at + 2]! << 16) | (data[at + 1]! << 8) | data[at]!;
  }
  return out;
}

/** The box of the pixels that differ; undefined where none does. */
export function changedBox(before: Pixels, now: Pixels, width: number): Box | undefined {
  let top = -1;
  let bottom = 0;
  let left = width;
  let right = 0;
  for (let row = 0; row < now.length; row += width) {
    let first = 0;
    while (first < width && before[row + first] === now[row + first]) first++;
    if (first === width) continue;
    let last = width - 1;
    while (before[row + last] === now[row + last]) last--;
    if (top < 0) top = row / width;
    bottom = row / width + 1;
    if (first < left) left = first;
    if (last >= right) right = last + 1;
  }
  return top < 0 ? undefined : { left, top, right, bottom };
}

/** The box of the pixels that are shown before and clear now; undefined where there is none. */
function clearedBox(before: Pixels, now: Pixels, width: number): Box | undefined {
  const kept = before.slice();
  for (let i = 0; i < kept.length; i++) if (before[i] !== 0 && now[i] === 0) kept[i] = 0;
  return changedBox(before, kept, width);
}

/** What is behind a frame. */
export interface Behind {
  readonly disposal: GifDisposal;
  /** The box of the frame: larger where more than it draws has to be cleared. */
  readonly box: Box;
  /** What is on the canvas when the next frame is drawn. */
  readonly canvas: Pixels;
}

/**
 * How a frame is disposed of, so that the least of the next is to be drawn. `clears`: some frame
 * has clear pixels; `first`: nothing is behind the frame that could be restored.
 */
export function disposalFor(
  { before, now, next, width }: { before: Pixels; now: Pixels; next: Pixels; width: number },
  box: Box,
  { clears, first }: { readonly clears: boolean; readonly first: boolean },
): Behind {
  const cleared = clears ? clearedBox(now, next, width) : undefined;
  const keep: Behind = { disposal: 'keep', box, canvas: now };
  const choices: Behind[] = cleared === undefined ? [keep] : [];
  if (!first && (!clears || clearedBox(before, next, width) === undefined)) {
    choices.push({ disposal: 'restore', box, canvas: before });
  }
  if (clears) {
    const rect = cleared === undefined ? box : union(box, cleared);
    choices.push({ disposal: 'clear', box: rect, canvas: withoutBox(now, rect, width) });
  }
  let best = choices[0]!;
  let least = choices.length > 1 ? drawnPixels(best.canvas, next) : 0;
  for (const choice of choices.slice(1)) {
    const drawn = drawnPixels(choice.canvas, next);
    if (drawn >= least) continue;
    best = choice;
    least = drawn;
  }
  return best;
}

function drawnPixels(canvas: Pixels, next: Pixels): number {
  let drawn = 0;
  for (let i = 0; i < next.length; i++) if (canvas[i] !== next[i]) drawn++;
  return drawn;
}

function union(a: Box, b: Box): Box {
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

function withoutBox(pixels: Pixels, { left, top, right, bottom }: Box, width: number): Pixels {
  const out = pixels.slice();
  for (let y = top; y < bottom; y++) out.fill(0, y * width + left, y * width + right);
  return out;
}
