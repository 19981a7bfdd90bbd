/**
 * Post-search: trials beside a result that reaches its target, in the background.
 *
 * A search ends at the first quality that is good enough. Here, in the modes
 * `background` and `offline`, the lower qualities beside it are tried too (scores of WebP
 * jump by a point from one quality to the next), and then the settings that the
 * codec names as sometimes better: another quantisation table for JPEG, the
 * other chroma or a tried-out loop filter for WebP, ten bits for AVIF. Of
 * everything measured, the fewest bytes that reach the target win, so the result
 * is never larger than that of a quicker search.
 *
 * Each trial must be expected to pass and to be smaller, by what was measured
 * with the same settings; settings that do not help cost one trial.
 */
import type { Encoding } from '../../image/encoding.ts';
import type { Content } from '../model/content.ts';
import { contentCurve } from '../model/content-model.ts';
import { lnBpp } from '../model/priors.ts';
import { PASS_BELOW } from '../receipt.ts';
import { bandsAllowed, qualityOf, WORST_BELOW } from './corrections.ts';
import type { EncodeResult } from './quality-search.ts';
import { expectedScore } from './quality-step.ts';
import type { SearchSettings } from './search-settings.ts';
import type { MeasuredAttempt, TrialRunner } from './trial-runner.ts';

/** Least share of the bytes that a trial must be expected to save. */
const LEAST_SAVING = 0.003;

/** Above this many pixels the settings stay, and only the quality is tried. */
const FEW_PIXELS = 4e6;

/** The smallest of what was measured and of what else is worth a trial; `found` where nothing is smaller. */
export async function searchNeighbours(
  runner: TrialRunner,
  settings: SearchSettings,
  found: EncodeResult,
  content: Content,
): Promise<EncodeResult> {
  const first = new NeighbourSearch(runner, settings, found.attempt).best();
  if (first === undefined) return found;
  const search = new NeighbourSearch(runner, settings, found.attempt, first);
  const final = found.attempt.encoding;
  await search.lower(final);
  if (runner.raster.width * runner.raster.height <= FEW_PIXELS) {
    const { postSearch } = settings.codec;
    for (const other of postSearch.neighbours(final, settings.target, content)) {
      await search.lower(other);
    }
  }
  await search.shorter();
  const attempt = search.best() ?? first;
  if (attempt.bytes.length >= found.attempt.bytes.length && found.reached) return found;
  return { ...found, attempt, reached: true, reason: 'the smallest found that reaches the target' };
}

class NeighbourSearch {
  readonly #runner: TrialRunner;
  readonly #settings: SearchSettings;
  readonly #pass: number;
  readonly #worst: number;
  /** Levels by which dark gradients may be stepped. */
  readonly #bands: number;

  constructor(
    runner: TrialRunner,
    settings: SearchSettings,
    found: EncodeResult['attempt'],
    first?: MeasuredAttempt,
  ) {
    this.#runner = runner;
    this.#settings = settings;
    this.#pass = settings.target - PASS_BELOW;
    this.#worst = Math.min(settings.target - WORST_BELOW, first?.worst ?? Number.POSITIVE_INFINITY);
    const { target, codec } = settings;
    this.#bands = codec.stepless
      ? Math.max(bandsAllowed(target), found.bands ?? 0)
      : Number.POSITIVE_INFINITY;
  }

  /** The fewest bytes that reach the target, everywhere in the picture before somewhere. */
  best(): MeasuredAttempt | undefined {
    const passing = this.#runner.measured.filter(
      ({ encoding, score }) => score >= this.#pass && this.#allowed(encoding),
    );
    const even = passing.filter((attempt) => this.#isEven(attempt));
    return smallest(even) ?? smallest(passing);
  }

  /** Whether no region is much worse than the picture, and no dark gradient is stepped. */
  #isEven({ worst, bands = 0 }: Pick<MeasuredAttempt, 'worst' | 'bands'>): boolean {
    return worst >= this.#worst && bands <= this.#bands;
  }

  /** Tries these settings at qualities that may pass with fewer bytes. */
  async lower(settings: Encoding): Promise<void> {
    for (let tries = this.#settings.codec.postSearch.tries; tries > 0; tries--) {
      const quality = this.#next(settings);
      if (quality === undefined) return;
      const encoding = { ...settings, quality } as Encoding;
      if (!this.#runner.affords(encoding)) return;
      await this.#runner.measure(encoding);
    }
  }

  /** Tries the smallest so far in the form with shorter headers, where the codec has one. */
  async shorter(): Promise<void> {
    const best = this.best();
    const { codec, progressiveForced } = this.#settings;
    if (best === undefined || progressiveForced) return;
    const encoding = codec.postSearch.shorter?.(best.encoding, best.bytes.length);
    if (encoding === undefined || !this.#runner.affords(encoding)) return;
    const quality = qualityOf({ encoding });
    if (!this.#tried(encoding).some((p) => p.quality === quality)) {
      await this.#runner.measure(encoding);
    }
  }

  /** The quality of these settings that most likely passes just so, in fewer bytes than the best. */
  #next(settings: Encoding): number | undefined {
    const { features, codec } = this.#settings;
    const prior = codec.curve(settings);
    const curve = contentCurve(prior, features);
    const points = this.#tried(settings);
    const best = this.best()!;
    if (points.length === 0) {
      // Another setting, seen for the first time: as the best one would do.
      const own = contentCurve(codec.curve(best.encoding), features);
      const start = curve.quality(best.score, own.deviation(qualityOf(best), best.score));
      return Math.min(this.#settings.qualityCap, Math.max(1, Math.round(start)));
    }
    const expected = (quality: number) => expectedScore(curve, quality, points);
    const bytes = (quality: number) => {
      const near = nearest(points, quality);
      return near.bytes * Math.exp(lnBpp(prior, quality) - lnBpp(prior, near.quality));
    };
    const limit = best.bytes.length * (1 - LEAST_SAVING);
    // Where some region failed, lower qualities fail there too.
    const uneven = points
      .filter((p) => p.score >= this.#pass && !this.#isEven(p))
      .reduce((high, p) => Math.max(high, p.quality), 0);
    const open = codec.qualitySteps.filter(
      (quality) =>
        quality <= this.#settings.qualityCap &&
        quality > uneven &&
        points.every((p) => p.quality !== quality) &&
        expected(quality) >= this.#pass - codec.postSearch.scatter &&
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
  #tried(settings: Encoding) {
    const name = withoutQuality(settings);
    return this.#runner.measured
      .filter(({ encoding }) => withoutQuality(encoding) === name)
      .map(({ encoding, score, worst, bands = 0, bytes }) => ({
        quality: qualityOf({ encoding }),
        ...{ score, worst, bands },
        bytes: bytes.length,
      }));
  }

  /** Stand-ins of a search are as good as its last step, unless the plan forces the kind of scans. */
  #allowed(encoding: Encoding): boolean {
    const { format, progressive, progressiveForced } = this.#settings;
    if (encoding.format !== format) return false;
    return (
      !progressiveForced || !('progressive' in encoding) || encoding.progressive === progressive
    );
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
