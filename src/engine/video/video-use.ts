/**
 * VideoUse: what a worker is told of the back end for videos, with each request
 * that may need it.
 */
import type { BackEndRef } from '../../video/find-back-end.ts';

export type VideoUse =
  /** Nothing is installed. */
  | { readonly kind: 'none' }
  /** It failed again and again and is not tried for a while. */
  | { readonly kind: 'resting' }
  | {
      readonly kind: 'ready';
      readonly backEnd: BackEndRef;
      /** Longest time for a video, in milliseconds. */
      readonly milliseconds: number;
    };
