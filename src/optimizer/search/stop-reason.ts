/**
 * Stop reasons: every reason why a search for a quality ends.
 *
 * `nextQuality` (quality-step.ts) returns all but the last two: it knows the
 * points that were tried and the criteria. `QualitySearch` (quality-search.ts)
 * adds those that need a clock or a metric. The receipt carries the reason of
 * the search; the corrections after it (corrections.ts, post-search.ts) end by
 * their own counts of trials.
 */
export const STOP_REASONS = {
  'in-window': 'The lowest quality that passes scores inside the window over the target.',
  'bracket-closed': 'No quality lies between the highest that fails and the lowest that passes.',
  'lower-fails': 'Every lower quality is expected to fail.',
  'quality-cap': 'The highest quality allowed was tried and fails.',
  'trials-spent': 'The trials granted are made, and the best is not far enough off for more.',
  time: 'The next trial would end after the deadline.',
  'not-measured':
    'Nothing was measured: the mode is instant, there is no metric, or time is short.',
} as const satisfies Record<string, string>;

export type StopReason = keyof typeof STOP_REASONS;
