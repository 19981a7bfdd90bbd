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
import type { PlanarVideo } from '../image/video.ts';
import { type BackEnd, LONGEST_VIDEO, rateFactor, rawBytes, rawFrames } from './back-end.ts';
import { type Command, runChild } from './child.ts';

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
      const limits = { milliseconds, bytes: rawBytes(shape, numbers.length) };
      return rawFrames(await runChild(command(path, args), [file], limits), shape, numbers);
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
