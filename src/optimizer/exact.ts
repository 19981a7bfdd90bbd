/**
 * Exact: encodings without a quality knob.
 *
 * True colour keeps every pixel. A palette does too when the picture has few
 * colours, which is checked on the pixels and not believed; beyond that it is a
 * lossy way like any other and has to reach the target.
 */
import type { Encoding } from '../image/encoding.ts';
import type { Content } from './content.ts';
import { gifEncoding, losslessEncoding, paletteEncoding } from './encodings.ts';
import { type Found, PASS_BELOW } from './lossy.ts';
import type { Mode } from './task.ts';
import type { Attempt, Workbench } from './workbench.ts';

/** The score of identical pixels, by the metric's definition. */
const IDENTICAL = { score: 100, worst: 100 } as const;

/** Every pixel kept, in the fewest bytes: true colour, or a palette that proves exact. */
export async function keepPixels(
  bench: Workbench,
  format: 'png' | 'webp',
  content: Content,
  mode: Mode,
): Promise<Found> {
  const whole = await bench.encode(losslessEncoding(format, mode));
  const colours = format === 'png' ? content.colours : undefined;
  if (colours !== undefined) {
    const palette = await bench.encode(paletteEncoding(Math.max(2, colours), mode));
    const smaller = palette.bytes.length < whole.bytes.length;
    if (smaller && (await bench.isExact(palette.bytes))) {
      return exact(palette, `${colours} colours fit a palette, every pixel is kept`);
    }
  }
  return exact(whole, 'every pixel is kept');
}

function exact(attempt: Attempt, reason: string): Found {
  return { attempt: { ...attempt, ...IDENTICAL }, reached: true, lossy: false, reason };
}

/** A palette the plan demands, whatever it scores. */
export async function forcedPalette(
  bench: Workbench,
  colours: number,
  target: number | undefined,
  mode: Mode,
): Promise<Found> {
  return await withoutKnob(bench, paletteEncoding(colours, mode), target, mode);
}

/**
 * PNG to a target: a palette when it reaches the target and saves bytes, else
 * true colour.
 */
export async function pngToTarget(
  bench: Workbench,
  content: Content,
  target: number,
  colours: number,
  mode: Mode,
): Promise<Found> {
  const whole = await keepPixels(bench, 'png', content, mode);
  const fits = content.colours !== undefined && content.colours <= colours;
  if (fits || mode === 'instant' || !bench.measures) return whole;
  const encoding = paletteEncoding(colours, mode);
  if (!bench.affords(encoding)) return whole;
  const palette = await bench.measure(encoding);
  const reached = palette.score >= target - PASS_BELOW;
  if (!reached || palette.bytes.length >= whole.attempt.bytes.length) return whole;
  return { attempt: palette, reached, lossy: true, reason: 'a palette reaches the target' };
}

export async function gif(
  bench: Workbench,
  colours: number,
  target: number | undefined,
  mode: Mode,
): Promise<Found> {
  return await withoutKnob(bench, gifEncoding(colours, mode), target, mode);
}

async function withoutKnob(
  bench: Workbench,
  encoding: Encoding,
  target: number | undefined,
  mode: Mode,
): Promise<Found> {
  const measured = mode !== 'instant' && bench.measures && bench.raster.pages === 1;
  const attempt: Attempt = measured ? await bench.measure(encoding) : await bench.encode(encoding);
  const { score } = attempt;
  return {
    attempt,
    reached: target === undefined || score === undefined || score >= target - PASS_BELOW,
    lossy: true,
    reason: 'a palette, as asked or as the format demands',
  };
}
