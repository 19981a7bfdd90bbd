/**
 * Params: every option of the ImageOptim dialect, one row each.
 *
 * Options are words of a path segment, so a row's name is either the word
 * itself (`full`, `crop`) or the name of what a bare number means (`size`,
 * `density`). A reading with both a value and an expectation was understood
 * in a spelling that the service does not document: `read.ts` remarks on it.
 *
 * Source of the rules: docs/spec/imageoptim.md 2 and 3.
 */
import type { Color } from '../../base/color.ts';
import { choice, type Param, type ParamTable, param } from '../params.ts';
import {
  type CropAt,
  DEFAULT_TIMEOUT,
  type FormatWord,
  MAX_SIDE,
  MAX_TIMEOUT,
  readBox,
  readColor,
  readCrop,
  readDensity,
  readFormat,
  readTimeout,
  type SizeOption,
} from './params/readers.ts';

export const PARAMS = {
  full: flag('No resizing; the picture is only optimized.'),
  size: param<SizeOption>({
    values: `W or WxH, 1..${MAX_SIDE}, CSS pixels`,
    doc: 'Largest width, or width and height, of the result. Multiplied by the density.',
    read: readBox,
  }),
  density: param<number>({
    values: '1x, 2x, 3x; any number from 0.1 to 10 followed by x',
    fallback: '1x',
    doc: 'Device pixels per CSS pixel: multiplies the box and adapts the quality.',
    read: readDensity,
  }),
  'scale-down': flag('Inside the box, ratio kept, never enlarged. The default.'),
  fit: flag('Inside the box, ratio kept; small pictures are enlarged.'),
  crop: param<CropAt>({
    values: 'nothing, auto, top, bottom, left, right, or a point such as 0.333x0.2',
    fallback: 'the centre',
    doc: 'Exactly the box: scaled to cover it, the excess cut off. Needs width and height.',
    read: readCrop,
  }),
  pad: flag('Exactly the box: scaled to fit, the rest filled with bgcolor. Needs both sides.'),
  stretch: flag('Exactly the box, ratio ignored. Needs width and height.'),
  trim: choice(['border'], {
    doc: 'Removes a frame of exactly one color, before anything else.',
  }),
  bgcolor: param<Color>({
    values: '3 or 6 hexadecimal digits',
    fallback: 'FFF',
    doc: 'Color of padding, and under clear pixels where the format has none.',
    read: readColor,
  }),
  quality: choice(['low', 'medium', 'high', 'lossless'], {
    fallback: 'medium',
    doc: 'Quality of lossy formats. lossless holds only where the picture is not resized.',
  }),
  format: param<FormatWord>({
    values: 'png, jpeg, webm, h264',
    fallback: 'the best that the client accepts on GET, the family of the source on POST',
    doc: 'Format of the result.',
    note: 'webm and h264 make a video of an animation; they need ffmpeg or node-av and are answered with 501 where there is neither. A still picture is refused.',
    read: readFormat,
  }),
  timeout: param<number>({
    values: `seconds above 0, decimals allowed, at most ${MAX_TIMEOUT}`,
    fallback: `${DEFAULT_TIMEOUT}`,
    doc: 'Longest time for the work. When it runs out, the source is delivered.',
    read: readTimeout,
  }),
  meta: flag('A JSON description of the picture in place of the picture.'),
} as const satisfies ParamTable;

export type OptionName = keyof typeof PARAMS;

function flag(doc: string): Param<true> {
  return param<true>({ values: 'the word alone', doc, read: () => ({ value: true }) });
}
