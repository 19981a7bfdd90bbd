/** Animated PNGs made for tests, chunk by chunk. */
import { deflateSync } from 'node:zlib';
import { bytes32, concat } from '../bytes.ts';
import { joinPng } from '../png.ts';
import { pngChunk } from '../png-chunk.ts';

/** A frame of one color, or of given pixels. */
export interface TestFrame {
  /** Red, green, blue and, where the picture has it, alpha; of pixels what channels they have. */
  readonly color: readonly number[];
  /** All of its pixels, row by row. */
  readonly pixels?: Uint8Array;
  /** Left, top, width, height; the whole canvas by default. */
  readonly box?: readonly [number, number, number, number];
  /** Numerator and denominator of seconds. */
  readonly delay?: readonly [number, number];
  /** 0 none, 1 background, 2 previous. */
  readonly dispose?: number;
  /** 0 source, 1 over. */
  readonly blend?: number;
}

export interface TestApng {
  readonly width: number;
  readonly height: number;
  readonly frames: readonly TestFrame[];
  readonly plays?: number;
  /** The color of a picture for stills that is no frame. */
  readonly hidden?: readonly number[];
  /** Chunks behind the header. */
  readonly more?: readonly Uint8Array[];
  /** Frames that acTL tells. */
  readonly told?: number;
  /** Bits a sample and color type; 8 and that of the channels by default. Samples of fewer bits are given as bytes. */
  readonly sample?: readonly [bits: number, type: number];
}

/** The file; the pixels of each frame behind the first stand in two pieces. */
export function testApng(given: TestApng): Uint8Array {
  const { width, height, frames, plays = 0, hidden, more = [], told = frames.length } = given;
  const channels = (hidden ?? frames[0]!.color).length;
  const [bits, type] = given.sample ?? [8, channels === 4 ? 6 : 2];
  let sequence = 0;
  const control = ({ box = [0, 0, width, height], delay = [1, 10], ...frame }: TestFrame) => {
    const [left, top, w, h] = box;
    const words = [sequence++, w, h, left, top].map((value) => bytes32(value));
    const [over, under] = delay;
    const shorts = Uint8Array.of(over >> 8, over & 255, under >> 8, under & 255);
    const how = Uint8Array.of(frame.dispose ?? 0, frame.blend ?? 0);
    return pngChunk('fcTL', concat([...words, shorts, how]));
  };
  const data = ({ color, pixels, box = [0, 0, width, height] }: TestFrame) => {
    const all =
      pixels ??
      Uint8Array.from(
        Array(box[2] * box[3])
          .fill(color)
          .flat(),
      );
    const line = box[2] * channels;
    const rows = Array.from({ length: box[3] }, (_, y) => [
      Uint8Array.of(0), // no filter
      packed(all.subarray(y * line, (y + 1) * line), bits),
    ]);
    return new Uint8Array(deflateSync(concat(rows.flat())));
  };
  const later = (frame: TestFrame) => {
    const stream = data(frame);
    const begin = control(frame);
    const parts = [stream.subarray(0, 9), stream.subarray(9)];
    return [begin, ...parts.map((part) => pngChunk('fdAT', concat([bytes32(sequence++), part])))];
  };
  const [first, ...rest] = frames;
  return joinPng([
    pngChunk('IHDR', concat([bytes32(width), bytes32(height), Uint8Array.of(bits, type, 0, 0, 0)])),
    ...more,
    pngChunk('acTL', concat([bytes32(told), bytes32(plays)])),
    ...(hidden
      ? [pngChunk('IDAT', data({ color: hidden })), ...later(first!)]
      : [control(first!), pngChunk('IDAT', data(first!))]),
    ...rest.flatMap(later),
    pngChunk('IEND', new Uint8Array()),
  ]);
}

/** Samples of fewer bits than eight, side by side from the highest bit on. */
function packed(samples: Uint8Array, bits: number): Uint8Array {
  if (bits === 8) return samples;
  const perByte = 8 / bits;
  const out = new Uint8Array(Math.ceil(samples.length / perByte));
  samples.forEach((sample, i) => {
    out[Math.floor(i / perByte)]! |= sample << (8 - bits * ((i % perByte) + 1));
  });
  return out;
}
