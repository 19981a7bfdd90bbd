/**
 * YUV: frames between RGB and the planes that video codecs take: BT.709,
 * limited range, chroma of 2 x 2 pixels in one sample (I420).
 *
 * A chroma sample is the mean of its four pixels and stands in their middle,
 * which is where browsers take it from when they show the video; on the way back
 * it is read between its neighbours, as they do.
 *
 * Pure. Sides are even.
 */
import type { Size } from '../base/size.ts';
import type { Raster } from '../image/raster.ts';

/** Luma of red and of blue (ITU-R BT.709-6, 3.2). */
const KR = 0.2126;
const KB = 0.0722;
const KG = 1 - KR - KB;

/** Levels from black to white, and from no color to the strongest (ITU-R BT.709-6, 4.5). */
const LUMA = 219;
const CHROMA = 224;

/** Bits behind the point in whole-number arithmetic. */
const BITS = 16;
const ONE = 1 << BITS;

const fixed = (value: number) => Math.round(value * ONE);

/** Luma from R, G, B of 0..255. */
const Y = [KR, KG, KB].map((share) => fixed((share * LUMA) / 255)) as [number, number, number];
/** Blue difference and red difference from the same, over the sum of four pixels. */
const U = [-KR, -KG, 1 - KB].map((share) => fixed((share * CHROMA) / (2 * (1 - KB) * 255 * 4))) as [
  number,
  number,
  number,
];
const V = [1 - KR, -KG, -KB].map((share) => fixed((share * CHROMA) / (2 * (1 - KR) * 255 * 4))) as [
  number,
  number,
  number,
];

/** Bytes of a frame in planes. */
export function planeBytes({ width, height }: Size): number {
  return (width * height * 3) / 2;
}

/**
 * One frame in planes: luma, blue difference, red difference.
 *
 * @param raster RGB, both sides even
 * @param planes where they go, of `planeBytes`
 */
export function toPlanes(
  { width, height, data }: Raster,
  planes = new Uint8Array(planeBytes({ width, height })),
): Uint8Array {
  const half = width / 2;
  const atU = width * height;
  const atV = atU + half * (height / 2);
  const black = (16 << BITS) + ONE / 2;
  const grey = (128 << BITS) + ONE / 2;
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let dy = 0; dy < 2; dy++) {
        let at = ((y + dy) * width + x) * 3;
        let to = (y + dy) * width + x;
        for (let dx = 0; dx < 2; dx++, at += 3, to++) {
          const r = data[at]!;
          const g = data[at + 1]!;
          const b = data[at + 2]!;
          planes[to] = (Y[0] * r + Y[1] * g + Y[2] * b + black) >> BITS;
          red += r;
          green += g;
          blue += b;
        }
      }
      const to = (y / 2) * half + x / 2;
      planes[atU + to] = (U[0] * red + U[1] * green + U[2] * blue + grey) >> BITS;
      planes[atV + to] = (V[0] * red + V[1] * green + V[2] * blue + grey) >> BITS;
    }
  }
  return planes;
}

/** What adding a color difference does to red, green and blue, for a level of luma of 255/219. */
const GAIN = 255 / LUMA;
const RED_V = (2 * (1 - KR) * 255) / CHROMA;
const BLUE_U = (2 * (1 - KB) * 255) / CHROMA;
const GREEN_U = (-BLUE_U * KB) / KG;
const GREEN_V = (-RED_V * KR) / KG;

/** The RGB of a frame in planes, three bytes a pixel, as a browser shows it. */
export function fromPlanes(planes: Uint8Array, { width, height }: Size): Uint8Array {
  const data = new Uint8ClampedArray(width * height * 3);
  const u = upright(planes.subarray(width * height), width / 2, height / 2);
  const v = upright(planes.subarray((width * height * 5) / 4), width / 2, height / 2);
  for (let y = 0, at = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++, to += 3) {
      const luma = (planes[at]! - 16) * GAIN;
      const du = u(x, y) - 128;
      const dv = v(x, y) - 128;
      data[to] = luma + RED_V * dv;
      data[to + 1] = luma + GREEN_U * du + GREEN_V * dv;
      data[to + 2] = luma + BLUE_U * du;
    }
  }
  return new Uint8Array(data.buffer);
}

/** A plane of half the size, read at the pixels of the whole: nine, three, three and one parts of sixteen. */
function upright(plane: Uint8Array, width: number, height: number) {
  return (x: number, y: number): number => {
    const column = x >> 1;
    const row = y >> 1;
    const side = Math.min(width - 1, Math.max(0, column + ((x & 1) * 2 - 1)));
    const other = Math.min(height - 1, Math.max(0, row + ((y & 1) * 2 - 1)));
    const near = plane[row * width + column]! * 3 + plane[row * width + side]!;
    const far = plane[other * width + column]! * 3 + plane[other * width + side]!;
    return (near * 3 + far) / 16;
  };
}
