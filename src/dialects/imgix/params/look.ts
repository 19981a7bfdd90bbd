/**
 * Params, look: adjustments, effects, and what surrounds the picture
 * (docs/spec/imgix.md 5.4 to 5.6 and 5.8).
 */
import type { Color } from '../../../base/color.ts';
import { choice, decimal, type ParamTable, param } from '../../params.ts';
import { colorOf } from './colors.ts';
import type { PictureText } from './composition.ts';
import { color, colorPair, corners, flag, integer, type Row, real } from './readers.ts';

/** A side of padding beyond this leaves no room for a picture in 8192 pixels. */
export const WIDEST_PAD = 4095;

const adjust = (doc: string, row: Partial<Row> = {}) =>
  integer(-100, 100, { doc, fallback: '0', ...row });
const amount = (doc: string, row: Partial<Row> = {}) =>
  integer(0, 100, { doc, fallback: '0', ...row });
const pad = (doc: string, fallback: string) => integer(0, WIDEST_PAD, { doc, fallback });
const bar = (doc: string) => integer(0, 100, { doc, fallback: 'border' });

/** A shape, a regular polygon, or a second picture. */
export type MaskValue = 'ellipse' | 'corners' | { readonly corners: number } | PictureText;

export interface Border {
  readonly width: number;
  readonly color: Color;
}

export const LOOK_PARAMS = {
  // adjustments
  bri: adjust('Brightness.'),
  con: adjust('Contrast.'),
  exp: adjust('Exposure, 50 to the stop.'),
  gam: adjust('Gamma: above 0 lifts the midtones.'),
  high: integer(-100, 0, { doc: 'Lowers the highlights and keeps their detail.', fallback: '0' }),
  shad: real(0, 100, { doc: 'Lifts the shadows and keeps their detail.', fallback: '0' }),
  hue: integer(0, 360, { doc: 'Turns every hue, in degrees.', fallback: '0' }),
  sat: adjust('Saturation; -100 is greyscale.'),
  vib: adjust('Saturation that spares colors already saturated.'),
  invert: flag({ doc: 'Turns the picture into its negative.', aliases: ['inv'] }),
  sharp: real(0, 100, { doc: 'Sharpens luminance only.', fallback: '0' }),
  usm: adjust('Strength of the unsharp mask; below 0 softens.'),
  usmrad: real(0, 250, { doc: 'Radius of the unsharp mask, in pixels.', fallback: '2.5' }),
  nr: adjust('Noise reduction; works once nr or nrs is given.', { fallback: '20' }),
  nrs: adjust('Sharpening threshold of noise reduction.', { fallback: '20' }),
  // effects
  blur: integer(0, 2000, { doc: 'Gaussian blur, ten to the pixel of sigma.', fallback: '0' }),
  px: amount('Side of square blocks, in pixels.'),
  htn: amount('Half-tone: width of a dot, in pixels.'),
  sepia: amount('Mixes with sepia.'),
  monochrome: color({
    doc: 'Tints the picture; the alpha of the color is the strength.',
    aliases: ['mono'],
  }),
  duotone: colorPair({ doc: 'Maps dark to the first color and light to the second.' }),
  'duotone-alpha': amount('Strength of the duotone.', { fallback: '100' }),
  // around and under the picture
  bg: color({ doc: 'Under clear areas, and around where nothing else fills.', fallback: '0FFF' }),
  fill: choice(['solid', 'blur', 'gen', 'generative', 'gradient'], {
    doc: 'What fills the space that fit=fill and fit=fillmax leave.',
    fallback: 'solid',
    support: 'partial',
    note: 'Generated content is drawn as solid.',
  }),
  'fill-color': color({
    doc: 'Color for fill=solid.',
    aliases: ['fillcolor'],
    fallback: 'bg, else 0FFF',
  }),
  pad: pad('Space around the picture, in CSS pixels.', '0'),
  'pad-top': pad('Space above, in place of pad.', 'pad'),
  'pad-right': pad('Space to the right, in place of pad.', 'pad'),
  'pad-bottom': pad('Space below, in place of pad.', 'pad'),
  'pad-left': pad('Space to the left, in place of pad.', 'pad'),
  border: param<Border>({
    doc: 'Bars over the edge: width in CSS pixels and color.',
    values: 'width,color with a width from 1 to 100',
    read: readBorder,
  }),
  'border-top': bar('Width of the bar at the top, in place of the width of border.'),
  'border-right': bar('Width of the bar at the right, in place of the width of border.'),
  'border-bottom': bar('Width of the bar at the bottom, in place of the width of border.'),
  'border-left': bar('Width of the bar at the left, in place of the width of border.'),
  'border-stroke-size': integer(0, 100, {
    doc: 'Width of a line along the outer edge, in CSS pixels.',
    fallback: '0',
  }),
  'border-stroke-color': color({ doc: 'Color of that line.', fallback: '0FFF' }),
  'border-radius': corners({ doc: 'Outer radii of the border, in CSS pixels.' }),
  'border-radius-inner': corners({ doc: 'Inner radii of the border, in CSS pixels.' }),
  'face-blur': integer(0, 100, {
    doc: 'Blurs faces past recognition, at 100 the most, and nothing else.',
    fallback: '0',
  }),
  'face-pixel': integer(0, 100, {
    doc: 'Shows faces in blocks past recognition, at 100 the largest, and nothing else.',
    aliases: ['face-pixelate'],
    fallback: '0',
  }),
  mask: param<MaskValue>({
    doc: 'Hides all but a shape, or what a second picture has dark or clear.',
    values: 'ellipse, corners, poly3 to poly32, or a picture as mark names one',
    read: (text) => {
      const given = text.trim();
      if (given === '') return {};
      if (given === 'ellipse' || given === 'corners') return { value: given };
      const corners = /^poly([3-9]|[12]\d|3[0-2])$/.exec(given)?.[1];
      return { value: corners === undefined ? { picture: given } : { corners: Number(corners) } };
    },
  }),
  'mask-bg': color({
    doc: 'Under what the mask hides.',
    aliases: ['maskbg'],
    fallback: 'clear, or white where the format cannot be',
  }),
  'corner-radius': corners({
    doc: 'Radii of mask=corners, in CSS pixels.',
    fallback: 'a fifth of the shorter side',
  }),
  transparency: choice(['grid'], { doc: 'Draws a checkerboard under clear areas.' }),
  'grid-size': integer(0, 1000, { doc: 'Side of a square of the grid, in pixels.', fallback: '4' }),
  'grid-colors': colorPair({ doc: 'The two colors of the grid.', fallback: 'D0D7DD,FFFFFF' }),
} satisfies ParamTable;

function readBorder(text: string): { value?: Border; expected?: string } {
  const expected = 'width,color with a width from 1 to 100';
  const [width, name, ...rest] = text.split(',');
  const value = decimal(width ?? '');
  const color = colorOf(name ?? '');
  if (value === undefined || color === undefined || rest.length > 0 || value < 0) {
    return { expected };
  }
  const within = Math.min(100, Math.max(1, Math.round(value)));
  return within === Math.round(value)
    ? { value: { width: within, color } }
    : { value: { width: within, color }, expected };
}
