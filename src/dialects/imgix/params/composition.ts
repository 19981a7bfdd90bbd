/**
 * Params, composition: second pictures and colors over this one
 * (docs/spec/imgix.md 6.1 and 6.2).
 */
import type { Color } from '../../../base/color.ts';
import type { BlendMode } from '../../../plan/composition/blend-mode.ts';
import { choice, type ParamTable, param } from '../../params.ts';
import { colorOf } from './colors.ts';
import { color, integer, LONGEST_SIDE, type Row, side, words } from './readers.ts';

const PLACES = ['top', 'middle', 'bottom', 'left', 'center', 'right'] as const;

export type Place = (typeof PLACES)[number];

const offset = (doc: string, ...aliases: string[]) =>
  integer(-LONGEST_SIDE, LONGEST_SIDE, { doc, aliases });
const room = (doc: string, row: Partial<Row>) =>
  integer(0, LONGEST_SIDE, { doc, fallback: '0', ...row });
const percent = (doc: string, row: Partial<Row>) =>
  integer(0, 100, { doc, fallback: '100', ...row });

/** The vendor's names of modes, with those of the W3C. */
const MODES: Readonly<Record<string, BlendMode>> = {
  normal: 'normal',
  darken: 'darken',
  multiply: 'multiply',
  burn: 'color-burn',
  lighten: 'lighten',
  screen: 'screen',
  dodge: 'color-dodge',
  overlay: 'overlay',
  softlight: 'soft-light',
  hardlight: 'hard-light',
  difference: 'difference',
  exclusion: 'exclusion',
  color: 'color',
  hue: 'hue',
  saturation: 'saturation',
  luminosity: 'luminosity',
};

/** A path or address of a picture, as it was given. */
export interface PictureText {
  readonly picture: string;
}

const WHERE = 'a path below this source or an absolute URL, with its own parameters if need be';

/** A path or address; nothing where the text is empty. */
export function pictureText(row: Row) {
  return param<string>({
    values: WHERE,
    ...row,
    read: (text) => (text.trim() === '' ? {} : { value: text.trim() }),
  });
}

export const COMPOSITION_PARAMS = {
  // watermarks
  mark: pictureText({ doc: 'A picture drawn over this one.', aliases: ['m'] }),
  'mark-base': pictureText({
    doc: 'What a relative mark is below.',
    aliases: ['mb', 'markbase'],
    values: 'a path or an absolute URL',
  }),
  'mark-align': words(PLACES, {
    doc: 'Where the mark stands; an axis that is not named keeps its place.',
    aliases: ['ma', 'markalign'],
    fallback: 'bottom,right; with mark-tile top,left',
  }),
  'mark-alpha': percent('Opacity of the mark, in percent.', { aliases: ['markalpha', 'malph'] }),
  'mark-fit': choice(['clip', 'crop', 'fill', 'max', 'scale'], {
    doc: 'How the mark meets mark-w and mark-h.',
    aliases: ['mf', 'markfit'],
    fallback: 'clip',
  }),
  'mark-h': side({
    doc: 'Height of the mark, in CSS pixels or as a share of the picture.',
    aliases: ['mh', 'markh'],
  }),
  'mark-w': side({
    doc: 'Width of the mark, in CSS pixels or as a share of the picture.',
    aliases: ['mw', 'markw'],
  }),
  'mark-x': offset(
    'Left edge of the mark, in CSS pixels, in place of its alignment.',
    'mx',
    'markx',
  ),
  'mark-y': offset(
    'Top edge of the mark, in CSS pixels, in place of its alignment.',
    'my',
    'marky',
  ),
  'mark-pad': room('Distance of the mark from the edges, and of tiles from one another.', {
    aliases: ['mp', 'markpad'],
    fallback: '5',
  }),
  'mark-rot': integer(-3600, 3600, {
    doc: 'Turns the mark, degrees counter-clockwise.',
    fallback: '0',
  }),
  'mark-scale': percent('Size of the mark, in percent of the picture it is fitted into.', {
    aliases: ['ms', 'markscale'],
    fallback: 'its own size',
  }),
  'mark-tile': choice(['grid'], {
    doc: 'Repeats the mark over the whole picture.',
    aliases: ['mtile', 'marktile'],
  }),
  'mark-if-min-width': room('Least width in pixels of a picture that is marked.', {}),
  'mark-if-min-height': room('Least height in pixels of a picture that is marked.', {}),
  // blending
  blend: param<Color | PictureText>({
    doc: 'A color or a picture blended with this one.',
    aliases: ['b'],
    values: `a color, or ${WHERE}`,
    read: (text) => {
      const given = text.trim();
      return given === '' ? {} : { value: colorOf(given) ?? { picture: given } };
    },
  }),
  'blend-color': color({
    doc: 'A color blended with this picture where blend names none.',
    aliases: ['blendcolor', 'blend-clr', 'blendclr'],
  }),
  'blend-mode': param<BlendMode>({
    doc: 'How they mix.',
    aliases: ['blendmode', 'bm'],
    values: Object.keys(MODES).join(', '),
    fallback: 'overlay',
    read: (text) =>
      Object.hasOwn(MODES, text)
        ? { value: MODES[text]! }
        : { expected: `one of ${Object.keys(MODES).join(', ')}` },
  }),
  'blend-alpha': percent('Opacity of the blend, in percent.', {
    aliases: ['blendalpha', 'balph'],
  }),
  'blend-align': words(PLACES, {
    doc: 'Where the blended picture stands; an axis that is not named is in the middle.',
    aliases: ['blendalign', 'ba'],
    fallback: 'center,middle',
  }),
  'blend-fit': choice(['clip', 'clamp', 'crop', 'max', 'scale'], {
    doc: 'How the blended picture meets blend-w and blend-h.',
    aliases: ['blendfit', 'bf'],
    fallback: 'clip',
  }),
  'blend-crop': words(['top', 'bottom', 'left', 'right', 'faces'], {
    doc: 'Which part of the blended picture stays with blend-fit=crop.',
    aliases: ['blendcrop', 'bc'],
    fallback: 'its middle',
  }),
  'blend-h': side({
    doc: 'Height of the blended picture, in CSS pixels or as a share of this one.',
    aliases: ['blendh', 'bh'],
  }),
  'blend-w': side({
    doc: 'Width of the blended picture, in CSS pixels or as a share of this one.',
    aliases: ['blendw', 'bw'],
  }),
  'blend-x': offset('Left edge of the blended picture, in CSS pixels.', 'blendx', 'bx'),
  'blend-y': offset('Top edge of the blended picture, in CSS pixels.', 'blendy', 'by'),
  'blend-pad': room('Distance of the blended picture from the edges.', {
    aliases: ['blendpad', 'bp'],
  }),
  'blend-size': choice(['inherit'], {
    doc: 'Gives the blended picture w, h, fit and crop of this one.',
    aliases: ['blendsize', 'bs'],
  }),
} satisfies ParamTable;
