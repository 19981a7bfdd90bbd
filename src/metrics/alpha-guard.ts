/**
 * Alpha guard: how far a picture with transparency has moved on the grounds that it
 * may be shown on.
 *
 * SSIMULACRA 2 looks at one ground at a time and forgives a few strong errors in a
 * small picture. A logo or an icon is looked at on pages of any color, and its edges are
 * all there is to see. The guard holds such pictures to a bound that does not depend on
 * the target.
 *
 * - Every pixel is compared over black and over white; the error over any ground
 *   between lies between the two.
 * - Only drawings are guarded: pictures in which at least `EQUAL` of the visible
 *   neighbours are equal, side by side or one above the other. Photographs have next to
 *   none, and their texture hides errors. A picture with photographs in it, as a screenshot in a
 *   frame with clear corners, is left to the metric too: `TEXTURED` of what is seen is enough.
 * - The result is the largest error and the mean error, in levels of 8-bit sRGB, and the largest
 *   error of alpha where there was nothing or nothing to see through.
 *
 * Only stills with at least one pixel that is not solid are guarded. Pure.
 */
import type { Raster } from '../image/raster.ts';

/** Share of equal neighbours from which a picture is a drawing. */
const EQUAL = 0.2;

/** Share of the seen pixels in tiles with texture from which a picture is no drawing. */
const TEXTURED = 0.15;

/** Side of a tile, in pixels. */
const TILE = 16;

/** A tile has texture where fewer of its neighbours are equal than this share, */
const TEXTURE_EQUAL = 0.05;

/** and its pixels differ from the mean of their two neighbours by more than this on average, in levels. */
const TEXTURE_ROUGHNESS = 3;

/** Largest error of a pixel, in levels. */
export const MOST_ERROR = 24;

/** Mean error of all pixels, in levels. */
export const MOST_MEAN_ERROR = 0.5;

export interface AlphaDeviation {
  readonly most: number;
  readonly mean: number;
  /** Largest difference of alpha among pixels that were clear or solid, in levels. */
  readonly alpha: number;
}

export class AlphaGuard {
  #reference: Raster | undefined;

  setReference(reference: Raster): void {
    const { channels, data, pages } = reference;
    const guarded = channels === 4 && pages === 1 && !isSolid(data) && isDrawing(reference);
    this.#reference = guarded ? reference : undefined;
  }

  /** The errors of a candidate of the same size; undefined where the reference is not guarded. */
  deviation(candidate: Raster): AlphaDeviation | undefined {
    if (this.#reference === undefined) return undefined;
    const { data } = this.#reference;
    const { channels, data: shown } = candidate;
    let [most, onBlack, onWhite, thinned] = [0, 0, 0, 0];
    for (let i = 0, j = 0; i < data.length; i += 4, j += channels) {
      const alpha = data[i + 3]!;
      const other = channels === 4 ? shown[j + 3]! : 255;
      if (alpha === 0 || alpha === 255) thinned = Math.max(thinned, Math.abs(other - alpha));
      for (let c = 0; c < 3; c++) {
        const black = (data[i + c]! * alpha - shown[j + c]! * other) / 255;
        const white = black + other - alpha;
        onBlack += Math.abs(black);
        onWhite += Math.abs(white);
        most = Math.max(most, Math.abs(black), Math.abs(white));
      }
    }
    const mean = (Math.max(onBlack, onWhite) * 4) / (3 * data.length);
    return { most, mean, alpha: thinned };
  }
}

function isSolid(data: Uint8Array): boolean {
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return false;
  return true;
}

/** Whether enough neighbours are equal, and few tiles have texture. */
function isDrawing(raster: Raster): boolean {
  const { width, height } = raster;
  let [equal, pairs, seen, textured] = [0, 0, 0, 0];
  for (let top = 0; top < height; top += TILE) {
    for (let left = 0; left < width; left += TILE) {
      const tile = look(raster, left, top);
      equal += tile.equal;
      pairs += tile.pairs;
      seen += tile.seen;
      const rough = tile.roughness > TEXTURE_ROUGHNESS * tile.seen;
      if (rough && tile.equal < TEXTURE_EQUAL * tile.pairs) textured += tile.seen;
    }
  }
  return equal >= EQUAL * pairs && textured < TEXTURED * seen;
}

/** What a tile is made of: pixels that are seen, pairs of them, equal pairs, and the sum of their roughness. */
function look({ width, height, data }: Raster, left: number, top: number) {
  const found = { seen: 0, pairs: 0, equal: 0, roughness: 0 };
  const row = width * 4;
  for (let y = top; y < Math.min(top + TILE, height); y++) {
    for (let x = left; x < Math.min(left + TILE, width); x++) {
      const i = y * row + x * 4;
      if (data[i + 3] === 0) continue;
      found.seen++;
      const between = (data[i - 3]! + data[i + 5]!) / 2;
      if (x > 0 && x < width - 1) found.roughness += Math.abs(data[i + 1]! - between);
      for (const j of [i - 4, i - row]) {
        if (x === 0 || y === 0 || data[j + 3] === 0) continue;
        found.pairs++;
        if (isSame(data, i, j)) found.equal++;
      }
    }
  }
  return found;
}

function isSame(data: Uint8Array, i: number, j: number): boolean {
  for (let c = 0; c < 4; c++) if (data[i + c] !== data[j + c]) return false;
  return true;
}
