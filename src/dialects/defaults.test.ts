/** The defaults of a source are checked by name and value, in the dialects that have some. */
import { describe, expect, test } from 'vitest';
import type { Dialect } from './dialect.ts';
import { fastly } from './fastly/index.ts';
import { SETTINGS } from './fastly/settings.ts';
import { imgix } from './imgix/index.ts';

const problem = (dialect: Dialect, name: string, value: string) =>
  dialect.checkDefaults?.({ [name]: value })[0]?.message;

describe('fastly', () => {
  test.each<[string, string, string | undefined, string]>([
    ['jpeg_quality', '70', undefined, 'a setting'],
    ['jpeg_quality', '101', 'expected a whole number from 1 to 100, got "101"', 'out of range'],
    ['jpeg_type', 'sharp', 'expected one of auto, baseline, progressive, got "sharp"', 'no word'],
    ['resize_filter', 'lanczos3', undefined, 'a word of the parameter'],
    ['webp', '1', 'expected true or false, got "1"', 'no boolean'],
    ['webp_qualty', '70', 'expected the name of a setting; did you mean "webp_quality"?', 'a slip'],
    ['bogus', '1', 'expected the name of a setting', 'nothing like one'],
    ['constructor', '1', 'expected the name of a setting', 'nothing inherited'],
  ])('%s: %s gives %s (%s)', (name, value, message) => {
    expect(problem(fastly, name, value)).toBe(message);
  });

  test('every setting takes its own default', () => {
    for (const [name, { fallback }] of Object.entries(SETTINGS)) {
      expect(problem(fastly, name, String(fallback))).toBeUndefined();
    }
  });
});

describe('imgix', () => {
  test.each<[string, string, string | undefined, string]>([
    ['auto', 'format,compress', undefined, 'a parameter'],
    ['width', '240', undefined, 'an alias'],
    ['bg64', 'MDBmZjAw', undefined, 'a base64 twin'],
    ['bg64', '!', 'expected URL-safe base64 without padding', 'none'],
    ['q', '300', 'expected a whole number from 0 to 100, got "300"', 'out of range'],
    ['auto', 'format,best', expect.stringContaining('got "format,best"'), 'one word unknown'],
    ['mark', '/logo.png', undefined, 'not built: every answer warns instead'],
    ['fitt', 'crop', expect.stringContaining('expected the name'), 'too short for a hint'],
    ['crpo', 'top', 'expected the name of a parameter; did you mean "crop"?', 'a slip'],
    ['ch', 'Width', 'expected in URLs only: client hints are no default', '1.7'],
    ['s', 'ab', 'expected in URLs only: it says who calls', 'a signature is of one URL'],
  ])('%s: %s gives %s (%s)', (name, value, message) => {
    expect(problem(imgix, name, value)).toEqual(message);
  });
});
