/**
 * Timer: a clock that only moves forward, with alarms, as an argument, so that
 * waits and limits can be tested without waiting.
 */
export interface Timer {
  /** Milliseconds from any fixed moment. */
  now(): number;
  /** Calls `work` once after so many milliseconds, unless the returned function is called first. */
  after(milliseconds: number, work: () => void): () => void;
}

/** The clock of `performance.now`; its alarms do not keep the process alive. */
export const systemTimer: Timer = {
  now: () => performance.now(),
  after(milliseconds, work) {
    const timeout = setTimeout(work, Math.max(0, milliseconds));
    timeout.unref();
    return () => clearTimeout(timeout);
  },
};
