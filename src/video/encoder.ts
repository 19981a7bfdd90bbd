/**
 * Encoder: frames to MP4 and WebM and back, by a back end.
 *
 * Colors, containers and times are ours, the same whatever back end codes the
 * frames; what it gives is held to the frames it was given, each at its time.
 */
import type { Size } from '../base/size.ts';
import { withoutRemarks } from '../containers/video/h264.ts';
import { writeMatroska } from '../containers/video/matroska.ts';
import { writeMp4 } from '../containers/video/mp4.ts';
import { startsOf } from '../containers/video/packet.ts';
import { type VideoEncoder, VideoFailure, type VideoShape } from '../image/video.ts';
import { still } from '../raster/pixels.ts';
import { fromPlanes } from '../raster/yuv.ts';
import type { BackEnd, CodedPackets } from './back-end.ts';

export interface VideoTime {
  /** When the last run has to be over, on the clock of `performance.now()`. */
  readonly until: number;
  readonly threads: number;
}

/** An encoder for one task: all its runs share the time. */
export function createVideoEncoder(backEnd: BackEnd, { until, threads }: VideoTime): VideoEncoder {
  const limits = () => ({ milliseconds: until - performance.now(), threads });
  return {
    async encode(video, encoding) {
      const coded = await backEnd.encode(video, encoding, limits());
      const { packets, setup } = held(coded, video, encoding.format);
      const duration = video.delays.reduce((sum, delay) => sum + delay, 0);
      const { width, height } = video;
      const size: Size = { width, height };
      if (encoding.format === 'webm')
        return writeMatroska({ ...size, codec: 'vp9', packets, duration });
      const bare = packets.map((packet) => ({ ...packet, data: withoutRemarks(packet.data) }));
      return writeMp4({ ...size, codec: 'h264', packets: bare, duration, ...setup });
    },
    async decode(bytes, format, shape, numbers) {
      const planes = await backEnd.decode(bytes, format, shape, numbers, limits());
      const { width, height } = shape;
      return planes.map((plane) => still(width, height, 3, fromPlanes(plane, shape)));
    },
  };
}

/** The packets, where there is one for every frame, at its time. @throws VideoFailure */
function held({ packets, setup }: CodedPackets, shape: VideoShape, format: 'mp4' | 'webm') {
  const times = packets.map(({ time }) => time).sort((a, b) => a - b);
  const starts = startsOf(shape.delays);
  const whole = times.length === starts.length && starts.every((start, i) => start === times[i]);
  if (!whole || packets.some(({ data }) => data.length === 0)) {
    throw new VideoFailure(
      `The back end gives ${times.length} packets for ${starts.length} frames, or at other times.`,
    );
  }
  if (!packets[0]!.key || (format === 'mp4' && setup === undefined)) {
    throw new VideoFailure('The back end gives no stream that can be decoded from its beginning.');
  }
  return { packets, setup: setup === undefined ? {} : { setup } };
}
