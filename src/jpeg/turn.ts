/**
 * Turning: a JPEG mirrored and turned by moving its blocks and the
 * coefficients inside them, as an EXIF orientation asks.
 *
 * The cosines that a block consists of are even or odd: mirrored from left to
 * right, those of odd frequency across change their sign; with the axes
 * swapped, frequencies across and down swap too, and so do the quantisation
 * tables. No coefficient is rounded, so four quarter turns give the file's own
 * coefficients back. Blocks cannot start in the middle: a side that is mirrored
 * must be a multiple of the MCU, or the blocks at its end, which are only
 * partly picture, would come to lie at its beginning.
 *
 * Decoders round: turned pixels may lie a few levels beside the pixels of a
 * turned picture, since the transform's two passes and the enlarging of
 * chroma do not round alike in both directions.
 */
import { type Orientation, turnsSides } from '../image/source-info.ts';
import {
  BLOCK,
  type JpegCoefficients,
  type JpegComponent,
  mcuSize,
  zigzag,
} from './coefficients.ts';
import type { JpegShape } from './read.ts';

/** What shows a stored picture as its orientation says: mirrors first, then the axes swapped. */
interface Turn {
  /** Left and right change places. */
  readonly mirrorX: boolean;
  /** Top and bottom do. */
  readonly mirrorY: boolean;
  readonly swap: boolean;
}

/** By EXIF orientation 1..8: 6 shows the last stored row as the first column. */
function turnFor(orientation: Orientation): Turn {
  return {
    mirrorX: [2, 3, 7, 8].includes(orientation),
    mirrorY: [3, 4, 6, 7].includes(orientation),
    swap: turnsSides(orientation),
  };
}

/** Whether every block can be moved whole: sides that are mirrored end with an MCU. */
export function turnsWhole(picture: JpegShape, orientation: Orientation): boolean {
  const { mirrorX, mirrorY } = turnFor(orientation);
  const mcu = mcuSize(picture.components);
  return (
    (!mirrorX || picture.width % mcu.width === 0) && (!mirrorY || picture.height % mcu.height === 0)
  );
}

/**
 * The picture as the EXIF orientation 1..8 says that it is to be shown; undefined
 * where that would break blocks. The coefficients are those of the picture,
 * moved; their arrays are new.
 */
export function turnCoefficients(
  picture: JpegCoefficients,
  orientation: Orientation,
): JpegCoefficients | undefined {
  if (!turnsWhole(picture, orientation)) return undefined;
  const turn = turnFor(orientation);
  return {
    ...(turn.swap ? { width: picture.height, height: picture.width } : sizeOf(picture)),
    components: picture.components.map((component) => turnComponent(component, turn)),
  };
}

function sizeOf({ width, height }: JpegCoefficients) {
  return { width, height };
}

function turnComponent(component: JpegComponent, turn: Turn): JpegComponent {
  const { from, signs } = placesOf(turn);
  const quantisation = component.quantisation.map((_, k) => component.quantisation[from[k]!]!);
  const coefficients = turnBlocks(component, turn, from, signs);
  const { id, horizontal, vertical, blocksWide, blocksHigh } = component;
  return turn.swap
    ? {
        ...{ id, horizontal: vertical, vertical: horizontal },
        ...{ blocksWide: blocksHigh, blocksHigh: blocksWide, quantisation, coefficients },
      }
    : { id, horizontal, vertical, blocksWide, blocksHigh, quantisation, coefficients };
}

/** By place in the zigzag sequence: where its coefficient comes from, and its sign there. */
function placesOf({ mirrorX, mirrorY, swap }: Turn): { from: Uint8Array; signs: Int8Array } {
  const from = new Uint8Array(BLOCK);
  const signs = new Int8Array(BLOCK);
  for (let u = 0; u < 8; u++) {
    for (let v = 0; v < 8; v++) {
      const place = swap ? zigzag(v, u) : zigzag(u, v);
      const odd = (mirrorX && u % 2 === 1) !== (mirrorY && v % 2 === 1);
      from[place] = zigzag(u, v);
      signs[place] = odd ? -1 : 1;
    }
  }
  return { from, signs };
}

function turnBlocks(
  { blocksWide, blocksHigh, coefficients }: JpegComponent,
  { mirrorX, mirrorY, swap }: Turn,
  from: Uint8Array,
  signs: Int8Array,
): Int16Array {
  const out = new Int16Array(coefficients.length);
  const [wide, high] = swap ? [blocksHigh, blocksWide] : [blocksWide, blocksHigh];
  for (let y = 0, o = 0; y < high; y++) {
    for (let x = 0; x < wide; x++, o += BLOCK) {
      const [column, row] = swap ? [y, x] : [x, y];
      const sourceX = mirrorX ? blocksWide - 1 - column : column;
      const sourceY = mirrorY ? blocksHigh - 1 - row : row;
      const i = (sourceY * blocksWide + sourceX) * BLOCK;
      for (let k = 0; k < BLOCK; k++) out[o + k] = signs[k]! * coefficients[i + from[k]!]!;
    }
  }
  return out;
}
