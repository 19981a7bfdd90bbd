import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { gifColors, gifFrames, withClearedBoxes } from '../containers/animation/gif-frames.ts';
import { type GifPart, gifOf } from './pictures.suite.ts';

const WHOLE: GifPart = { left: 0, top: 0, width: 8, height: 6 };
const BOX: GifPart = { left: 4, top: 2, width: 2, height: 2 };

/** Alpha of a pixel in every frame, as sharp composes them. */
async function alphas(gif: Uint8Array, x: number, y: number): Promise<number[]> {
  const pages = gifFrames(gif)!.frames.length;
  const data = await sharp(gif, { pages: -1 }).ensureAlpha().raw().toBuffer();
  return Array.from({ length: pages }, (_, page) => data[((page * 6 + y) * 8 + x) * 4 + 3]!);
}

describe('withClearedBoxes', () => {
  test.each<[string, GifPart[], number[]]>([
    [
      'all, cleared for a box',
      [
        { ...WHOLE, disposal: 2 },
        { ...BOX, clear: true },
      ],
      [255, 0],
    ],
    [
      'a box, cleared on all',
      [
        { ...WHOLE, clear: true },
        { ...BOX, disposal: 2 },
      ],
      [255, 255],
    ],
    [
      'all twice, cleared both times',
      [
        { ...WHOLE, disposal: 2 },
        { ...WHOLE, disposal: 2 },
        { ...BOX, clear: true },
      ],
      [255, 255, 0],
    ],
  ])('%s', async (_name, parts, expected) => {
    const gif = withClearedBoxes(gifOf(8, 6, parts));
    expect(await alphas(gif, 0, 0)).toEqual(expected);
    expect((await alphas(gif, 4, 2))[0]).toBe(255);
  });

  test.each<[string, GifPart[]]>([
    ['no frame has a clear color', [{ ...WHOLE, disposal: 2 }, BOX]],
    ['no frame is cleared', [WHOLE, { ...BOX, clear: true }]],
    ['the cleared frame has one', [{ ...WHOLE, disposal: 2, clear: true }, BOX]],
  ])('as it is where %s', (_name, parts) => {
    const gif = gifOf(8, 6, parts);
    expect(withClearedBoxes(gif)).toBe(gif);
  });
});

describe('gifColors', () => {
  test('of the tables that are used, unless they are too many', () => {
    const gif = gifOf(8, 6, [WHOLE]);
    expect(gifColors(gif, 4)).toEqual([0xffffff, 0xdc1e1e, 0x14c8f0, 0x000000]);
    expect(gifColors(gif, 3)).toBeUndefined();
    expect(gifColors(new Uint8Array(30), 4)).toBeUndefined();
  });

  test('are none that a table is filled up with', () => {
    const five = [0x0000ff, 0x00ff00, 0xff0000, 0x00ffff, 0xff00ff];
    expect(gifColors(gifOf(8, 6, [WHOLE], five), 32)).toEqual(five);
    const black = [...five, 0x111111, 0x222222, 0];
    expect(gifColors(gifOf(8, 6, [WHOLE], black), 32)).toEqual(black);
  });
});

test('a full table has no room for a clear color, and its frames stay as they are', () => {
  const colors = Array.from({ length: 256 }, (_, i) => (i << 16) | ((255 - i) << 8) | 40);
  const parts = [
    { ...WHOLE, disposal: 2 },
    { ...BOX, clear: true },
  ];
  const full = gifOf(8, 6, parts, colors);
  expect(withClearedBoxes(full)).toEqual(full);
  const room = gifOf(8, 6, parts, colors.slice(0, 128));
  expect(withClearedBoxes(room)).not.toEqual(room);
});
