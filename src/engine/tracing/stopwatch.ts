/**
 * Stopwatch: takes the times of the stages of one task, inside a worker.
 *
 * Of stages within one another the inner one counts, so that no moment counts
 * twice: pixels are decoded while a picture is transformed, and trials encoded
 * while a quality is searched. Where the request is traced it keeps what
 * happened when as well.
 */
import type { Tools } from '../../optimizer/optimize.ts';
import type { Trial } from '../../optimizer/receipt.ts';
import type { Stage, Timings } from '../timings.ts';

/** A stage as it happened, in milliseconds since the task began. */
export interface StageSpan {
  readonly stage: Stage;
  readonly start: number;
  end: number;
  /** The number of the span that it is within; absent: of none. */
  readonly within?: number;
}

/** A trial of a search, when it had ended: milliseconds since the task began. */
export interface TimedTrial extends Trial {
  readonly at: number;
}

/** What happened when. */
export interface TaskTrace {
  readonly spans: readonly StageSpan[];
  readonly trials: readonly TimedTrial[];
}

/** Spans, and trials, that are kept of a task: an animation may be coded in many pieces. */
const MOST = 100;

interface Open {
  readonly stage: Stage;
  readonly span: number | undefined;
}

export class Stopwatch {
  readonly #start = performance.now();
  readonly #spent: Partial<Record<Stage, number>> = {};
  readonly #open: Open[] = [];
  readonly #spans: StageSpan[] | undefined;
  readonly #trials: TimedTrial[] = [];
  #since = this.#start;

  /** @param traced keep what happened when */
  constructor(traced = false) {
    if (traced) this.#spans = [];
  }

  /** Milliseconds by stage so far. */
  get timings(): Timings {
    return this.#spent;
  }

  /** What happened when; undefined where nothing is kept of it. */
  get trace(): TaskTrace | undefined {
    return this.#spans && { spans: this.#spans, trials: this.#trials };
  }

  /** Begins a stage; gives what ends it, which has no effect when called again. */
  begin(stage: Stage): () => void {
    const now = this.#turn();
    const open: Open = { stage, span: this.#note(stage, now) };
    this.#open.push(open);
    return () => {
      const place = this.#open.indexOf(open);
      if (place < 0) return;
      const end = this.#turn() - this.#start;
      this.#open.splice(place, 1);
      const span = open.span === undefined ? undefined : this.#spans?.[open.span];
      if (span !== undefined) span.end = end;
    };
  }

  /** What `work` gives, its time added to a stage. */
  async time<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
    const end = this.begin(stage);
    try {
      return await work();
    } finally {
      end();
    }
  }

  /** Adds a stage that has just ended. @param milliseconds it took */
  add(stage: Stage, milliseconds: number): void {
    this.#spent[stage] = (this.#spent[stage] ?? 0) + milliseconds;
    const now = performance.now();
    const span = this.#note(stage, now - milliseconds);
    if (span !== undefined && this.#spans?.[span]) this.#spans[span].end = now - this.#start;
  }

  /** A trial has ended. */
  readonly tried = (trial: Trial): void => {
    if (this.#spans === undefined || this.#trials.length >= MOST) return;
    this.#trials.push({ ...trial, at: performance.now() - this.#start });
  };

  /** Gives the time since the last turn to the innermost stage. */
  #turn(): number {
    const now = performance.now();
    const inner = this.#open.at(-1)?.stage;
    if (inner !== undefined) this.#spent[inner] = (this.#spent[inner] ?? 0) + now - this.#since;
    this.#since = now;
    return now;
  }

  #note(stage: Stage, at: number): number | undefined {
    const spans = this.#spans;
    if (spans === undefined || spans.length >= MOST) return undefined;
    const start = Math.max(0, at - this.#start);
    const within = this.#open.findLast(({ span }) => span !== undefined)?.span;
    spans.push({ stage, start, end: start, ...(within === undefined ? {} : { within }) });
    return spans.length - 1;
  }
}

/** The same tools, their encoding a stage of its own. */
export function timedTools(tools: Tools, watch: Stopwatch): Tools {
  const { encoder } = tools;
  return {
    ...tools,
    encoder: {
      encode: (raster, encoding) => watch.time('encode', () => encoder.encode(raster, encoding)),
      decode: (bytes, channels) => encoder.decode(bytes, channels),
    },
    noted: watch.tried,
  };
}
