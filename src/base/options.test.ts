import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytes, duration, integer, toggle, word } from './options.ts';

const row = { env: 'X', flag: 'x', doc: '' };

describe('bytes', () => {
  test.each([
    ['512MB', 512_000_000, 'millions'],
    ['64MiB', 67_108_864, 'powers of two'],
    ['1.5 kb', 1500, 'blanks, case and a fraction'],
    ['0', 0, 'no unit is bytes'],
    [4096, 4096, 'a number is bytes'],
  ])('%s is %d (%s)', (text, value, _why) => {
    expect(bytes(row).read(text)).toEqual({ value });
  });

  test.each(['', 'MB', '-1MB', '5 XB', '1e9', null, true, Number.NaN, '9'.repeat(40)])(
    '%s is refused',
    (text) => {
      expect(bytes(row).read(text)).toHaveProperty('expected');
    },
  );
});

describe('duration', () => {
  test.each([
    ['250ms', 250],
    ['10s', 10_000],
    ['1.5m', 90_000],
    ['2H', 7_200_000],
  ])('%s is %d ms', (text, value) => {
    expect(duration(row).read(text)).toEqual({ value });
  });

  test('a number without a unit is refused: seconds and milliseconds look alike', () => {
    expect(duration(row).read('10')).toHaveProperty('expected');
    expect(duration(row).read(10)).toHaveProperty('expected');
  });
});

test('integer, toggle and word read what variables and files say', () => {
  const port = integer({ ...row, min: 0, max: 65535 });
  expect(port.read('8080')).toEqual({ value: 8080 });
  expect(port.read(8080.5)).toEqual({ expected: 'a whole number from 0 to 65535' });
  expect(port.read('70000')).toHaveProperty('expected');
  expect(toggle(row).read('OFF')).toEqual({ value: false });
  expect(toggle(row).read('perhaps')).toHaveProperty('expected');
  expect(word(['a', 'b'], row).read('c')).toEqual({ expected: 'one of a, b' });
});

test('readers take anything without throwing', () => {
  const readers = [bytes(row), duration(row), integer({ ...row, min: 0, max: 9 }), toggle(row)];
  fc.assert(
    fc.property(fc.anything(), fc.constantFrom(...readers), (value, reader) => {
      const reading = reader.read(value);
      expect('value' in reading || 'expected' in reading).toBe(true);
    }),
  );
});
