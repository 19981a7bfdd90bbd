/**
 * Lossless and palette: encodings without a quality to search for.
 *
 * True color keeps every pixel. A palette does too when the picture has few
 * colors, which is checked on the decoded pixels; with more colors than that,
 * a palette is a lossy coding like any other and has to reach the target.
 */
import type { Encoding } from '../../image/encoding.ts';
import type { Codec, LosslessCoding, NearLossless, PaletteCoding } from '../codecs/codec.ts';
import { isPatient } from '../mode.ts';
import type { Content } from '../model/content.ts';
import { PASS_BELOW } from '../receipt.ts';
import type { EncodeResult } from '../search/quality-search.ts';
import type { Attempt, TrialRunner } from '../search/trial-runner.ts';
import type { Mode } from '../task.ts';
import { reaches } from './fewest-colors.ts';

/** The score of identical pixels, by the metric's definition. */
const IDENTICAL = { score: 100, worst: 100 } as const;

/** A codec that can keep every pixel. */
export type PixelKeeper = Pick<Codec, 'palette'> & { readonly lossless: LosslessCoding };

/** Every pixel kept, in the fewest bytes: true color, or a palette that proves lossless. */
export async function encodeLossless(
  runner: TrialRunner,
  { lossless, palette }: PixelKeeper,
  content: Content,
  mode: Mode,
): Promise<EncodeResult> {
  const quicker = [lossless.encoding('instant'), lossless.fastest] as const;
  const whole = await runner.encode(runner.timely([lossless.encoding(mode), ...quicker]));
  if (palette !== undefined && content.colors !== undefined && !isFastest(whole, lossless)) {
    const { flat } = palette;
    const colors = Math.max(2, content.colors);
    const exact = flat ? (isPatient(mode) ? flat.final : flat.trial) : undefined;
    const small = await runner.encode(exact?.(colors) ?? palette.encoding(colors, mode));
    const smaller = small.bytes.length < whole.bytes.length;
    if (smaller && (await runner.isLossless(small.bytes))) {
      return asLossless(small, `${content.colors} colors fit a palette, every pixel is kept`);
    }
  }
  return asLossless(whole, 'every pixel is kept');
}

/** Whether time allowed only the fastest settings, so that there is none for a second trial. */
function isFastest({ encoding }: Attempt, { fastest }: LosslessCoding): boolean {
  return encoding === fastest;
}

function asLossless(attempt: Attempt, reason: string): EncodeResult {
  return { attempt: { ...attempt, ...IDENTICAL }, reached: true, lossy: false, reason };
}

/**
 * A format without a quality (PNG), to a target: a palette when it reaches the
 * target and saves bytes, else true color. The background tries 16 colors too.
 */
export async function paletteToTarget(
  runner: TrialRunner,
  codec: PixelKeeper,
  content: Content,
  target: number,
  colors: number,
  mode: Mode,
): Promise<EncodeResult> {
  const { palette } = codec;
  const whole = await encodeLossless(runner, codec, content, mode);
  const fits = content.colors !== undefined && content.colors <= colors;
  if (palette === undefined || mode === 'instant' || !runner.measures) return whole;
  if (isFastest(whole.attempt, codec.lossless)) return whole;
  const few = isPatient(mode) && colors > 16 && (content.colors ?? 256) > 16;
  let best = whole;
  for (const count of [...(few ? [16] : []), ...(fits ? [] : [colors])]) {
    const encoding = palette.encoding(count, mode);
    if (!runner.affords(encoding)) return best;
    const attempt = await runner.measure(encoding);
    if (!reaches(attempt, target) || attempt.bytes.length >= best.attempt.bytes.length) continue;
    best = { attempt, reached: true, lossy: true, reason: 'a palette reaches the target' };
  }
  return best;
}

/** Pixels moved by a few levels; undefined where that misses the target or time is up. */
export async function encodeNearLossless(
  runner: TrialRunner,
  { strengths, encoding: encodingOf }: NearLossless,
  target: number,
  mode: Mode,
): Promise<EncodeResult | undefined> {
  const hopeful = strengths.filter(({ upTo }) => target <= upTo);
  for (const { strength } of hopeful.slice(0, 2)) {
    const encoding = encodingOf(strength, mode);
    if (!runner.affords(encoding)) return undefined;
    const attempt = await runner.measure(encoding);
    if (reaches(attempt, target)) {
      return { attempt, reached: true, lossy: true, reason: NEAR_LOSSLESS };
    }
  }
  return undefined;
}

const NEAR_LOSSLESS = 'pixels moved by a few levels reach the target';

/** A palette that the plan or the format demands, whatever it scores. */
export async function encodePalette(
  runner: TrialRunner,
  palette: PaletteCoding,
  colors: number,
  target: number | undefined,
  mode: Mode,
): Promise<EncodeResult> {
  const usual = palette.encoding(colors, mode);
  const fastest = palette.fastest?.(colors);
  const encoding: Encoding = fastest === undefined ? usual : runner.timely([usual, fastest]);
  const still = runner.measures && runner.raster.pages === 1;
  const measured = mode !== 'instant' && still && runner.affords(encoding);
  const attempt: Attempt = measured
    ? await runner.measure(encoding)
    : await runner.encode(encoding);
  const { score } = attempt;
  return {
    attempt,
    reached: target === undefined || score === undefined || score >= target - PASS_BELOW,
    lossy: true,
    reason: 'a palette, as asked or as the format demands',
  };
}

/** A result that was to keep every pixel: known to, or missed. */
export async function keptOrMissed(
  runner: TrialRunner,
  found: EncodeResult,
): Promise<EncodeResult> {
  const kept = await runner.isLossless(found.attempt.bytes);
  return kept ? asLossless(found.attempt, 'every pixel is kept') : { ...found, reached: false };
}
