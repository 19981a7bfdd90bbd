import { describe, expect, test } from 'vitest';
import type { Size } from '../base/size.ts';
import type { Instruction } from '../plan/program.ts';
import { solid } from '../raster/pictures.suite.ts';
import { setUpVips } from './loader-policy.ts';
import { pictureOf, rendered } from './pictures.suite.ts';

setUpVips({ concurrency: 1 });

const RED = { red: 255, green: 0, blue: 0, alpha: 1 };
const SIDES = { top: 1, right: 2, bottom: 3, left: 4 };
const around = ({ width, height }: Size) => ({ width: width + 6, height: height + 4 });

/** One instruction of every kind and variant that looks at more than its own pixel. */
const STEPS: readonly [string, (size: Size) => Instruction][] = [
  ['a small blur', (size) => ({ kind: 'blur', sigma: 0.5, ...size })],
  ['a wide blur', (size) => ({ kind: 'blur', sigma: 200, ...size })],
  [
    'sharpening',
    (size) => ({ kind: 'sharpen', sigma: 9, amount: 2, threshold: 0, channel: 'luma', ...size }),
  ],
  ['blocks', (size) => ({ kind: 'pixelate', side: 9, ...size })],
  ['dots', (size) => ({ kind: 'halftone', side: 9, ...size })],
  ['weak noise reduction', (size) => ({ kind: 'denoise', strength: 20, sharpness: 0, ...size })],
  ['strong noise reduction', (size) => ({ kind: 'denoise', strength: 100, sharpness: 0, ...size })],
  ['detail lifted', (size) => ({ kind: 'denoise', strength: -50, sharpness: 0, ...size })],
  ['diffusion', (size) => ({ kind: 'bilevel', method: 'atkinson', level: 0.5, ...size })],
  [
    'a blurred frame',
    (size) => ({
      kind: 'extend',
      sides: SIDES,
      fill: { kind: 'blur', sigma: 40 },
      ...around(size),
    }),
  ],
  [
    'its edge repeated',
    (size) => ({ kind: 'extend', sides: SIDES, fill: { kind: 'edge' }, ...around(size) }),
  ],
  [
    'a turn by 30 degrees',
    (size) => ({
      ...{ kind: 'rotate', degrees: 30, zoom: 2, fill: { kind: 'color', color: RED } },
      ...size,
    }),
  ],
  [
    'round corners',
    (size) => ({ kind: 'mask', shape: 'corners', radii: [9, 9, 9, 9], color: RED, ...size }),
  ],
  ['an ellipse', (size) => ({ kind: 'mask', shape: 'ellipse', radii: [0, 0, 0, 0], ...size })],
  [
    'a border',
    (size) => ({ kind: 'border', sides: SIDES, color: RED, radii: [5, 5, 5, 5], ...size }),
  ],
  ['a checkerboard', (size) => ({ kind: 'checker', side: 8, colors: [RED, RED], ...size })],
  ['shrinking to a pixel', () => ({ kind: 'scale', filter: 'lanczos3', width: 1, height: 1 })],
  ['enlarging', () => ({ kind: 'scale', filter: 'mitchell', width: 40, height: 30 })],
];

describe.each([
  { width: 1, height: 1 },
  { width: 2, height: 1 },
  { width: 1, height: 4 },
  { width: 4, height: 3 },
])('a picture of $width x $height', ({ width, height }) => {
  describe.each([
    ['opaque', [200, 40, 40]],
    ['clear', [200, 40, 40, 90]],
  ])('%s', (_, color) => {
    test.each(STEPS)('takes %s', async (_name, stepOf) => {
      const bytes = await pictureOf(solid(width, height, color))
        .png()
        .toBuffer();
      const step = stepOf({ width, height });
      const { raster } = await rendered(bytes, [step]);
      expect([raster.width, raster.height]).toEqual([step.width, step.height]);
    });
  });
});
