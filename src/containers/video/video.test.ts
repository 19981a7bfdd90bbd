import { describe, expect, test } from 'vitest';
import { concat, latin1, uint32 } from '../bytes.ts';
import { avcRecord, unitsOf, withLengths, withoutRemarks } from './h264.ts';
import { rawFrameHead, rawVideoHead, readMatroska, writeMatroska } from './matroska.ts';
import { sampleTimes, writeMp4 } from './mp4.ts';
import { type CodedVideo, type Packet, startsOf } from './packet.ts';

/** Packets of so many bytes, in the order of decoding, by when they are shown. */
function packetsAt(times: readonly number[], keys: readonly number[] = [0]): Packet[] {
  return times.map((time, i) => ({
    time,
    key: keys.includes(i),
    data: new Uint8Array(10 + i).fill(i + 1),
  }));
}

function videoOf(packets: readonly Packet[], duration: number): CodedVideo {
  const setup = Uint8Array.of(1, 100, 0, 10);
  return { width: 64, height: 48, codec: 'h264', setup, packets, duration };
}

/** The boxes of an MP4, those inside the ones that only hold others included. */
function boxesOf(
  bytes: Uint8Array,
  from = 0,
  to = bytes.length,
): { type: string; at: number; data: Uint8Array }[] {
  const found = [];
  for (let at = from; at < to; ) {
    const length = uint32(bytes, at)!;
    const type = latin1(bytes, at + 4, at + 8);
    found.push({ type, at, data: bytes.subarray(at + 8, at + length) });
    if (/^(moov|trak|mdia|minf|stbl|edts)$/.test(type))
      found.push(...boxesOf(bytes, at + 8, at + length));
    at += length;
  }
  return found;
}

const numbers = (data: Uint8Array, from = 4) =>
  Array.from({ length: (data.length - from) / 4 }, (_, i) => uint32(data, from + i * 4)!);

describe('MP4', () => {
  const packets = packetsAt([0, 250, 60, 160, 1250], [0, 4]);
  const file = writeMp4(videoOf(packets, 1790));
  const boxes = boxesOf(file);
  const box = (type: string) => boxes.find((found) => found.type === type)!;

  test('the index comes before the packets', () => {
    const top = boxes.filter(({ type }) => /^(ftyp|moov|mdat)$/.test(type));
    expect(top.map(({ type }) => type)).toEqual(['ftyp', 'moov', 'mdat']);
    const [, place] = numbers(box('stco').data);
    expect(place).toBe(box('mdat').at + 8);
    expect(box('mdat').data).toEqual(concat(packets.map(({ data }) => data)));
  });

  test('a sample lasts as long as the frame in its place is shown', () => {
    const [, ...runs] = numbers(box('stts').data);
    expect(runs).toEqual([1, 60, 1, 100, 1, 90, 1, 1000, 1, 540]);
    const [scale, duration] = numbers(box('mdhd').data, 12);
    expect([scale, duration]).toEqual([1000, 1790]);
  });

  test('frames are shown at their times, once the edit list has taken off the delay', () => {
    const { durations, offsets, shift } = sampleTimes(packets, 1790);
    expect(numbers(box('elst').data)).toEqual([1, 1790, shift, 65536]);
    const shown = startsOf(durations).map((decoded, i) => decoded + offsets[i]! - shift);
    expect(shown).toEqual(packets.map(({ time }) => time));
    expect(Math.min(...offsets)).toBe(0);
  });

  test('frames in the order they are shown in need no offsets', () => {
    const plain = boxesOf(writeMp4(videoOf(packetsAt([0, 40, 80]), 120)));
    expect(plain.some(({ type }) => type === 'ctts')).toBe(false);
    const runs = numbers(plain.find(({ type }) => type === 'stts')!.data);
    expect(runs).toEqual([1, 3, 40]);
  });

  test('key frames are listed, and lengths', () => {
    expect(numbers(box('stss').data)).toEqual([2, 1, 5]);
    expect(numbers(box('stsz').data)).toEqual([0, 5, 10, 11, 12, 13, 14]);
  });

  test('the same packets give the same bytes', () => {
    expect(writeMp4(videoOf(packets, 1790))).toEqual(file);
  });
});

