/**
 * Videos by what makes them on this machine, and what becomes of back ends that do
 * something else.
 */
import { describe, expect, test } from 'vitest';
import { installedBackEnds } from '../../test/support/back-ends.ts';
import { writeMp4 } from '../containers/video/mp4.ts';
import { startsOf } from '../containers/video/packet.ts';
import { encodingText, type Quality, type VideoEncoding } from '../image/encoding.ts';
import { type PlanarVideo, VideoFailure } from '../image/video.ts';
import { still } from '../raster/pixels.ts';
import { toPlanes } from '../raster/yuv.ts';
import type { BackEnd, CodedPackets } from './back-end.ts';
import { createVideoEncoder } from './encoder.ts';
import { findBackEnd } from './find-back-end.ts';

const SIZE = { width: 64, height: 48 };
const DELAYS = [60, 40, 60, 40, 17, 33, 1000, 20, 20, 500];

const frames = DELAYS.map((_, page) => {
  const data = new Uint8Array(SIZE.width * SIZE.height * 3);
  for (let i = 0; i < data.length; i += 3) {
    const pixel = i / 3;
    data.set([(pixel % 64) * 4, Math.floor(pixel / 64) * 5, page * 25], i);
  }
  return still(SIZE.width, SIZE.height, 3, data);
});
const video: PlanarVideo = {
  ...SIZE,
  delays: DELAYS,
  planes: frames.map((frame) => toPlanes(frame)),
};

const encoderOf = (backEnd: BackEnd) =>
  createVideoEncoder(backEnd, { until: performance.now() + 60_000, threads: 1 });

const mp4 = (
  quality: number,
  more: Partial<Extract<VideoEncoding, { format: 'mp4' }>> = {},
): VideoEncoding => ({
  format: 'mp4',
  quality: quality as Quality<'mp4'>,
  preset: 'veryfast',
  profile: 'high',
  ...more,
});

const webm = (deadline: 'realtime' | 'good', speed: number): VideoEncoding => ({
  format: 'webm',
  quality: 80 as Quality<'webm'>,
  deadline,
  speed,
});

/** Every way of coding that the records of the optimizer name, and those of plans. */
const WAYS = [
  ...(['superfast', 'veryfast', 'medium'] as const).map((preset) => mp4(80, { preset })),
  mp4(80, { profile: 'baseline', level: '3.0' }),
  mp4(80, { profile: 'main', level: '6.2' }),
  ...[webm('realtime', 6), webm('good', 2), webm('realtime', 8)],
];

describe.each(installedBackEnds())('with %s', (_name, backEnd) => {
  const encoder = () => encoderOf(backEnd);

  test.each(WAYS.map((way) => [encodingText(way), way] as const))(
    'frames come back, each at its time: %s',
    async (_, encoding) => {
      const bytes = await encoder().encode(video, encoding);
      const numbers = [0, 3, 9];
      const shown = await encoder().decode(bytes, encoding.format, video, numbers);
      shown.forEach(({ width, height, data }, i) => {
        expect({ width, height }).toEqual(SIZE);
        const was = frames[numbers[i]!]!.data;
        const off = data.reduce((sum, value, at) => sum + Math.abs(value - was[at]!), 0);
        expect(off / data.length).toBeLessThan(4);
      });
    },
  );

  test('a higher quality takes more bytes and is nearer', async () => {
    const at = async (quality: number) => (await encoder().encode(video, mp4(quality))).length;
    expect(await at(80)).toBeGreaterThan(await at(30));
  });

  test('the smallest video has two by two pixels and two frames', async () => {
    const small = {
      width: 2,
      height: 2,
      delays: [100, 100],
      planes: [1, 2].map((level) => new Uint8Array(6).fill(level * 60)),
    };
    for (const way of [mp4(80), webm('realtime', 6)]) {
      const bytes = await encoder().encode(small, way);
      expect(await encoder().decode(bytes, way.format, small, [1])).toHaveLength(1);
    }
  });
});

test.skipIf(installedBackEnds().length > 0)('nothing that codes is installed here', () => {
  expect(findBackEnd('auto')).toBeUndefined();
});

describe('a back end that gives something else', () => {
  const starts = startsOf(DELAYS);
  const right: CodedPackets = {
    setup: Uint8Array.of(1),
    packets: starts.map((time, i) => ({
      time,
      key: i === 0,
      data: Uint8Array.of(0, 0, 0, 1, 0x65),
    })),
  };
  const giving = (coded: CodedPackets): BackEnd => ({
    encode: async () => coded,
    decode: async () => [],
  });

  test('the right packets are a file', async () => {
    const bytes = await encoderOf(giving(right)).encode(video, mp4(60));
    const duration = DELAYS.reduce((sum, delay) => sum + delay, 0);
    expect(bytes).toEqual(writeMp4({ ...SIZE, codec: 'h264', ...right, duration }));
  });

  test.each<[string, CodedPackets]>([
    ['no packets', { ...right, packets: [] }],
    ['one too few', { ...right, packets: right.packets.slice(1) }],
    ['one twice', { ...right, packets: [...right.packets, right.packets[0]!] }],
    [
      'one at another time',
      { ...right, packets: right.packets.map((p, i) => (i === 4 ? { ...p, time: 201 } : p)) },
    ],
    [
      'an empty one',
      {
        ...right,
        packets: right.packets.map((p, i) => (i === 4 ? { ...p, data: new Uint8Array(0) } : p)),
      },
    ],
    ['no key frame', { ...right, packets: right.packets.map((p) => ({ ...p, key: false })) }],
    ['no set-up', { packets: right.packets }],
  ])('%s is a failure', async (_, coded) => {
    await expect(encoderOf(giving(coded)).encode(video, mp4(60))).rejects.toThrow(VideoFailure);
  });
});
