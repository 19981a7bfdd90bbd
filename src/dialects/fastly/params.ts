/**
 * Params: the query parameters of Fastly Image Optimizer
 * (docs/spec/fastly-io.md 6 and 7).
 *
 * A value outside its grammar or range is not used, and a warning says why;
 * clients send `crop=false` in production and still want their picture.
 */
import type { Color } from '../../base/color.ts';
import { H264_LEVEL_NAMES } from '../../image/h264.ts';
import type { Orientation } from '../../image/source-info.ts';
import type { Filter, Length } from '../../plan/op.ts';
import { choice, number, type Param, type ParamTable, param, type Values } from '../params.ts';
import {
  type BlackWhite,
  blackWhite,
  blurRadius,
  type ColorTrim,
  type CropWindow,
  canvasWindow,
  color,
  colorTrim,
  cropWindow,
  extent,
  type LengthSides,
  orientation,
  type PlacedArea,
  type QualityPair,
  qualityPair,
  sides,
  type Unsharp,
  unsharp,
} from './params/readers.ts';

/** Largest side of an output, in pixels (width page). */
export const LONGEST_SIDE = 8192;

export type FormatWord = (typeof FORMAT_WORDS)[number];

const FORMAT_WORDS = [
  'auto',
  'avif',
  'bjpg',
  'pjpg',
  'jpg',
  'jxl',
  'pjxl',
  'gif',
  'png',
  'png8',
  'webp',
  'webpll',
  'webply',
  'mp4',
  'svg',
] as const;

const FORMAT_ALIASES: Readonly<Record<string, FormatWord>> = {
  bjpeg: 'bjpg',
  pjpeg: 'pjpg',
  jpeg: 'jpg',
  jpegxl: 'jxl',
  pjpegxl: 'pjxl',
};

const FILTERS: Readonly<Record<string, Filter>> = {
  nearest: 'nearest',
  bilinear: 'bilinear',
  linear: 'bilinear',
  bicubic: 'bicubic',
  cubic: 'bicubic',
  lanczos2: 'lanczos2',
  lanczos3: 'lanczos3',
  lanczos: 'lanczos3',
};

