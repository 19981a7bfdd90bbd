/**
 * Memory: a workbench that keeps what it measured and knows what time is left.
 *
 * The files of losing trials stay until the task ends, because a later rule
 * may find one of them to be the best.
 */
import type { Encoding } from '../../image/encoding.ts';
import type { Raster } from '../../image/raster.ts';
import { encodeCost } from '../model/time-model.ts';
import type { Budget } from '../task.ts';
import { type MeasuredAttempt, type Tools, TrialRunner } from './trial-runner.ts';

export class RecordingTrialRunner extends TrialRunner {
  readonly measured: MeasuredAttempt[] = [];
  readonly #tools: Tools;
  readonly #budget: Budget;
  readonly #start: number;

  constructor(raster: Raster, tools: Tools, budget: Budget, start = tools.now()) {
    super(raster, tools, budget, start);
    this.#tools = tools;
    this.#budget = budget;
    this.#start = start;
  }

  override async measure(encoding: Encoding): Promise<MeasuredAttempt> {
    const attempt = await super.measure(encoding);
    this.measured.push(attempt);
    return attempt;
  }

  /** Milliseconds that encoding the whole raster is likely to take, measuring left out. */
  cost(encoding: Encoding): number {
    const { width, height, pages } = this.raster;
    return (encodeCost(encoding) * width * height * pages) / 1e6;
  }

  /** The first encoding that is likely to end in time; the last where none is. */
  timely(encodings: readonly [Encoding, ...Encoding[]]): Encoding {
    return encodings.find((encoding) => this.affords(encoding, false)) ?? encodings.at(-1)!;
  }

  /** A memory for another raster of the task, whose deadline comes earlier by `reserve` milliseconds. */
  beside(raster: Raster, reserve: number): RecordingTrialRunner {
    const milliseconds = this.#budget.milliseconds - reserve;
    return new RecordingTrialRunner(
      raster,
      this.#tools,
      { ...this.#budget, milliseconds },
      this.#start,
    );
  }
}
