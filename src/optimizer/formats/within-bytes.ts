/**
 * Within bytes: a palette picture made smaller in pixels, in no more bytes than its source
 * (docs/spec/http.md 14.21, docs/decisions/0019).
 *
 * Edges between flat colors take more bytes once they are blended, and few bytes of a source are
 * all that its sharp edges needed. Where the palettes of a search take more than that, others are
 * tried, of which the best score counts:
 *
 * - the colors of the source with as many between them as fit, or none, each pixel the nearest;
 * - pixels of the source as they are, none blended: whole rows and columns are left out, so that
 *   lines stay lines, or pixels at even distances;
 * - any palette, with colors of the source lost.
 *
 * Where none is within the bytes, or only one that lacks colors of the source and shows it, an
 * ornament or a drawing on a grid is made smaller as what it is (raster/thinning/). Of another the
 * smallest that still shows the picture is the answer.
 */
import type { Raster } from '../../image/raster.ts';
import { kindOf, SOLID } from '../../raster/palette/color.ts';
import { histogramOf } from '../../raster/palette/color-histogram.ts';
import { quantize } from '../../raster/palette/quantize.ts';
import { colorsUpTo, redrawn } from '../../raster/palette/redrawn.ts';
import { samePixels } from '../../raster/pixels.ts';
import type { FlatPalette } from '../codecs/codec.ts';
import type { Attempt, MeasuredAttempt, TrialRunner } from '../search/trial-runner.ts';
import { fewestColors, reaches } from './fewest-colors.ts';
import { PaletteTrials } from './palette-trials.ts';

/**
 * The score from which a drawing in other colors is still seen to be the picture. Pixels of the
 * source need none: what they show is the source, and the metric is harsh to edges a pixel away.
 */
const LEAST_SEEN = 0;

/** The score below which a picture that lost colors of its source gives way to a pattern that has them all. */
const LEAST_WITHOUT_COLORS = 50;

/** Colors between those of the source: most first. */
const BETWEEN = [64, 32, 16, 8, 4, 2, 1] as const;

/** Shares of the source's colors that its pixels are tried in. */
const SHARES = [1, 0.875, 0.75, 0.625, 0.5] as const;

/** Renders the picture with pixels of its source, none blended. */
export type Sampler = () => Promise<Raster>;

/** Ways of taking pixels of the source, that which loses the least first. */
export type Samplers = readonly Sampler[];

/** What a palette may take, and what it may be drawn in. */
export interface ByteBound {
  /** Most bytes. */
  readonly bytes: number;
  /** Most colors, 2..256. */
  readonly colors: number;
  /** None where no such picture can be made. */
  readonly samplers: Samplers;
  /** The same for pictures that are patterns, tried where nothing else is within the bytes. */
  readonly patterns?: Samplers;
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
  const drawn = [best, await plain.withinBytes(sizes, bytes, LEAST_SEEN)];
  const kept: (MeasuredAttempt | undefined)[] = [];
  let ownColors = 0;
  const fits = (one: MeasuredAttempt | undefined) => one !== undefined && one.bytes.length <= bytes;
  for (const [i, sampler] of bound.samplers.entries()) {
    const sample = await sampleOf(sampler, colors);
    if (sample === undefined) continue;
    const size = Math.max(2, sample.colors.length);
    ownColors = Math.max(ownColors, size);
    if (i === 0) drawn.push(...(await inOwnColors(runner, flat, sample, bound)));
    const asTheyAre = new PaletteTrials(runner, flat, () => sample.raster);
    const whole = await asTheyAre.near(size, bytes);
    kept.push(fits(whole) ? whole : await asTheyAre.final(size));
    const shares = SHARES.map((share) => Math.ceil(share * size)).filter((one) => one >= 2);
    drawn.push(await asTheyAre.withinBytes(shares, bytes, LEAST_SEEN));
  }
  const defined = (one: MeasuredAttempt | undefined) => one !== undefined;
  const seen = [
    ...drawn.filter(defined).filter((one) => reaches(one, LEAST_SEEN)),
    ...kept.filter(defined),
  ];
  const fitting = seen.filter(fits);
  const found = bestOf(fitting);
  const poor = (one: MeasuredAttempt) =>
    colorsOf(one) < ownColors && !reaches(one, LEAST_WITHOUT_COLORS);
  if (found !== undefined && !poor(found)) return found;
  const pattern = await patternWithin(runner, flat, bound, found && ownColors);
  if (pattern !== undefined || found !== undefined) return pattern ?? found;
  const few = await fewestColors(sizes, async (size) => {
    const attempt = await plain.trial(size);
    return attempt !== undefined && reaches(attempt, LEAST_SEEN);
  });
  const last = few === undefined ? undefined : await plain.near(few, bytes);
  return smallestOf(last === undefined ? seen : [...seen, last]);
}

