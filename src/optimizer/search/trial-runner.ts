/**
 * Trial runner: one raster, its tools, its time, and every trial made on it.
 *
 * All encoding of a task goes through here, so that the receipt is complete
 * and one object guards the deadline. Files of losing trials stay until the
 * task ends, because a later rule may find one of them to be the best. A
 * metric holds one reference at a time: tasks that share a metric run one
 * after another.
 */
import type { Encoder, Encoding } from '../../image/encoding.ts';
import type { Raster } from '../../image/raster.ts';
import type { Comparison, Metric } from '../../metrics/metric.ts';
import type { Filter } from '../../plan/op.ts';
import { samePixels } from '../../raster/pixels.ts';
import { type Codecs, codecFor } from '../codecs/codec.ts';
import { CODECS } from '../codecs/index.ts';
import type { Repacker } from '../formats/never-larger.ts';
import { encodeCost, measureCost } from '../model/time-model.ts';
import type { Trial } from '../receipt.ts';
import type { Budget } from '../task.ts';

export interface Tools {
  readonly encoder: Encoder;
  /** What is known of the encoder's formats; those of this build when not given. */
  readonly codecs?: Codecs;
  /** Without it every task is `instant`. */
  readonly metric?: Metric<'ssimulacra2'>;
  /** Without it sources are neither re-packed nor stripped, hence never delivered as they are. */
  readonly repacker?: Repacker;
  /** A still at half its width and height, by the filter of the picture. Without it a task leaves no warm start for other widths. */
  readonly halve?: (raster: Raster, filter?: Filter) => Promise<Raster>;
  /** Told of each trial once it has ended. */
  readonly noted?: (trial: Trial) => void;
  /** Milliseconds on a clock that only moves forward. */
  now(): number;
  /** Milliseconds on that clock in which the process had no processor, since it began; none where absent. */
  lost?(): number;
}

/** An encoded file, measured or not. */
export interface Attempt {
  readonly encoding: Encoding;
  readonly bytes: Uint8Array;
  readonly score?: number;
  readonly worst?: number;
  /** Levels by which dark gradients are stepped. */
  readonly bands?: number;
  /** Of work: encoding, and measuring where that was done. */
  readonly milliseconds: number;
}

/** An attempt with its score. */
export type MeasuredAttempt = Attempt & { readonly score: number; readonly worst: number };

/** Milliseconds of expected work from which the speed of the machine is judged by the trials. */
const ENOUGH_WORK = 5;

export class TrialRunner {
  readonly raster: Raster;
  readonly codecs: Codecs;
  /** For the receipt, in the order they were made. */
  readonly trials: Trial[] = [];
  /** With their files, in the order they were made. */
  readonly measured: MeasuredAttempt[] = [];
  /** What each trial took. */
  readonly encodes: { readonly encoding: Encoding; readonly bytes: number }[] = [];
  readonly #tools: Tools;
  readonly #budget: Budget;
  readonly #start: number;
  /** What was lost before the task. */
  readonly #lost: number;
  #referenceSet = false;
  /** Milliseconds taken and milliseconds expected, over all trials. */
  #taken = 0;
  #expected = 0;

  readonly #skips: { any: boolean };

  /**
   * @param start when the task began, on the clock of the tools; its budget counts from there
   * @param skips shared by the runners of a task
   */
  constructor(
    raster: Raster,
    tools: Tools,
    budget: Budget,
    start = tools.now(),
    skips = { any: false },
  ) {
    this.#skips = skips;
    this.raster = raster;
    this.codecs = tools.codecs ?? CODECS;
    this.#tools = tools;
    this.#budget = budget;
    this.#start = start;
    this.#lost = tools.lost?.() ?? 0;
  }

  /** Whether there is a metric. */
  get measures(): boolean {
    return this.#tools.metric !== undefined;
  }

  /** Whether anything was left out for want of time: with more of it the result may be another. */
  get skipped(): boolean {
    return this.#skips.any;
  }

  /** Whether an encoding, `measured` or not, is likely to end in time. */
  affords(encoding: Encoding, measured = true): boolean {
    const inTime = this.#endsBy(encoding, measured, this.#worked(), this.#budget.milliseconds);
    const affords = inTime && this.endsInTime(encoding, measured);
    if (!affords) this.#skips.any = true;
    return affords;
  }

