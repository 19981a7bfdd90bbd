/**
 * Timings: how long each stage of a request took.
 */

/**
 * Stages in the order in which they begin. None of them contains another, so they
 * add up to no more than the whole: `decode` is the reading of pixels from the
 * source, `transform` what is done with them, `encode` the time in encoders, all
 * trials included, `search` the rest of the search for format and quality, `write`
 * the way into the store.
 */
export const STAGES = [
  'fetch',
  'queue',
  'probe',
  'find',
  'decode',
  'transform',
  'search',
  'encode',
  'write',
] as const;

export type Stage = (typeof STAGES)[number];

/**
 * Milliseconds per stage of the work for this request: a stage that did not
 * happen, or happened for another request, is absent. `render` is the whole
 * time in the worker, with what is between its stages.
 */
export type Timings = Readonly<Partial<Record<Stage | 'render', number>>>;
