/**
 * Timings: how long each stage of a request took.
 */

/**
 * Milliseconds per stage of the work for this request, one after the other: a
 * stage that did not happen, or happened for another request, is absent.
 * `render` is the whole time in the worker: probe, transform, encode and what
 * is between them.
 */
export type Timings = Readonly<
  Partial<Record<'fetch' | 'queue' | 'probe' | 'find' | 'transform' | 'encode' | 'render', number>>
>;

/** Timings while they are taken. */
export type Stopwatch = Record<string, number>;

/** What `work` gives, its time added to a stage. */
export async function timed<T>(
  timings: Stopwatch,
  stage: string,
  work: () => Promise<T>,
): Promise<T> {
  const start = performance.now();
  try {
    return await work();
  } finally {
    timings[stage] = (timings[stage] ?? 0) + performance.now() - start;
  }
}
