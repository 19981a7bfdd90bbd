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
 *   none, and their texture hides errors.
 * - The result is the largest error and the mean error, in levels of 8-bit sRGB, and the largest
 *   error of alpha where there was nothing or nothing to see through.
 *
 * Only stills with at least one pixel that is not solid are guarded. Pure.
 */
import type { Raster } from '../image/raster.ts';

/** Share of equal neighbours from which a picture is a drawing. */
const EQUAL = 0.2;

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

/** Pairs of neighbours of which both are seen, and how many of them are equal. */
function isDrawing({ width, data }: Raster): boolean {
  let [equal, pairs] = [0, 0];
  const row = width * 4;
  for (let i = row + 4; i < data.length; i += 4) {
    if (data[i + 3] === 0) continue;
    for (const j of [i - 4, i - row]) {
      if (data[j + 3] === 0) continue;
      pairs++;
      if (isSame(data, i, j)) equal++;
    }
  }
  return equal >= EQUAL * pairs;
}

function isSame(data: Uint8Array, i: number, j: number): boolean {
  for (let c = 0; c < 4; c++) if (data[i + c] !== data[j + c]) return false;
  return true;
}
