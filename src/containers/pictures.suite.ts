/** Generated pictures for tests of files: pixels in sharp's hands, ready to be written in any format. */
import sharp, { type Sharp } from 'sharp';

/** Red runs from 0 to 255 with x, green with y, blue is 128. */
export function card(width: number, height: number): Sharp {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) {
      data.set([(255 * (x + 0.5)) / width, (255 * (y + 0.5)) / height, 128], i);
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** One color, of 8 bits per channel. */
export function solid(width: number, height: number, [r, g, b]: readonly number[]): Sharp {
  const background = { r: r!, g: g!, b: b! };
  return sharp({ create: { width, height, channels: 3, background } });
}
