/**
 * Colors: sRGB with alpha, the one form that plans carry.
 *
 * Dialects read their own spellings (hex with or without alpha, byte lists,
 * keywords) and hand on this.
 */

/** An sRGB color; channels 0..255, `alpha` 0 (clear) to 1 (opaque). */
export interface Color {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  readonly alpha: number;
}

export const WHITE: Color = { red: 255, green: 255, blue: 255, alpha: 1 };
export const BLACK: Color = { red: 0, green: 0, blue: 0, alpha: 1 };
export const CLEAR: Color = { red: 255, green: 255, blue: 255, alpha: 0 };

/** `#rrggbb`, or `#rrggbbaa` where the color is not opaque. */
export function colorText({ red, green, blue, alpha }: Color): string {
  const hex = (value: number) => Math.round(value).toString(16).padStart(2, '0');
  return `#${hex(red)}${hex(green)}${hex(blue)}${alpha < 1 ? hex(alpha * 255) : ''}`;
}
