/** Drawn text: fill, outline and shadow of a letter that is a square, against their definition. */
import { describe, expect, test } from 'vitest';
import type { TextStyle } from '../plan/composition/text-style.ts';
import { at } from '../raster/pictures.suite.ts';
import { clearCanvas, drawnText, withText } from './drawn-text.ts';
import { setUpVips } from './loader-policy.ts';

setUpVips({ concurrency: 1 });

const STYLE: TextStyle = {
  ...{ text: 'x', family: 'sans', size: 20 },
  color: { red: 250, green: 120, blue: 10, alpha: 1 },
};
const CANVAS = { width: 90, height: 80 };

/** The square letter between two places, drawn on its canvas. */
async function drawn(left: number, top: number, side: number, style: Partial<TextStyle>) {
  const [right, bottom] = [left + side, top + side];
  const path = `M${left} ${top}L${right} ${top}L${right} ${bottom}L${left} ${bottom}Z`;
  const placed = await drawnText({ path }, { ...STYLE, ...style }, CANVAS);
  return withText(clearCanvas(CANVAS), placed);
}

/** The integral of a Gaussian from minus infinity, by the formula of Abramowitz and Stegun 7.1.26. */
function normal(x: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
  const tail =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) *
    Math.exp((-x * x) / 2);
  return x < 0 ? tail / 2 : 1 - tail / 2;
}

describe('a shadow', () => {
  test.each([
    // left, top, shadow, why
    [24, 20, 4, 'near'],
    [24, 20, 8, 'far'],
    [6, 5, 8, 'from the upper corner'],
    [62, 52, 6, 'cut at the lower corner'],
  ])('of a letter at %i, %i falls %i pixels and is half as soft (%s)', async (...row) => {
    const [left, top, shadow] = row;
    const side = 18;
    const picture = await drawn(left, top, side, { shadow });
    const sigma = shadow / 2;
    const soft = (place: number, from: number) =>
      normal((place + 0.5 - from - shadow) / sigma) -
      normal((place + 0.5 - from - shadow - side) / sigma);
    for (let y = 0; y < CANVAS.height; y++) {
      for (let x = 0; x < CANVAS.width; x++) {
        const [red, , , alpha] = at(picture, x, y);
        if (x >= left && x < left + side && y >= top && y < top + side) {
          expect([red, alpha]).toEqual([250, 255]);
        } else {
          const wanted = 0.6 * 255 * soft(x, left) * soft(y, top);
          expect(Math.abs(alpha! - wanted), `${x},${y}: ${alpha}`).toBeLessThan(16);
          if (alpha! > 20) expect(red).toBeLessThan(12);
        }
      }
    }
  });
});

test('an outline lies around the letter, so far as it is wide, and under it', async () => {
  const outline = { width: 5, color: { red: 0, green: 0, blue: 255, alpha: 1 } };
  const picture = await drawn(30, 25, 20, { outline });
  expect(at(picture, 32, 27)).toEqual([250, 120, 10, 255]);
  for (const [x, y] of [
    [27, 35],
    [54, 35],
    [40, 22],
    [40, 48],
  ] as const) {
    expect(at(picture, x, y)).toEqual([0, 0, 255, 255]);
  }
  for (const [x, y] of [
    [23, 35],
    [56, 35],
    [40, 18],
    [40, 51],
  ] as const) {
    expect(at(picture, x, y)[3]).toBe(0);
  }
});

test('a shadow of an outline is as large as the outline', async () => {
  const outline = { width: 6, color: { red: 0, green: 0, blue: 255, alpha: 1 } };
  const picture = await drawn(24, 20, 18, { outline, shadow: 4 });
  // It ends at 24 + 18 + 6 + 4: half a pixel before, a Gaussian of 2 is at six tenths.
  expect(Math.abs(at(picture, 51, 32)[3]! - 0.6 * 255 * 0.6)).toBeLessThan(12);
  expect(at(picture, 58, 32)[3]!).toBeLessThan(3);
});

test('beside the canvas nothing is drawn', async () => {
  const path = 'M95 90L99 90L99 99Z';
  expect(await drawnText({ path }, STYLE, CANVAS)).toBeUndefined();
});
