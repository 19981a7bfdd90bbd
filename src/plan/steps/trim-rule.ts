/**
 * TrimRule: how a trim finds the frame that goes.
 *
 * Plain data.
 */
import type { Color } from '../../base/color.ts';

export type TrimRule =
  /** Rows and columns within `tolerance` of a color; no `color`: that of the upper left pixel. */
  | {
      readonly by: 'color';
      readonly color?: Color;
      /** Euclidean RGBA distance over its maximum, 0 (exact) .. 1. */
      readonly tolerance: number;
    }
  /** Rows and columns whose alpha is within `tolerance` (0..255) of `alpha` (0..255). */
  | { readonly by: 'alpha'; readonly alpha: number; readonly tolerance: number }
  /** A uniform border judged from its own color: mean difference and standard deviation, 0..255. */
  | { readonly by: 'border'; readonly mean: number; readonly deviation: number }
  /** By alpha where there is an alpha channel, else by color. */
  | {
      readonly by: 'alpha-or-color';
      readonly color?: Color;
      readonly tolerance: number;
    };
