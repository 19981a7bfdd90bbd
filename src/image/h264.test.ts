import { describe, expect, test } from 'vitest';
import { H264_LEVEL_NAMES, type H264Level, levelFor } from './h264.ts';

describe('levelFor', () => {
  test.each<[H264Level, number, number, H264Level, string]>([
    ['3.0', 720, 576, '3.0', '1620 macroblocks are the most of level 3.0'],
    ['3.0', 978, 720, '3.1', '62 x 45 macroblocks need level 3.1'],
    ['1.0', 176, 144, '1.0', '99 macroblocks are the most of level 1.0'],
    ['1.0', 178, 144, '1.1', 'a column more'],
    ['5.2', 64, 48, '5.2', 'what is asked for is not lowered'],
    ['3.0', 16 * 120, 16, '3.1', 'a side is bounded too: 113 macroblocks at 3.0'],
    ['1.0', 8192, 4320, '6.0', 'the largest frames'],
    ['1.0', 16384, 16384, '6.2', 'more than any level holds'],
  ])('%s for %i x %i is %s (%s)', (asked, width, height, level) => {
    expect(levelFor(asked, { width, height })).toBe(level);
  });

  test('levels are listed lowest first', () => {
    const sorted = [...H264_LEVEL_NAMES].sort((a, b) => Number(a) - Number(b));
    expect(H264_LEVEL_NAMES).toEqual(sorted);
  });
});
