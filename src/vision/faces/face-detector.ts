/**
 * FaceDetector: what a model of faces does here, whichever it is.
 *
 * Three methods, so that another model takes the place of this one without
 * anything else noticing. All pixels are those of the raster that is handed in.
 */
import type { Region } from '../../base/size.ts';
import type { Eye, Point } from '../../image/face.ts';
import type { Raster } from '../../image/raster.ts';

/** Where a face may be. */
export interface FaceBox {
  /** 0..1. */
  readonly confidence: number;
  /** In pixels, not rounded; may reach beyond the raster. */
  readonly bounds: Region;
}

/** Points of one face. */
export interface FaceMarks {
  /** The eye on the left as the picture is seen. */
  readonly leftEye: Eye;
  readonly rightEye: Eye;
  readonly mouth: Point;
}

export interface FaceDetector {
  /** Loads code and weights, once. @throws Error when one of them is missing or damaged */
  ready(): Promise<void>;
  /**
   * Every box of at least `least` confidence in an opaque still, in no order.
   *
   * @param longest side of the faces that matter, in pixels; larger ones may be missed. All where absent
   */
  detect(raster: Raster, least: number, longest?: number): Promise<FaceBox[]>;
  /**
   * Eyes and mouth of the face in each box.
   *
   * @param mirrored whether what is in a box is looked at mirrored; the marks are where they are in the
   *   raster all the same
   */
  landmarks(raster: Raster, boxes: readonly Region[], mirrored?: boolean): Promise<FaceMarks[]>;
}
