/**
 * Polish: what patience still takes off a result that reaches its target.
 *
 * A search ends at the first quality that is good enough. Here, in mode
 * `background`, the lower qualities beside it are tried too (scores of WebP
 * jump by a point from one quality to the next), and the same is done with
 * settings that are sometimes better: another quantisation table for JPEG,
 * the other chroma or a tried-out loop filter for WebP, ten bits for AVIF.
 * Of everything measured, the fewest bytes that reach the target win, so what
 * a quicker search would have delivered is never made larger.
 *
 * Each try must be expected to pass and to be smaller, by what was measured
 * with the same settings; a setting that does not help costs one try.
 */
import type { Encoding } from '../../image/encoding.ts';
import type { Content } from '../model/content.ts';
import { curveFor } from '../model/content-model.ts';
import { configOf, lnBpp } from '../model/priors.ts';
import { PASS_BELOW } from '../receipt.ts';
import { type EncodeResult, WORST_BELOW } from './quality-search.ts';
import { expectedScore, qualityStepsOf } from './quality-step.ts';
import type { RecordingTrialRunner } from './recording-trial-runner.ts';
import type { SearchSettings } from './search-settings.ts';
import type { MeasuredAttempt } from './trial-runner.ts';

/** Tries with one kind of settings. */
const TRIES = { jpeg: 3, webp: 4, avif: 2 } as const;

/** How far under its goal a try may be expected, because scores of this format scatter as much. */
const SCATTER = { jpeg: 0.15, webp: 0.8, avif: 0.3 } as const;

/** A try shall save at least this share. */
const LEAST_SAVING = 0.003;

/** Above this many pixels the settings stay, and only the quality is tried. */
const FEW_PIXELS = 4e6;

/** JPEGs below this many bytes may be smaller as one baseline scan. */
const SMALL_JPEG = 10_000;

/**
 * Quantisation tables that beat the usual one at high targets, in mozjpeg's
 * numbering. Graphics at 80: 7 (Ahumada, Watson and Peterson) and 1 (flat) save
 * 10 % of the bytes at equal score and none to 2 % by MS-SSIM. Photographs: 2 (tuned
 * by MS-SSIM) saves 1 % by either. Table 5 (Klein, Silverstein and Carney) would
 * save 2 to 4 % by this score and costs 1 to 2 % by MS-SSIM: it is not taken.
 */
const TABLES = { photo: [2], graphic: [7, 1] } as const;

/** From this target on other tables are tried; below, the two metrics disagree. */
const TABLES_FROM = 75;

/** From this target on ten bits are tried where they are not the rule: 1.5 % at 68, nothing at 55. */
const TEN_BITS_TRIED_FROM = 65;

type Knobbed = Extract<Encoding, { quality: unknown }>;

/** The smallest of what was measured and of what else is worth a try; `found` where nothing is smaller. */
export async function searchNeighbours(
  runner: RecordingTrialRunner,
  settings: SearchSettings,
  found: EncodeResult,
  content: Content,
): Promise<EncodeResult> {
  const first = new NeighbourSearch(runner, settings).best();
  if (first === undefined) return found;
  const polisher = new NeighbourSearch(runner, settings, first);
  const final = found.attempt.encoding as Knobbed;
  await polisher.lower(final);
  if (runner.raster.width * runner.raster.height <= FEW_PIXELS) {
    for (const other of others(final, settings, content)) await polisher.lower(other);
  }
  await polisher.baseline();
  const attempt = polisher.best() ?? first;
  if (attempt.bytes.length >= found.attempt.bytes.length && found.reached) return found;
  return { ...found, attempt, reached: true, reason: 'the smallest found that reaches the target' };
}

/** Settings beside those of a result that may need fewer bytes for the same score. */
function others(final: Knobbed, settings: SearchSettings, content: Content): Knobbed[] {
  const { kind } = content;
  switch (final.format) {
    case 'jpeg':
      if (settings.target < TABLES_FROM) return [];
      return TABLES[kind].map((table) => ({ ...final, table }));
    case 'webp': {
      // Beside alpha, effort 6 takes ten times as long.
      if (content.hasAlpha) return [];
      const turned = { ...final, smartSubsample: !final.smartSubsample };
      return kind === 'photo' ? [turned] : [turned, { ...final, deblock: true }];
    }
    case 'avif':
      return final.depth === 8 && settings.target >= TEN_BITS_TRIED_FROM && kind === 'photo'
        ? [{ ...final, depth: 10 }]
        : [];
  }
}

class NeighbourSearch {
  readonly #runner: RecordingTrialRunner;
  readonly #settings: SearchSettings;
  readonly #pass: number;
  readonly #worst: number;