describe('Matroska', () => {
  test('frames that are not coded come out as they went in', () => {
    const delays = [60, 40, 1000, 17];
    const planes = delays.map((_, i) => new Uint8Array(6).fill(i + 7));
    const starts = startsOf(delays);
    const file = concat([
      rawVideoHead({ width: 2, height: 2 }),
      ...planes.flatMap((data, i) => [rawFrameHead(starts[i]!, delays[i]!, data.length), data]),
    ]);
    expect(readMatroska(file).packets.map(({ data, time }) => [time, ...data])).toEqual(
      planes.map((data, i) => [starts[i], ...data]),
    );
  });

  test.each([
    ['one cluster', [0, 40, 80], [0]],
    ['key frames', [0, 40, 80, 120], [0, 2]],
    ['a frame of more time than a cluster holds', [0, 40_000, 40_020, 180_000], [0]],
  ])('a WebM holds its packets and their times: %s', (_, times, keys) => {
    const packets = packetsAt(times, keys);
    const file = writeMatroska({ ...videoOf(packets, 200_000), codec: 'vp9' });
    expect(readMatroska(file).packets).toEqual(packets);
    expect(file).toEqual(writeMatroska({ ...videoOf(packets, 200_000), codec: 'vp9' }));
  });

  test('where key frames are stands before the packets, and is right', () => {
    const packets = packetsAt([0, 40, 80, 120], [0, 2]);
    const { setup: _, ...bare } = videoOf(packets, 160);
    const file = writeMatroska({ ...bare, codec: 'vp9' });
    const text = latin1(file, 0, file.length);
    const segment = text.indexOf('\x18\x53\x80\x67') + 12;
    // CueClusterPosition, of eight bytes
    const places = text
      .split('\xf1\x01\0\0\0\0\0\0\x08')
      .slice(1)
      .map((rest) => rest.charCodeAt(6) * 256 + rest.charCodeAt(7));
    expect(places).toHaveLength(2);
    for (const place of places)
      expect(text.slice(segment + place, segment + place + 4)).toBe('\x1f\x43\xb6\x75');
  });

  test.each([
    ['nothing', new Uint8Array(0)],
    ['noise', Uint8Array.from({ length: 4000 }, (_, i) => (i * 7919) % 251)],
    ['zeros', new Uint8Array(100)],
    ['text', new TextEncoder().encode('no video at all')],
  ])('%s has no packets', (_, bytes) => {
    expect(readMatroska(bytes).packets).toEqual([]);
  });

  test('a file that breaks off gives what is whole', () => {
    const file = writeMatroska({
      ...videoOf(packetsAt([0, 40, 80], [0, 1, 2]), 120),
      codec: 'vp9',
    });
    expect(readMatroska(file.subarray(0, file.length - 3)).packets.length).toBeLessThanOrEqual(3);
  });
});

describe('withoutRemarks', () => {
  const unit = (kind: number, length: number) =>
    Uint8Array.of(0, 0, 0, length, kind, ...Array(length - 1).fill(9));

  test.each([
    ['remarks and delimiters go', [unit(9, 2), unit(6, 30), unit(0x65, 8)], [unit(0x65, 8)]],
    ['slices stay', [unit(0x65, 8), unit(0x41, 5)], [unit(0x65, 8), unit(0x41, 5)]],
    [
      'what has other lengths stays as it is',
      [Uint8Array.of(0, 0, 0, 1, 0x65, 8)],
      [Uint8Array.of(0, 0, 0, 1, 0x65, 8)],
    ],
    ['nothing', [], []],
  ])('%s', (_, before, after) => {
    expect(withoutRemarks(concat(before))).toEqual(concat(after));
  });
});

describe('streams of start codes', () => {
  const sps = Uint8Array.of(0x67, 100, 0, 10, 1, 2);
  const pps = Uint8Array.of(0x68, 3, 4);
  const slice = Uint8Array.of(0x65, 0, 0, 9, 0, 1);
  const long = Uint8Array.of(0, 0, 0, 1);
  const short = Uint8Array.of(0, 0, 1);

  test.each([
    ['long codes', [long, sps, long, pps], [sps, pps]],
    ['short codes', [short, sps, short, slice], [sps, slice]],
    ['zeros at the end of a unit', [long, sps, Uint8Array.of(0, 0), long, pps], [sps, pps]],
    ['none', [sps], []],
    ['nothing', [], []],
    ['nothing behind a code', [long], []],
  ])('%s', (_, parts, units) => {
    expect(unitsOf(concat(parts))).toEqual(units);
  });

  test('as files hold them, and back', () => {
    const framed = withLengths([sps, slice]);
    expect(framed).toEqual(
      concat([Uint8Array.of(0, 0, 0, 6), sps, Uint8Array.of(0, 0, 0, 6), slice]),
    );
    expect(withoutRemarks(framed)).toEqual(framed);
  });

  test('the record of a stream names its profile and level and holds its sets', () => {
    const record = avcRecord([sps, pps, slice])!;
    expect([...record.subarray(0, 4)]).toEqual([1, 100, 0, 10]);
    expect([...record.subarray(6, 14)]).toEqual([0, 6, ...sps]);
    expect([...record.subarray(14, 20)]).toEqual([1, 0, 3, ...pps]);
    expect(avcRecord([sps])).toBeUndefined();
    expect(avcRecord([])).toBeUndefined();
  });
});
