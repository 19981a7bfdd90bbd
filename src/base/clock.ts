/** The time of day as an argument, so that freshness and expiry can be tested. */
export interface Clock {
  /** Milliseconds since 1970, like `Date.now()`. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
