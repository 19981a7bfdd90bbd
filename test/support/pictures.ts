/**
 * Pictures for tests that cross rooms: the committed ones of `test/pictures/`,
 * generated ones whose pixels say where they came from, and a decoder that
 * reads what the server answers.
 */
import { readFileSync } from 'node:fs';
import sharp, { type Sharp } from 'sharp';

/** Bytes of a committed picture. */
export function committed(name: string): Buffer {
  return readFileSync(new URL(`../pictures/${name}`, import.meta.url));
}

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

/** Noise in three channels, the same every time: what no codec without loss makes smaller. */
export function noise(width: number, height: number): Sharp {
  const data = new Uint8Array(width * height * 3);
  let state = 1;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    data[i] = state >>> 24;
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

export const QUADRANTS = {
  red: [220, 30, 30],
  green: [30, 180, 50],
  blue: [30, 50, 220],
  yellow: [235, 220, 40],
} as const;

/** Red, green over blue, yellow: which way is up shows in any corner. */
export function quadrants(width: number, height: number): Sharp {
  const { red, green, blue, yellow } = QUADRANTS;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) {
      const [left, right] = y < height / 2 ? [red, green] : [blue, yellow];
      data.set(x < width / 2 ? left : right, i);
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** Frames of 100 ms on a clear ground, each with a red square a tenth further right. */
export async function animation(
  width: number,
  height: number,
  frames: number,
  format: 'gif' | 'webp',
): Promise<Buffer> {
  const data = new Uint8Array(width * height * frames * 4);
  const side = Math.floor(height / 2);
  for (let frame = 0; frame < frames; frame++) {
    const left = Math.floor((frame * (width - side)) / Math.max(1, frames - 1));
    for (let y = 0; y < side; y++) {
      for (let x = left; x < left + side; x++) {
        data.set([220, 30, 30, 255], ((frame * height + y) * width + x) * 4);
      }
    }
  }
  const raw = { width, height: height * frames, channels: 4, pageHeight: height } as const;
  const delay = Array.from({ length: frames }, () => 100);
  const pictures = sharp(data, { raw });
  return format === 'gif'
    ? pictures.gif({ delay, loop: 0 }).toBuffer()
    : pictures.webp({ delay, loop: 0, lossless: true }).toBuffer();
}

export const SVG = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="80">' +
    '<rect width="60" height="80" fill="#dc1e1e"/><circle cx="90" cy="40" r="25" fill="#1e32dc"/>' +
    '</svg>',
);

/** A decoded answer. */
export interface Decoded {
  readonly format: string;
  /** Of one frame. */
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly delay: readonly number[];
  readonly hasAlpha: boolean;
  readonly orientation: number | undefined;
  /** RGBA of all frames, one below the other. */
  readonly data: Uint8Array;
}

/** What a browser would see, all frames. @throws where the bytes are no picture */
export async function decode(bytes: Uint8Array): Promise<Decoded> {
  const facts = await sharp(bytes, { animated: true }).metadata();
  const { data, info } = await sharp(bytes, { animated: true })
    .toColorspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const frames = facts.pages ?? 1;
  return {
    format: facts.format === 'heif' ? 'avif' : facts.format,
    width: info.width,
    height: facts.pageHeight ?? info.height / frames,
    frames,
    delay: facts.delay ?? [],
    hasAlpha: facts.hasAlpha ?? false,
    orientation: facts.orientation,
    data: new Uint8Array(data),
  };
}

/** RGBA at a pixel of the first frame; fractions below 1 are shares of the side. */
export function pixel({ width, height, data }: Decoded, x: number, y: number): number[] {
  const column = x < 1 ? Math.floor(x * width) : x;
  const row = y < 1 ? Math.floor(y * height) : y;
  const at = (row * width + column) * 4;
  return [...data.subarray(at, at + 4)];
}

/** Largest difference of red, green and blue. */
export function distance(a: readonly number[], b: readonly number[]): number {
  return Math.max(...[0, 1, 2].map((c) => Math.abs(a[c]! - b[c]!)));
}

/** Peak signal to noise in dB over the RGB of two pictures of one size; Infinity where equal. */
export function psnr(a: Decoded, b: Decoded): number {
  if (a.width !== b.width || a.height !== b.height || a.data.length !== b.data.length) {
    throw new Error(`expected ${a.width}x${a.height}, got ${b.width}x${b.height}`);
  }
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) {
    if (i % 4 !== 3) sum += (a.data[i]! - b.data[i]!) ** 2;
  }
  return 10 * Math.log10(255 ** 2 / (sum / (a.data.length * 0.75)));
}
