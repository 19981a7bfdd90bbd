/**
 * Tone steps: what is done to the color of each pixel by itself.
 *
 * Plain data.
 */
import type { Color } from '../../base/color.ts';

export type ToneStep =
  /** `value * gain + offset` on 0..255, each channel. */
  | { readonly kind: 'linear'; readonly gain: number; readonly offset: number }
  /** Away from (above 1) or towards (below 1) the luma of the pixel. */
  | { readonly kind: 'saturation'; readonly factor: number }
  /** `value ^ exponent` on 0..1. */
  | { readonly kind: 'gamma'; readonly exponent: number }
  /** Linear light times `2 ^ stops`. */
  | { readonly kind: 'exposure'; readonly stops: number }
  | { readonly kind: 'hue'; readonly degrees: number }
  /** Saturation that spares colors already saturated; -1..1. */
  | { readonly kind: 'vibrance'; readonly amount: number }
  /** Highlights down (-1..0), shadows up (0..1), by smooth masks on luminance. */
  | { readonly kind: 'shadows-highlights'; readonly shadows: number; readonly highlights: number }
  /** Mix with sepia, 0..1. */
  | { readonly kind: 'sepia'; readonly amount: number }
  /** Luma in one hue; the alpha of the color is the strength. */
  | { readonly kind: 'monochrome'; readonly color: Color }
  /** Luma from a dark to a light color; `amount` 0..1 over the original. */
  | {
      readonly kind: 'duotone';
      readonly dark: Color;
      readonly light: Color;
      readonly amount: number;
    };
