/**
 * Readers: the grammars of the options' values.
 *
 * A reading with both a value and an expectation was understood in a spelling
 * that the service does not document.
 *
 * Source of the rules: docs/spec/imageoptim.md 2 and 3.
 */
import type { Color } from '../../../base/color.ts';
import { type Reading, unsigned } from '../../params.ts';

/** Width and perhaps height of a box, in CSS pixels. */
export interface SizeOption {
  readonly width: number;
  readonly height?: number;
}

/** What a crop keeps. */
export type CropAt =
  | { readonly kind: 'side'; readonly side: 'centre' | 'top' | 'bottom' | 'left' | 'right' }
  | { readonly kind: 'auto' }
  /** Shares of the uncropped picture, 0..1. */
  | { readonly kind: 'point'; readonly x: number; readonly y: number };

export type Preset = 'low' | 'medium' | 'high' | 'lossless';
export type FormatWord = 'png' | 'jpeg' | 'webm' | 'h264' | 'same' | 'webp' | 'avif' | 'gif';

/**
 * Formats beyond the documented list. Off: the service answers 400 for them
 * and negotiates on GET instead, which serves every client at least as well.
 */
const EXTENSIONS = false;

/** Longest side that may be asked for, in CSS pixels (the clients check the same). */
export const MAX_SIDE = 10_000;

/** Seconds of work when the URL does not say, and the most it may ask for. */
export const DEFAULT_TIMEOUT = 30;
export const MAX_TIMEOUT = 120;

export function readBox(text: string): Reading<SizeOption> {
  const expected = `a width or a box such as 300x200, each from 1 to ${MAX_SIDE}`;
  const [, width, height] = /^(\d+)(?:x(\d+))?$/.exec(text) ?? [];
  const sides = [width, height].filter((side) => side !== undefined).map(Number);
  if (sides.length === 0 || sides.some((side) => side < 1 || side > MAX_SIDE)) return { expected };
  const [w, h] = sides as [number, number?];
  return { value: h === undefined ? { width: w } : { width: w, height: h } };
}

export function readDensity(text: string): Reading<number> {
  const value = /^\d+(\.\d+)?x$/.test(text) ? Number(text.slice(0, -1)) : Number.NaN;
  return value >= 0.1 && value <= 10 ? { value } : { expected: 'a density from 0.1x to 10x' };
}

/** The empty text is the bare word `crop`. */
export function readCrop(text: string): Reading<CropAt> {
  switch (text) {
    case '':
      return { value: { kind: 'side', side: 'centre' } };
    case 'top':
    case 'bottom':
    case 'left':
    case 'right':
      return { value: { kind: 'side', side: text } };
    case 'auto':
      return { value: { kind: 'auto' } };
    default:
      return readPoint(text);
  }
}

/** Shares 0..1; whole percents, which one client sends, are understood as well. */
function readPoint(text: string): Reading<CropAt> {
  const expected = 'auto, top, bottom, left, right or two fractions from 0 to 1 such as 0.5x0.2';
  const [x, y, ...rest] = text.split('x').map(unsigned);
  if (x === undefined || y === undefined || rest.length > 0) return { expected };
  if (x <= 1 && y <= 1) return { value: { kind: 'point', x, y } };
  if (x > 100 || y > 100) return { expected };
  return {
    value: { kind: 'point', x: x / 100, y: y / 100 },
    expected: 'two fractions from 0 to 1 (percents are divided by 100)',
  };
}

export function readColor(text: string): Reading<Color> {
  const hex = text.replace(/^(#|%23)/, '');
  if (!/^([0-9a-f]{3}|[0-9a-f]{6})$/i.test(hex)) return { expected: '3 or 6 hexadecimal digits' };
  const long = hex.length === 6 ? hex : hex.replace(/./g, '$&$&');
  const [red, green, blue] = [0, 2, 4].map((at) => Number.parseInt(long.slice(at, at + 2), 16));
  return { value: { red: red ?? 0, green: green ?? 0, blue: blue ?? 0, alpha: 1 } };
}

export function readFormat(text: string): Reading<FormatWord> {
  switch (text) {
    case 'png':
    case 'jpeg':
    case 'webm':
    case 'h264':
      return { value: text };
    case 'jpg':
      return { value: 'jpeg', expected: 'png, jpeg, webm or h264 (jpg is read as jpeg)' };
    case 'same':
      return { value: text, expected: 'png, jpeg, webm or h264 (same keeps the source format)' };
    case 'webp':
    case 'avif':
    case 'gif':
      if (EXTENSIONS) return { value: text };
  }
  return { expected: 'png, jpeg, webm or h264' };
}

export function readTimeout(text: string): Reading<number> {
  const value = /^(\d+(\.\d+)?|\.\d+)$/.test(text) ? Number(text) : 0;
  if (value <= 0) return { expected: 'a number of seconds above 0' };
  return value <= MAX_TIMEOUT
    ? { value }
    : { value: MAX_TIMEOUT, expected: `at most ${MAX_TIMEOUT} seconds` };
}
