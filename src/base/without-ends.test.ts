import fc from 'fast-check';
import { expect, test } from 'vitest';
import { before, withoutEnd, withoutStart } from './without-ends.ts';

const text = fc.string({ unit: fc.constantFrom('/', '-', 'a', '.') });

test('both ends are as a pattern would leave them', () => {
  fc.assert(
    fc.property(text, (given) => {
      expect(withoutEnd(given, '/-')).toBe(given.replace(/[/-]+$/, ''));
      expect(withoutStart(given, '/.')).toBe(given.replace(/^[/.]+/, ''));
      expect(before(given, '-')).toBe(given.split('-', 1)[0]);
    }),
  );
});

test('a million of them are no trouble', () => {
  expect(withoutEnd(`${'/'.repeat(1_000_000)}a`, '/').length).toBe(1_000_001);
});
