/**
 * Content: features of a raster that predict how well it compresses.
 *
 * Photographs have noise: neighbours differ. Graphics have runs of one color,
 * few colors, or saturated edges that 4:2:0 smears. The features decide which
 * encodings are tried, never which one wins; with a metric the search corrects
 * them, without one (mode `instant`) they avoid the worst mistakes.
 *
 * Rows are sampled, so the cost is bounded; a picture's colors are counted
 * over all pixels, because one missed color would make a palette lossy.
 */
import type { Raster } from '../../image/raster.ts';
import { isOpaque } from '../../raster/pixels.ts';

export interface Content {
  readonly kind: 'photo' | 'graphic';
  /** Share of pixels equal to their left neighbour, 0..1. */
  readonly repeatedShare: number;
  /** Different colors in the whole raster; absent above 256. */
  readonly colors?: number | undefined;
  /**
   * Bits per pixel that keeping every pixel takes before repetition is used: the
   * entropy of what the Paeth predictor misses, green taken from red and blue. Lossless
   * WebP needs 0.9 of it for photographs, 0.6 for graphics, 0.1 for a smooth gradient.
   */
  readonly residualEntropy: number;
  /**
   * Fine texture and noise: the mean, over 8 x 8 blocks, of the logarithm of what is left of
   * a pixel after its row and its column are taken away. Flat areas have -0.7, most
   * photographs 0.5 to 2, grass and gravel 3.
   */
  readonly texture: number;
  /** Share of 8 x 8 blocks with strong contrast, 0..1. */
  readonly highContrast: number;
  /** Share of 8 x 8 blocks with low contrast: skin, sky, what is out of focus; 0..1. */
  readonly lowContrast: number;
  /** Share of 2 x 2 blocks whose color, not brightness, changes strongly, 0..1. */
  readonly chromaEdges: number;
  /** Some pixel is not opaque. */
  readonly hasAlpha: boolean;
}

const SAMPLED_ROWS = 64;

/** Rows of blocks that are sampled. */
const SAMPLED_BLOCK_ROWS = 24;

/** Added to a block's residue before its logarithm, so that a flat block has one. */
const LEAST_RESIDUE = 0.5;

/** Side of the blocks whose activity is measured, in pixels. */
const BLOCK = 8;

/** Standard deviation of the green values from which a block has high contrast, in levels. */
const HIGH_CONTRAST = 16;

/** Range of that standard deviation in which a block has low contrast, in levels. */
const LOW_CONTRAST = { from: 1, to: 8 } as const;

/** Share of repeated pixels above which a picture is a graphic. Photographs stay under 0.2. */
const GRAPHIC_FROM = 0.4;

/**
 * Difference of a chroma value (-128..127) inside a block that 4:2:0 visibly smears, in thousandths: whole numbers, so
 * that a difference of just so much is one wherever it lies.
 */
const STRONG_CHROMA = 48_000;

/**
 * The features of a raster; of an animation, those of its first frame. Each is found when it is
 * first asked for: a quality that was named needs none of them.
 */
export function contentOf(raster: Raster): Content {
  const repeated = once(() => repeatedShare(raster));
  // Only stills are written with a palette of theirs.
  const colors = once(() => (raster.pages > 1 ? undefined : countColors(raster, 256)));
  const entropy = once(() => residualEntropy(raster));
  const blocks = once(() => activity(raster));
  const chroma = once(() => chromaEdgeShare(raster));
  const clear = once(() => !isOpaque(raster));
  return {
    get kind() {
      return repeated() > GRAPHIC_FROM ? 'graphic' : 'photo';
    },
    get repeatedShare() {
      return repeated();
    },
    get colors() {
      return colors();
    },
    get residualEntropy() {
      return entropy();
    },
    get texture() {
      return blocks().texture;
    },
    get highContrast() {
      return blocks().highContrast;
    },
    get lowContrast() {
      return blocks().lowContrast;
    },
    get chromaEdges() {
      return chroma();
    },
    get hasAlpha() {
      return clear();
    },
  };
}

/** What a function gives, found at its first call. */
function once<T>(find: () => T): () => T {
  let found: { readonly value: T } | undefined;
  return () => {
    found ??= { value: find() };
    return found.value;
  };
}

function repeatedShare({ data, width, height, channels }: Raster): number {
  const step = Math.max(1, Math.floor(height / SAMPLED_ROWS));
  let same = 0;
  let seen = 0;
  for (let y = 0; y < height; y += step) {
    let i = y * width * channels;
    for (let x = 1; x < width; x++) {
      const p = i;
      i += channels;
      if (
        data[i] === data[p] &&
        data[i + 1] === data[p + 1] &&
        data[i + 2] === data[p + 2] &&
        (channels === 3 || data[i + 3] === data[p + 3])
      ) {
        same++;
      }
    }
    seen += width - 1;
  }
  return seen === 0 ? 0 : same / seen;
}

