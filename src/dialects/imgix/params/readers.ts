/**
 * Readers: the grammars of imgix values that several parameters share
 * (docs/spec/imgix.md 1.3, 1.6, 4.6, 7.2).
 *
 * A number outside its range is moved to the nearest end, a word that is not
 * in its list is not used; both leave a remark. A render is preferred over an
 * error.
 */
import type { Color } from '../../../base/color.ts';
import { clamp } from '../../../base/size.ts';
import type { Length } from '../../../plan/op.ts';
import { decimal, number, type Param, param } from '../../params.ts';
import { colorOf } from './colors.ts';

/** Longest side of an output, in pixels (docs/spec/imgix.md 4.6). */
export const LONGEST_SIDE = 8192;

/** Most characters of a text (docs/spec/imgix.md 7.2). */
export const LONGEST_TEXT = 2000;

/** What a row says besides its reader. */
export type Row = Omit<Parameters<typeof param<unknown>>[0], 'read'>;

/** A whole number; decimals are rounded half up, numbers out of range moved into it. */
export function integer(min: number, max: number, row: Row): Param<number> {
  return number({ min, max, round: true, outside: 'clamp', ...row });
}

/** A number, moved into its range. */
export function real(min: number, max: number, row: Row): Param<number> {
  return number({ min, max, outside: 'clamp', ...row });
}

/** `1` or `true`, `0` or `false`; anything else is as if not given (documented for `lossless`). */
export function flag(row: Row): Param<boolean> {
  return param<boolean>({
    values: '1, true, 0, false',
    fallback: 'false',
    ...row,
    read: (text) => {
      if (text === '1' || text === 'true') return { value: true };
      if (text === '0' || text === 'false') return { value: false };
      return { expected: '1, true, 0 or false' };
    },
  });
}

/**
 * A side: above 1 pixels (300.6 is 301), from there down a share of the
 * source, so that `1` is all of it.
 */
export function side(row: Row): Param<Length> {
  const expected = `pixels from 2 to ${LONGEST_SIDE}, or a share above 0 and up to 1`;
  return param<Length>({
    values: expected,
    ...row,
    read: (text) => {
      const value = decimal(text);
      if (value === undefined || value <= 0) return { expected };
      if (value <= 1) return { value: { share: value } };
      const px = clamp(Math.round(value), 2, LONGEST_SIDE);
      return value > LONGEST_SIDE ? { value: { px }, expected } : { value: { px } };
    },
  });
}

const COLOR = 'a keyword, or hexadecimal RGB, ARGB, RRGGBB or AARRGGBB';

export function color(row: Row): Param<Color> {
  return param<Color>({
    values: COLOR,
    ...row,
    read: (text) => {
      const value = colorOf(text);
      return value === undefined ? { expected: COLOR } : { value };
    },
  });
}

/** Two colors with a comma between them. */
export function colorPair(row: Row): Param<readonly [Color, Color]> {
  const expected = `two colors with a comma, each ${COLOR}`;
  return param<readonly [Color, Color]>({
    values: expected,
    ...row,
    read: (text) => {
      const [first, second, ...rest] = text.split(',').map(colorOf);
      return first && second && rest.length === 0 ? { value: [first, second] } : { expected };
    },
  });
}

/** A list of known words in the order given; words not known are left out with a remark. */
export function words<const Words extends readonly string[]>(
  known: Words,
  row: Row & { readonly anyCase?: boolean },
): Param<readonly Words[number][]> {
  const { anyCase, ...rest } = row;
  const expected = `a list of ${known.join(', ')}`;
  return param<readonly Words[number][]>({
    values: expected,
    ...rest,
    read: (text) => {
      const given = (anyCase ? text.toLowerCase() : text).split(',').map((word) => word.trim());
      const value = given.filter((word): word is Words[number] => known.includes(word));
      if (value.length === 0) return { expected };
      return value.length === given.length ? { value } : { value, expected };
    },
  });
}

/** Upper left, upper right, lower right, lower left. */
export type Corners = readonly [number, number, number, number];

/** One radius for all corners, or four, in pixels. */
export function corners(row: Row): Param<Corners> {
  const expected = 'one radius in pixels, or four with commas';
  return param<Corners>({
    values: expected,
    ...row,
    read: (text) => {
      const given = text.split(',').map(decimal);
      if (given.some((value) => value === undefined)) return { expected };
      const [a, b, c, d] = given.map((value) => clamp(Math.round(value!), 0, LONGEST_SIDE));
      if (given.length === 1) return { value: [a!, a!, a!, a!] };
      return given.length === 4 ? { value: [a!, b!, c!, d!] } : { expected };
    },
  });
}

/** Free text, kept as it is. */
export function text(row: Row): Param<string> {
  return param<string>({
    values: `text of at most ${LONGEST_TEXT} characters`,
    ...row,
    read: (value) => ({ value }),
  });
}
