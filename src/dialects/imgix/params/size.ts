/**
 * Params, sizing: what decides the size and the window of the picture
 * (docs/spec/imgix.md 4.6 to 4.10, 5.1 to 5.3, 5.7, 5.8).
 */
import { MOST_FACES } from '../../../image/face.ts';
import type { Orientation } from '../../../image/source-info.ts';
import type { Filter } from '../../../plan/op.ts';
import { choice, decimal, type ParamTable, param } from '../../params.ts';
import { color, flag, integer, LONGEST_SIDE, real, side, words } from './readers.ts';
import { type Rect, readRect } from './rect.ts';

export type FitWord = (typeof FIT_WORDS)[number];

/** `facearea` with the fit to use where no face is found. */
export interface FaceArea {
  readonly otherwise: Exclude<FitWord, 'facearea'>;
}

/** A fit as it is read. */
export type FitValue = Exclude<FitWord, 'facearea'> | FaceArea;

export const FIT_WORDS = [
  'clip',
  'max',
  'scale',
  'crop',
  'min',
  'fill',
  'fillmax',
  'clamp',
  'facearea',
] as const;

/** Words that no build without a model of objects can follow are read too, so that the chain goes on. */
export const CROP_WORDS = [
  'top',
  'bottom',
  'left',
  'right',
  'center',
  'faces',
  'focalpoint',
  'entropy',
  'edges',
  'auto',
] as const;

/** Ratios beyond these cannot be told from a line. */
const WIDEST = LONGEST_SIDE;

/** A face of one pixel fills no more of the longest picture than this. */
const MOST_FACEPAD = LONGEST_SIDE;

const FILTERS: Readonly<Record<string, Filter>> = {
  lanczos2: 'lanczos2',
  lanczos3: 'lanczos3',
  lanczos: 'lanczos3',
  photo: 'lanczos3',
  sharp: 'lanczos3',
  bicubic: 'bicubic',
  cubic: 'bicubic',
  'catmull-rom': 'bicubic',
  mitchell: 'mitchell',
  graphic: 'mitchell',
  soft: 'mitchell',
  bilinear: 'bilinear',
  linear: 'bilinear',
  nearest: 'nearest',
  pixel: 'nearest',
};

const QUARTERS: Readonly<Record<string, Orientation>> = { '90': 6, '180': 3, '270': 8 };

const limit = (doc: string, alias: string) =>
  integer(1, LONGEST_SIDE, { doc, aliases: [alias], note: 'Needs fit=crop and the other side.' });

