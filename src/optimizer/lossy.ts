/**
 * Lossy: the lowest quality of one encoder that reaches the target.
 *
 * Stages share what they learn. A search may begin with cheaper settings that
 * score alike (baseline JPEG for progressive, AVIF effort 1 for 3) and end
 * with the final ones, whose result is always measured, so that a stand-in
 * saves time and never decides.
 *
 * Three things besides quality are decided here: chroma at full resolution
 * when a first score lies far under the curve; one step up when a region of the
 * picture comes out much worse than the whole; and stopping, when time is up.
 */
import { type LossyFormat, lossyEncoding, type Style } from './encodings.ts';
import { type Config, type Curve, configOf, curveOf } from './priors.ts';
import { bestPoint, type Goal, nextQuality, rungsOf } from './search.ts';
import type { Learned, Mode } from './task.ts';
import type { Attempt, Measured, Workbench } from './workbench.ts';

/** What is searched for. */
export interface Wish {
  readonly format: LossyFormat;
  readonly mode: Mode;
  readonly target: number;
  /** Highest quality allowed, on the encoder's scale; a poor source sets it. */
  readonly ceiling: number;
  readonly progressive: boolean;
  /** Full-resolution chroma: forced, forbidden, or `free` with a first guess. */
  readonly chroma: { readonly sharp: boolean; readonly free: boolean };
  readonly learned: Learned | undefined;
}

/** What came of a way of encoding. */
export interface Found {
  readonly attempt: Attempt;
  /** The target was met, or there was none. */
  readonly reached: boolean;
  /** Pixels changed. */
  readonly lossy: boolean;
  readonly reason: string;
  /** For the next search of the same source. */
  readonly learned?: { readonly config: Config; readonly deviation: number };
}

/** Points under the target that pass, in every mode: half of what anyone could see. */
export const PASS_BELOW = 0.5;

/** A first score this far under the prior curve means that chroma is the problem. */
const CHROMA_MISS = 8;

/** The worst region may lie this far under the target. */
export const WORST_BELOW = 25;

/** Points by which the target rises when it lies lower. */
const WORST_STEP = 3;

/**
 * A quantiser step of AVIF is 2 to 4 points at low targets. A result this far
 * over the target is tried again with 4:2:0, which scores about 1.5 less for
 * 3 % fewer bytes: half a step between two steps.
 */
const HALF_STEP_FROM = 1.25;

/** Highest quality worth searching; above, bytes explode and scores do not move. */
const TOP: Readonly<Record<LossyFormat, number>> = { jpeg: 98, webp: 99, avif: 96 };

interface Stage extends Pick<Goal, 'cap' | 'above' | 'aim' | 'rescue'> {
  readonly stage: Style['stage'];
}

/** Finds the lowest quality that reaches the wish's target; measured when the bench can. */
export async function searchLossy(bench: Workbench, wish: Wish): Promise<Found> {
  if (wish.mode === 'instant' || !bench.measures) return fromPrior(bench, wish);
  const first = lossyEncoding(styleOf(wish, stagesOf(wish)[0]!.stage, wish.chroma.sharp), 75);
  if (!bench.affords(first)) return fromPrior(bench, wish);
  const run = new Search(bench, wish);
  return await run.finish();
}

/** One encoding at the quality that reaches the target for a mean picture. */
async function fromPrior(bench: Workbench, wish: Wish): Promise<Found> {
  const style = styleOf(wish, 'final', firstChroma(wish).sharp);
  const config = configOf(lossyEncoding(style, 75))!;
  const wanted = curveFor(bench, config).quality(wish.target, wish.learned?.shifts[config]);
  const quality = Math.min(Math.round(wanted), wish.ceiling, TOP[wish.format]);
  return {
    attempt: await bench.encode(lossyEncoding(style, quality)),
    reached: true,
    lossy: true,
    reason: 'the quality that reaches the target on a picture like the mean; not measured',
  };
}

class Search {
  readonly #bench: Workbench;
  readonly #wish: Wish;
  #sharp: boolean;
  #maySwitch: boolean;
  #late = false;

  constructor(bench: Workbench, wish: Wish) {
    this.#bench = bench;
    this.#wish = wish;
    const { sharp, open } = firstChroma(wish);
    this.#sharp = sharp;
    this.#maySwitch = open;
  }

