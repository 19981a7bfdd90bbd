import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outputName, stemsOf } from './output-names.ts';

const stems = (...names: string[]) => Object.fromEntries(stemsOf(names).stems);

describe('names of results', () => {
  test.each([
    // pictures                          stems                                      why
    [['a.jpg', 'sub/b.png'], ['a', 'sub/b'], 'the extension goes, the folder stays'],
    [['a.png', 'a.jpg'], ['a.png', 'a.jpg'], 'two of one name keep their whole names'],
    [['a.png', 'b/a.jpg'], ['a', 'b/a'], 'not in different folders'],
    [['A.png', 'a.jpg'], ['A.png', 'a.jpg'], 'some file systems take these for one'],
    [['a.png', 'a.jpg', 'a.png.gif'], ['a.png', 'a.jpg', 'a.png.gif'], 'a whole name may collide'],
    [['A.png', 'a.png'], ['A.png', 'a.png~2'], 'whole names that are told apart by case alone'],
    [
      ['a\u0301.png', '\u00e1.jpg'],
      ['a\u0301.png', '\u00e1.jpg'],
      'one letter, spelled in two ways',
    ],
    [['.jpg', 'sub/.png'], ['.jpg', 'sub/.png'], 'nothing but an extension'],
    [['a.b/c', 'photo'], ['a.b/c', 'photo'], 'a dot in the name of a folder is none of the file'],
  ])('%j are %j (%s)', (names, expected) => {
    expect(Object.values(stems(...names))).toEqual(expected);
  });

  test('the width stands before the extension', () => {
    expect(outputName('sub/photo', 'avif', 800)).toBe('sub/photo-800.avif');
    expect(outputName('sub/photo', 'avif')).toBe('sub/photo.avif');
  });

  test('no two pictures have one name, on a file system without case either', () => {
    const part = fc.constantFrom('a', 'A', 'b', '.png', '.jpg', '~2', '/', 'a.png');
    const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 12 }), (names) => {
        const made = [...stemsOf(names).stems.values()].map((stem) => stem.toLowerCase());
        expect(new Set(made).size).toBe(names.length);
      }),
    );
  });
});
