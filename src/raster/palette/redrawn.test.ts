import { describe, expect, test } from 'vitest';
import { still } from '../pixels.ts';
import { colorsUpTo, redrawn } from './redrawn.ts';

const picture = still(
  3,
  2,
  4,
  Uint8Array.from(
    [
      [250, 0, 0, 255],
      [250, 0, 0, 255],
      [10, 10, 10, 255],
      [0, 0, 0, 0],
      [0, 0, 200, 120],
      [250, 0, 0, 255],
    ].flat(),
  ),
);

describe('colorsUpTo', () => {
  test('are those of the picture, the most frequent first', () => {
    expect([...colorsUpTo(picture, 4)!]).toEqual([0xff0000fa, 0xff0a0a0a, 0, 0x78c80000]);
  });

  test('are none where there are more', () => {
    expect(colorsUpTo(picture, 3)).toBeUndefined();
  });
});

test('redrawn shows each pixel in the nearest color of its kind', () => {
  const { data } = redrawn(picture, Uint32Array.of(0, 0xff000080, 0xff0000ff, 0x80ff0000));
  expect([...data]).toEqual(
    [
      [255, 0, 0, 255],
      [255, 0, 0, 255],
      [128, 0, 0, 255],
      [0, 0, 0, 0],
      [0, 0, 255, 128],
      [255, 0, 0, 255],
    ].flat(),
  );
});
