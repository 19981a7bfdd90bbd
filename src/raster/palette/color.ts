/**
 * Colors of palettes: as numbers, as points, and how far two of them are apart.
 *
 * A number has red in its lowest byte, then green, blue, and straight alpha in the highest; all
 * that is clear is 0. A point is premultiplied red, green and blue, and alpha, four numbers of
 * 0..255. There, a distance is that over black or over white, channel by channel whichever is
 * more, which is how libimagequant compares colors with alpha. Pure.
 */

/**
 * Weights of red, green and blue in the square of a distance, 1 in all, so that it is one of
 * grey levels; the last is that of alpha in the error of a box.
 */
export const CHANNEL_WEIGHTS = [0.3, 0.5, 0.2, 0.5] as const;

/** Clear, solid, and all between: colors of one kind never stand for another. */
export const CLEAR = 0;
export const SOLID = 1;
export const TRANSLUCENT = 2;
export const KINDS = [CLEAR, SOLID, TRANSLUCENT] as const;
export type Kind = (typeof KINDS)[number];

/** The kind of an alpha of 0..255. */
export function kindOf(alpha: number): Kind {
  return alpha === 255 ? SOLID : alpha === 0 ? CLEAR : TRANSLUCENT;
}

/** What a translucent color counts as where a palette has none: solid or clear. */
export function foldedKind(alpha: number): Kind {
  return alpha < 128 ? CLEAR : SOLID;
}

/** Sets the point at `at` to a color. */
export function setPoint(points: Float64Array, at: number, color: number): void {
  const alpha = color >>> 24;
  points[at] = ((color & 255) * alpha) / 255;
  points[at + 1] = (((color >> 8) & 255) * alpha) / 255;
  points[at + 2] = (((color >> 16) & 255) * alpha) / 255;
  points[at + 3] = alpha;
}

/** Colors as points, one after another. */
export function pointsOf(colors: ArrayLike<number>): Float64Array {
  const points = new Float64Array(4 * colors.length);
  for (let i = 0; i < colors.length; i++) setPoint(points, 4 * i, colors[i]!);
  return points;
}

/** The point at `at` as a color of a kind: whole levels, alpha straight. */
export function colorAt(points: Float64Array, at: number, kind: Kind): number {
  if (kind === CLEAR) return 0;
  const alpha = kind === SOLID ? 255 : Math.min(254, Math.max(1, Math.round(points[at + 3]!)));
  const level = (c: number) => Math.min(255, Math.round((points[at + c]! * 255) / alpha));
  return (level(0) | (level(1) << 8) | (level(2) << 16) | (alpha << 24)) >>> 0;
}

/** The square of the distance of two colors: 100 for greys that are ten levels apart. */
export function colorDistance(a: number, b: number): number {
  const [alphaA, alphaB] = [a >>> 24, b >>> 24];
  const alpha = alphaA - alphaB;
  let sum = 0;
  for (let c = 0; c < 3; c++) {
    const black = (((a >> (8 * c)) & 255) * alphaA) / 255 - (((b >> (8 * c)) & 255) * alphaB) / 255;
    const white = black - alpha;
    sum += CHANNEL_WEIGHTS[c]! * Math.max(black * black, white * white);
  }
  return sum;
}
