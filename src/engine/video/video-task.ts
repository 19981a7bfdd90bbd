/**
 * Video task: an animation made a video, inside a worker.
 *
 * Frames are rendered one by one and kept in planes, half the bytes of RGB, so
 * that a search can code them more than once without decoding the source again;
 * of the few that are measured the pixels are kept as well. The planes stand in one
 * piece of memory: many pieces between those that come and go would leave holes.
 */
import { Fault } from '../../base/fault.ts';
import type { Raster } from '../../image/raster.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import { shownDelay, VideoFailure } from '../../image/video.ts';
import { measuredFrames, optimizeVideo } from '../../optimizer/formats/video.ts';
import type { Tools } from '../../optimizer/optimize.ts';
import type { Budget, OptimizeResult, WarmStart } from '../../optimizer/task.ts';
import type { Output } from '../../plan/output.ts';
import type { Program } from '../../plan/program.ts';
import { planeBytes, toPlanes } from '../../raster/yuv.ts';
import { createVideoEncoder } from '../../video/encoder.ts';
import { HOW_TO_INSTALL, openBackEnd } from '../../video/find-back-end.ts';
import { type RenderContext, renderOpaqueFrames } from '../../vips/render.ts';
import type { SourceFile } from '../../vips/source-file.ts';
import type { VideoUse } from './video-use.ts';

export interface VideoRequest {
  readonly file: SourceFile;
  readonly info: SourceInfo;
  readonly program: Program;
  readonly context: RenderContext;
  readonly output: Extract<Output, { kind: 'picture' }>;
  readonly use: VideoUse;
  /** Of what is left when the frames are rendered. */
  budget(): Budget;
  readonly threads: number;
  readonly warmStart?: WarmStart;
  /** Told what a stage took, in milliseconds. */
  took(stage: 'transform' | 'encode', milliseconds: number): void;
}

/** No back end is tried at present. */
export class VideoRests extends VideoFailure {}

/**
 * The video of a program whose format is one.
 *
 * @throws Fault not-implemented where nothing is installed that makes videos
 * @throws VideoFailure where the back end does not do it, or rests
 */
export async function makeVideo(request: VideoRequest, tools: Tools): Promise<OptimizeResult> {
  const { file, info, program, output, use, threads, warmStart, took } = request;
  if (use.kind === 'none') {
    throw new Fault('not-implemented', `Video output needs an encoder. ${HOW_TO_INSTALL}`);
  }
  if (use.kind === 'resting') throw new VideoRests('The back end has failed and rests.');
  const { first, count } = program.frames;
  const { width, height } = program.size;
  const start = performance.now();
  const numbers = new Set(measuredFrames(count, width * height));
  const frameBytes = planeBytes({ width, height });
  const held = new Uint8Array(frameBytes * count);
  const planes: Uint8Array[] = [];
  const stills: Raster[] = [];
  const input = { ...program, output };
  for await (const frame of renderOpaqueFrames(file, info, input, request.context)) {
    if (numbers.has(planes.length)) stills.push(frame);
    const at = frameBytes * planes.length;
    planes.push(toPlanes(frame, held.subarray(at, at + frameBytes)));
  }
  const rendered = performance.now();
  took('transform', rendered - start);
  const own = program.playing?.delays ?? info.delays.slice(first, first + count);
  const delays = own.map(shownDelay);
  const until = rendered + use.milliseconds;
  try {
    return await optimizeVideo(
      {
        video: { width, height, delays, planes },
        stills,
        info,
        chosen: program.chosen!,
        output,
        identity: false,
        budget: request.budget(),
        ...(warmStart ? { warmStart } : {}),
      },
      { ...tools, video: createVideoEncoder(openBackEnd(use.backEnd), { until, threads }) },
    );
  } finally {
    took('encode', performance.now() - rendered);
  }
}
