/**
 * Video: the smallest file of some frames that looks as asked.
 *
 * A few frames, evenly spread, are decoded from each file and measured. Coding a
 * long video again and again would take long: then the search goes over runs of
 * frames, joined to a shorter one, and the whole is coded at the quality found, and
 * once or twice more where it misses its target. The score is that of the
 * file that is delivered.
 */
import type { Encoder, Encoding, VideoEncoding } from '../../image/encoding.ts';
import { levelFor } from '../../image/h264.ts';
import type { Raster } from '../../image/raster.ts';
import type { PlanarVideo, VideoEncoder } from '../../image/video.ts';
import { codecFor, type LossyCoding } from '../codecs/codec.ts';
import type { Mode } from '../mode.ts';
import { contentOf } from '../model/content.ts';
import { fromEncoder, modeFor } from '../optimize.ts';
import { PASS_BELOW } from '../receipt.ts';
import { qualityOf } from '../search/corrections.ts';
import { type EncodeResult, searchLossy } from '../search/quality-search.ts';
import { curveToFollow, encodingFor, type SearchSettings } from '../search/search-settings.ts';
import {
  type Attempt,
  type MeasuredAttempt,
  type Tools,
  TrialRunner,
} from '../search/trial-runner.ts';
import type { OptimizeInput, OptimizeResult } from '../task.ts';
import { searchSettingsFor } from './format-selection.ts';
import { qualityRequestFor } from './quality-request.ts';

/** Most frames that are measured, and most pixels of them together: the ceiling of the metric. */
const MEASURED = 4;
const MEASURED_PIXELS = 16e6;

/**
 * Pixels of the runs together, each of which ends with a measured frame. Shorter runs tell too
 * little: what stands still gets better from frame to frame (runs of 4 frames of a recorded
 * screen scored 19 points less than the whole).
 */
const SEARCHED_PIXELS = 50e6;

/** Times that a whole video is coded again, because its score is not that of its runs. */
const CORRECTIONS: Readonly<Record<Mode, number>> = {
  instant: 0,
  online: 1,
  background: 2,
  offline: 2,
};

/** Points over the target from which coding the whole again is worth it. */
const TOO_GOOD = 3;

/** Points over the target that a correction aims at. */
const AIM = 0.5;

/** The numbers of the frames of a video that are measured, evenly spread, the last among them; rising. */
export function measuredFrames(count: number, pixels: number): number[] {
  const most = Math.max(1, Math.min(MEASURED, count, Math.floor(MEASURED_PIXELS / pixels)));
  return Array.from({ length: most }, (_, i) => Math.ceil(((i + 1) * count) / most) - 1);
}

/** Frames with the ones that are measured as they were before coding. */
export interface VideoInput extends Omit<OptimizeInput, 'raster' | 'source' | 'alternatives'> {
  readonly video: PlanarVideo;
  /** The frames of `measuredFrames`, in RGB. */
  readonly stills: readonly Raster[];
}

export interface VideoTools extends Tools {
  readonly video: VideoEncoder;
}

/** The video of a task, with its receipt. @throws VideoFailure */
export async function optimizeVideo(task: VideoInput, tools: VideoTools): Promise<OptimizeResult> {
  const { video, stills, chosen, output, budget } = task;
  const start = tools.now();
  const raster = stacked(stills);
  const numbers = measuredFrames(video.planes.length, video.width * video.height);
  const skips = { any: false };
  const runnerOf = (part: Excerpt) => {
    const encoder = encoderOf(part, tools.video);
    return new TrialRunner(raster, { ...tools, encoder }, budget, start, skips);
  };
  const runner = runnerOf({ video, measured: numbers });
  const input: OptimizeInput = { ...task, raster, alternatives: [], identity: false };
  const mode = modeFor(input, raster, tools);
  const codec = codecFor(runner.codecs, chosen.format);
  const request = qualityRequestFor(output, chosen, false, codec);
  const settings = searchSettingsFor(
    input,
    chosen,
    dressed(codec.lossy, task),
    request.kind === 'target' ? request.score : 0,
    contentOf(raster),
    mode,
  );
  if (request.kind !== 'target') {
    const quality = request.kind === 'quality' ? request.quality : settings.codec.top;
    const attempt = await measured(runner, encodingFor(settings, 'final', false, quality));
    const reason = 'the quality that was asked for';
    return fromEncoder(input, runner, mode, { attempt, reached: true, lossy: true, reason });
  }
  const part = excerptOf(video, numbers);
  if (part === undefined || mode === 'instant') {
    return fromEncoder(input, runner, mode, await searchLossy(runner, settings));
  }
  const beside = runnerOf(part);
  const searched = await searchLossy(beside, settings);
  runner.trials.push(...beside.trials);
  return fromEncoder(input, runner, mode, await wholeVideo(runner, settings, searched));
}