/** Colors in a raster, alpha included; undefined past `limit`. A photograph ends it within a row. */
function countColors({ data, channels }: Raster, limit: number): number | undefined {
  const seen = new Set<number>();
  let last = -1;
  for (let i = 0; i < data.length; i += channels) {
    const alpha = channels === 4 ? data[i + 3]! : 255;
    const color = ((data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!) + alpha * 0x1000000;
    if (color === last) continue;
    last = color;
    seen.add(color);
    if (seen.size > limit) return undefined;
  }
  return seen.size;
}

function residualEntropy({ data, width, height, channels }: Raster): number {
  const counts = [new Uint32Array(256), new Uint32Array(256), new Uint32Array(256)] as const;
  const step = Math.max(1, Math.floor(height / SAMPLED_ROWS));
  const row = width * channels;
  let seen = 0;
  for (let y = Math.min(step, height - 1); y < height; y += step) {
    for (let x = 1; x < width; x++) {
      const i = y * row + x * channels;
      const up = y === 0 ? i - channels : i - row;
      const green = residual(data, i + 1, channels, up + 1);
      counts[0][(residual(data, i, channels, up) - green) & 255]!++;
      counts[1][green & 255]!++;
      counts[2][(residual(data, i + 2, channels, up + 2) - green) & 255]!++;
      seen++;
    }
  }
  let bits = 0;
  for (const count of counts) {
    for (const n of count) if (n > 0) bits -= (n / seen) * Math.log2(n / seen);
  }
  return bits;
}

/** Texture, and the shares of blocks of high and of low contrast, of the green channel, over rows of blocks spread evenly. */
function activity({
  data,
  width,
  height,
  channels,
}: Raster): Pick<Content, 'texture' | 'highContrast' | 'lowContrast'> {
  const step = BLOCK * Math.max(1, Math.floor(height / (BLOCK * SAMPLED_BLOCK_ROWS)));
  let texture = 0;
  let highContrast = 0;
  let lowContrast = 0;
  let blocks = 0;
  for (let top = 0; top + BLOCK <= height; top += step) {
    for (let left = 0; left + BLOCK <= width; left += BLOCK) {
      const { deviation, residue } = blockActivity(data, (top * width + left) * channels + 1, {
        pixel: channels,
        row: width * channels,
      });
      texture += Math.log(residue + LEAST_RESIDUE);
      if (deviation > HIGH_CONTRAST) highContrast++;
      else if (deviation >= LOW_CONTRAST.from && deviation < LOW_CONTRAST.to) lowContrast++;
      blocks++;
    }
  }
  if (blocks === 0) return { texture: Math.log(LEAST_RESIDUE), highContrast: 0, lowContrast: 0 };
  return {
    texture: texture / blocks,
    highContrast: highContrast / blocks,
    lowContrast: lowContrast / blocks,
  };
}

/** Standard deviation of one block, and the mean size of what neither row nor column explain. */
function blockActivity(
  data: Uint8Array,
  start: number,
  { pixel, row }: { readonly pixel: number; readonly row: number },
): { deviation: number; residue: number } {
  let sum = 0;
  let squares = 0;
  let residue = 0;
  for (let y = 0; y < BLOCK; y++) {
    let i = start + y * row;
    for (let x = 0; x < BLOCK; x++, i += pixel) {
      const value = data[i]!;
      sum += value;
      squares += value * value;
      if (x === 0 || y === 0) continue;
      residue += Math.abs(value - data[i - pixel]! - data[i - row]! + data[i - row - pixel]!);
    }
  }
  const mean = sum / BLOCK ** 2;
  return {
    deviation: Math.sqrt(Math.max(0, squares / BLOCK ** 2 - mean * mean)),
    residue: residue / (BLOCK - 1) ** 2,
  };
}

/** What the Paeth predictor misses at byte `i`; `up` is the byte above. */
function residual(data: Uint8Array, i: number, channels: number, up: number): number {
  const left = data[i - channels]!;
  const above = data[up]!;
  const corner = data[up - channels] ?? left;
  const guess = left + above - corner;
  const a = Math.abs(guess - left);
  const b = Math.abs(guess - above);
  const c = Math.abs(guess - corner);
  return data[i]! - (a <= b && a <= c ? left : b <= c ? above : corner);
}

function chromaEdgeShare({ data, width, height, channels }: Raster): number {
  const step = Math.max(2, 2 * Math.floor(height / (2 * SAMPLED_ROWS)));
  let strong = 0;
  let blocks = 0;
  for (let y = 0; y + 1 < height; y += step) {
    const row = y * width * channels;
    const next = row + width * channels;
    for (let x = 0; x + 1 < width; x += 2) {
      const i = x * channels;
      if (
        differs(data, row + i, row + i + channels) ||
        differs(data, row + i, next + i + channels) ||
        differs(data, row + i, next + i)
      ) {
        strong++;
      }
      blocks++;
    }
  }
  return blocks === 0 ? 0 : strong / blocks;
}

/** Whether two pixels differ strongly in Cb or Cr (ITU-R BT.601). */
function differs(data: Uint8Array, a: number, b: number): boolean {
  const red = data[a]! - data[b]!;
  const green = data[a + 1]! - data[b + 1]!;
  const blue = data[a + 2]! - data[b + 2]!;
  const cb = -169 * red - 331 * green + 500 * blue;
  const cr = 500 * red - 419 * green - 81 * blue;
  return Math.abs(cb) > STRONG_CHROMA || Math.abs(cr) > STRONG_CHROMA;
}
