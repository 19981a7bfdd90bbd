/**
 * Packet: one coded frame, as an encoder gives it and a container holds it.
 *
 * Times are whole milliseconds. Packets come in the order in which they are
 * decoded, which is not that in which they are shown where frames refer to
 * later ones.
 */
import type { Size } from '../../base/size.ts';

export interface Packet {
  readonly data: Uint8Array;
  /** When the frame is shown, in milliseconds from the start. */
  readonly time: number;
  /** It can be decoded without any other. */
  readonly key: boolean;
}

/** A coded video without its container. */
export interface CodedVideo extends Size {
  readonly codec: 'h264' | 'vp9';
  /** What a decoder is told first; of H.264 its `avcC` record, absent for VP9. */
  readonly setup?: Uint8Array;
  readonly packets: readonly Packet[];
  /** Milliseconds of the whole, the last frame included. */
  readonly duration: number;
}

/** When each frame begins, in milliseconds: `[60, 40]` gives `[0, 60]`. */
export function startsOf(delays: readonly number[]): number[] {
  let start = 0;
  return delays.map((delay) => {
    start += delay;
    return start - delay;
  });
}
