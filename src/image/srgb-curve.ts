/** The curve of sRGB between values as they are stored and linear light, both from 0 to 1 (IEC 61966-2-1). */

/** Linear light of a stored value. */
export function srgbToLinear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** The stored value of linear light, which is at least 0. */
export function linearToSrgb(light: number): number {
  return light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055;
}
