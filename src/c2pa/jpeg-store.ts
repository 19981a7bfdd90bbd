/**
 * The manifest store within a JPEG: one JUMBF superbox in APP11 segments (ISO/IEC 19566-5, annex D;
 * C2PA 2.1, appendix A).
 *
 * Each segment begins with `JP`, the number of its box, its own number, and the head of the box
 * once more.
 *
 * Pure.
 */
import { bytes32, concat, latin1, uint16, uint32 } from '../containers/bytes.ts';
import { type JpegSegment, walkJpeg } from '../containers/jpeg.ts';
import { typeUuid } from './jumbf.ts';

/** Most bytes of a manifest store that is read and passed on. */
export const LARGEST_STORE = 8_000_000;

const APP11 = 0xeb;

/** Bytes of the head of a box, which each of its segments repeats. */
const BOX_HEAD = 8;

/** `JP`, number of the box, number of the segment. */
const SEGMENT_HEAD = 8;

/** Bytes of a box behind its head that one segment can hold. */
const MOST_DATA = 0xffff - 2 - SEGMENT_HEAD - BOX_HEAD;

/** The number of our box among those of a file, which has no other. */
const BOX_NUMBER = 0x0211;

/** A file that has more than one store, or one whose parts do not fit. */
export class StoreError extends Error {}

/** A part of a box in one segment. */
interface Part {
  readonly segment: JpegSegment;
  readonly box: number;
  readonly number: number;
}

/** The manifest store of a JPEG; undefined where it has none. @throws StoreError */
export function manifestStoreOf(jpeg: Uint8Array): Uint8Array | undefined {
  const stores = storesOf(jpeg);
  if (stores.length > 1) throw new StoreError('expected one manifest store, got several');
  const parts = stores[0];
  if (parts === undefined) return undefined;
  const head = parts[0]!.segment.data.subarray(SEGMENT_HEAD, SEGMENT_HEAD + BOX_HEAD);
  const length = uint32(head, 0)!;
  if (length > LARGEST_STORE) {
    throw new StoreError(`expected at most ${LARGEST_STORE} bytes, got ${length}`);
  }
  const ordered = parts.every(({ number }, i) => number === i + 1);
  const store = concat([
    head,
    ...parts.map(({ segment }) => segment.data.subarray(SEGMENT_HEAD + BOX_HEAD)),
  ]);
  if (!ordered || store.length !== length) throw new StoreError('expected a whole manifest store');
  return store;
}

/** The JPEG without its manifest stores. */
export function withoutManifestStore(jpeg: Uint8Array): Uint8Array {
  const segments = storesOf(jpeg).flatMap((parts) => parts.map(({ segment }) => segment));
  if (segments.length === 0) return jpeg;
  const kept: Uint8Array[] = [];
  let at = 0;
  for (const { start, end } of segments.sort((a, b) => a.start - b.start)) {
    kept.push(jpeg.subarray(at, start));
    at = end;
  }
  return concat([...kept, jpeg.subarray(at)]);
}

/** The segments of each manifest store, by their numbers. */
function storesOf(jpeg: Uint8Array): Part[][] {
  const parts = walkJpeg(jpeg).segments.flatMap(partOf);
  const marked = new Set(parts.filter(isBegin).map(({ box }) => box));
  return [...marked].flatMap((box) => {
    const own = parts.filter((part) => part.box === box);
    const begins = own.filter(isBegin).length;
    const sorted = own.sort((a, b) => a.number - b.number);
    // Two boxes of one number are two stores, whatever belongs to which.
    return begins === 1 ? [sorted] : sorted.filter(isBegin).map((part) => [part]);
  });
}

function partOf(segment: JpegSegment): Part[] {
  const { marker, data } = segment;
  if (marker !== APP11 || latin1(data, 0, 2) !== 'JP') return [];
  const [box, number] = [uint16(data, 2), uint32(data, 4)];
  if (box === undefined || number === undefined || data.length < SEGMENT_HEAD + BOX_HEAD) return [];
  return latin1(data, 12, 16) === 'jumb' ? [{ segment, box, number }] : [];
}

/** Whether a part begins a box whose description says that it is a manifest store. */
function isBegin({ number, segment: { data } }: Part): boolean {
  const uuid = [...data.subarray(24, 40)].map((byte) => byte.toString(16).padStart(2, '0'));
  return number === 1 && latin1(data, 20, 24) === 'jumd' && uuid.join('') === typeUuid('c2pa');
}

/** Where a store of so many bytes stands in a JPEG that has none: what its hash leaves out. */
export function storeRange(
  jpeg: Uint8Array,
  bytes: number,
): { readonly start: number; readonly length: number } {
  const segments = Math.ceil((bytes - BOX_HEAD) / MOST_DATA);
  return {
    start: storePlace(jpeg),
    length: bytes - BOX_HEAD + segments * (4 + SEGMENT_HEAD + BOX_HEAD),
  };
}

/** The JPEG, which has none, with a manifest store. @param store a superbox with its head */
export function withManifestStore(jpeg: Uint8Array, store: Uint8Array): Uint8Array {
  const at = storePlace(jpeg);
  const head = store.subarray(0, BOX_HEAD);
  const segments: Uint8Array[] = [];
  for (let from = BOX_HEAD, number = 1; from < store.length; from += MOST_DATA, number++) {
    const data = store.subarray(from, from + MOST_DATA);
    const length = 2 + SEGMENT_HEAD + BOX_HEAD + data.length;
    segments.push(
      Uint8Array.of(0xff, APP11, length >> 8, length & 255, 0x4a, 0x50),
      Uint8Array.of(BOX_NUMBER >> 8, BOX_NUMBER & 255),
      bytes32(number),
      head,
      data,
    );
  }
  return concat([jpeg.subarray(0, at), ...segments, jpeg.subarray(at)]);
}

/** Behind the JFIF and EXIF segments, which readers expect first. */
function storePlace(jpeg: Uint8Array): number {
  let at = 2;
  for (const { marker, end } of walkJpeg(jpeg).segments) {
    if (marker !== 0xe0 && marker !== 0xe1) break;
    at = end;
  }
  return at;
}
