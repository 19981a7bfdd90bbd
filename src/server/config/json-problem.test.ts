import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findJsonProblem } from './json-problem.ts';

const parses = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
const TWICE = 'this key stands twice in one object';

describe('the first problem of a JSON text', () => {
  test.each([
    // text                          place  reason
    ['{ "a": 1,\n  "b": 2,\n}', '3:1', 'expected a key in double quotes'],
    ['{ "a": 1\n  "b": 2 }', '2:3', 'expected a comma or }'],
    ['[1 2]', '1:4', 'expected a comma or ]'],
    ['{ a: 1 }', '1:3', 'expected a key in double quotes'],
    ['{ "a" 1 }', '1:7', 'expected a colon after the key'],
    ['{ "a": }', '1:8', 'expected a value'],
    ['{ "a": tru }', '1:8', 'expected a value'],
    ['{ "a": 01 }', '1:9', 'expected a comma or }'],
    ['{ "a": "b\n" }', '1:8', 'expected a string that ends on this line, with known escapes'],
    ['{ "a": 1 } x', '1:12', 'expected nothing more after the value'],
    ['{ "a": [1', '1:10', 'the file ends too early: expected a comma or ]'],
    ['', '1:1', 'the file ends too early: expected a value'],
    ['{ "a": 1, "b": { "a": 2 }, "a": 3 }', '1:28', TWICE],
    ['{ "a": 1, "\\u0061": 3 }', '1:11', TWICE],
    ['{ "a": 1, "a": 2, "b": \\ }', '1:24', 'expected a value'],
  ])('of %j is at %s: %s', (text, place, reason) => {
    const found = findJsonProblem(text);
    expect([`${found?.line}:${found?.column}`, found?.reason]).toEqual([place, reason]);
  });

  test('is there where JSON.parse fails, and else only for keys that stand twice', () => {
    const mutated = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '}', ']', '"', '\\', ' ', '0', '-', 'e'))
      .map(([text, at, insert]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + insert + text.slice(place + 1);
      });
    fc.assert(
      fc.property(fc.oneof(mutated, fc.json(), fc.string()), (text) => {
        const found = findJsonProblem(text);
        expect(parses(text)).toBe(found === undefined || found.reason === TWICE);
      }),
      { numRuns: 2000 },
    );
  });

  test('is found however deep the text is nested', () => {
    expect(findJsonProblem('['.repeat(100_000))?.column).toBe(100_001);
  });
});
