/**
 * Exact: encodings without a quality knob.
 *
 * True color keeps every pixel. A palette does too when the picture has few
 * colors, which is checked on the pixels and not believed; beyond that it is a
 * lossy way like any other and has to reach the target.
 */
import type { Encoding } from '../../image/encoding.ts';
import type { Content } from '../model/content.ts';
import { PASS_BELOW } from '../receipt.ts';
import { type EncodeResult, WORST_BELOW } from '../search/quality-search.ts';
import type { RecordingTrialRunner } from '../search/recording-trial-runner.ts';
import type { Attempt, MeasuredAttempt } from '../search/trial-runner.ts';
import type { Mode } from '../task.ts';
import {
  fastestGif,
  fastestLossless,
  gifEncoding,
  losslessEncoding,
  nearLosslessEncoding,
  paletteEncoding,
} from './encodings.ts';

/** The score of identical pixels, by the metric's definition. */
const IDENTICAL = { score: 100, worst: 100 } as const;

/** Every pixel kept, in the fewest bytes: true color, or a palette that proves exact. */
export async function encodeLossless(
  runner: RecordingTrialRunner,
  format: 'png' | 'webp',
  content: Content,
  mode: Mode,
): Promise<EncodeResult> {
  const quicker = [losslessEncoding(format, 'instant'), fastestLossless(format)] as const;
  const whole = await runner.encode(runner.timely([losslessEncoding(format, mode), ...quicker]));
  const colors = format === 'png' ? content.colors : undefined;
  if (colors !== undefined && !isFastest(whole)) {
    const palette = await runner.encode(paletteEncoding(Math.max(2, colors), mode));
    const smaller = palette.bytes.length < whole.bytes.length;
    if (smaller && (await runner.isLossless(palette.bytes))) {
      return exact(palette, `${colors} colors fit a palette, every pixel is kept`);
    }
  }
  return exact(whole, 'every pixel is kept');
}

/** Whether time allowed only the quickest settings, so that there is none for a second look. */
function isFastest({ encoding }: Attempt): boolean {
  return 'effort' in encoding && encoding.effort === fastestLossless('png').effort;
}

function exact(attempt: Attempt, reason: string): EncodeResult {
  return { attempt: { ...attempt, ...IDENTICAL }, reached: true, lossy: false, reason };
}

/** A palette the plan demands, whatever it scores. */
export async function forcedPalette(
  runner: RecordingTrialRunner,
  colors: number,
  target: number | undefined,
  mode: Mode,
): Promise<EncodeResult> {
  return await encodeFixed(runner, paletteEncoding(colors, mode), target, mode);
}

/**
 * PNG to a target: a palette when it reaches the target and saves bytes, else
 * true color. The background tries 16 colors too; sizes between them and 256
 * give the file of 256.
 */
export async function pngToTarget(
  runner: RecordingTrialRunner,
  content: Content,
  target: number,
  colors: number,
  mode: Mode,
): Promise<EncodeResult> {
  const whole = await encodeLossless(runner, 'png', content, mode);
  const fits = content.colors !== undefined && content.colors <= colors;
  if (mode === 'instant' || !runner.measures || isFastest(whole.attempt)) return whole;
  const few = mode === 'background' && colors > 16 && (content.colors ?? 256) > 16;
  let best = whole;
  for (const count of [...(few ? [16] : []), ...(fits ? [] : [colors])]) {
    const encoding = paletteEncoding(count, mode);
    if (!runner.affords(encoding)) return best;
    const palette = await runner.measure(encoding);
    if (!reaches(palette, target) || palette.bytes.length >= best.attempt.bytes.length) continue;
    best = { attempt: palette, reached: true, lossy: true, reason: 'a palette reaches the target' };
  }
  return best;
}

/**
 * Strengths of near-lossless and the scores that graphics reach with them, at
 * 65, 52 and 45 % of lossless bytes: 86 to 91 with 20, 91 to 94 with 40, 94 to 96 with 60.
 */
const STRENGTHS = [
  { strength: 20, upTo: 88 },
  { strength: 40, upTo: 92 },
  { strength: 60, upTo: 96 },
] as const;

/** WebP that moves pixels by a few levels; undefined where that misses the target or time is up. */
export async function encodeNearLossless(
  runner: RecordingTrialRunner,
  target: number,
  mode: Mode,
): Promise<EncodeResult | undefined> {
  const hopeful = STRENGTHS.filter(({ upTo }) => target <= upTo);
  for (const { strength } of hopeful.slice(0, 2)) {
    const encoding = nearLosslessEncoding(strength, mode);
    if (!runner.affords(encoding)) return undefined;
    const attempt = await runner.measure(encoding);
    if (reaches(attempt, target)) return { attempt, reached: true, lossy: true, reason: NEARLY };
  }
  return undefined;
}

const NEARLY = 'pixels moved by a few levels reach the target';

function reaches({ score, worst }: MeasuredAttempt, target: number): boolean {
  return score >= target - PASS_BELOW && worst >= target - WORST_BELOW;
}

export async function encodeGif(
  runner: RecordingTrialRunner,
  colors: number,
  target: number | undefined,
  mode: Mode,
): Promise<EncodeResult> {
  const encoding = runner.timely([gifEncoding(colors, mode), fastestGif(colors)]);
  return await encodeFixed(runner, encoding, target, mode);
}

async function encodeFixed(
  runner: RecordingTrialRunner,
  encoding: Encoding,
  target: number | undefined,
  mode: Mode,
): Promise<EncodeResult> {
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
