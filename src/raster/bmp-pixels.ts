/**
 * The pixels of a bitmap, as RGB or as RGB with straight alpha.
 *
 * Alpha that is 0 everywhere says nothing, as in browsers. What a run-length code
 * leaves out has the first color of the palette.
 */
import { type BmpHeader, rowBytes } from '../containers/bmp.ts';
import type { Raster } from '../image/raster.ts';

/**
 * @param mask where the mask of an icon begins, one bit for each pixel, which counts where the
 *   alpha of the pixels says nothing
 * @returns undefined where the file holds fewer pixels than it states; nothing is allocated then
 */
export function bmpPixels(bytes: Uint8Array, header: BmpHeader, mask?: number): Raster | undefined {
  const { width, height, runs, pixels } = header;
  const stored = runs ? bytes.length - pixels : rowBytes(header) * height;
  if (pixels + stored > bytes.length || stored < 0) return undefined;
  const alpha = hasAlpha(bytes, header);
  const clear = !alpha && mask !== undefined && mask + maskRow(width) * height <= bytes.length;
  const channels = alpha || clear ? 4 : 3;
  const data = new Uint8Array(width * height * channels);
  const target = { data, channels } as const;
  if (header.bits > 8) readDirect(bytes, header, target, alpha);
  else readIndexed(runs ? indicesOfRuns(bytes, header) : bytes, header, target, bytes);
  if (clear) readMask(bytes, header, data, mask);
  return { width, height, channels, data, pages: 1, delays: [], loop: 1 };
}

/** Whether some pixel has alpha, where there are bits for it. */
export function hasAlpha(bytes: Uint8Array, header: BmpHeader): boolean {
  const { width, height, bits, masks, pixels } = header;
  if (masks[3] === 0 || (bits !== 16 && bits !== 32)) return false;
  const row = rowBytes(header);
  const read = reader(bytes, bits);
  for (let y = 0; y < height && pixels + (y + 1) * row <= bytes.length; y++) {
    for (let x = 0; x < width; x++) {
      if ((read(pixels + y * row + (x * bits) / 8) & masks[3]) !== 0) return true;
    }
  }
  return false;
}

interface Target {
  readonly data: Uint8Array;
  readonly channels: 3 | 4;
}

function reader(bytes: Uint8Array, bits: number): (at: number) => number {
  if (bits === 16) return (at) => bytes[at]! | (bytes[at + 1]! << 8);
  if (bits === 24) return (at) => bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
  return (at) =>
    bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** Where a row of the picture is stored. */
function rowAt({ height, topDown }: BmpHeader, y: number): number {
  return topDown ? y : height - 1 - y;
}

function readDirect(
  bytes: Uint8Array,
  header: BmpHeader,
  { data, channels }: Target,
  alpha: boolean,
): void {
  const { width, height, bits, masks, pixels } = header;
  const [red, green, blue, clear] = masks.map(field);
  const read = reader(bytes, bits);
  const row = rowBytes(header);
  for (let y = 0, o = 0; y < height; y++) {
    let at = pixels + rowAt(header, y) * row;
    for (let x = 0; x < width; x++, o += channels, at += bits / 8) {
      const value = read(at);
      data[o] = red!(value);
      data[o + 1] = green!(value);
      data[o + 2] = blue!(value);
      if (channels === 4) data[o + 3] = alpha ? clear!(value) : 255;
    }
  }
}

/** The bits of a mask as 0..255. */
function field(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = (mask >>> shift) >>> 0;
  if (most === 255) return (pixel) => (pixel >>> shift) & 255;
  return (pixel) => Math.round(((((pixel & mask) >>> shift) >>> 0) * 255) / most);
}

/** @param indices the rows as they are stored, or without padding for one byte per pixel of runs */
function readIndexed(
  indices: Uint8Array,
  header: BmpHeader,
  { data, channels }: Target,
  bytes: Uint8Array,
): void {
  const { width, height, bits, palette, pixels, runs } = header;
  const row = runs ? width : rowBytes(header);
  const start = runs ? 0 : pixels;
  const most = 2 ** bits - 1;
  for (let y = 0, o = 0; y < height; y++) {
    const at = start + rowAt(header, y) * row;
    for (let x = 0; x < width; x++, o += channels) {
      const byte = indices[at + ((x * bits) >> 3)]!;
      const index = (byte >> (8 - bits - ((x * bits) & 7))) & most;
      // A color that the palette lacks is black.
      if (index < palette.colors) {
        const color = palette.at + index * palette.step;
        data[o] = bytes[color + 2] ?? 0;
        data[o + 1] = bytes[color + 1] ?? 0;
        data[o + 2] = bytes[color] ?? 0;
      }
      if (channels === 4) data[o + 3] = 255;
    }
  }
}

/** One index per pixel, in the order of the file. Ends with the file, the picture, or its end code. */
function indicesOfRuns(bytes: Uint8Array, { width, height, pixels }: BmpHeader): Uint8Array {
  const indices = new Uint8Array(width * height);
  let [x, y] = [0, 0];
  for (let at = pixels; at + 1 < bytes.length && y < height; ) {
    const [count, code] = [bytes[at]!, bytes[at + 1]!];
    at += 2;
    if (count > 0) {
      const end = Math.min(width, x + count);
      indices.fill(code, y * width + x, y * width + end);
      x = end;
    } else if (code === 0) {
      x = 0;
      y++;
    } else if (code === 1) {
      break;
    } else if (code === 2) {
      x = Math.min(width, x + (bytes[at] ?? 0));
      y += bytes[at + 1] ?? 0;
      at += 2;
    } else {
      const length = Math.min(code, width - x, bytes.length - at);
      indices.set(bytes.subarray(at, at + length), y * width + x);
      x += length;
      at += code + (code & 1);
    }
  }
  return indices;
}

function maskRow(width: number): number {
  return Math.ceil(width / 32) * 4;
}

/** Makes what the mask says clear. */
function readMask(bytes: Uint8Array, header: BmpHeader, data: Uint8Array, mask: number): void {
  const { width, height } = header;
  for (let y = 0; y < height; y++) {
    const at = mask + rowAt(header, y) * maskRow(width);
    for (let x = 0; x < width; x++) {
      if ((bytes[at + (x >> 3)]! >> (7 - (x & 7))) & 1)
        data.fill(0, (y * width + x) * 4, (y * width + x + 1) * 4);
    }
  }
}
