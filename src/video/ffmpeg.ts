/**
 * ffmpeg: the program of that name as a back end.
 *
 * Frames go in as a Matroska of raw planes and packets come out as a Matroska, so that
 * every frame keeps its time to the millisecond in both directions. Only the
 * encoders see what we made of a source; no reader of ffmpeg's meets a stranger's file.
 */
import { rawFrameHead, rawVideoHead, readMatroska } from '../containers/video/matroska.ts';
import { startsOf } from '../containers/video/packet.ts';
import type { VideoEncoding } from '../image/encoding.ts';
import { type PlanarVideo, VideoFailure } from '../image/video.ts';
import { planeBytes } from '../raster/yuv.ts';
import { type BackEnd, rateFactor } from './back-end.ts';
import { type Command, runChild } from './child.ts';

/** Most bytes of a coded video. */
const LONGEST_VIDEO = 256e6;

/** Bytes of a Matroska beside its frames, and for each. */
const MATROSKA_BYTES = { head: 65_536, frame: 256 } as const;

const QUIET = ['-hide_banner', '-loglevel', 'error', '-nostats'] as const;

/** What a video says of its colors: BT.709, limited range (docs/spec/video.md 3.1). */
const BT709 = [
  ...['-color_primaries', 'bt709', '-color_trc', 'bt709', '-colorspace', 'bt709'],
  ...['-color_range', 'tv'],
] as const;

/** Milliseconds, whatever rate ffmpeg guesses from the first frames. */
const MILLISECONDS = ['-enc_time_base', '1:1000'] as const;

/** The back end at a path. */
export function ffmpegBackEnd(path: string): BackEnd {
  return {
    async encode(video, encoding, { milliseconds, threads }) {
      const args = [
        ...QUIET,
        ...['-f', 'matroska', '-i', 'pipe:0', '-an', '-map_metadata', '-1'],
        ...codecArguments(encoding),
        ...['-pix_fmt', 'yuv420p', '-threads', String(threads)],
        ...BT709,
        ...MILLISECONDS,
        ...['-f', 'matroska', 'pipe:1'],
      ];
      const limits = { milliseconds, bytes: LONGEST_VIDEO };
      return readMatroska(await runChild(command(path, args), rawVideo(video), limits));
    },

    async decode(file, format, shape, numbers, { milliseconds, threads }) {
      const wanted = numbers.map((number) => `eq(n,${number})`).join('+');
      const args = [
        ...QUIET,
        ...['-threads', String(threads), '-f', format === 'mp4' ? 'mov' : 'matroska'],
        ...['-i', 'pipe:0', '-an', '-vf', `select='${wanted}'`],
        ...['-c:v', 'rawvideo', '-pix_fmt', 'yuv420p'],
        ...MILLISECONDS,
        ...['-f', 'matroska', 'pipe:1'],
      ];
      const size = planeBytes(shape);
      const bytes = MATROSKA_BYTES.head + (size + MATROSKA_BYTES.frame) * numbers.length;
      const out = await runChild(command(path, args), [file], { milliseconds, bytes });
      const { packets } = readMatroska(out);
      const starts = startsOf(shape.delays);
      const found = packets.every(
        ({ data, time }, i) => data.length === size && time === starts[numbers[i]!],
      );
      if (packets.length !== numbers.length || !found) {
        throw new VideoFailure(`${path} decodes other frames than it was given`);
      }
      return packets.map(({ data }) => data);
    },
  };
}

function command(program: string, args: readonly string[]): Command {
  // Reports of its own would go into the folder it is started in.
  return { program, args, env: { AV_LOG_FORCE_NOCOLOR: '1' } };
}

function codecArguments(encoding: VideoEncoding): string[] {
  const rate = String(rateFactor(encoding));
  if (encoding.format === 'mp4') {
    const { preset, profile, level } = encoding;
    return [
      ...['-c:v', 'libx264', '-preset', preset, '-crf', rate, '-profile:v', profile],
      ...(level === undefined ? [] : ['-level:v', level]),
    ];
  }
  const { deadline, speed } = encoding;
  return [
    ...['-c:v', 'libvpx-vp9', '-b:v', '0', '-crf', rate],
    ...['-deadline', deadline, '-cpu-used', String(speed), '-row-mt', '1'],
  ];
}

function* rawVideo({ planes, ...shape }: PlanarVideo): Generator<Uint8Array> {
  yield rawVideoHead(shape);
  const starts = startsOf(shape.delays);
  for (const [number, frame] of planes.entries()) {
    yield rawFrameHead(starts[number]!, shape.delays[number]!, frame.length);
    yield frame;
  }
}
