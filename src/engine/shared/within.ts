/**
 * Within: what is there in time, and nothing otherwise.
 */
import { systemTimer, type Timer } from '../timer.ts';

/** The value of a promise that never rejects, or undefined once so many milliseconds have passed. */
export function within<Value>(
  promise: Promise<Value | undefined>,
  milliseconds: number,
  timer: Timer = systemTimer,
): Promise<Value | undefined> {
  return new Promise((resolve) => {
    // What has arrived but was not looked at yet comes first.
    const disarm = timer.after(milliseconds, () => setImmediate(() => resolve(undefined)));
    void promise.then((value) => {
      disarm();
      resolve(value);
    });
  });
}
