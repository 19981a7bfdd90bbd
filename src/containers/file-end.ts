/**
 * FileEnd: whether a file goes on to its end, as its structure tells.
 *
 * Looks at the first and the last bytes alone: end markers, and the lengths that
 * a header states. What has no such sign, or a sign that is missing in files
 * which are otherwise whole (trailing bytes, a JPEG without its marker), is
 * `open`, and only decoding tells.
 *
 * Pure; every number is checked against the file.
 */
import { latin1, uint16, uint32 } from './bytes.ts';

/** `cut`: bytes are missing for certain. */
export type FileEnd = 'whole' | 'cut' | 'open';

/** Last bytes of a file that are looked at. */
export const TAIL_BYTES = 12;

/** Boxes of a file that are looked at. */
const MOST_BOXES = 100;

const IEND = '\0\0\0\0IEND\xae\x42\x60\x82';

/**
 * @param head the first bytes, some kilobytes where there are as many
 * @param tail the last `TAIL_BYTES`
 * @param length of the whole file in bytes
 */
export function fileEnd(head: Uint8Array, tail: Uint8Array, length: number): FileEnd {
  const begin = latin1(head, 0, 12);
  const end = latin1(tail, 0, tail.length);
  const marked = (marker: string): FileEnd => (end.endsWith(marker) ? 'whole' : 'open');
  if (begin.startsWith('\xff\xd8')) return marked('\xff\xd9');
  if (begin.startsWith('\x89PNG')) return marked(IEND);
  // The trailer, behind the end of a picture's data.
  if (begin.startsWith('GIF8')) return marked('\0;');
  if (begin.startsWith('RIFF')) return 8 + (uint32(head, 4, true) ?? 0) <= length ? 'whole' : 'cut';
  if (begin.slice(4, 8) === 'ftyp' || begin.slice(4, 8) === 'JXL ') return boxesEnd(head, length);
  if (begin.startsWith('II*\0') || begin.startsWith('MM\0*')) {
    // Where the directory begins, which is often the last that was written.
    return (uint32(head, 4, begin.startsWith('II')) ?? 0) < length ? 'open' : 'cut';
  }
  if (begin.startsWith('\0\0\x01\0')) return iconEnd(head, length);
  return 'open';
}

/** The pictures of an icon, as far as its directory stands in the first bytes. */
function iconEnd(head: Uint8Array, length: number): FileEnd {
  const count = uint16(head, 4, true) ?? 0;
  for (let entry = 6; entry < 6 + 16 * count; entry += 16) {
    const [bytes, start] = [uint32(head, entry + 8, true), uint32(head, entry + 12, true)];
    if (bytes === undefined || start === undefined) return head.length < length ? 'open' : 'cut';
    if (start + bytes > length) return 'cut';
  }
  return 'whole';
}

/** The boxes of an ISO base media file, as far as their headers stand in its first bytes. */
function boxesEnd(head: Uint8Array, length: number): FileEnd {
  let at = 0;
  for (let count = 0; count < MOST_BOXES && at < length; count++) {
    const short = uint32(head, at);
    if (short === undefined) return at + 8 > length ? 'cut' : 'open';
    // Up to the end of the file, whatever that is.
    if (short === 0) return 'open';
    const size = short === 1 ? longLength(head, at + 8) : short;
    if (size === undefined || size < 8) return 'open';
    at += size;
  }
  return at === length ? 'whole' : at > length ? 'cut' : 'open';
}

function longLength(head: Uint8Array, at: number): number | undefined {
  const [high, low] = [uint32(head, at), uint32(head, at + 4)];
  return high === undefined || low === undefined ? undefined : high * 2 ** 32 + low;
}
