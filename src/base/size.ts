/**
 * Sizes and rectangles in whole pixels, and the one rounding rule.
 *
 * Pure data; the arithmetic of fitting lives in `plan/fit.ts`.
 */

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle in pixels; `left` and `top` count from the upper left corner. */
export interface Region extends Size {
  readonly left: number;
  readonly top: number;
}

/** Four lengths around a picture, in pixels. */
export interface Sides {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/**
 * A length as whole pixels: half up, and never less than one.
 *
 * 285.85 is 286, 0.2 is 1: a 4000 × 10 picture at width 100 keeps one row.
 */
export function wholePixels(length: number): number {
  return Math.max(1, Math.round(length));
}

/** `value` moved into `low`..`high`. */
export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** "300x200", for messages and plans in text form. */
export function sizeText({ width, height }: Size): string {
  return `${width}x${height}`;
}

/** The largest rectangle of a ratio (width over height) inside a size, in real pixels. */
export function largestOfRatio(source: Size, ratio: number): Size {
  return source.width > source.height * ratio
    ? { width: source.height * ratio, height: source.height }
    : { width: source.width, height: source.width / ratio };
}

/** The smallest rectangle of a ratio that contains a size, in real pixels. */
export function smallestOfRatio(source: Size, ratio: number): Size {
  return source.width > source.height * ratio
    ? { width: source.width, height: source.width / ratio }
    : { width: source.height * ratio, height: source.height };
}
