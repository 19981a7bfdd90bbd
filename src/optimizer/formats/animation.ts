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
import { formatCard } from '../../image/format.ts';
import type { Raster } from '../../image/raster.ts';
import type { Codec } from '../codecs/codec.ts';
import { isPatient, type Mode } from '../mode.ts';
import type { Content } from '../model/content.ts';
import { searchNeighbours } from '../search/post-search.ts';
import { type EncodeResult, searchLossy } from '../search/quality-search.ts';
import { encodingFor, firstChroma, type SearchSettings } from '../search/search-settings.ts';
import type { TrialRunner } from '../search/trial-runner.ts';
import { encodeLossless } from './lossless-and-palette.ts';

/** Residual entropy, in bits per pixel, below which an animation is also tried without loss. */
const PLAIN_FRAMES = 4;

/** Most frames in the stacked still. */
const SAMPLES = 4;

/**
 * A still of up to four frames below one another, evenly spread, the first among them; fewer
 * where four would be higher than `maxSide`.
 */
export function sampledFrames(raster: Raster, maxSide: number): Raster {
  const fitting = Math.max(1, Math.floor(maxSide / raster.height));
  const count = Math.min(SAMPLES, raster.pages, fitting);
  const frame = raster.width * raster.height * raster.channels;
  const data = new Uint8Array(frame * count);
  for (let i = 0; i < count; i++) {
    const page = Math.floor((i * raster.pages) / count);
    data.set(raster.data.subarray(page * frame, (page + 1) * frame), i * frame);
  }
  return { ...raster, height: raster.height * count, data, pages: 1, delays: [], loop: 1 };
}

/** An animation: the search runs on some frames, the quality found serves all. */
export async function searchAnimation(
  runner: TrialRunner,
  requested: SearchSettings,
  codec: Codec,
  content: Content,
): Promise<EncodeResult> {
  const patient = isPatient(requested.mode);
  const settings: SearchSettings = patient ? { ...requested, mode: 'online' } : requested;
  const whole = encodingFor(settings, 'final', firstChroma(settings).sharp);
  const { maxSide } = formatCard(settings.format);
  const still = runner.beside(sampledFrames(runner.raster, maxSide), runner.cost(whole));
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
  return await orLossless(runner, codec, content, settings.mode, lossy);
}

/** The animation without loss, where its frames are plain and that takes no more bytes. */
export async function orLossless(
  runner: TrialRunner,
  { lossless, palette }: Codec,
  content: Content,
  mode: Mode,
  lossy: EncodeResult,
): Promise<EncodeResult> {
  if (lossless === undefined || content.residualEntropy >= PLAIN_FRAMES) return lossy;
  if (!runner.affords(lossless.encoding(mode), false)) return lossy;
  const keeper = { lossless, ...(palette ? { palette } : {}) };
  const kept = await encodeLossless(runner, keeper, content, mode);
  return kept.attempt.bytes.length <= lossy.attempt.bytes.length ? kept : lossy;
}
