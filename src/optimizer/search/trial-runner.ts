/**
 * Workbench: one raster, its tools, its time, and every trial made on it.
 *
 * All encoding of a task goes through here, so that the receipt is complete
 * and the deadline has one keeper. A metric holds one reference at a time:
 * whoever shares a metric between tasks runs them one after another.
 */
import { type Encoder, type Encoding, encodingText } from '../../image/encoding.ts';
import type { Raster } from '../../image/raster.ts';
import type { Metric } from '../../metrics/metric.ts';
import type { Repacker } from '../formats/never-larger.ts';
import { encodeCost, measureCost } from '../model/time-model.ts';
import type { Trial } from '../receipt.ts';
import type { Budget } from '../task.ts';

export interface Tools {
  readonly encoder: Encoder;
  /** Without it every task is `instant`. */
  readonly metric?: Metric<'ssimulacra2'>;
  /** Without it sources are neither re-packed nor stripped, hence never delivered as they are. */
  readonly repacker?: Repacker;
  /** A still at half its width and height. Without it a task teaches nothing about other widths. */
  readonly halve?: (raster: Raster) => Promise<Raster>;
  /** Milliseconds on a clock that only moves forward. */
  now(): number;
}

/** An encoded file, measured or not. */
export interface Attempt {
  readonly encoding: Encoding;
  readonly bytes: Uint8Array;
  readonly score?: number;
  readonly worst?: number;
  /** Encoding, and measuring where that was done. */
  readonly milliseconds: number;
}

/** An attempt with its score. */
export type MeasuredAttempt = Attempt & { readonly score: number; readonly worst: number };

export class TrialRunner {
  readonly raster: Raster;
  readonly trials: Trial[] = [];
  readonly #tools: Tools;
  readonly #deadline: number;
  readonly #start: number;
  #referenceSet = false;
  /** Milliseconds taken and milliseconds expected, over all trials. */
  #taken = 0;
  #expected = 0;

  /** `start`: when the task began, on the clock of the tools; its budget counts from there. */
  constructor(raster: Raster, tools: Tools, budget: Budget, start = tools.now()) {
    this.raster = raster;
    this.#tools = tools;
    this.#start = start;
    this.#deadline = start + budget.milliseconds;
  }

  get measures(): boolean {
    return this.#tools.metric !== undefined;
  }

  /** Whether an encoding, `measured` or not, is likely to end in time. */
  affords(encoding: Encoding, measured = true): boolean {
    const measuring = measured ? measureCost(encoding) : 0;
    const expected = this.#megapixels() * (encodeCost(encoding) + measuring);
    // One small trial says little about the speed of the machine.
    const speed = this.#expected > 5 ? this.#taken / this.#expected : 1;
    return this.#tools.now() + expected * speed <= this.#deadline;
  }

  /** A bench for another raster of the same task, with the same deadline. */
  for(raster: Raster): TrialRunner {
    const budget = { mode: 'online' as const, milliseconds: this.#deadline - this.#start };
    return new TrialRunner(raster, this.#tools, budget, this.#start);
  }

  /** The raster as a file; the trial is noted without a score. */
  async encode(encoding: Encoding): Promise<Attempt> {
    const start = this.#tools.now();
    const bytes = await this.#tools.encoder.encode(this.raster, encoding);
    return this.#note({ encoding, bytes, milliseconds: this.#tools.now() - start });
  }

  /** The raster as a file, decoded again and compared with what went in. @throws without a metric */
  async measure(encoding: Encoding): Promise<MeasuredAttempt> {
    const { encoder, metric, now } = this.#tools;
    if (metric === undefined) throw new Error('expected a metric for measuring, got none');
    const start = now();
    const bytes = await encoder.encode(this.raster, encoding);
    const shown = await encoder.decode(bytes, this.raster.channels);
    if (!this.#referenceSet) metric.setReference(this.raster);
    this.#referenceSet = true;
    const { score, worst } = metric.compare(shown);
    return this.#note({ encoding, bytes, score, worst, milliseconds: now() - start });
  }

  /** Whether a file decodes to exactly the pixels of the raster; color under full clearness is ignored. */
  async isLossless(bytes: Uint8Array): Promise<boolean> {
    const shown = await this.#tools.encoder.decode(bytes, this.raster.channels);
    return samePixels(this.raster, shown);
  }

  #megapixels(): number {
    const { width, height, pages } = this.raster;
    return (width * height * pages) / 1e6;
  }

  #note<A extends Attempt>(attempt: A): A {
    const { encoding } = attempt;
    const measured = attempt.score === undefined ? 0 : measureCost(encoding);
    this.#taken += attempt.milliseconds;
    this.#expected += this.#megapixels() * (encodeCost(encoding) + measured);
    this.trials.push({
      encoding: encodingText(encoding),
      format: encoding.format,
      ...('quality' in encoding ? { quality: encoding.quality } : {}),
      bytes: attempt.bytes.length,
      ...(attempt.score === undefined ? {} : { score: attempt.score }),
      ...(attempt.worst === undefined ? {} : { worst: attempt.worst }),
      milliseconds: attempt.milliseconds,
    });
    return attempt;
  }
}

function samePixels(a: Raster, b: Raster): boolean {
  if (a.width !== b.width || a.height !== b.height) return false;
  if (a.channels !== b.channels || a.data.length !== b.data.length) return false;
  const { data } = a;
  const other = b.data;
  const n = a.channels;
  for (let i = 0; i < data.length; i += n) {
    if (n === 4 && data[i + 3] === 0 && other[i + 3] === 0) continue;
    for (let c = 0; c < n; c++) if (data[i + c] !== other[i + c]) return false;
  }
  return true;
}
