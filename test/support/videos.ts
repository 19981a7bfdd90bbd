/**
 * Videos as tests look at them: what their index says.
 */
import { readMatroska } from '../../src/containers/video/matroska.ts';

export interface VideoFacts {
  readonly width: number;
  readonly height: number;
  /** Milliseconds of each frame. */
  readonly delays: readonly number[];
  /** Milliseconds of the whole. */
  readonly duration: number;
}

/** Of an MP4 of one track. */
export function mp4Facts(file: Buffer): VideoFacts {
  const box = (type: string) => file.indexOf(type, 0, 'latin1') + 4;
  const track = box('tkhd');
  const times = box('stts') + 4;
  const runs = file.readUInt32BE(times);
  const delays = Array.from({ length: runs }, (_, i) => {
    const at = times + 4 + i * 8;
    return Array<number>(file.readUInt32BE(at)).fill(file.readUInt32BE(at + 4));
  }).flat();
  return {
    width: file.readUInt32BE(track + 76) / 65536,
    height: file.readUInt32BE(track + 80) / 65536,
    delays,
    duration: file.readUInt32BE(box('mvhd') + 16),
  };
}

/** Of a WebM that this server wrote. */
export function webmFacts(file: Buffer): VideoFacts {
  const times = readMatroska(file).packets.map(({ time }) => time);
  const at = (id: string) => file.indexOf(Buffer.from(id, 'hex'));
  const duration = file.readDoubleBE(at('448901') + 10);
  const sides = at('e001') + 9;
  const number = (from: number) => {
    const length = file[from + 8]!;
    return { value: file.readUIntBE(from + 9, length), end: from + 9 + length };
  };
  const width = number(sides);
  return {
    width: width.value,
    height: number(width.end).value,
    delays: times.map((time, i) => (times[i + 1] ?? duration) - time),
    duration,
  };
}
