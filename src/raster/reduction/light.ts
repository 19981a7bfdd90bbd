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

/** What light the bytes of a picture stand for, and which bytes light becomes. */
export interface LightTables {
  /** The light of each byte. */
  readonly light: Int32Array;
  /** The byte nearest to each light from 0 to `MOST_LIGHT`, on its encoded scale. */
  readonly bytes: Uint8Array;
}

export const SRGB_LIGHT: LightTables = { light: LIGHT, bytes: BYTES };

/**
 * Tables of another curve, given as the light 0..1 of each level; bytes by the same curve, or those of sRGB.
 *
 * Undefined for a curve that falls somewhere or does not lead from black to white.
 */
export function lightTables(
  curve: ArrayLike<number>,
  bytes: 'same' | 'srgb',
): LightTables | undefined {
  const levels = Array.from(curve);
  const rises = levels.every((light, i) => i === 0 || light >= levels[i - 1]!);
  const [black, white] = [levels[0], levels[255]];
  const whole = black !== undefined && Math.abs(black) < 0.01 && Math.abs((white ?? 0) - 1) < 0.01;
  if (levels.length !== 256 || !rises || !whole) return undefined;
  const light = Int32Array.from(levels, (value) => Math.round(value * WHITE));
  const between = (level: number) => (levels[level]! + levels[level + 1]!) / 2;
  return { light, bytes: bytes === 'srgb' ? BYTES : bytesByHalves(between) };
}

/** Linear light 0..1 of a level of sRGB, 0..255. */
function lightOf(level: number): number {
  return srgbToLinear(level / 255);
}

function bytesOfLight(): Uint8Array {
  return bytesByHalves((level) => lightOf(level + 0.5));
}

/** @param half the light between a level and the next one */
function bytesByHalves(half: (level: number) => number): Uint8Array {
  const bytes = new Uint8Array(MOST_LIGHT + 1);
  let level = 0;
  for (let light = 0; light <= MOST_LIGHT; light++) {
    while (level < 255 && light >= half(level) * WHITE) level++;
    bytes[light] = level;
  }
  return bytes;
}
