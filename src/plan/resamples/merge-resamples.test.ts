import { describe, expect, test } from 'vitest';
import type { Filter } from '../op.ts';
import type { Instruction } from '../program.ts';
import { mergeResamples } from './merge-resamples.ts';

const scale = (width: number, height: number, filter: Filter = 'lanczos3'): Instruction => ({
  ...{ kind: 'scale', filter, width, height },
});
const extract = (left: number, top: number, width: number, height: number): Instruction => ({
  ...{ kind: 'extract', left, top, width, height },
});
const blur: Instruction = { kind: 'blur', sigma: 2, width: 100, height: 80 };

describe('mergeResamples', () => {
  test.each<[string, Instruction[], Instruction[]]>([
    [
      'the last size by the filter that was asked for first',
      [scale(100, 80, 'nearest'), scale(50, 40, 'mitchell')],
      [scale(50, 40, 'nearest')],
    ],
    [
      'three in a row',
      [scale(100, 80, 'bicubic'), scale(50, 40), scale(20, 16)],
      [scale(20, 16, 'bicubic')],
    ],
    [
      'a window between two scales moves behind them, to scale',
      [scale(100, 80, 'bilinear'), extract(20, 30, 40, 40), scale(20, 20)],
      [scale(50, 40, 'bilinear'), extract(10, 15, 20, 20)],
    ],
    [
      'with another factor across than down',
      [scale(100, 80), extract(20, 30, 40, 40), scale(20, 10)],
      [scale(50, 20), extract(10, 8, 20, 10)],
    ],
    [
      'and the other way round',
      [scale(80, 100), extract(30, 20, 40, 40), scale(10, 20)],
      [scale(20, 50), extract(8, 10, 10, 20)],
    ],
    [
      'at the far edge it stays inside the smaller picture',
      [scale(101, 81), extract(61, 41, 40, 40), scale(13, 13)],
      [scale(33, 26), extract(20, 13, 13, 13)],
    ],
    ['windows add up', [extract(10, 20, 50, 40), extract(5, 6, 20, 10)], [extract(15, 26, 20, 10)]],
    [
      'what stands between keeps scales apart',
      [scale(100, 80), blur, scale(50, 40)],
      [scale(100, 80), blur, scale(50, 40)],
    ],
    [
      'a window before the first scale stays there',
      [extract(1, 2, 50, 40), scale(25, 20)],
      [extract(1, 2, 50, 40), scale(25, 20)],
    ],
  ])('%s', (_, given, merged) => {
    expect(mergeResamples(given)).toEqual(merged);
  });
});
