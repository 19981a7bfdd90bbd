import { describe, expect, test } from 'vitest';
import { TAPS, WEIGHTS } from './ssimulacra2-constants.ts';
import { type ErrorSums, levelsOf, mapsOf, SUMS, scoreOf, scoresOf } from './ssimulacra2-score.ts';

describe('the constants', () => {
  test('there are 108 weights, and the taps of the blur sum to one', () => {
    expect(WEIGHTS.length).toBe(108);
    expect(TAPS[0]! + 2 * TAPS.slice(1).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });
});

describe('levelsOf', () => {
  test.each([
    ['128x128', 6, '4x4', 'six levels'],
    ['113x113', 6, '4x4', 'the smallest with six'],
    ['112x112', 5, '7x7', 'the last may be under 8: the level before is asked'],
    ['8x8', 2, '4x4', 'the smallest at all'],
    ['7x100', 0, '', 'too small for the definition'],
    ['511x383', 6, '16x12', 'odd sides round up'],
  ])('%s has %i levels down to %s (%s)', (size, count, last) => {
    const [width, height] = size.split('x').map(Number) as [number, number];
    const levels = levelsOf({ width, height });
    const end = levels.at(-1);
    expect([levels.length, end ? `${end.width}x${end.height}` : '']).toEqual([count, last]);
  });

  test('tiles cover the same 64 x 64 pixels at every level down to 1:16', () => {
    for (const { columns, rows } of levelsOf({ width: 517, height: 190 }).slice(0, 5)) {
      expect([columns, rows]).toEqual([9, 3]);
    }
  });
});

describe('mapsOf', () => {
  test('with six levels eleven cells carry weight, luma alone at full size', () => {
    const cells = [0, 1, 2].map((plane) => [0, 1, 2, 3, 4, 5].map((l) => mapsOf(plane, l, 6)));
    expect(cells).toEqual([
      [0, 1, 3, 3, 2, 0],
      [5, 5, 1, 3, 3, 0],
      [0, 0, 0, 3, 7, 0],
    ]);
  });
});

describe('scoreOf', () => {
  test('is 100 without error and never rises with more of it', () => {
    expect(scoreOf(0)).toBe(100);
    let before = 100;
    for (let w = 0.5; w < 400; w += 0.5) {
      const score = scoreOf(w);
      expect(score).toBeLessThanOrEqual(before);
      before = score;
    }
  });
});

describe('scoresOf', () => {
  /** Errors in luma at 1:1 alone, one value per tile of 64 x 64. */
  function sums(errors: readonly (readonly number[])[]): ErrorSums {
    const [columns, rows] = [errors[0]!.length, errors.length];
    const levels = levelsOf({ width: columns * 64, height: rows * 64 });
    const cell = new Float64Array(columns * rows * SUMS);
    errors.flat().forEach((error, tile) => {
      cell.fill(error * 4096, tile * SUMS, tile * SUMS + 3);
      cell.fill(error ** 4 * 4096, tile * SUMS + 3, tile * SUMS + 6);
    });
    return { levels, cell: (plane, at) => (plane === 1 && at === 0 ? cell : undefined) };
  }

  test('even damage is as bad everywhere as on the whole', () => {
    const { score, worst } = scoresOf(
      sums([
        [0.1, 0.1, 0.1],
        [0.1, 0.1, 0.1],
      ]),
    );
    expect(score).toBeLessThan(95);
    expect(worst).toBeCloseTo(score, 9);
  });

  test('calm tiles raise the score of the whole and not that of the worst', () => {
    const calm = [0, 0, 0, 0, 0, 0, 0, 0];
    const bad = [0, 0, 0, 0.4, 0.4, 0, 0, 0];
    const small = scoresOf(
      sums([
        [0.4, 0.4],
        [0.4, 0.4],
      ]),
    );
    const large = scoresOf(sums([calm, bad, bad, calm, calm, calm]));
    expect(large.score).toBeGreaterThan(small.score + 10);
    expect(large.worst).toBeCloseTo(small.worst, 9);
  });

  test('more error in any tile never raises the worst', () => {
    const base = [
      [0.1, 0.2, 0],
      [0, 0.3, 0],
      [0, 0, 0.1],
    ];
    const { worst } = scoresOf(sums(base));
    for (let row = 0; row < 3; row++) {
      for (let column = 0; column < 3; column++) {
        const more = base.map((line) => [...line]);
        more[row]![column]! += 0.2;
        expect(scoresOf(sums(more)).worst).toBeLessThanOrEqual(worst);
      }
    }
  });
});
