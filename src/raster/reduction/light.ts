/**
 * Light: bytes of sRGB as linear light of 16 bits with a sign, and back.
 *
 * White is 96 per level of the encoded scale, so that the darkest levels are seven
 * units apart and a third is left above white for what a filter overshoots.
 */
import { srgbToLinear } from '../../image/srgb-curve.ts';

/** The light of white: 255 * 96. */
export const WHITE = 24_480;

/** The most light that is told apart. */
export const MOST_LIGHT = 32_767;

/** The light of each byte. */
export const LIGHT: Int32Array = Int32Array.from({ length: 256 }, (_, level) =>
  Math.round(lightOf(level) * WHITE),
);

/** The byte nearest to each light from 0 to `MOST_LIGHT`, on the encoded scale. */
export const BYTES: Uint8Array = bytesOfLight();

/** Linear light 0..1 of a level of sRGB, 0..255. */
function lightOf(level: number): number {
  return srgbToLinear(level / 255);
}

function bytesOfLight(): Uint8Array {
  const bytes = new Uint8Array(MOST_LIGHT + 1);
  let level = 0;
  for (let light = 0; light <= MOST_LIGHT; light++) {
    while (level < 255 && light >= lightOf(level + 0.5) * WHITE) level++;
    bytes[light] = level;
  }
  return bytes;
}
