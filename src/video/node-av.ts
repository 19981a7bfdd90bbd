/**
 * node-av: the package of that name as a back end, in a process of its own.
 *
 * It holds FFmpeg as a library, under the GPL, and is the operator's to install
 * (docs/decisions/0018-video-by-a-program-of-its-own.md).
 */
import { fileURLToPath } from 'node:url';
import { readMatroska } from '../containers/video/matroska.ts';
import type { VideoShape } from '../image/video.ts';
import { type BackEnd, LONGEST_VIDEO, rawBytes, rawFrames } from './back-end.ts';
import { type Command, runChild } from './child.ts';
import type { NodeAvJob } from './node-av-program.ts';

const PROGRAM = new URL('./node-av-program.js', import.meta.url);

/** The back end; the package is looked for where this server's own are. @param program for tests */
export function nodeAvBackEnd(program = PROGRAM): BackEnd {
  const command = (job: NodeAvJob): Command => ({
    program: process.execPath,
    args: [fileURLToPath(program), JSON.stringify(job)],
  });
  return {
    async encode({ planes, ...shape }, encoding, { milliseconds, threads }) {
      const job: NodeAvJob = { kind: 'encode', shape: bare(shape), encoding, threads };
      const limits = { milliseconds, bytes: LONGEST_VIDEO };
      return readMatroska(await runChild(command(job), planes, limits));
    },
    async decode(file, _format, shape, numbers, { milliseconds, threads }) {
      const job: NodeAvJob = { kind: 'decode', shape: bare(shape), numbers, threads };
      const limits = { milliseconds, bytes: rawBytes(shape, numbers.length) };
      return rawFrames(await runChild(command(job), [file], limits), shape, numbers);
    },
  };
}

/** A shape without the frames of the video that it may be. */
function bare({ width, height, delays }: VideoShape): VideoShape {
  return { width, height, delays };
}