/** The one with the best score; where the score says nothing, the pixels that lose the least. */
function bestOf(fitting: readonly MeasuredAttempt[]): MeasuredAttempt | undefined {
  const [first] = fitting;
  if (first === undefined) return undefined;
  const best = fitting.reduce((a, b) => (b.score > a.score ? b : a));
  return reaches(best, LEAST_SEEN) ? best : first;
}

/** Colors that the palette of a file has room for. */
function colorsOf({ encoding }: MeasuredAttempt): number {
  return 'palette' in encoding ? (encoding.palette ?? 0) : 0;
}

/**
 * The picture as the pattern that it is, in the first way that is within the bytes; undefined where it
 * is none, or takes more. No score chooses: it compares places, and a pattern that goes on in another
 * period has other things at each.
 *
 * @param least how many colors it has to have
 */
async function patternWithin(
  runner: TrialRunner,
  flat: FlatPalette,
  { bytes, colors, samplers, patterns = [] }: ByteBound,
  least = 0,
): Promise<MeasuredAttempt | undefined> {
  const plain = patterns.length > 0 ? await samplers[0]?.() : undefined;
  const tried: Raster[] = plain === undefined ? [] : [plain];
  for (const sampler of patterns) {
    const sample = await sampleOf(sampler, colors);
    if (sample === undefined || tried.some((one) => samePixels(sample.raster, one))) continue;
    tried.push(sample.raster);
    if (Math.max(2, sample.colors.length) < least) continue;
    const asTheyAre = new PaletteTrials(runner, flat, () => sample.raster);
    // Files this small may be half as large once they are packed.
    const attempt = await asTheyAre.final(Math.max(2, sample.colors.length));
    if (attempt !== undefined && attempt.bytes.length <= bytes) return attempt;
  }
  return undefined;
}

/** The picture in the colors of its source alone, and with as many between them as fit. */
async function inOwnColors(
  runner: TrialRunner,
  flat: FlatPalette,
  sample: Sample,
  { bytes, colors }: ByteBound,
): Promise<(MeasuredAttempt | undefined)[]> {
  const own = ownTrials(runner, flat, sample);
  const size = Math.max(2, sample.colors.length);
  const few = await own.near(size, bytes);
  // With colors between it is larger still.
  if (few === undefined || few.bytes.length > bytes) return [few];
  const more = BETWEEN.map((between) => size + between).filter((one) => one <= colors);
  return [few, await own.withinBytes(more, bytes, LEAST_SEEN)];
}

/** The same where nothing is measured: the first that fits, in the order of how they mostly look. */
export async function palettesUnmeasured(
  runner: TrialRunner,
  flat: FlatPalette,
  bound: ByteBound,
  first: Attempt,
): Promise<Attempt> {
  const [sampler] = bound.samplers;
  const sample = sampler && (await sampleOf(sampler, bound.colors));
  if (sample === undefined) return first;
  const encoding = flat.trial(Math.max(2, sample.colors.length));
  const tried = [first];
  for (const drawn of [() => redrawn(runner.raster, sample.colors), () => sample.raster]) {
    if (!runner.affords(encoding, false)) break;
    const attempt = await runner.encode(encoding, drawn());
    if (attempt.bytes.length <= bound.bytes) return attempt;
    tried.push(attempt);
  }
  const final = flat.final(Math.max(2, sample.colors.length));
  for (const sampler of bound.patterns ?? []) {
    const packed = [final, encoding].find((one) => runner.affords(one, false));
    if (packed === undefined) break;
    const attempt = await runner.encode(packed, await sampler());
    if (attempt.bytes.length <= bound.bytes) return attempt;
  }
  return smallestOf(tried) ?? first;
}

async function sampleOf(sampler: Sampler, most: number): Promise<Sample | undefined> {
  const raster = await sampler();
  const colors = colorsUpTo(raster, most);
  return colors && { raster, colors };
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
