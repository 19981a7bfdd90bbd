/**
 * Animation: the quality of a few frames serves them all.
 *
 * Encoding an animation again and again would cost minutes, and its frames are
 * alike. A few, spread evenly, are stacked into one still, the search runs on
 * that, and the whole animation is encoded once at the quality found. The time
 * for that last step is set aside before the search begins.
 *
 * Efforts stay those of `online`: on frames that change in parts, WebP's
 * effort 6 takes fourteen times as long and is no smaller.
 */
import type { Raster } from '../../image/raster.ts';
import type { Mode } from '../mode.ts';
import type { Content } from '../model/content.ts';
import { searchNeighbours } from '../search/post-search.ts';
import { type EncodeResult, searchLossy } from '../search/quality-search.ts';
import type { RecordingTrialRunner } from '../search/recording-trial-runner.ts';
import { firstChroma, type SearchSettings, styleOf } from '../search/search-settings.ts';
import { losslessEncoding, lossyEncoding } from './encodings.ts';
import { encodeLossless } from './lossless-and-palette.ts';

/** Detail, in bits per pixel, below which an animation is also tried without loss. */
const PLAIN_FRAMES = 4;

/** Frames that are looked at. */
const SAMPLES = 4;

/** Longest side of the stacked still: what WebP can hold. */
const LONGEST_SIDE = 16383;

/** A still of up to four frames below one another, evenly spread, the first among them. */
export function sampledFrames(raster: Raster): Raster {
  const fitting = Math.max(1, Math.floor(LONGEST_SIDE / raster.height));
  const count = Math.min(SAMPLES, raster.pages, fitting);
  const frame = raster.width * raster.height * raster.channels;
  const data = new Uint8Array(frame * count);
  for (let i = 0; i < count; i++) {
    const page = Math.floor((i * raster.pages) / count);
    data.set(raster.data.subarray(page * frame, (page + 1) * frame), i * frame);
  }
  const { width, height, channels } = raster;
  return { width, height: height * count, channels, data, pages: 1, delays: [], loop: 1 };
}

/** An animation: the search runs on some frames, the quality found serves all. */
export async function searchAnimation(
  runner: RecordingTrialRunner,
  asked: SearchSettings,
  content: Content,
): Promise<EncodeResult> {
  const patient = asked.mode === 'background';
  const settings: SearchSettings = patient ? { ...asked, mode: 'online' } : asked;
  const whole = lossyEncoding(styleOf(settings, 'final', firstChroma(settings).sharp), 75);
  const still = runner.beside(sampledFrames(runner.raster), runner.cost(whole));
  if (settings.mode === 'instant' || !runner.measures || !still.affords(whole)) {
    return await searchLossy(runner, { ...settings, mode: 'instant' });
  }
  const searched = await searchLossy(still, settings);
  // The slow loop filter is not worth its time on every frame, hence `photo`.
  const found = patient
    ? await searchNeighbours(still, settings, searched, { ...content, kind: 'photo' })
    : searched;
  runner.trials.push(...still.trials);
  const attempt = await runner.encode(found.attempt.encoding);
  const { score, worst } = found.attempt;
  const measured = score === undefined ? {} : { score, ...(worst === undefined ? {} : { worst }) };
  const lossy: EncodeResult = { ...found, attempt: { ...attempt, ...measured } };
  return await orExact(runner, content, settings.mode, lossy);
}

/** The animation without loss, where its frames are plain and that takes no more bytes. */
export async function orExact(
  runner: RecordingTrialRunner,
  content: Content,
  mode: Mode,
  lossy: EncodeResult,
): Promise<EncodeResult> {
  const hopeful = content.residualEntropy < PLAIN_FRAMES;
  if (!hopeful || !runner.affords(losslessEncoding('webp', mode), false)) return lossy;
  const exact = await encodeLossless(runner, 'webp', content, mode);
  return exact.attempt.bytes.length <= lossy.attempt.bytes.length ? exact : lossy;
}
