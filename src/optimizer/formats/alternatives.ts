/**
 * Alternatives: the other formats that client and plan accept, and which of them are worth encoding.
 *
 * A format that is sent first for its small files (`preference` 0) gives way to another of that kind
 * whenever that is smaller; any other format has to save clearly. What cannot win by its estimate is
 * not encoded; for a first answer, neither is what would win by little.
 */
import { formatCard } from '../../image/format.ts';
import type { ChosenFormat } from '../../plan/program.ts';
import {
  type Codec,
  codecFor,
  type LossyCoding,
  usualCurve,
  usualEncoding,
} from '../codecs/codec.ts';
import type { Content } from '../model/content.ts';
import { lnBppAt } from '../model/priors.ts';
import type { EncodeResult } from '../search/quality-search.ts';
import type { TrialRunner } from '../search/trial-runner.ts';
import type { Mode, OptimizeInput } from '../task.ts';

/** What an alternative format must save to be delivered in place of the chosen one, as a share. */
export const ALTERNATIVE_SAVING = 0.1;

/** The same between two formats that are sent first. */
const PEER_SAVING = 0;

/**
 * What a peer must be expected to save for a first answer to wait for it: at 12 % one photograph in
 * three is encoded twice, and JPEG XL with AVIF beside it is 3 % larger than AVIF alone.
 */
const PEER_WORTH = 0.15;

/**
 * How much smaller than predicted an alternative may turn out to be, as a
 * factor; `online` looks only at likely winners.
 */
const OPTIMISM: Readonly<Record<Mode, number>> = {
  instant: 1,
  online: 0.9,
  background: 0.8,
  offline: 0.8,
};

/** Lossless bytes are at least about this share of the residual entropy. */
const LOSSLESS_SHARE = 0.4;

/** The file of the chosen format, and what it was made with. */
export interface FirstResult {
  readonly found: EncodeResult;
  readonly choice: ChosenFormat;
  readonly content: Content;
  readonly target: number;
  readonly mode: Mode;
}

/** Alternatives worth a trial: formats not tried yet that can hold the picture. */
export function candidates(
  runner: TrialRunner,
  task: OptimizeInput,
  content: Content,
): ChosenFormat[] {
  const seen = new Set([task.chosen.format]);
  return task.alternatives.filter(({ format, onlySource }) => {
    const codec = runner.codecs[format];
    // A palette alone is never smaller than what the other formats can do.
    const hopeful = codec?.lossy !== undefined || codec?.lossless !== undefined;
    if (onlySource || seen.has(format) || !hopeful) return false;
    seen.add(format);
    return !content.hasAlpha || formatCard(format).alpha;
  });
}

/** Most bytes with which an alternative is delivered in place of the chosen format. */
export function limitFor({ found, choice }: FirstResult, other: ChosenFormat): number {
  const saving = arePeers(choice, other) ? PEER_SAVING : ALTERNATIVE_SAVING;
  return found.attempt.bytes.length * (1 - saving);
}

/** Whether an alternative may win against the best so far, and can be written in time. */
export function worthStarting(
  runner: TrialRunner,
  first: FirstResult,
  other: ChosenFormat,
  best: EncodeResult,
): boolean {
  const codec = codecFor(runner.codecs, other.format);
  // What is late is no better than what is there.
  if (codec.lossy !== undefined && !runner.affords(usualEncoding(codec.lossy), false)) return false;
  if (!best.reached) return true;
  const peers = arePeers(first.choice, other);
  const bound = estimatedBytes(runner, first, codec, peers);
  const size = best.attempt.bytes.length;
  if (first.mode === 'online' && peers) {
    return bound < size * (1 - PEER_WORTH);
  }
  return bound * OPTIMISM[first.mode] < Math.min(limitFor(first, other), size);
}

function arePeers(one: ChosenFormat, other: ChosenFormat): boolean {
  return [one, other].every(({ format }) => formatCard(format).preference === 0);
}

/** Clearly smaller; or no larger, with every pixel kept. */
export function isSmallerEnough(found: EncodeResult, best: EncodeResult, limit: number): boolean {
  const { length } = found.attempt.bytes;
  const freeLossless = !found.lossy && best.lossy && length <= best.attempt.bytes.length;
  return length <= Math.min(limit, best.attempt.bytes.length) || freeLossless;
}

/** The bytes an alternative is likely to take, from the priors and what the chosen format took. */
function estimatedBytes(
  runner: TrialRunner,
  { found, choice, content, target }: FirstResult,
  { lossy, lossless }: Codec,
  peers: boolean,
): number {
  const kept = lossless === undefined ? undefined : estimatedLosslessBytes(runner, content);
  if (lossy === undefined) return kept ?? Number.POSITIVE_INFINITY;
  const usual = lnBppAt(usualCurve(lossy), target);
  const chosen = codecFor(runner.codecs, choice.format).lossy;
  const { width, height } = runner.raster;
  const pixels = width * height;
  let bytes = (pixels * Math.exp(usual)) / 8;
  if (chosen !== undefined && found.lossy && found.reached) {
    const own = lnBppAt(usualCurve(chosen), target);
    const excess = peers ? excessOf(chosen, found, content, pixels) : 0;
    bytes = found.attempt.bytes.length * Math.exp(usual - own - excess);
  }
  return Math.min(bytes, kept ?? bytes);
}

/** What a picture takes beyond its share in the chosen format, by its content: a natural logarithm. */
function excessOf(
  { excess }: LossyCoding,
  { attempt }: EncodeResult,
  content: Content,
  pixels: number,
): number {
  const limit = 0.5;
  const said = excess?.(content, Math.log((8 * attempt.bytes.length) / pixels)) ?? 0;
  return Math.min(limit, Math.max(-limit, said));
}

/** Roughly the bytes of a file that keeps every pixel. */
export function estimatedLosslessBytes(
  { raster }: TrialRunner,
  { residualEntropy }: Content,
): number {
  return (LOSSLESS_SHARE * raster.width * raster.height * residualEntropy) / 8;
}
