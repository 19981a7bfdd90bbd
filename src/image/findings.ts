/**
 * Findings: what is learnt of a source by looking at its pixels, once for all
 * parameters and sizes.
 *
 * They belong to the content of a source, not to a plan: a worker that has
 * looked hands them back with its result, and they travel out again with the
 * next request for that source. A finding that is absent has not been looked
 * for; an empty list says that nothing is there. Plain data.
 */
import type { Face } from './face.ts';

export interface Findings {
  readonly faces?: readonly Face[];
}

/** What can be looked for. */
export type FindingName = keyof Findings;
