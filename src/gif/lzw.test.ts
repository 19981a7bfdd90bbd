import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compressBlank, compressLzw, type LzwPixels } from './lzw.ts';

/** What a reader makes of the data: written from the specification, without a look at the writer. */
function decompress(data: Uint8Array, most: number): number[] {
  const size = data[0]!;
  const bytes: number[] = [];
  let at = 1;
  for (; data[at] !== 0; at += data[at]! + 1)
    bytes.push(...data.subarray(at + 1, at + 1 + data[at]!));
  expect(at).toBe(data.length - 1);
  const clear = 1 << size;
  const out: number[] = [];
  let strings: number[][] = [];
  let bits = size + 1;
  let last: number[] | undefined;
  for (let bit = 0; ; ) {
    let code = 0;
    for (let i = 0; i < bits; i++, bit++) code |= ((bytes[bit >> 3]! >> (bit & 7)) & 1) << i;
    if (code === clear) {
      strings = Array.from({ length: clear + 2 }, (_, i) => [i]);
      bits = size + 1;
      last = undefined;
      continue;
    }
    if (code === clear + 1) break;
    if (last !== undefined && strings.length < 4096) {
      strings.push([...last, (strings[code] ?? last)[0]!]);
    }
    const string = strings[code];
    if (string === undefined) throw new Error(`no string for code ${code}`);
    out.push(...string);
    if (out.length > most) throw new Error('more pixels than there are');
    if (strings.length === 1 << bits && bits < 12) bits++;
    last = string;
  }
  return out;
}

function pixels(symbols: readonly number[], free: readonly number[] = [], clear = -1): LzwPixels {
  const may = symbols.map((_, i) => free[i] ?? 0);
  return { symbols: Uint8Array.from(symbols), free: Uint8Array.from(may), clear };
}

function accepted(drawn: readonly number[], { symbols, free, clear }: LzwPixels): boolean {
  if (drawn.length !== symbols.length) return false;
  return drawn.every((symbol, i) => symbol === symbols[i] || (free[i] === 1 && symbol === clear));
}

describe('compressLzw', () => {
  const noise = (length: number, colors: number) =>
    Array.from({ length }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) >>> 9) % colors);

  test.each([
    ['one pixel', [3]],
    ['one color, longer than any string', Array.from({ length: 30_000 }, () => 7)],
    ['noise of 256 colors, which fills the dictionary again and again', noise(40_000, 256)],
    ['noise of two colors', noise(20_000, 2)],
    ['an even area behind noise', [...noise(9000, 200), ...Array.from({ length: 9000 }, () => 1)]],
  ])('%s is read back', (_name, symbols) => {
    expect(decompress(compressLzw(pixels(symbols)), symbols.length)).toEqual(symbols);
  });

  test.each(Array.from({ length: 12 }, (_, i) => 250 + i))(
    'the end behind %i pixels is read',
    (length) => {
      const symbols = noise(length, 4);
      expect(decompress(compressLzw(pixels(symbols)), length)).toEqual(symbols);
    },
  );

  test.each([1, 2, 3, 7, 100, 4095, 8_378_369, 8_400_000])('%i blank pixels', (length) => {
    const blank = decompress(compressBlank(length), length);
    expect([blank.length, blank.every((symbol) => symbol === 0)]).toEqual([length, true]);
  });

  test('free pixels are as they were or clear', () => {
    const symbol = fc.integer({ min: 0, max: 5 });
    const some = fc.array(fc.tuple(symbol, fc.integer({ min: 0, max: 1 })), {
      minLength: 1,
      maxLength: 300,
    });
    fc.assert(
      fc.property(some, (made) => {
        const given = pixels(
          made.map(([s]) => s),
          made.map(([, free]) => free),
          6,
        );
        expect(accepted(decompress(compressLzw(given), made.length), given)).toBe(true);
      }),
    );
  });

  test('free pixels take fewer bytes than pixels without a choice', () => {
    const symbols = noise(5000, 16);
    const free = symbols.map((_, i) => (i % 50 < 45 ? 1 : 0));
    const bound = compressLzw(pixels(symbols)).length;
    expect(compressLzw(pixels(symbols, free, 16)).length).toBeLessThan(bound / 2);
  });
});