export const PARAMS = {
  auto: choice(['webp', 'avif'], {
    doc: 'Delivers this format to clients that list it in Accept.',
    fallback: 'the service setting `webp`',
  }),
  'bg-color': grammar<Color>(color, 'rgb or rrggbb in hex, r,g,b or r,g,b,a', {
    doc: 'Fills padding, canvas and transparent pixels.',
    fallback: 'transparent where the output can, else white',
  }),
  blur: grammar<Length>(blurRadius, '0.5 to 1000 pixels, or a percentage like 2p', {
    doc: 'Gaussian blur of this radius; a percentage is of the larger side.',
  }),
  brightness: level('Lighter (100: white) or darker (-100: black).'),
  bw: grammar<BlackWhite>(blackWhite, 'threshold, threshold,0..100 or atkinson', {
    doc: 'Strictly black and white, by a threshold or by dithering.',
  }),
  canvas: grammar<PlacedArea>(boundedCanvas, 'width,height or a:b, then positions', {
    doc: 'Puts the picture on a canvas of this size or ratio, without scaling it.',
  }),
  contrast: level('More contrast, or less (-100: grey).'),
  crop: grammar<CropWindow>(cropWindow, 'width,height or a:b, then positions, smart, safe', {
    doc: 'Cuts out a window; smart moves one of a ratio to what matters, faces first.',
  }),
  disable: choice(['upscale'], { doc: 'Never larger than the source.' }),
  dpr: number({
    doc: 'Device pixels per CSS pixel; multiplies width and height.',
    min: 1,
    max: 10,
    outside: 'refuse',
    fallback: '1',
  }),
  enable: choice(['upscale'], { doc: 'Allows results larger than the source.' }),
  fit: choice(['bounds', 'cover', 'crop'], {
    doc: 'How the picture meets the box, when both sides are given.',
    fallback: 'the box is filled, the ratio is not kept',
  }),
  format: oneOf<FormatWord>(
    { ...Object.fromEntries(FORMAT_WORDS.map((word) => [word, word])), ...FORMAT_ALIASES },
    {
      doc: 'Format of the output.',
      fallback: 'the format of the source',
      note: 'jxl needs the npm package wasm-vips beside the server; without it, it is the best format that the client accepts. svg draws the picture as paths and needs @neplex/vectorizer; without it, the format of the source is kept. mp4 makes a video of an animation where ffmpeg or node-av is installed; a still keeps its format.',
    },
  ),
  frame: choice(['1'], { doc: 'The first frame of an animation.', fallback: 'all frames' }),
  height: size('Height'),
  level: choice(H264_LEVEL_NAMES, {
    doc: 'Constraints of an MP4: the least that a player must be able to do. Larger frames raise it.',
    fallback: '3.0; so too where profile is missing',
  }),
  metadata: grammar<ReadonlySet<string>>(metadata, 'copyright, c2pa or both', {
    doc: 'Metadata to keep, from JPEG to JPEG.',
    fallback: 'everything is dropped',
    note: 'c2pa needs the settings c2pa.certificate and c2pa.privateKey; without them it is treated as absent.',
  }),
  optimize: choice(['low', 'medium', 'high'], {
    doc: 'The smallest file that keeps the picture this close to the source.',
  }),
  orient: grammar<Orientation>(orientation, '1 to 8, r, l, h, v, hv, vh, rv, vr, lv or vl', {
    doc: 'Turns and mirrors, on top of the orientation of the source.',
    fallback: '1',
  }),
  pad: grammar<LengthSides>(boundedPad, 'one to four lengths: top, right, bottom, left', {
    doc: 'Space around the picture; ignored beside canvas.',
  }),
  precrop: grammar<CropWindow>(cropWindow, 'as crop', {
    doc: 'Cuts out a window before everything else but trim-color.',
  }),
  profile: choice(['baseline', 'main', 'high'], {
    doc: 'Features of an MP4.',
    fallback: 'baseline; so too where level is missing',
  }),
  quality: grammar<QualityPair>(qualityPair, '1 to 100, or two such numbers', {
    doc: 'Quality on the JPEG scale; the second number is for WebP by auto=webp, on its own scale.',
    fallback: 'the service settings jpeg_quality and webp_quality',
  }),
  region: param<string>({
    doc: 'Where the vendor processes the picture.',
    values: 'us_east, us_central, us_west, eu_central, eu_west, asia, australia',
    note: 'Written by every Compute SDK; every region is this server, and no picture depends on it.',
    silent: true,
    read: (value) => ({ value }),
  }),
  'resize-filter': oneOf<Filter>(FILTERS, {
    doc: 'Resampling filter.',
    fallback: 'lanczos3',
  }),
  saturation: level('More color, or less (-100: greyscale).'),
  sharpen: grammar<Unsharp>(unsharp, 'a0..10,r0.5..1000,t0..255', {
    doc: 'Unsharp mask: amount, radius in pixels, threshold.',
  }),
  trim: grammar<LengthSides>(sides, 'one to four lengths: top, right, bottom, left', {
    doc: 'Takes this much off each side.',
  }),
  'trim-color': grammar<ColorTrim>(colorTrim, 'a color or auto, then perhaps ,t0..1', {
    doc: 'Takes away a border of this color; not for GIF.',
  }),
  viewbox: choice(['1'], { doc: 'A viewBox in place of width and height, for format=svg.' }),
  width: size('Width'),
} as const satisfies ParamTable;

export type FastlyValues = Values<typeof PARAMS>;

interface Words {
  readonly doc: string;
  readonly fallback?: string;
  readonly support?: Param<unknown>['support'];
  readonly note?: string;
}

/** A parameter whose text one of the readers understands, or does not. */
function grammar<T>(
  reader: (text: string) => T | undefined,
  values: string,
  words: Words,
): Param<T> {
  return param<T>({
    values,
    ...words,
    read: (text) => {
      const value = reader(text);
      return value === undefined ? { expected: values } : { value };
    },
  });
}

/** One of a list of words, some of which mean the same. */
function oneOf<T>(words: Readonly<Record<string, T>>, row: Words): Param<T> {
  const read = (text: string) => (Object.hasOwn(words, text) ? words[text] : undefined);
  return grammar<T>(read, `one of ${Object.keys(words).join(', ')}`, row);
}

function size(side: 'Width' | 'Height'): Param<Length> {
  return grammar<Length>(extent, 'pixels from 1, a fraction below 1, or a percentage like 50p', {
    doc: `${side} of the output, at most ${LONGEST_SIDE} pixels.`,
    fallback: 'follows from the other side',
  });
}

function level(doc: string): Param<number> {
  return number({ doc, min: -100, max: 100, outside: 'refuse', fallback: '0' });
}

function metadata(text: string): ReadonlySet<string> | undefined {
  const words = text.split(',');
  return words.every((word) => word === 'copyright' || word === 'c2pa')
    ? new Set(words)
    : undefined;
}

/** Space that alone passes the largest output is not in the range. */
function boundedPad(text: string): LengthSides | undefined {
  const found = sides(text);
  return found && Object.values<Length>({ ...found }).every(withinOutput) ? found : undefined;
}

function boundedCanvas(text: string): PlacedArea | undefined {
  const found = canvasWindow(text);
  if (found?.area.kind !== 'size') return found;
  return withinOutput(found.area.width) && withinOutput(found.area.height) ? found : undefined;
}

function withinOutput(value: Length): boolean {
  return !('px' in value) || value.px <= LONGEST_SIDE;
}
