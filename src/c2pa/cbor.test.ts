/** CBOR: the examples of RFC 8949, and bytes that are none. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CborError, type CborSource, readCbor, writeCbor, writeTagged } from './cbor.ts';

const bytes = (hex: string) =>
  Uint8Array.from(hex.match(/../g) ?? [], (b) => Number.parseInt(b, 16));

describe('CBOR is read', () => {
  test.each([
    // RFC 8949, appendix A
    ['1903e8', 1000],
    ['1bffffffffffffffff', 18446744073709551615n],
    ['3903e7', -1000],
    ['f93c00', 1],
    ['f9c400', -4],
    ['f90001', 2 ** -24],
    ['f97c00', Number.POSITIVE_INFINITY],
    ['fa47c35000', 100000],
    ['fb3ff199999999999a', 1.1],
    ['f4', false],
    ['f6', null],
    ['f7', undefined],
    ['62c3bc', 'ü'],
    ['7f657374726561646d696e67ff', 'streaming'],
    ['5f42010243030405ff', bytes('0102030405')],
    ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
    [
      'a201020304',
      new Map([
        [1, 2],
        [3, 4],
      ]),
    ],
    [
      'bf61610161629f0203ffff',
      new Map<string, unknown>([
        ['a', 1],
        ['b', [2, 3]],
      ]),
    ],
    ['c11a514b67b0', { tag: 1, value: 1363896240 }],
  ])('%s', (hex, value) => {
    expect(readCbor(bytes(hex))).toEqual(value);
  });

  test.each([
    ['', 'nothing'],
    ['0101', 'two values'],
    ['5a00ffffff00', 'a string that ends too early'],
    ['9a7fffffff01', 'a list of more than there is'],
    ['62c328', 'text that is not UTF-8'],
    ['1c', 'a length that has no meaning'],
    ['1f', 'a number without a length'],
    ['ff', 'an end without a beginning'],
    ['7f4101ff', 'text in parts that are bytes'],
    [`${'81'.repeat(200)}01`, 'lists within lists'],
  ])('and refused where it is none: %s', (hex) => {
    expect(() => readCbor(bytes(hex))).toThrow(CborError);
  });

  test('any bytes are a value or an error of ours', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (given) => {
        try {
          readCbor(given);
        } catch (error) {
          expect(error).toBeInstanceOf(CborError);
        }
      }),
    );
  });
});

describe('CBOR is written', () => {
  test('with the shortest heads, in order, without what is undefined', () => {
    const written = writeCbor({ b: 24, a: [-1, null, true], c: undefined, d: bytes('ff') });
    expect(Buffer.from(written).toString('hex')).toBe(
      'a361621818616183 20f6f561 6441ff'.replaceAll(' ', ''),
    );
    expect(Buffer.from(writeTagged(18, [])).toString('hex')).toBe('d280');
  });

  test('so that it is read again', () => {
    const values = fc.letrec<{ value: CborSource }>((own) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.integer({ min: -(2 ** 32), max: 2 ** 32 - 1 }),
        fc.string({ unit: 'grapheme' }),
        fc.boolean(),
        fc.uint8Array({ maxLength: 300 }),
        fc.array(own('value'), { maxLength: 30 }),
      ),
    })).value;
    fc.assert(
      fc.property(values, (value) => {
        expect(readCbor(writeCbor(value))).toEqual(value);
      }),
    );
  });

  test.each([1.5, 2 ** 32, Number.NaN])('but not for %f', (number) => {
    expect(() => writeCbor(number)).toThrow(RangeError);
  });
});
