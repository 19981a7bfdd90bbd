import { describe, expect, test } from 'vitest';
import type { Eye } from '../image/face.ts';
import { sourceInfo } from '../image/source-info.suite.ts';
import { eyeCopy, smallCopy } from './small-copy.ts';

const INFO = sourceInfo({ width: 800, height: 600 });
const TURN = { kind: 'orient', turn: 90, mirror: false };

describe('a small copy', () => {
  test.each<[string, Partial<typeof INFO>, number, object[]]>([
    [
      'of a large picture',
      {},
      200,
      [{ kind: 'scale', filter: 'lanczos3', width: 200, height: 150 }],
    ],
    ['of a small one', {}, 800, []],
    [
      'upright',
      { orientation: 6 },
      200,
      [
        { ...TURN, width: 600, height: 800 },
        { kind: 'scale', filter: 'lanczos3', width: 150, height: 200 },
      ],
    ],
  ])('%s', (_, fields, side, instructions) => {
    expect(smallCopy({ ...INFO, ...fields }, side)).toEqual({
      ...{ instructions, frames: { first: 0, count: 1 }, color: 'srgb' },
    });
  });

  test.each([
    [0, 0],
    [2, 2],
    [9, 4],
  ])('of page %i of five is of page %i', (page, first) => {
    const film = { ...INFO, format: 'gif' as const, pages: 5 };
    expect(smallCopy(film, 200, page).frames).toEqual({ first, count: 1 });
  });
});

describe('a copy around eyes', () => {
  const eye = (x: number, y: number, width = 10): Eye => ({ x, y, width });

  test.each<[string, Eye[], number, [number, number, number, number]]>([
    // what, eyes, reach, region
    ['one', [eye(100, 200)], 2, [80, 180, 40, 40]],
    ['to whole pixels', [eye(100.5, 200.4, 3)], 1, [97, 197, 7, 7]],
    ['two', [eye(100, 200), eye(160, 220, 20)], 1, [90, 190, 90, 50]],
    ['each by its own width', [eye(100, 200, 40), eye(160, 220)], 1, [60, 160, 110, 80]],
    ['at the left and above', [eye(5, 8)], 2, [0, 0, 25, 28]],
    ['at the right and below', [eye(790, 595)], 2, [770, 575, 30, 25]],
    ['half beside', [eye(-15, 300)], 2, [0, 280, 5, 40]],
    ['the last pixel', [eye(819, 619)], 2, [799, 599, 1, 1]],
  ])('%s', (_, eyes, reach, [left, top, width, height]) => {
    const region = { left, top, width, height };
    expect(eyeCopy(INFO, eyes, reach)).toEqual({
      ...{ region, scale: 1, frames: { first: 0, count: 1 }, color: 'srgb' },
      instructions: [{ kind: 'extract', ...region }],
    });
  });

  test.each<[string, Eye[]]>([
    ['none', []],
    ['one beside the picture', [eye(820, 300)]],
    ['one before it', [eye(-20, 300)]],
    ['one above it', [eye(300, -20)]],
    ['one below it', [eye(300, 620)]],
  ])('there is none for %s', (_, eyes) => {
    expect(eyeCopy(INFO, eyes, 2)).toBeUndefined();
  });

  test('is of the upright picture', () => {
    const copy = eyeCopy({ ...INFO, orientation: 6 }, [eye(590, 700)], 2);
    expect(copy?.region).toEqual({ left: 570, top: 680, width: 30, height: 40 });
    expect(copy?.instructions).toEqual([
      { ...TURN, width: 600, height: 800 },
      { kind: 'extract', ...copy!.region },
    ]);
  });

  test.each([
    [4000, 4000, 1],
    [8000, 8000, 0.5],
    [16_000, 4000, 0.5],
  ])('of %i x %i pixels is as large as it may be: %d of them', (width, height, scale) => {
    const large = sourceInfo({ width, height });
    const copy = eyeCopy(large, [eye(width / 2, height / 2, width)], 1)!;
    expect(copy.scale).toBe(scale);
    expect(copy.region).toEqual({ left: 0, top: 0, width, height });
    const smaller = {
      kind: 'scale',
      filter: 'lanczos3',
      width: width * scale,
      height: height * scale,
    };
    expect(copy.instructions.slice(1)).toEqual(scale < 1 ? [smaller] : []);
  });
});
