/**
 * Findings: what is learnt of a source by looking at its pixels, once for all
 * parameters and sizes.
 *
 * They belong to the content of a source, not to a plan: a worker that has
 * looked hands them back with its result, and they travel out again with the
 * next request for that source. A finding that is absent has not been looked
 * for; an empty list says that nothing is there. Plain data.
 */
import { type ContentGrid, EMPTY_GRID } from './content-grid.ts';
import type { Enhancement } from './enhancement.ts';
import type { Face } from './face.ts';
import type { RedEye } from './red-eye.ts';

export interface Findings {
  readonly faces?: readonly Face[];
  /** Of an animation: the faces of its frames, those at the same place once. */
  readonly facesInMotion?: readonly Face[];
  /** Where the content is, by what draws the eye, by tones and by edges (vision/content-grid.ts). */
  readonly saliency?: ContentGrid;
  readonly entropy?: ContentGrid;
  readonly edges?: ContentGrid;
  /** Red pupils in these faces. */
  readonly redEyes?: readonly RedEye[];
  /** The tone curve the source needs; `none` where it is well exposed, or no photograph. */
  readonly enhancement?: Enhancement | 'none';
}

/** What stands for findings that are not there. */
export const NOTHING_FOUND: Required<Findings> = {
  faces: [],
  facesInMotion: [],
  redEyes: [],
  enhancement: 'none',
  saliency: EMPTY_GRID,
  entropy: EMPTY_GRID,
  edges: EMPTY_GRID,
};

/** What can be looked for. */
export type FindingName = keyof Findings;