/** The whole at the quality that its parts need, and again where it needs another. */
async function wholeVideo(
  runner: TrialRunner,
  settings: SearchSettings,
  searched: EncodeResult,
): Promise<EncodeResult> {
  const { target, codec, mode } = settings;
  const curve = curveToFollow(settings, 'final', false);
  const passes = ({ score }: MeasuredAttempt) => score >= target - PASS_BELOW;
  const first = await measured(runner, searched.attempt.encoding);
  if (!isMeasured(first)) return { ...searched, attempt: first };
  const tried = [first];
  for (let last = first; tried.length <= CORRECTIONS[mode]; last = tried.at(-1)!) {
    if (passes(last) && last.score <= target + TOO_GOOD) break;
    const deviation = curve.deviation(qualityOf(last), last.score);
    const wanted = Math.min(codec.top, Math.round(curve.quality(target + AIM, deviation)));
    const known = tried.some((attempt) => qualityOf(attempt) === wanted);
    if (known || !runner.affords(last.encoding)) break;
    tried.push(await runner.measure(encodingFor(settings, 'final', false, wanted)));
  }
  const passing = tried.filter(passes);
  const attempt =
    passing.length > 0
      ? passing.reduce((a, b) => (a.bytes.length <= b.bytes.length ? a : b))
      : tried.reduce((a, b) => (a.score >= b.score ? a : b));
  return { ...searched, attempt, reached: passes(attempt) };
}

function isMeasured(attempt: Attempt): attempt is MeasuredAttempt {
  return attempt.score !== undefined;
}

/** The file with its score, where there is a metric. */
async function measured(runner: TrialRunner, encoding: Encoding) {
  return runner.measures ? await runner.measure(encoding) : await runner.encode(encoding);
}

/** Frames of a video, and which of them are measured. */
interface Excerpt {
  readonly video: PlanarVideo;
  readonly measured: readonly number[];
}

/** Runs that end with a measured frame; undefined where they would be more than half of the video. */
export function excerptOf(video: PlanarVideo, numbers: readonly number[]): Excerpt | undefined {
  const frames = SEARCHED_PIXELS / (video.width * video.height);
  const run = Math.max(1, Math.floor(frames / numbers.length));
  if (numbers.length * run * 2 > video.planes.length) return undefined;
  const kept = numbers.flatMap((number) =>
    Array.from({ length: run }, (_, i) => number - run + 1 + i),
  );
  return {
    video: {
      ...video,
      planes: kept.map((i) => video.planes[i]!),
      delays: kept.map((i) => video.delays[i]!),
    },
    measured: numbers.map((number) => kept.indexOf(number)),
  };
}

/** Codes an excerpt whatever raster it is given; decodes the measured frames to one raster. */
function encoderOf({ video, measured: numbers }: Excerpt, encoder: VideoEncoder): Encoder {
  let format: VideoEncoding['format'] = 'mp4';
  return {
    async encode(_, encoding) {
      if (encoding.format !== 'mp4' && encoding.format !== 'webm') {
        throw new Error(`Expected an encoding of a video, got ${encoding.format}.`);
      }
      ({ format } = encoding);
      return await encoder.encode(video, encoding);
    },
    async decode(bytes) {
      return stacked(await encoder.decode(bytes, format, video, numbers));
    },
  };
}

/** The coding with the profile and level of the plan. */
function dressed(codec: LossyCoding | undefined, { output, video }: VideoInput): LossyCoding {
  if (codec === undefined)
    throw new Error('Expected a codec with a quality for a video, got none.');
  const { h264 } = output;
  if (h264 === undefined) return codec;
  return {
    ...codec,
    encoding(style, quality) {
      const encoding = codec.encoding(style, quality);
      if (encoding.format !== 'mp4') return encoding;
      return { ...encoding, profile: h264.profile, level: levelFor(h264.level, video) };
    },
  };
}

/** Stills of one size as frames of one animation, which are measured one after another. */
function stacked(stills: readonly Raster[]): Raster {
  const first = stills[0]!;
  const data = new Uint8Array(first.data.length * stills.length);
  stills.forEach((still, i) => {
    data.set(still.data, i * first.data.length);
  });
  return { ...first, pages: stills.length, delays: stills.map(() => 1), data };
}
