/**
 * Within bytes: a palette picture made smaller in pixels, in no more bytes than its source
 * (docs/spec/http.md 14.21, docs/decisions/0019).
 *
 * Edges between flat colors take more bytes once they are blended, and few bytes of a source are
 * all that its sharp edges needed. Where the palettes of a search take more than that, others are
 * tried, of which the best score counts:
 *
 * - the colors of the source with as many between them as fit, or none, each pixel the nearest;
 * - pixels of the source as they are, none blended: edges stay sharp, and lines lose a pixel here
 *   and there;
 * - any palette, with colors of the source lost.
 *
 * Where none is within the bytes and still shows the picture, the smallest that does is the answer.
 */
import type { Raster } from '../../image/raster.ts';
import { kindOf, SOLID } from '../../raster/palette/color.ts';
import { histogramOf } from '../../raster/palette/color-histogram.ts';
import { quantize } from '../../raster/palette/quantize.ts';
import { colorsUpTo, redrawn } from '../../raster/palette/redrawn.ts';
import type { FlatPalette } from '../codecs/codec.ts';
import type { Attempt, MeasuredAttempt, TrialRunner } from '../search/trial-runner.ts';
import { fewestColors, reaches } from './fewest-colors.ts';
import { PaletteTrials } from './palette-trials.ts';

/** The score from which a picture is still seen to be what it was: below, more bytes are sent than it should have. */
const LEAST_SEEN = 0;

/** Colors between those of the source: most first. */
const BETWEEN = [64, 32, 16, 8, 4, 2, 1] as const;

/** Shares of the source's colors that its pixels are tried in. */
const SHARES = [1, 0.875, 0.75, 0.625, 0.5] as const;

/** Renders the picture with pixels of its source, none blended. */
export type Sampler = () => Promise<Raster>;

/** What a palette may take, and what it may be drawn in. */
export interface ByteBound {
  /** Most bytes. */
  readonly bytes: number;
  /** Most colors, 2..256. */
  readonly colors: number;
  /** Absent where no such picture can be made. */
  readonly sampler: Sampler | undefined;
}

/** The pixels of the source at the size of the picture, and their colors. */
interface Sample {
  readonly raster: Raster;
  readonly colors: Uint32Array;
}

/**
 * The palette with the best score within the bytes; else the smallest that is still seen to be
 * the picture. `plain`: the palettes of the search; `best`: what it found.
 */
export async function paletteWithin(
  runner: TrialRunner,
  flat: FlatPalette,
  bound: ByteBound,
  plain: PaletteTrials,
  best: MeasuredAttempt | undefined,
): Promise<MeasuredAttempt | undefined> {
  const { bytes, colors } = bound;
  const sizes = flat.sizes.filter((size) => size <= colors);
  const found = [best, await plain.withinBytes(sizes, bytes, LEAST_SEEN)];
  const sample = await sampleOf(bound);
  if (sample !== undefined) {
    const own = ownTrials(runner, flat, sample);
    const size = Math.max(2, sample.colors.length);
    const more = BETWEEN.map((between) => size + between).filter((one) => one <= colors);
    const few = await own.final(size);
    // With colors between it is larger still.
    const fits = few !== undefined && few.bytes.length <= bytes;
    found.push(few, fits ? await own.withinBytes(more, bytes, LEAST_SEEN) : undefined);
    const kept = new PaletteTrials(runner, flat, () => sample.raster);
    const shares = SHARES.map((share) => Math.ceil(share * size)).filter((one) => one >= 2);
    found.push(await kept.final(size), await kept.withinBytes(shares, bytes, LEAST_SEEN));
  }
  const seen = found.filter((one) => one !== undefined).filter((one) => reaches(one, LEAST_SEEN));
  const fitting = seen.filter((one) => one.bytes.length <= bytes);
  if (fitting.length > 0) return fitting.reduce((a, b) => (b.score > a.score ? b : a));
  const few = await fewestColors(sizes, async (size) => {
    const attempt = await plain.trial(size);
    return attempt !== undefined && reaches(attempt, LEAST_SEEN);
  });
  const last = few === undefined ? undefined : await plain.final(few);
  return smallestOf(last === undefined ? seen : [...seen, last]);
}

/** The same where nothing is measured: the first that fits, in the order of how they mostly look. */
export async function palettesUnmeasured(
  runner: TrialRunner,
  flat: FlatPalette,
  bound: ByteBound,
  first: Attempt,
): Promise<Attempt> {
  const sample = await sampleOf(bound);
  if (sample === undefined) return first;
  const encoding = flat.trial(Math.max(2, sample.colors.length));
  const tried = [first];
  for (const drawn of [() => redrawn(runner.raster, sample.colors), () => sample.raster]) {
    if (!runner.affords(encoding, false)) break;
    const attempt = await runner.encode(encoding, drawn());
    if (attempt.bytes.length <= bound.bytes) return attempt;
    tried.push(attempt);
  }
  return smallestOf(tried) ?? first;
}

async function sampleOf({ sampler, colors: most }: ByteBound): Promise<Sample | undefined> {
  const raster = await sampler?.();
  const colors = raster && colorsUpTo(raster, most);
  return raster && colors && { raster, colors };
}

/** The picture in the colors of its source, and in so many between them. */
function ownTrials(runner: TrialRunner, flat: FlatPalette, { colors }: Sample): PaletteTrials {
  const { raster } = runner;
  const histogram = histogramOf(raster);
  const solid = [...colors].filter((color) => kindOf(color >>> 24) === SOLID);
  return new PaletteTrials(runner, flat, (size) => {
    const palette = size <= colors.length ? colors : quantize(histogram, size, solid);
    return redrawn(raster, palette);
  });
}

function smallestOf<A extends Attempt>(attempts: readonly A[]): A | undefined {
  return attempts.length === 0
    ? undefined
    : attempts.reduce((a, b) => (b.bytes.length < a.bytes.length ? b : a));
}
