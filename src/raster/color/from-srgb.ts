/**
 * From sRGB: a color of a request as levels of the space that a picture is kept in (docs/spec/color.md 5.4).
 *
 * Pure.
 */
import { apply, inverse, product } from '../../base/chromaticity.ts';
import type { Color } from '../../base/color.ts';
import { srgbToLinear } from '../../image/srgb-curve.ts';
import { matrixProfile } from '../../metadata/matrix-profile.ts';
import { type RgbSpace, srgbSpace } from './to-adobe-rgb.ts';

/** What turns colors of sRGB to the nearest levels of a space. Colors that it does not have are clipped. */
export function fromSrgb({ toXyz, curves }: RgbSpace): (color: Color) => Color {
  const matrix = product(inverse(toXyz)!, srgbSpace().toXyz);
  const [toRed, toGreen, toBlue] = curves.map(levelOf) as [Level, Level, Level];
  return ({ red, green, blue, alpha }) => {
    const light = (value: number) => srgbToLinear(value / 255);
    const [r, g, b] = apply(matrix, [light(red), light(green), light(blue)]);
    return { red: toRed(r), green: toGreen(g), blue: toBlue(b), alpha };
  };
}

/** The same for the space of a profile; undefined for one of tables. */
export function fromSrgbTo(icc: Uint8Array): ((color: Color) => Color) | undefined {
  const space = matrixProfile(icc);
  return space && fromSrgb(space);
}

type Level = (light: number) => number;

/** The level whose light is nearest, on the scale of the levels; of a curve that never falls. */
function levelOf(curve: ArrayLike<number>): Level {
  return (light) => {
    let above = 0;
    while (above < 255 && curve[above]! < light) above++;
    if (above === 0 || curve[above]! < light) return above;
    const [low, high] = [curve[above - 1]!, curve[above]!];
    return high === low ? above : Math.round(above - (high - light) / (high - low));
  };
}