export const SIZE_PARAMS = {
  w: side({ doc: 'Width of the output, in CSS pixels or as a share.', aliases: ['width'] }),
  h: side({ doc: 'Height of the output, in CSS pixels or as a share.', aliases: ['height'] }),
  fit: param<FitValue>({
    doc: 'How the picture meets the box; facearea may be followed by the fit to use without a face.',
    aliases: ['f'],
    values: FIT_WORDS.join(', '),
    fallback: 'clip',
    read: readFit,
  }),
  crop: words(CROP_WORDS, {
    doc: 'Which part stays with fit=crop: the first of the words that can be followed.',
    fallback: 'center',
  }),
  ar: param<number>({
    doc: 'Ratio of width to height, for fit=crop and fit=fill with at most one side given.',
    values: 'W:H, WxH, W,H or a number',
    read: readRatio,
  }),
  dpr: param<number>({
    doc: 'Device pixels per CSS pixel; multiplies w and h and every other length.',
    values: 'a number above 0 and up to 5',
    fallback: '1',
    read: (text) => {
      const value = decimal(text);
      const expected = 'a number above 0 and up to 5';
      if (value === undefined || value <= 0) return { expected };
      // Below this no side keeps a pixel.
      return value > 5 ? { value: 5, expected } : { value: Math.max(value, 1 / LONGEST_SIDE) };
    },
  }),
  rect: param<Rect>({
    doc: 'A part of the source that is cut out before anything is resized.',
    values: 'x,y,w,h in pixels or shares; x also left, center, right, y also top, middle, bottom',
    read: readRect,
  }),
  'min-w': limit('Least width where only the height is given.', 'min-width'),
  'max-w': limit('Greatest width where only the height is given.', 'max-width'),
  'min-h': limit('Least height where only the width is given.', 'min-height'),
  'max-h': limit('Greatest height where only the width is given.', 'max-height'),
  'fp-x': real(0, 1, { doc: 'Focal point, from the left edge (0) to the right.', fallback: '0.5' }),
  'fp-y': real(0, 1, { doc: 'Focal point, from the top edge (0) to the bottom.', fallback: '0.5' }),
  'fp-z': real(1, 100, {
    doc: 'Zoom on the focal point; 2 shows half of each side.',
    fallback: '1',
  }),
  'fp-debug': flag({ doc: 'Draws cross-hairs at the focal point.' }),
  faceindex: integer(1, MOST_FACES, {
    doc: 'Which face fit=facearea shows, and crop=faces where not all fit; 1 is the largest.',
    fallback: 'all faces',
  }),
  facepad: param<number>({
    doc: 'Room around the faces of fit=facearea, as a factor of their size.',
    values: `a number above 0 and up to ${MOST_FACEPAD}`,
    fallback: '1',
    read: (text) => {
      const value = decimal(text);
      const expected = `a number above 0 and up to ${MOST_FACEPAD}`;
      if (value === undefined || !(value > 0)) return { expected };
      return value > MOST_FACEPAD ? { value: MOST_FACEPAD, expected } : { value };
    },
  }),
  'resize-filter': choiceOf(FILTERS, {
    doc: 'The filter that resamples.',
    fallback: 'lanczos2',
  }),
  orient: param<0 | Orientation>({
    doc: 'Takes the place of the EXIF orientation; 0 ignores it, 90, 180 and 270 turn clockwise.',
    aliases: ['or'],
    values: '0 to 8, 90, 180, 270',
    fallback: 'the EXIF tag',
    read: (text) =>
      /^[0-8]$/.test(text)
        ? { value: Number(text) as 0 | Orientation }
        : Object.hasOwn(QUARTERS, text)
          ? { value: QUARTERS[text]! }
          : { expected: '0 to 8, 90, 180 or 270' },
  }),
  flip: choice(['h', 'v', 'hv'], { doc: 'Mirrors left-right, top-bottom or both.' }),
  rot: param<number>({
    doc: 'Turns the picture inside its frame, degrees counter-clockwise.',
    values: 'a number, taken modulo 360',
    fallback: '0',
    read: (text) => {
      const value = decimal(text);
      if (value === undefined || !Number.isFinite(value))
        return { expected: 'a number of degrees' };
      return { value: (((value % 360) + 360) % 360) + 0 };
    },
  }),
  'rot-type': choice(['straighten', 'pivot'], {
    doc: 'Whether rot zooms until no corner is empty, or shows the whole picture.',
    aliases: ['rottype', 'rott'],
    fallback: 'straighten',
  }),
  trim: choice(['auto', 'color', 'alpha', 'colorunlessalpha'], {
    doc: 'Takes off a border: a uniform one, one of a color, or a clear one.',
  }),
  'trim-color': color({
    doc: 'The color that trim takes off.',
    aliases: ['trimcolor'],
    fallback: 'the color of the upper left pixel',
  }),
  'trim-tol': real(0, 510, {
    doc: 'How far a color (distance in RGBA levels) or an alpha may be from the trimmed one.',
    aliases: ['trimtol'],
    fallback: '0',
  }),
  'trim-md': real(0, 255, {
    doc: 'Mean difference between lines of one border, for trim=auto.',
    aliases: ['trimmd'],
    fallback: '11',
  }),
  'trim-sd': real(0, 255, {
    doc: 'Standard deviation within a line of the border, for trim=auto.',
    aliases: ['trimsd'],
    fallback: '10',
  }),
  'trim-alpha': real(0, 255, { doc: 'The alpha that trim=alpha takes off.', fallback: '0' }),
  'trim-pad': integer(-200, 200, {
    doc: 'Pixels of the source left around what trim keeps.',
    aliases: ['trimpad'],
    fallback: '0',
  }),
  'pdf-annotation': flag({
    doc: 'Draws the annotations of a PDF page: notes, marks, stamps; fields of forms are not drawn here.',
    aliases: ['annotation'],
    fallback: 'true',
  }),
  page: integer(1, 100_000, {
    doc: 'Page of a PDF or a TIFF, counted from 1; the last where there are fewer.',
    fallback: '1',
    note: 'A PDF is drawn where the npm package @hyzyla/pdfium stands beside the server, and delivered as it is elsewhere.',
  }),
} satisfies ParamTable;

function readFit(text: string): { value?: FitValue; expected?: string } {
  const expected = `one of ${FIT_WORDS.join(', ')}`;
  const [first = '', ...rest] = text.split(',');
  if (first === 'facearea') return { value: { otherwise: rest.find(isPlainFit) ?? 'clip' } };
  return isPlainFit(text) ? { value: text } : { expected };
}

function isPlainFit(word: string): word is Exclude<FitWord, 'facearea'> {
  return word !== 'facearea' && FIT_WORDS.some((known) => known === word);
}

function readRatio(text: string): { value?: number; expected?: string } {
  const expected = 'a ratio W:H of numbers above 0';
  const [width, height, ...rest] = text.split(/[:x,]/).map(decimal);
  if (width === undefined || rest.length > 0) return { expected };
  const ratio = /[:x,]/.test(text) ? width / (height ?? 0) : width;
  if (!(ratio > 0) || !(width > 0) || !Number.isFinite(ratio)) return { expected };
  return { value: Math.min(WIDEST, Math.max(1 / WIDEST, ratio)) };
}

function choiceOf(
  table: Readonly<Record<string, Filter>>,
  row: { readonly doc: string; readonly fallback: string },
) {
  const names = Object.keys(table).join(', ');
  return param<Filter>({
    values: names,
    ...row,
    read: (text) =>
      Object.hasOwn(table, text) ? { value: table[text]! } : { expected: `one of ${names}` },
  });
}
