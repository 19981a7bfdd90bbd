import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Face } from '../image/face.ts';
import { sourceInfo } from '../image/source-info.suite.ts';
import type { Orientation } from '../image/source-info.ts';
import type { Instruction } from './program.ts';
import { smallCopy } from './small-copy.ts';
import { facesAfter } from './source-view.ts';

/** A face of 100 × 120 at (200, 100) of an upright source. */
const face: Face = {
  confidence: 0.9,
  bounds: { left: 200, top: 100, width: 100, height: 120 },
  leftEye: { x: 225, y: 140, width: 20 },
  rightEye: { x: 275, y: 140, width: 24 },
  mouth: { x: 250, y: 195 },
};

function seenAfter(instructions: readonly Instruction[]) {
  const [seen] = facesAfter([face], sourceInfo({ width: 800, height: 600 }), instructions);
  return seen;
}

const box = (seen: Face | undefined) =>
  seen && Object.values(seen.bounds).map((value) => Math.round(value * 100) / 100);

describe('faces behind instructions', () => {
  test.each<[string, readonly Instruction[], number[] | undefined, string]>([
    ['none', [], [200, 100, 100, 120], 'as found'],
    [
      'a window',
      [{ kind: 'extract', left: 150, top: 50, width: 400, height: 400 }],
      [50, 50, 100, 120],
      'moved',
    ],
    [
      'a window through it',
      [{ kind: 'extract', left: 220, top: 0, width: 400, height: 400 }],
      [0, 100, 80, 120],
      'cut to the picture',
    ],
    [
      'a window with a third of it',
      [{ kind: 'extract', left: 270, top: 0, width: 400, height: 400 }],
      undefined,
      'no face of the picture any more',
    ],
    [
      'a window beside it',
      [{ kind: 'extract', left: 400, top: 0, width: 400, height: 400 }],
      undefined,
      'outside',
    ],
    [
      'half the size',
      [{ kind: 'scale', filter: 'lanczos3', width: 400, height: 300 }],
      [100, 50, 50, 60],
      'scaled',
    ],
    [
      'a stretch',
      [{ kind: 'scale', filter: 'lanczos3', width: 400, height: 600 }],
      [100, 100, 50, 120],
      'each side by its own factor',
    ],
    [
      'a mirror',
      [{ kind: 'orient', turn: 0, mirror: true, width: 800, height: 600 }],
      [500, 100, 100, 120],
      'from the other side',
    ],
    [
      'a turn right',
      [{ kind: 'orient', turn: 90, mirror: false, width: 600, height: 800 }],
      [380, 200, 120, 100],
      'the top is at the right',
    ],
    [
      'half a turn',
      [{ kind: 'orient', turn: 180, mirror: false, width: 800, height: 600 }],
      [500, 380, 100, 120],
      'from the far corner',
    ],
    [
      'a turn left',
      [{ kind: 'orient', turn: 270, mirror: false, width: 600, height: 800 }],
      [100, 500, 120, 100],
      'the top is at the left',
    ],
    [
      'a frame',
      [
        {
          kind: 'extend',
          sides: { left: 30, top: 40, right: 0, bottom: 0 },
          fill: { kind: 'edge' },
          width: 830,
          height: 640,
        },
      ],
      [230, 140, 100, 120],
      'moved in',
    ],
    [
      'a quarter left about the middle',
      [{ kind: 'rotate', degrees: 90, zoom: 1, fill: { kind: 'edge' }, width: 600, height: 800 }],
      [100, 500, 120, 100],
      'as the turn left',
    ],
    [
      'a blur',
      [{ kind: 'blur', sigma: 3, width: 800, height: 600 }],
      [200, 100, 100, 120],
      'moves nothing',
    ],
  ])('%s: %j is %j (%s)', (_name, instructions, expected) => {
    expect(box(seenAfter(instructions))).toEqual(expected);
  });

  test('a mirror makes the left eye the right one', () => {
    const seen = seenAfter([{ kind: 'orient', turn: 0, mirror: true, width: 800, height: 600 }]);
    expect(seen?.leftEye).toEqual({ x: 525, y: 140, width: 24 });
    expect(seen?.rightEye).toEqual({ x: 575, y: 140, width: 20 });
  });

  test('the turn that a source asks for brings them back to where they were found', () => {
    const orientations = fc.integer({ min: 1, max: 8 });
    fc.assert(
      fc.property(orientations, (orientation) => {
        const info = sourceInfo({
          ...{ width: 640, height: 480 },
          orientation: orientation as Orientation,
        });
        const { instructions } = smallCopy(info, 10_000);
        expect(facesAfter([face], info, instructions)).toEqual([face]);
      }),
    );
  });
});
