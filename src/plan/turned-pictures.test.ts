/** What holds across holds down: windows on a picture with its sides exchanged. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Region, Size } from '../base/size.ts';
import { sourceInfo } from '../image/source-info.suite.ts';
import { faceWindow } from './face-window.ts';
import { withRedEyes } from './red-eye-step.ts';
import { simplestRatio } from './smart-crop/smart-crop.ts';

const flipped = ({ left, top, width, height }: Region): Region => ({
  ...{ left: top, top: left, width: height, height: width },
});
const flippedSize = ({ width, height }: Size): Size => ({ width: height, height: width });

describe('a window on faces', () => {
  /** Without what belongs to a head, which has an above and a below: faces that fill their window. */
  const side = fc.integer({ min: 20, max: 400 });
  const cases = fc
    .tuple(side, side, fc.nat(100), fc.nat(100), fc.nat(100), fc.nat(100))
    .map(([width, height, x, y, w, h]) => {
      const face = {
        ...{ left: (x / 100) * width * 0.5, top: (y / 100) * height * 0.5 },
        width: Math.max(4, (w / 100) * width * 0.5),
        height: Math.max(4, (h / 100) * height * 0.5),
      };
      // Just as large as the face, so that no head fits.
      const size = { width: Math.ceil(face.width), height: Math.ceil(face.height) };
      return { picture: { width, height }, face, size };
    });

  test('as small as a face shows it whole, whichever way the picture lies', () => {
    fc.assert(
      fc.property(cases, ({ picture, face, size }) => {
        for (const turn of [false, true]) {
          const [f, p, s] = turn
            ? [flipped(face), flippedSize(picture), flippedSize(size)]
            : [face, picture, size];
          const window = faceWindow([f], p, s, 0);
          expect(window).toMatchObject(s);
          expect(window.left).toBeGreaterThanOrEqual(0);
          expect(window.top).toBeGreaterThanOrEqual(0);
          expect(window.left + s.width).toBeLessThanOrEqual(p.width);
          expect(window.top + s.height).toBeLessThanOrEqual(p.height);
          // Within a pixel: the window stands on whole ones.
          expect(window.left).toBeLessThanOrEqual(f.left + 1);
          expect(window.top).toBeLessThanOrEqual(f.top + 1);
          expect(window.left + s.width).toBeGreaterThanOrEqual(f.left + f.width - 1);
          expect(window.top + s.height).toBeGreaterThanOrEqual(f.top + f.height - 1);
        }
      }),
    );
  });

  const head = { left: 400, top: 100, width: 100, height: 100 };
  test.each<[string, Size, Partial<Region>]>([
    // One face of 100 at 400, 100 in 900 x 900; its head is 150 by 155, from 375, 65.
    ['a head in the middle', { width: 300, height: 300 }, { left: 300, top: 0 }],
    ['a head that just fits', { width: 150, height: 155 }, { left: 375, top: 65 }],
    [
      'a head too wide: it stands around the middle of that',
      { width: 149, height: 155 },
      { left: 376, top: 65 },
    ],
    ['a face that just fits', { width: 100, height: 100 }, { left: 400, top: 100 }],
    ['a face too high: its middle', { width: 100, height: 60 }, { left: 400, top: 120 }],
    ['a face too wide: its middle', { width: 60, height: 100 }, { left: 420, top: 100 }],
  ])('holds %s', (_, size, place) => {
    expect(faceWindow([head], { width: 900, height: 900 }, size, 0)).toEqual({ ...size, ...place });
  });

  test('moves by no more than a quarter of its side to save another face', () => {
    const picture = { width: 2000, height: 300 };
    const size = { width: 400, height: 300 };
    // Centred on the first it stands at 800; the second is cut at 1200 unless it moves by so much.
    const moved = (by: number) => {
      const other = { left: 1090, top: 100, width: 110 + by, height: 50 };
      const faces = [
        { left: 950, top: 100, width: 100, height: 100 },
        other,
        { left: 0, top: 0, width: 40, height: 40 },
      ];
      const { left } = faceWindow(faces, picture, size, 0);
      return left;
    };
    expect(moved(0)).toBe(800);
    expect(moved(20)).toBe(825);
    expect(moved(95)).toBe(900);
    expect(moved(105)).toBe(800);
  });
});

describe('red eyes', () => {
  const info = sourceInfo({ width: 800, height: 600 });
  test.each<[number, number, boolean]>([
    // an eye of radius 10, whether any of it is shown
    [-9, 300, true],
    [-10, 300, false],
    [809, 300, true],
    [810, 300, false],
    [400, -9, true],
    [400, -10, false],
    [400, 609, true],
    [400, 610, false],
  ])('at %i, %i are seen: %s', (x, y, seen) => {
    expect(withRedEyes([], [{ x, y, radius: 10 }], info)).toHaveLength(seen ? 1 : 0);
  });
});

describe('the simplest ratio of a box', () => {
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  const bounds = ({ width, height }: Size) => ({
    low: Math.max(width - 0.5, width / 2) / (height + 0.5),
    high: (width + 0.5) / Math.max(height - 0.5, height / 2),
  });

  test('has the smallest denominator between those that round to it', () => {
    const side = fc.integer({ min: 2, max: 400 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        // Bounds that are simple ratios themselves may be in or out.
        fc.pre(
          gcd(2 * width - 1, 2 * height + 1) === 1 && gcd(2 * width + 1, 2 * height - 1) === 1,
        );
        const { low, high } = bounds({ width, height });
        let found = 0;
        for (let down = 1; found === 0; down++) {
          const across = Math.floor(low * down) + 1;
          if (across / down <= high) found = across / down;
        }
        expect(simplestRatio({ width, height })).toBeCloseTo(found, 9);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    [200, 113, 16 / 9],
    [2000, 1125, 16 / 9],
    [200, 133, 3 / 2],
    [600, 400, 3 / 2],
    [400, 400, 1],
    [1, 1, 1],
    [1, 3, 1 / 2],
  ])('of %i x %i is %d', (width, height, ratio) => {
    expect(simplestRatio({ width, height })).toBeCloseTo(ratio, 9);
  });
});
