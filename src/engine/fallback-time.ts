/**
 * FallbackTime: how long it takes to answer with the source instead, so that a
 * wait ends early enough for the answer to be in time.
 *
 * By classes of size, each with its mean and deviation of late: the time that
 * nearly every answer keeps is the mean plus four deviations (the rule of TCP's
 * retransmission timer, RFC 6298 section 2).
 */
import type { RenderRequest } from './engine.ts';
import type { Timer } from './timer.ts';

interface Estimate {
  mean: number;
  deviation: number;
}

/** Weights of the latest time in mean and deviation (RFC 6298). */
const MEAN_GAIN = 1 / 8;
const DEVIATION_GAIN = 1 / 4;
const DEVIATIONS = 4;

/**
 * From the engine's answer to the last byte at the client, which nobody here can see:
 * milliseconds, and milliseconds per megabyte on a network that is no hindrance.
 */
const ON_THE_WAY = 10;
const ON_THE_WAY_PER_MEGABYTE = 5;

/** Before anything was measured: milliseconds, and milliseconds per megabyte. */
const FIRST_MEAN = 5;
const FIRST_PER_MEGABYTE = 4;

/** A machine that is far behind is not waited for: the margin is at most this, in milliseconds. */
const MOST = 1000;

export class FallbackTime {
  readonly #timer: Timer;
  readonly #classes = new Map<number, Estimate>();
  /** When the wait of a request was to end, for those that have been given up. */
  readonly #ends = new WeakMap<RenderRequest, number>();

  constructor(timer: Timer) {
    this.#timer = timer;
  }

  /** Milliseconds before a deadline at which to give up, for a source of so many bytes. */
  margin(bytes: number): number {
    const { mean, deviation } = this.#estimate(bytes);
    const sending = ON_THE_WAY + (bytes / 1e6) * ON_THE_WAY_PER_MEGABYTE;
    return Math.min(MOST, sending + mean + DEVIATIONS * deviation);
  }

  /** A request will be answered with its source; its wait was to end then. */
  gaveUp(request: RenderRequest, end: number): void {
    this.#ends.set(request, end);
  }

  /** The source for a request stands ready. Requests that were not given up are not counted. */
  answered(request: RenderRequest, bytes: number): void {
    const end = this.#ends.get(request);
    if (end === undefined) return;
    const time = this.#timer.now() - end;
    // Given up long before its time: the way to here is not what was measured.
    if (time < 0) return;
    const { mean, deviation } = this.#estimate(bytes);
    this.#classes.set(classOf(bytes), {
      deviation: deviation + DEVIATION_GAIN * (Math.abs(time - mean) - deviation),
      mean: mean + MEAN_GAIN * (time - mean),
    });
  }

  #estimate(bytes: number): Estimate {
    const known = this.#classes.get(classOf(bytes));
    if (known !== undefined) return known;
    const mean = FIRST_MEAN + (bytes / 1e6) * FIRST_PER_MEGABYTE;
    return { mean, deviation: mean };
  }
}

/** Sizes within a factor of four share a class. */
function classOf(bytes: number): number {
  return Math.floor(Math.log2(Math.max(1, bytes)) / 2);
}
