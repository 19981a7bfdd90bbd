/**
 * Video: a sequence of frames, and what turns it into a file.
 *
 * The encoder is implemented in `video/` and given to the optimizer as an
 * argument.
 */
import type { Size } from '../base/size.ts';
import type { VideoEncoding } from './encoding.ts';
import type { Raster } from './raster.ts';

/** Size of the frames, and how long each is shown, in milliseconds. */
export interface VideoShape extends Size {
  readonly delays: readonly number[];
}

/** Frames as codecs take them, each in planes of BT.709 (`raster/yuv.ts`): half the bytes of RGB. */
export interface PlanarVideo extends VideoShape {
  readonly planes: readonly Uint8Array[];
}

export interface VideoEncoder {
  /** The frames as a file. @throws VideoFailure where the back end does not do it */
  encode(video: PlanarVideo, encoding: VideoEncoding): Promise<Uint8Array>;
  /** Frames of a file that `encode` wrote, by their numbers, rising. @throws VideoFailure */
  decode(
    bytes: Uint8Array,
    format: VideoEncoding['format'],
    shape: VideoShape,
    numbers: readonly number[],
  ): Promise<Raster[]>;
}

/** A back end that ended, did not end, or gave something else than a video. */
export class VideoFailure extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'VideoFailure';
  }
}

/** Delays up to this many milliseconds are shown as {@link PLAIN_DELAY} (docs/spec/video.md 1.2). */
const TOO_SHORT = 10;

/** Milliseconds of a frame whose delay browsers do not heed. */
const PLAIN_DELAY = 100;

/** How long browsers show a frame of an animated picture: 100 ms where its file says 10 or less. */
export function shownDelay(delay: number): number {
  return delay > TOO_SHORT ? delay : PLAIN_DELAY;
}
