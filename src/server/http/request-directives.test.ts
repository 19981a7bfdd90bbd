import { describe, expect, test } from 'vitest';
import { requestDirectives } from './request-directives.ts';

describe('requestDirectives', () => {
  test.each<[string | undefined, boolean, number | undefined, string]>([
    [undefined, false, undefined, 'nothing'],
    ['', false, undefined, 'empty'],
    ['no-cache', false, 0, 'a reload'],
    ['No-Cache , ONLY-if-cached', true, 0, 'case and blanks'],
    ['max-age=0', false, 0, 'a browser'],
    ['max-age = "60"', false, 60, 'quotes'],
    ['max-age=60, max-age=5', false, 5, 'the smallest of two'],
    ['max-age=-1, max-age=x, max-age', false, undefined, 'what cannot be read'],
    ['max-stale=5, min-fresh=5, no-store', false, undefined, 'what is not heeded'],
    ['x-no-cache, no-cachet', false, undefined, 'other words'],
  ])('%s: stored only %s, at most %s s old (%s)', (header, storedOnly, maxAge) => {
    expect(requestDirectives(header)).toEqual({
      storedOnly,
      ...(maxAge === undefined ? {} : { maxAge }),
    });
  });
});
