/**
 * RedEye: a pupil that a flash has made red, and how far the red may reach.
 *
 * In pixels of the upright source, from its upper left corner. Plain data.
 */
import type { Point } from './face.ts';

export interface RedEye extends Point {
  /** Of the disc that holds all of the red, with its soft edge. */
  readonly radius: number;
}

/** A red eye in a picture on the way, whose sides may have been scaled by factors of their own. */
export interface RedEyeDisc extends Point {
  readonly radiusX: number;
  readonly radiusY: number;
}
