/**
 * Gradient: a ground that runs from one color to another (docs/spec/imgix.md 5.4.3).
 *
 * Plain data; lengths are `L`: those of a plan, then pixels.
 */
import type { Color } from '../../base/color.ts';

export const GRADIENT_SPACES = ['srgb', 'linear', 'oklab', 'hsl', 'lch'] as const;

/** The color space in which it runs. */
export type GradientSpace = (typeof GRADIENT_SPACES)[number];

export type GradientShape<L> =
  /** Towards a side or a corner: 1 is right or down, -1 left or up. */
  | { readonly kind: 'linear'; readonly x: -1 | 0 | 1; readonly y: -1 | 0 | 1 }
  /** From the first radius about a point to the second; shares are of the shorter side. */
  | { readonly kind: 'radial'; readonly x: L; readonly y: L; readonly radii: readonly [L, L] };

export interface Gradient<L> {
  readonly shape: GradientShape<L>;
  /** Absent: the vibrant dark and the vibrant light color of the picture. */
  readonly colors?: readonly [Color, Color];
  /** Levels from one to the other, four to an entry, where the picture is not of sRGB; found while rendering. */
  readonly way?: Uint8Array;
  readonly space: GradientSpace;
}
