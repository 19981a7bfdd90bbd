/**
 * Whole screen: a GIF in a form in which libnsgif, which libvips 8.18 reads with, believes its screen.
 *
 * It takes screens of the sizes that monitors once had, and those with a side above 2048, for a
 * writer's mistake, and makes the picture as large as its first frame. Browsers do not
 * (docs/spec/http.md 14.17). So where the first frame is smaller than such a screen, one that
 * covers it is put in front, which readers of the file leave out again.
 */
import type { Size } from '../base/size.ts';
import { gifFrames } from '../containers/animation/gif-frames.ts';
import { concat } from '../containers/bytes.ts';
import { headerEnd } from '../containers/gif.ts';
import { compressBlank } from './lzw.ts';

/** Longest side of a screen that is believed. */
const BELIEVED_SIDE = 2048;

/** Screens that are not: sizes of monitors. */
const MONITORS: readonly Size[] = [
  { width: 640, height: 480 },
  { width: 640, height: 512 },
  { width: 800, height: 600 },
  { width: 1024, height: 768 },
  { width: 1280, height: 1024 },
  { width: 1600, height: 1200 },
];

/** Whether libnsgif takes a screen of this size for what it is, whatever its first frame covers. */
export function isBelieved({ width, height }: Size): boolean {
  if (Math.max(width, height) > BELIEVED_SIDE || Math.min(width, height) === 0) return false;
  return !MONITORS.some((monitor) => monitor.width === width && monitor.height === height);
}

/**
 * The GIF with a frame in front that covers its screen, where libnsgif would not believe it; else
 * undefined. The frame is clear where another has a clear color, and black where none has: readers
 * then take none of it for clear (coverage.ts).
 */
export function withWholeScreen(gif: Uint8Array): Uint8Array | undefined {
  const { screen, frames } = gifFrames(gif) ?? { screen: { width: 0, height: 0 }, frames: [] };
  const [first] = frames;
  const head = headerEnd(gif);
  if (first === undefined || head === undefined || isBelieved(declared(gif))) return undefined;
  const covers =
    first.left + first.width >= screen.width && first.top + first.height >= screen.height;
  if (covers) return undefined;
  const clear = frames.some((frame) => frame.clear) ? 1 : 0;
  const { width, height } = screen;
  const front = [
    Uint8Array.of(0x21, 0xf9, 4, (1 << 2) | clear, 10, 0, 0, 0),
    Uint8Array.of(0x2c, 0, 0, 0, 0, width & 255, width >> 8, height & 255, height >> 8),
    // A table of its own, of two colors.
    Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0),
    compressBlank(width * height),
  ];
  return concat([gif.subarray(0, head), ...front, gif.subarray(head)]);
}

/** The screen as the file says it. */
function declared(gif: Uint8Array): Size {
  return { width: gif[6]! | (gif[7]! << 8), height: gif[8]! | (gif[9]! << 8) };
}
