/**
 * Coverage: which part of its screen a GIF has drawn on, frame by frame.
 *
 * What no frame covers is clear (docs/spec/http.md 14.17), whatever the background color says. A
 * decoder that makes opaque pictures of frames without a clear color fills it with some
 * color; such frames are opaque all over, so that their boxes alone tell what they cover.
 *
 * Pure loops over boxes.
 */
import type { Size } from '../base/size.ts';
import { type GifFrame, gifFrames } from '../containers/animation/gif-frames.ts';

/**
 * Whether a decoder may take something for opaque that no frame covers: no frame has a clear
 * color, and some frame is seen with parts of the screen around it.
 */
export function hasUncovered(gif: Uint8Array): boolean {
  const { screen, frames } = gifFrames(gif) ?? { screen: { width: 0, height: 0 }, frames: [] };
  if (frames.some(({ clear }) => clear)) return false;
  let full = false;
  for (const frame of frames) {
    const before: boolean = full;
    full ||= coversAll(frame, screen);
    if (!full) return true;
    if (frame.disposal === 'clear') full = false;
    if (frame.disposal === 'restore') full = before;
  }
  return false;
}

function coversAll({ left, top, width, height }: GifFrame, screen: Size): boolean {
  return left === 0 && top === 0 && width >= screen.width && height >= screen.height;
}

/**
 * For `count` frames from `first` on, 1 for each pixel of the screen that is covered, else 0.
 * `front`: frames in front that are none of the file's own.
 */
export function* coverage(
  gif: Uint8Array,
  first: number,
  count: number,
  front = 0,
): Generator<Uint8Array> {
  const { screen, frames: all } = gifFrames(gif) ?? { screen: { width: 0, height: 0 }, frames: [] };
  const frames = all.slice(front);
  const covered = new Uint8Array(screen.width * screen.height);
  for (const frame of frames.slice(0, first + count).entries()) {
    const [page, { disposal }] = frame;
    const before = disposal === 'restore' ? covered.slice() : covered;
    fill(covered, screen, frame[1], 1);
    if (page >= first) yield covered.slice();
    if (disposal === 'clear') fill(covered, screen, frame[1], 0);
    if (disposal === 'restore') covered.set(before);
  }
}

/** Frames may lie beyond the screen in part or whole. */
function fill(covered: Uint8Array, screen: Size, frame: GifFrame, value: 0 | 1): void {
  const right = Math.min(screen.width, frame.left + frame.width);
  const bottom = Math.min(screen.height, frame.top + frame.height);
  for (let y = frame.top; y < bottom; y++) {
    if (frame.left < right)
      covered.fill(value, y * screen.width + frame.left, y * screen.width + right);
  }
}
