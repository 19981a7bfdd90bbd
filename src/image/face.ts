/**
 * Face: one face of a source, as every step that heeds faces reads it.
 *
 * All numbers are pixels of the upright source (turned as its EXIF orientation
 * says), from its upper left corner. A list of faces stands by size, the
 * largest first. Plain data, so that it crosses process borders.
 */
import type { Region } from '../base/size.ts';

/** A point in pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The middle of an eye, and its width from corner to corner. */
export interface Eye extends Point {
  readonly width: number;
}

export interface Face {
  /** How sure the detector is, 0..1. */
  readonly confidence: number;
  /** From forehead to chin; inside the picture. */
  readonly bounds: Region;
  /** The eye on the left as the picture is seen. */
  readonly leftEye: Eye;
  readonly rightEye: Eye;
  readonly mouth: Point;
}

/** Most faces that are kept of one source. */
export const MOST_FACES = 64;
