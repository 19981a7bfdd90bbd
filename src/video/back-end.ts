/**
 * Back end: what codes and decodes videos, a program of its own each time.
 *
 * It is handed frames that we made ourselves, in planes, and gives packets; the
 * containers are ours. Where it comes from stands in `find-back-end.ts`.
 */
import { readMatroska } from '../containers/video/matroska.ts';
import { type Packet, startsOf } from '../containers/video/packet.ts';
import type { VideoEncoding } from '../image/encoding.ts';
import { type PlanarVideo, VideoFailure, type VideoShape } from '../image/video.ts';
import { planeBytes } from '../raster/yuv.ts';

/** What a run of a back end may take. */
export interface RunLimits {
  /** Milliseconds until it is ended. */
  readonly milliseconds: number;
  readonly threads: number;
}

export interface CodedPackets {
  /** Of H.264 the `avcC` record. */
  readonly setup?: Uint8Array;
  /** In the order of decoding. */
  readonly packets: readonly Packet[];
}

export interface BackEnd {
  /** @throws VideoFailure */
  encode(video: PlanarVideo, encoding: VideoEncoding, limits: RunLimits): Promise<CodedPackets>;
  /** The planes of some frames of a file, by their numbers, rising. @throws VideoFailure */
  decode(
    file: Uint8Array,
    format: VideoEncoding['format'],
    shape: VideoShape,
    numbers: readonly number[],
    limits: RunLimits,
  ): Promise<Uint8Array[]>;
}

/** Constant rate factor that stands for a quality: of x264 in halves from 1 to 50.5, of libvpx 0 to 63. */
export function rateFactor({ format, quality }: VideoEncoding): number {
  return format === 'mp4' ? 51 - quality / 2 : Math.round(63 * (1 - quality / 100));
}

/** Most bytes of a coded video. */
export const LONGEST_VIDEO = 256e6;

/** Bytes of a Matroska beside its frames, and for each. */
const MATROSKA_BYTES = { head: 65_536, frame: 256 } as const;

/** Most bytes of a Matroska of so many frames that are not coded. */
export function rawBytes(shape: VideoShape, frames: number): number {
  return MATROSKA_BYTES.head + (planeBytes(shape) + MATROSKA_BYTES.frame) * frames;
}

/** The planes of frames in a Matroska, which has to hold just these, at their times. @throws VideoFailure */
export function rawFrames(
  file: Uint8Array,
  shape: VideoShape,
  numbers: readonly number[],
): Uint8Array[] {
  const { packets } = readMatroska(file);
  const starts = startsOf(shape.delays);
  const size = planeBytes(shape);
  const right = packets.every(
    ({ data, time }, i) => data.length === size && time === starts[numbers[i]!],
  );
  if (packets.length !== numbers.length || !right) {
    throw new VideoFailure('The back end decodes other frames than it has coded.');
  }
  return packets.map(({ data }) => data);
}