  /** The same by the clock alone, however much work there has been. */
  endsInTime(encoding: Encoding, measured = false): boolean {
    const { milliseconds, wall = milliseconds } = this.#budget;
    const passed = this.#tools.now() - this.#start;
    // What has been lost so far of each millisecond of work is likely to be lost again.
    const slowed = Math.max(1, passed / Math.max(1, this.#worked()));
    return this.#endsBy(encoding, measured, passed, wall, slowed);
  }

  #endsBy(encoding: Encoding, measured: boolean, passed: number, end: number, slowed = 1): boolean {
    const measuring = measured ? measureCost(this.codecs, encoding) : 0;
    const expected = this.#megapixels() * (encodeCost(this.codecs, encoding) + measuring);
    // One small trial says little about the speed of the machine.
    const speed = this.#expected > ENOUGH_WORK ? this.#taken / this.#expected : 1;
    return passed + expected * speed * slowed <= end;
  }

  /** Milliseconds of work since the task began: never more than on the clock, however many threads there were. */
  #worked(): number {
    const { now, lost } = this.#tools;
    const away = Math.max(0, (lost?.() ?? 0) - this.#lost);
    return Math.max(0, now() - this.#start - away);
  }

  /** Milliseconds that encoding the whole raster is likely to take, measuring left out. */
  cost(encoding: Encoding): number {
    return encodeCost(this.codecs, encoding) * this.#megapixels();
  }

  /** The first encoding that is likely to end in time; the last where none is. */
  timely(encodings: readonly [Encoding, ...Encoding[]]): Encoding {
    return encodings.find((encoding) => this.affords(encoding, false)) ?? encodings.at(-1)!;
  }

  /** A runner for another raster of the task, whose deadline comes earlier by `reserve` milliseconds. */
  beside(raster: Raster, reserve: number): TrialRunner {
    const { milliseconds, wall = milliseconds } = this.#budget;
    const budget = {
      ...this.#budget,
      milliseconds: milliseconds - reserve,
      wall: wall - reserve,
    };
    return new TrialRunner(raster, this.#tools, budget, this.#start, this.#skips);
  }

  /** The raster, or one drawn in its place, as a file; the trial is noted without a score. */
  async encode(encoding: Encoding, drawn = this.raster): Promise<Attempt> {
    const start = this.#worked();
    const bytes = await this.#tools.encoder.encode(drawn, encoding);
    return this.#note({ encoding, bytes, milliseconds: this.#worked() - start });
  }

  /** The raster as a file, decoded again and compared with what went in. @throws without a metric */
  async measure(encoding: Encoding): Promise<MeasuredAttempt> {
    return await this.#measured(encoding, this.raster, ({ byColors: _, ...own }) => own);
  }

  /**
   * The same for a palette: what moves colors alone is held to no bound for transparency. `drawn`
   * is written in place of the raster, and compared with it. @throws without a metric
   */
  async measurePalette(encoding: Encoding, drawn = this.raster): Promise<MeasuredAttempt> {
    return await this.#measured(encoding, drawn, ({ byColors = {}, ...own }) => ({
      ...own,
      ...byColors,
    }));
  }

  async #measured(
    encoding: Encoding,
    drawn: Raster,
    judge: (compared: Comparison<'ssimulacra2'>) => Comparison<'ssimulacra2'>,
  ): Promise<MeasuredAttempt> {
    const { encoder } = this.#tools;
    const start = this.#worked();
    const bytes = await encoder.encode(drawn, encoding);
    const compared = judge(await this.#compared(bytes));
    const attempt = this.#note({
      encoding,
      bytes,
      ...compared,
      milliseconds: this.#worked() - start,
    });
    this.measured.push(attempt);
    return attempt;
  }

  /** The score of a file against the raster. @throws without a metric */
  async compare(bytes: Uint8Array): Promise<{ readonly score: number; readonly worst: number }> {
    const { score, worst } = await this.#compared(bytes);
    return { score, worst };
  }

  async #compared(bytes: Uint8Array): Promise<Comparison<'ssimulacra2'>> {
    const { encoder, metric } = this.#tools;
    if (metric === undefined) throw new Error('expected a metric for measuring, got none');
    const shown = await encoder.decode(bytes, this.raster.channels);
    if (!this.#referenceSet) metric.setReference(this.raster);
    this.#referenceSet = true;
    return metric.compare(shown);
  }

  /** Whether a file decodes to the pixels of the raster; colors of fully transparent pixels may differ. */
  async isLossless(bytes: Uint8Array): Promise<boolean> {
    return samePixels(this.raster, await this.#tools.encoder.decode(bytes, this.raster.channels));
  }

  #megapixels(): number {
    const { width, height, pages } = this.raster;
    return (width * height * pages) / 1e6;
  }

  #note<A extends Attempt>(attempt: A): A {
    const { encoding } = attempt;
    const measured = attempt.score === undefined ? 0 : measureCost(this.codecs, encoding);
    this.#taken += attempt.milliseconds;
    this.#expected += this.#megapixels() * (encodeCost(this.codecs, encoding) + measured);
    const trial: Trial = {
      encoding: codecFor(this.codecs, encoding.format).text(encoding),
      format: encoding.format,
      ...('quality' in encoding ? { quality: encoding.quality } : {}),
      bytes: attempt.bytes.length,
      ...(attempt.score === undefined ? {} : { score: attempt.score }),
      ...(attempt.worst === undefined ? {} : { worst: attempt.worst }),
      milliseconds: attempt.milliseconds,
    };
    this.trials.push(trial);
    this.encodes.push({ encoding, bytes: trial.bytes });
    this.#tools.noted?.(trial);
    return attempt;
  }
}
