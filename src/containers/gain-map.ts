/**
 * Whether a JPEG has a gain map: a second picture that says how much brighter each part
 * may be shown on a display that can (ISO 21496-1, Ultra HDR, and Apple's own form).
 *
 * It is told by a segment of the first picture, or by the XMP of a later one, to which
 * the Multi-Picture Format (CIPA DC-007) leads. Pure; offsets are checked.
 */
import { latin1, uint16, uint32, utf8 } from './bytes.ts';
import { type JpegWalk, jpegXmp, walkJpeg } from './jpeg.ts';

const ISO = 'urn:iso:std:iso:ts:21496:-1';
const MPF = 'MPF\0';
const MP_ENTRIES = 0xb002;

/** Pictures of one file that are looked at, and entries of their directory. */
const [MOST_PICTURES, MOST_ENTRIES] = [8, 16];

/** Whether the file says that a gain map belongs to its picture. */
export function hasGainMap(bytes: Uint8Array, walk: JpegWalk): boolean {
  const inside = walk.segments.filter(({ marker }) => marker === 0xe2);
  if (inside.some(({ data }) => latin1(data, 0, ISO.length) === ISO)) return true;
  if (announces(walk, /\bhdrgm:Version\b/)) return true;
  const index = inside.find(({ data }) => latin1(data, 0, 4) === MPF);
  if (index === undefined) return false;
  return pictureOffsets(index.data.subarray(4)).some((offset) => {
    const start = index.start + 8 + offset;
    return start < bytes.length && announces(walkJpeg(bytes.subarray(start)), /hdrgainmap/i);
  });
}

function announces(walk: JpegWalk, sign: RegExp): boolean {
  const packet = jpegXmp(walk);
  return packet !== undefined && sign.test(utf8(packet));
}

/** Where the further pictures begin, counted from the index's own byte-order mark. */
function pictureOffsets(index: Uint8Array): number[] {
  const little = latin1(index, 0, 2) === 'II';
  const directory = uint32(index, 4, little) ?? index.length;
  const count = Math.min(uint16(index, directory, little) ?? 0, MOST_ENTRIES);
  for (let i = 0; i < count; i++) {
    const at = directory + 2 + 12 * i;
    if (uint16(index, at, little) !== MP_ENTRIES) continue;
    const pictures = Math.min((uint32(index, at + 4, little) ?? 0) / 16, MOST_PICTURES);
    const entries = uint32(index, at + 8, little) ?? index.length;
    return Array.from({ length: Math.floor(pictures) }, (_, picture) =>
      uint32(index, entries + 16 * picture + 8, little),
    ).filter((offset) => offset !== undefined && offset > 0) as number[];
  }
  return [];
}
