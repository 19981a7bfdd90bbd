import { describe, expect, test } from 'vitest';
import { nameIndex, nearest } from './nearest.ts';

const KNOWN = nameIndex([
  ...['w', 'fit', 'crop', 'mark-align', 'resize-filter', 'jpeg_quality', 'bg-color'],
]);

describe('nearest', () => {
  test.each<[string, string | undefined, string]>([
    ['crpo', 'crop', 'two places changed'],
    ['cropp', 'crop', 'one too many'],
    ['Fit', 'fit', 'another case'],
    ['markAlign', 'mark-align', 'camel case'],
    ['resize_filter', 'resize-filter', 'an underscore'],
    ['bgcolor', 'bg-color', 'no hyphen'],
    ['jpge_qualty', 'jpeg_quality', 'two slips in a long name'],
    ['v', undefined, 'a short name is no slip for another'],
    ['fut', undefined, 'nor one of three'],
    ['utm_source', undefined, 'nothing like it'],
    ['', undefined, 'nothing'],
    ['mark-align'.repeat(9), undefined, 'no name'],
  ])('%s is near %s (%s)', (text, name) => {
    expect(nearest(text, KNOWN)).toBe(name);
  });
});