  constructor(runner: RecordingTrialRunner, settings: SearchSettings, first?: MeasuredAttempt) {
    this.#runner = runner;
    this.#settings = settings;
    this.#pass = settings.target - PASS_BELOW;
    this.#worst = Math.min(settings.target - WORST_BELOW, first?.worst ?? Number.POSITIVE_INFINITY);
  }

  /** The fewest bytes that reach the target, everywhere in the picture before somewhere. */
  best(): MeasuredAttempt | undefined {
    const passing = this.#runner.measured.filter(
      ({ encoding, score }) => score >= this.#pass && this.#allowed(encoding),
    );
    const even = passing.filter(({ worst }) => worst >= this.#worst);
    return smallest(even) ?? smallest(passing);
  }

  /** Tries these settings at qualities that may pass with fewer bytes. */
  async lower(settings: Knobbed): Promise<void> {
    for (let tries = TRIES[settings.format]; tries > 0; tries--) {
      const quality = this.#next(settings);
      if (quality === undefined) return;
      const encoding = { ...settings, quality } as Encoding;
      if (!this.#runner.affords(encoding)) return;
      await this.#runner.measure(encoding);
    }
  }

  /** Tries a small progressive JPEG as a baseline one, whose headers are shorter. */
  async baseline(): Promise<void> {
    const best = this.best();
    if (best?.encoding.format !== 'jpeg' || best.bytes.length >= SMALL_JPEG) return;
    const encoding = { ...best.encoding, progressive: !best.encoding.progressive };
    if (this.#settings.jpegModeForced || !this.#runner.affords(encoding)) return;
    if (!this.#tried(encoding).some((p) => p.quality === encoding.quality)) {
      await this.#runner.measure(encoding);
    }
  }

  /** The quality of these settings that most likely passes just so, in fewer bytes than the best. */
  #next(settings: Knobbed): number | undefined {
    const { features } = this.#settings;
    const config = configOf(settings)!;
    const curve = curveFor(config, features);
    const points = this.#tried(settings);
    const best = this.best()!;
    if (points.length === 0) {
      // Another setting, seen for the first time: as the best one would do.
      const { encoding, score } = best as MeasuredAttempt & { encoding: Knobbed };
      const own = curveFor(configOf(encoding)!, features);
      const start = curve.quality(score, own.deviation(encoding.quality, score));
      return Math.min(this.#settings.qualityCap, Math.max(1, Math.round(start)));
    }
    const expected = (quality: number) => expectedScore(curve, quality, points);
    const bytes = (quality: number) => {
      const near = nearest(points, quality);
      return near.bytes * Math.exp(lnBpp(config, quality) - lnBpp(config, near.quality));
    };
    const limit = best.bytes.length * (1 - LEAST_SAVING);
    // Where some region failed, lower qualities fail there too.
    const uneven = points
      .filter((p) => p.score >= this.#pass && p.worst < this.#worst)
      .reduce((high, p) => Math.max(high, p.quality), 0);
    const open = qualityStepsOf(settings.format).filter(
      (quality) =>
        quality <= this.#settings.qualityCap &&
        quality > uneven &&
        points.every((p) => p.quality !== quality) &&
        expected(quality) >= this.#pass - SCATTER[settings.format] &&
        bytes(quality) < limit,
    );
    if (uneven > 0) return open[open.length >> 1];
    const off = (quality: number) => Math.abs(expected(quality) - this.#pass);
    return open.reduce<number | undefined>(
      (a, b) => (a === undefined || off(b) < off(a) ? b : a),
      undefined,
    );
  }

  /** What was measured with these settings. */
  #tried(settings: Knobbed) {
    const name = withoutQuality(settings);
    return this.#runner.measured
      .filter(({ encoding }) => withoutQuality(encoding) === name)
      .map(({ encoding, score, worst, bytes }) => ({
        quality: (encoding as Knobbed).quality as number,
        score,
        worst,
        bytes: bytes.length,
      }));
  }

  /** Stand-ins of a search are as good as its last step, unless the plan insists on their kind. */
  #allowed(encoding: Encoding): boolean {
    if (encoding.format !== this.#settings.format) return false;
    if (encoding.format !== 'jpeg' || !this.#settings.jpegModeForced) return true;
    return encoding.progressive === this.#settings.progressive;
  }
}

function smallest(attempts: readonly MeasuredAttempt[]): MeasuredAttempt | undefined {
  return attempts.reduce<MeasuredAttempt | undefined>(
    (a, b) => (a === undefined || b.bytes.length < a.bytes.length ? b : a),
    undefined,
  );
}

function nearest<P extends { readonly quality: number }>(points: readonly P[], quality: number): P {
  const distance = (p: P) => Math.abs(p.quality - quality);
  return points.reduce((a, b) => (distance(b) < distance(a) ? b : a));
}

function withoutQuality(encoding: Encoding): string {
  return JSON.stringify(
    Object.entries(encoding)
      .filter(([key]) => key !== 'quality')
      .sort(),
  );
}
