/**
 * MP4: an H.264 stream in the boxes of ISO/IEC 14496-12 and -15.
 *
 * The index comes before the packets, so that the file plays while it comes
 * ("fast start"). Times are those of the frames to the millisecond: the media
 * counts in thousandths of a second, a sample lasts as long as the frame in its
 * place is shown, and an edit list takes off the time by which frames that
 * refer to later ones are decoded early. The same packets give the same bytes.
 *
 * Pure.
 */
import { bytes32, concat, latin1Bytes } from '../bytes.ts';
import type { CodedVideo, Packet } from './packet.ts';

/** Units of time in a second. */
const TIMESCALE = 1000;

/** No rotation, no scale: 16.16 and, in the last column, 2.30. */
const MATRIX = concat(
  [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000].map((value) => bytes32(value)),
);

/** `und`, the language of what has none. */
const NO_LANGUAGE = 0x55c4;

/** Pixels per inch that the standard asks to state: 72, as 16.16. */
const RESOLUTION = 0x480000;

/** An MP4 of an H.264 stream. `setup` is the `avcC` record that its encoder gave. */
export function writeMp4(video: CodedVideo): Uint8Array {
  const type = box('ftyp', ascii('isom'), bytes32(512), ascii('isomiso2avc1mp41'));
  const length = movie(video, 0).length;
  const { packets } = video;
  const media = packets.map(({ data }) => data);
  const bytes = media.reduce((sum, data) => sum + data.length, 0);
  // The index is as long whatever it says of the place of the packets.
  const index = movie(video, type.length + length + 8);
  return concat([type, index, bytes32(bytes + 8), ascii('mdat'), ...media]);
}

/** Where samples stand in time: they are decoded in the order of their bytes. */
export interface SampleTimes {
  /** Milliseconds from each sample to the next; together the whole. */
  readonly durations: readonly number[];
  /** Milliseconds from decoding a sample to showing it, never below 0. */
  readonly offsets: readonly number[];
  /** Milliseconds by which the first frame is shown late on the clock of the media. */
  readonly shift: number;
}

/** Times of packets in the order of decoding, of which each is shown once. */
export function sampleTimes(packets: readonly Packet[], duration: number): SampleTimes {
  const shown = packets.map(({ time }) => time).sort((a, b) => a - b);
  const shift = packets.reduce((most, { time }, i) => Math.max(most, shown[i]! - time), 0);
  return {
    durations: shown.map((time, i) => (shown[i + 1] ?? duration) - time),
    offsets: packets.map(({ time }, i) => time - shown[i]! + shift),
    shift,
  };
}

/** @param place where the first packet stands in the file */
function movie(video: CodedVideo, place: number): Uint8Array {
  const { width, height, packets, duration } = video;
  const times = sampleTimes(packets, duration);
  const trackHeader = fullBox(
    'tkhd',
    3, // enabled, part of the movie
    bytes32(0),
    bytes32(0),
    bytes32(1),
    bytes32(0),
    bytes32(duration),
    new Uint8Array(16),
    MATRIX,
    bytes32(width * 65536),
    bytes32(height * 65536),
  );
  const edit = fullBox(
    'elst',
    0,
    bytes32(1),
    bytes32(duration),
    bytes32(times.shift),
    bytes32(65536),
  );
  const track = box('trak', trackHeader, box('edts', edit), media(video, times, place));
  const header = fullBox(
    'mvhd',
    0,
    bytes32(0),
    bytes32(0),
    bytes32(TIMESCALE),
    bytes32(duration),
    bytes32(65536),
    bytes16(256),
    new Uint8Array(10),
    MATRIX,
    new Uint8Array(24),
    bytes32(2), // the next free number of a track
  );
  return box('moov', header, track);
}

function media(video: CodedVideo, times: SampleTimes, place: number): Uint8Array {
  const { duration } = video;
  const header = fullBox(
    'mdhd',
    0,
    bytes32(0),
    bytes32(0),
    bytes32(TIMESCALE),
    bytes32(duration),
    bytes16(NO_LANGUAGE),
    bytes16(0),
  );
  const handler = fullBox(
    'hdlr',
    0,
    bytes32(0),
    ascii('vide'),
    new Uint8Array(12),
    ascii('Video\0'),
  );
  const reference = fullBox('dref', 0, bytes32(1), fullBox('url ', 1));
  const information = box(
    'minf',
    fullBox('vmhd', 1, new Uint8Array(8)),
    box('dinf', reference),
    samples(video, times, place),
  );
  return box('mdia', header, handler, information);
}

function samples(
  video: CodedVideo,
  { durations, offsets, shift }: SampleTimes,
  place: number,
): Uint8Array {
  const { packets } = video;
  const keys = packets.flatMap(({ key }, i) => (key ? [i + 1] : []));
  return box(
    'stbl',
    fullBox('stsd', 0, bytes32(1), sampleEntry(video)),
    fullBox('stts', 0, ...runs(durations)),
    ...(shift > 0 ? [fullBox('ctts', 0, ...runs(offsets))] : []),
    fullBox('stss', 0, bytes32(keys.length), ...keys.map((key) => bytes32(key))),
    // All samples in one chunk
    fullBox('stsc', 0, bytes32(1), bytes32(1), bytes32(packets.length), bytes32(1)),
    fullBox(
      'stsz',
      0,
      bytes32(0),
      bytes32(packets.length),
      ...packets.map(({ data }) => bytes32(data.length)),
    ),
    fullBox('stco', 0, bytes32(1), bytes32(place)),
  );
}

function sampleEntry({ width, height, setup = new Uint8Array(0) }: CodedVideo): Uint8Array {
  return box(
    'avc1',
    new Uint8Array(6),
    bytes16(1),
    new Uint8Array(16),
    bytes16(width),
    bytes16(height),
    bytes32(RESOLUTION),
    bytes32(RESOLUTION),
    bytes32(0),
    bytes16(1),
    new Uint8Array(32), // no name of a compressor
    bytes16(24),
    bytes16(0xffff),
    box('avcC', setup),
    // BT.709, limited range (docs/spec/video.md 3.1); square pixels
    box('colr', ascii('nclx'), bytes16(1), bytes16(1), bytes16(1), Uint8Array.of(0)),
    box('pasp', bytes32(1), bytes32(1)),
  );
}

/** Equal numbers that follow one another, as counts: their number, then count and number of each. */
function runs(values: readonly number[]): Uint8Array[] {
  const found: { count: number; readonly value: number }[] = [];
  for (const value of values) {
    const last = found.at(-1);
    if (last?.value === value) last.count++;
    else found.push({ count: 1, value });
  }
  return [
    bytes32(found.length),
    ...found.flatMap(({ count, value }) => [bytes32(count), bytes32(value)]),
  ];
}

function box(type: string, ...content: readonly Uint8Array[]): Uint8Array {
  const length = content.reduce((sum, part) => sum + part.length, 8);
  return concat([bytes32(length), ascii(type), ...content]);
}

/** A box of version 0 with flags. */
function fullBox(type: string, flags: number, ...content: readonly Uint8Array[]): Uint8Array {
  return box(type, bytes32(flags), ...content);
}

function bytes16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 255);
}

function ascii(text: string): Uint8Array {
  return latin1Bytes(text);
}
