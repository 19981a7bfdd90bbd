import { describe, expect, test } from 'vitest';
import type { Op, ResizeOp } from './op.ts';
import { picture } from './output.ts';
import { seriesKey } from './size-series.ts';

const resize = (fields: Partial<ResizeOp>): Op => ({
  ...{ kind: 'resize', fit: 'inside', enlarge: 'never', filter: 'lanczos3' },
  ...fields,
});
const px = (value: number) => ({ px: value });
const box = (width: number, height: number, fit: ResizeOp['fit']): Op =>
  resize({ width: px(width), height: px(height), fit });
const blur: Op = { kind: 'blur', sigma: px(4) };
const key = (ops: readonly Op[], source = 'a') =>
  seriesKey(
    {
      frames: { kind: 'all' },
      ops,
      output: picture({ formats: [], quality: { kind: 'target', score: 68 } }),
    },
    source,
  );

describe('one series', () => {
  test.each([
    // one  other  why
    [[resize({ width: px(400) })], [resize({ width: px(800) })], 'widths of a srcset'],
    [[resize({ width: px(400) })], [], 'the whole picture is one of the widths'],
    [[resize({ width: px(400) })], [resize({ width: px(400), density: 2 })], 'density is a size'],
    [[box(400, 300, 'cover')], [box(800, 600, 'cover')], 'equal ratio'],
    [[box(333, 250, 'cover')], [box(800, 600, 'cover')], 'equal ratio up to whole pixels'],
    [[box(500, 50, 'cover')], [box(333, 33, 'cover')], 'a banner, up to whole pixels'],
    [[box(400, 400, 'inside')], [box(300, 900, 'inside')], 'nothing is cut'],
    [[{ kind: 'limit', side: 8192 } as Op], [], 'a limit is a size'],
  ])('%j and %j: %s', (one, other, _why) => {
    expect(key(one)).toBe(key(other));
  });
});

describe('different series', () => {
  test.each([
    // one  other  why
    [[box(400, 300, 'cover')], [box(400, 400, 'cover')], 'another part is shown'],
    [[box(400, 300, 'cover')], [box(450, 300, 'cover')], 'a ratio of 3:2 is not one of 4:3'],
    [[box(100, 1000, 'cover')], [box(140, 1000, 'cover')], 'a column and one half as wide again'],
    [[box(400, 300, 'cover')], [box(400, 300, 'contain')], 'bars are another picture'],
    [[resize({ width: px(400) })], [resize({ width: px(400) }), blur], 'blurred'],
    [[blur], [{ ...blur, sigma: px(9) } as Op], 'blurred more'],
  ])('%j and %j: %s', (one, other, _why) => {
    expect(key(one)).not.toBe(key(other));
  });

  test('of different sources', () => {
    expect(key([])).not.toBe(key([], 'b'));
  });
});
