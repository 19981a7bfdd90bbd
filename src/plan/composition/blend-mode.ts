/**
 * Blend modes: how a picture or a color mixes with what lies below it.
 *
 * The names are those of the W3C's Compositing and Blending Level 1, of which each has a formula
 * (docs/spec/composition.md 1.2 and 1.3).
 */
export const BLEND_MODES = [
  'normal',
  'darken',
  'multiply',
  'color-burn',
  'lighten',
  'screen',
  'color-dodge',
  'overlay',
  'soft-light',
  'hard-light',
  'difference',
  'exclusion',
  'hue',
  'saturation',
  'color',
  'luminosity',
] as const;

export type BlendMode = (typeof BLEND_MODES)[number];
