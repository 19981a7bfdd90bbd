/**
 * A JPEG file shown upright: read, turned and written, with what its look
 * depends on beside the coefficients (profile, Adobe's color marker, the
 * aspect of its pixels) and without its orientation.
 */
import { concat } from '../containers/bytes.ts';
import {
  isAdobe,
  isIcc,
  isJfif,
  type JpegSegment,
  type JpegWalk,
  walkJpeg,
} from '../containers/jpeg.ts';
import { type Orientation, turnsSides } from '../image/source-info.ts';
import { readJpeg } from './read.ts';
import { turnCoefficients, turnsWhole } from './turn.ts';
import { writeJpeg } from './write.ts';

/**
 * The file turned as the EXIF orientation 1..8 says, as one baseline scan with
 * every coefficient kept; undefined for damage, for kinds of JPEG that are not
 * read, and where the picture does not end with its blocks.
 */
export function turnJpeg(bytes: Uint8Array, orientation: Orientation): Uint8Array | undefined {
  const picture = readJpeg(bytes, { wanted: (shape) => turnsWhole(shape, orientation) });
  const turned = picture && turnCoefficients(picture, orientation);
  return turned && writeJpeg(turned, looks(walkJpeg(bytes), bytes, turnsSides(orientation)));
}

/** The segments that the look depends on. */
function looks({ segments }: JpegWalk, bytes: Uint8Array, swap: boolean): Uint8Array[] {
  const whole = ({ start, end }: JpegSegment) => bytes.subarray(start, end);
  const jfif = segments
    .filter((s) => isJfif(s) && s.data.length >= 12)
    .slice(0, 1)
    .map(({ data }) => jfifSegment(data, swap));
  return [...jfif, ...segments.filter((s) => isIcc(s) || isAdobe(s)).map(whole)];
}

/** JFIF with the densities of a turned picture, and without its thumbnail, which would not be. */
function jfifSegment(data: Uint8Array, swap: boolean): Uint8Array {
  const head = Uint8Array.of(0xff, 0xe0, 0, 16);
  const [across, down] = [data.subarray(8, 10), data.subarray(10, 12)];
  const densities = swap ? [down, across] : [across, down];
  return concat([head, data.subarray(0, 8), ...densities, Uint8Array.of(0, 0)]);
}
