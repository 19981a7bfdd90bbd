/**
 * TextDrawing: a set text as outlines on a canvas, ready to be filled.
 *
 * Plain data; no letter of the text is left in it.
 */
export interface TextDrawing {
  /** Outlines in pixels of the canvas, in the commands of SVG paths: M, L, Q, C, Z and numbers. */
  readonly path: string;
  /** Height that the lines take, with what is kept free around them. */
  readonly height: number;
  /** Letters for which no font here has a shape. */
  readonly missing: boolean;
}
