import { describe, expect, test } from 'vitest';
import { FrameCanvas, type FramePlace } from './frame-canvas.ts';
import { still } from './pixels.ts';

const RED = [200, 0, 0, 255];
const BLUE = [0, 0, 200, 255];
const CLEAR = [0, 0, 0, 0];

const SIZE = { width: 3, height: 2 };
const WHOLE: FramePlace = { left: 0, top: 0, ...SIZE, blend: 'source', disposal: 'keep' };
const CORNER: FramePlace = { ...WHOLE, left: 1, top: 1, width: 2, height: 1 };

const frame = ({ width, height }: FramePlace, color: readonly number[]) => {
  const channels = color.length === 4 ? 4 : 3;
  const data = Uint8Array.from(Array.from({ length: width * height }, () => color).flat());
  return still(width, height, channels, data);
};

/** The pixels at the upper left and at the lower right. */
const corners = ({ data }: FrameCanvas) => [[...data.slice(0, 4)], [...data.slice(20)]];

describe('FrameCanvas', () => {
  test('is clear before the first frame', () => {
    const canvas = new FrameCanvas(SIZE);
    canvas.draw(frame(CORNER, BLUE), CORNER);
    expect(corners(canvas)).toEqual([CLEAR, BLUE]);
  });

  test.each<[FramePlace['disposal'], readonly number[], string]>([
    ['keep', BLUE, 'stays'],
    ['clear', CLEAR, 'leaves its box clear'],
    ['restore', RED, 'leaves what was there before it'],
  ])('a frame of disposal %s: %j (%s)', (disposal, seen) => {
    const canvas = new FrameCanvas(SIZE);
    canvas.draw(frame(WHOLE, RED), WHOLE);
    canvas.draw(frame(CORNER, BLUE), { ...CORNER, disposal });
    expect(corners(canvas)).toEqual([RED, BLUE]);
    const dot: FramePlace = { ...WHOLE, left: 1, width: 1, height: 1 };
    canvas.draw(frame(dot, RED), dot);
    expect(corners(canvas)).toEqual([RED, seen]);
  });

  test('behind a first frame that is to be restored it is clear', () => {
    const canvas = new FrameCanvas(SIZE);
    canvas.draw(frame(WHOLE, RED), { ...WHOLE, disposal: 'restore' });
    canvas.draw(frame(CORNER, BLUE), CORNER);
    expect(corners(canvas)).toEqual([CLEAR, BLUE]);
  });

  test('two frames in turn leave what each found', () => {
    const canvas = new FrameCanvas(SIZE);
    canvas.draw(frame(WHOLE, RED), WHOLE);
    canvas.draw(frame(WHOLE, BLUE), { ...WHOLE, disposal: 'restore' });
    canvas.draw(frame(CORNER, BLUE), { ...CORNER, disposal: 'restore' });
    canvas.draw(frame({ ...WHOLE, width: 1 }, BLUE), { ...WHOLE, width: 1 });
    expect(corners(canvas)).toEqual([BLUE, RED]);
  });

  test.each<[FramePlace['blend'], number[], number[], number[], string]>([
    ['source', [0, 0, 200, 128], RED, [0, 0, 200, 128], 'takes the place'],
    ['source', [9, 9, 9, 0], RED, [9, 9, 9, 0], 'clear pixels as well'],
    ['over', [9, 9, 9, 0], RED, RED, 'clear pixels change nothing'],
    ['over', [0, 0, 200, 255], RED, BLUE, 'opaque ones cover'],
    ['over', [0, 0, 200, 51], RED, [160, 0, 40, 255], 'a fifth of the color'],
    // Alpha 0.2 + 0.8 * 0.5 = 0.6; blue 200 * 0.2 / 0.6, red 200 * 0.4 / 0.6.
    ['over', [0, 0, 200, 51], [200, 0, 0, 127.5], [133, 0, 67, 153], 'both clear in part'],
    ['over', [0, 0, 200], RED, BLUE, 'a frame without alpha covers'],
  ])('%s with %j on %j makes %j (%s)', (blend, front, back, seen) => {
    const canvas = new FrameCanvas(SIZE);
    canvas.draw(frame(WHOLE, back), WHOLE);
    canvas.draw(frame(CORNER, front), { ...CORNER, blend });
    const found = corners(canvas)[1]!;
    for (const [i, value] of seen.entries())
      expect(Math.abs(found[i]! - value)).toBeLessThanOrEqual(1);
  });

  test('a frame that does not fit is refused', () => {
    const canvas = new FrameCanvas(SIZE);
    expect(() => canvas.draw(frame(CORNER, RED), { ...CORNER, left: 2 })).toThrow('canvas');
    expect(() => canvas.draw(frame(WHOLE, RED), CORNER)).toThrow('canvas');
  });
});