  async finish(): Promise<Found> {
    const { target } = this.#wish;
    let found = await this.#climb(target);
    const { score, worst } = found;
    const floor = target - WORST_BELOW;
    if (!this.#late && worst < floor && score >= target - PASS_BELOW) {
      found = (await this.#stepUp(found, target + WORST_STEP)) ?? found;
    }
    return this.#describe((await this.#halfStep(found)) ?? found, found);
  }

  async #climb(target: number): Promise<Measured> {
    const wish = this.#wish;
    let deviation: number | undefined;
    let best: Measured | undefined;
    for (const { stage, ...rest } of stagesOf(wish)) {
      const goal: Goal = { ...rest, target, below: PASS_BELOW, ceiling: this.#ceiling() };
      let points: Point[] = [];
      for (;;) {
        const config = this.#config(stage, this.#sharp);
        const start = deviation ?? wish.learned?.shifts[config];
        const curve = curveFor(this.#bench, config);
        const quality = nextQuality(curve, rungsOf(wish.format), points, goal, start);
        if (quality === undefined) break;
        const style = styleOf(wish, stage, this.#sharp);
        const encoding = lossyEncoding(style, quality);
        if (best !== undefined && !this.#bench.affords(encoding)) {
          this.#late = true;
          break;
        }
        const attempt = await this.#bench.measure(encoding);
        points.push({ quality, score: attempt.score, attempt });
        if (best === undefined || best.encoding.format !== encoding.format) best = attempt;
        if (this.#missed(curve, points)) {
          points = [];
          deviation = undefined;
        }
      }
      const point = bestPoint(points, goal);
      if (point !== undefined) {
        best = point.attempt;
        const curve = curveFor(this.#bench, this.#config(stage, this.#sharp));
        deviation = curve.deviation(point.quality, point.score);
      }
      if (this.#late) break;
    }
    return best!;
  }

  /** Whether the first score asks for full chroma; switches to it then. */
  #missed(curve: Curve, points: readonly Point[]): boolean {
    const [point] = points;
    if (!this.#maySwitch || points.length !== 1 || point === undefined) return false;
    this.#maySwitch = false;
    if (point.score > curve.score(point.quality) - CHROMA_MISS) return false;
    this.#sharp = true;
    return true;
  }

  async #halfStep({ encoding, score, bytes }: Measured): Promise<Measured | undefined> {
    const { target, mode } = this.#wish;
    if (encoding.format !== 'avif' || score <= target + HALF_STEP_FROM) return undefined;
    const half = { ...encoding, chroma: '4:2:0' } as const;
    if (mode === 'instant' || this.#late || !this.#bench.affords(half)) return undefined;
    const found = await this.#bench.measure(half);
    const good = found.score >= target - PASS_BELOW && found.worst >= target - WORST_BELOW;
    return good && found.bytes.length < bytes.length ? found : undefined;
  }

  async #stepUp(found: Measured, target: number): Promise<Measured | undefined> {
    const { stage } = stagesOf(this.#wish).at(-1)!;
    const config = this.#config(stage, this.#sharp);
    const quality = qualityOf(found);
    const curve = curveFor(this.#bench, config);
    const higher = Math.ceil(curve.quality(target, curve.deviation(quality, found.score)));
    const next = Math.min(this.#ceiling(), Math.max(quality + 1, higher));
    const encoding = lossyEncoding(styleOf(this.#wish, stage, this.#sharp), next);
    if (next <= quality || !this.#bench.affords(encoding)) return undefined;
    const raised = await this.#bench.measure(encoding);
    return raised.worst > found.worst ? raised : undefined;
  }

  /** `regular`: the attempt whose deviation is worth remembering. */
  #describe(attempt: Measured, regular: Measured): Found {
    const { target, ceiling, format } = this.#wish;
    const config = configOf(regular.encoding)!;
    const quality = qualityOf(regular);
    const deviation = curveFor(this.#bench, config).deviation(quality, regular.score);
    const reached = attempt.score >= target - PASS_BELOW;
    const capped = !reached && ceiling < TOP[format] && quality >= ceiling;
    return {
      attempt,
      reached,
      lossy: true,
      reason: capped
        ? 'no higher quality than the source itself has'
        : this.#late
          ? 'the best found in the time granted'
          : reached
            ? 'the lowest quality that reaches the target'
            : 'the nearest to a target that this encoder does not reach',
      learned: { config, deviation },
    };
  }

  #config(stage: Style['stage'], sharp: boolean): Config {
    return configFor(this.#wish, stage, sharp);
  }

  #ceiling(): number {
    return Math.min(this.#wish.ceiling, TOP[this.#wish.format]);
  }
}

interface Point {
  readonly quality: number;
  readonly score: number;
  readonly attempt: Measured;
}

/** Which settings are tried, how often, and when a score is near enough. */
function stagesOf({ format, mode, learned, progressive }: Wish): readonly Stage[] {
  const known =
    learned !== undefined && Object.keys(learned.shifts).some((c) => c.startsWith(format));
  if (mode === 'background') {
    const near = { above: 0.5, aim: 0 };
    return [
      { stage: 'search', cap: 4, rescue: 0, ...near },
      { stage: 'final', cap: 3, rescue: 2, ...near },
    ];
  }
  const near = { above: +(globalThis.process?.env?.AB??0.75), aim: +(globalThis.process?.env?.AIM??0.1) };
  const final = { stage: 'final', cap: 3, rescue: 1, ...near } as const;
  return format === 'jpeg' && progressive && !known
    ? [
        { stage: 'search', cap: 1, rescue: 0, ...near },
        { ...final, cap: 2, rescue: 2 },
      ]
    : [final];
}

/**
 * The chroma to begin with, and whether a miss may change it. What an earlier
 * search of the source ended with goes before the guess from its content.
 */
function firstChroma(wish: Wish): { readonly sharp: boolean; readonly open: boolean } {
  const { sharp, free } = wish.chroma;
  if (!free) return { sharp, open: false };
  const seen = wish.learned?.shifts ?? {};
  if (seen[configFor(wish, 'final', true)] !== undefined) return { sharp: true, open: false };
  if (seen[configFor(wish, 'final', false)] !== undefined) return { sharp: false, open: false };
  return { sharp, open: !sharp };
}

function configFor(wish: Wish, stage: Style['stage'], sharp: boolean): Config {
  return configOf(lossyEncoding(styleOf(wish, stage, sharp), 75))!;
}

function curveFor({ raster }: Workbench, config: Config): Curve {
  return curveOf(config, raster.width * raster.height);
}

function styleOf(wish: Wish, stage: Style['stage'], sharpChroma: boolean): Style {
  const { format, mode, target, progressive } = wish;
  return { format, stage, mode, sharpChroma, target, progressive };
}

function qualityOf({ encoding }: Attempt): number {
  return 'quality' in encoding ? encoding.quality : 0;
}
