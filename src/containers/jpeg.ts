/**
 * The segments of a JPEG file before its first scan (ITU-T T.81, annex B).
 *
 * Lengths are checked against the file; at the first damage the walk ends and
 * says so. Nothing here decodes an entropy-coded byte.
 */
import { concat, latin1, latin1Bytes, uint16 } from './bytes.ts';

export interface JpegSegment {
  /** Second byte of the marker: 0xe1 for APP1. */
  readonly marker: number;
  /** Where the marker's 0xff stands. */
  readonly start: number;
  /** Behind the segment. */
  readonly end: number;
  /** What follows the length. */
  readonly data: Uint8Array;
}

export interface JpegWalk {
  readonly segments: readonly JpegSegment[];
  /** Where the first SOS marker stands; undefined where the walk met damage first. */
  readonly scan?: number;
}

const SOS = 0xda;
const EOI = 0xd9;

/** Segments in order up to the first scan; no segments for what is no JPEG. */
export function walkJpeg(bytes: Uint8Array): JpegWalk {
  const segments: JpegSegment[] = [];
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return { segments };
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) return { segments };
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++; // fill byte
      continue;
    }
    if (marker === SOS) return { segments, scan: at };
    if (marker === EOI || marker === 0 || marker === 0xd8) return { segments };
    if (marker === 1 || (marker >= 0xd0 && marker <= 0xd7)) {
      at += 2; // stands alone
      continue;
    }
    const length = uint16(bytes, at + 2)!;
    const end = at + 2 + length;
    if (length < 2 || end > bytes.length) return { segments };
    segments.push({ marker, start: at, end, data: bytes.subarray(at + 4, end) });
    at = end;
  }
  return { segments };
}

/** Where the scans of a JPEG are and where they end. */
export interface JpegScans {
  /** Behind the EOI marker, or behind the last byte of entropy-coded data where there is none. */
  readonly end: number;
  /** The EOI marker was met. */
  readonly terminated: boolean;
  readonly scans: number;
  /** Every coefficient of every component was sent down to its last bit, as far as the scan headers say. */
  readonly complete: boolean;
}

/**
 * The walk over the scans from the first SOS marker on. What comes after the EOI
 * marker (archives, further pictures, thumbnails' leftovers) is no part of the
 * picture, nor are zeros that stand in place of a missing marker.
 */
export function jpegScans(bytes: Uint8Array, { segments, scan }: JpegWalk): JpegScans {
  const progressive = jpegFrame({ segments })?.progressive ?? false;
  const pending = new Map<number, Uint8Array>();
  let scans = 0;
  // The file breaks off in a header behind its first scan
  let cut = false;
  let at = scan ?? bytes.length;
  const result = (end: number, terminated: boolean): JpegScans => {
    const sent =
      !progressive || [...pending.values()].every((bits) => bits.every((bit) => bit === 0));
    return { end, terminated, scans, complete: scans > 0 && sent && !cut };
  };
  if (progressive)
    for (const id of componentIds(segments)) pending.set(id, new Uint8Array(64).fill(255));
  while (at >= 0 && at + 1 < bytes.length) {
    const marker = bytes[at + 1]!;
    if (marker === EOI) return result(at + 2, true);
    if (marker === SOS) {
      scans++;
      noteScan(bytes, at + 4, pending);
    }
    // Stuffed zeros, restarts and fill bytes belong to the entropy-coded data.
    const alone = marker === 0 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd7);
    const length = alone ? 0 : (uint16(bytes, at + 2) ?? bytes.length);
    // A header is at least its own length
    cut ||= !alone && (length < 2 || at + 2 + length > bytes.length);
    at = bytes.indexOf(0xff, at + (marker === 0xff ? 1 : 2) + length);
  }
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  // The zero behind a byte of ones belongs to it.
  if (bytes[end - 1] === 0xff && end < bytes.length) end++;
  return result(end, false);
}

/** The file with the end marker that it lacks. */
export function withJpegEnd(bytes: Uint8Array): Uint8Array {
  const { end } = jpegScans(bytes, walkJpeg(bytes));
  return concat([bytes.subarray(0, end), Uint8Array.of(0xff, EOI)]);
}

function componentIds(segments: readonly JpegSegment[]): number[] {
  const data = segments.find(isFrameHeader)?.data;
  if (data === undefined) return [];
  return Array.from({ length: data[5] ?? 0 }, (_, i) => data[6 + 3 * i] ?? -1);
}

/** Notes the lowest bit that one scan of a progressive JPEG sends, per coefficient (T.81, figure B.4). */
function noteScan(bytes: Uint8Array, at: number, pending: ReadonlyMap<number, Uint8Array>): void {
  const count = bytes[at] ?? 0;
  const [first, last, bits] = bytes.subarray(at + 1 + 2 * count, at + 4 + 2 * count);
  if (first === undefined || last === undefined || bits === undefined) return;
  for (let i = 0; i < count; i++) {
    pending.get(bytes[at + 1 + 2 * i]!)?.fill(bits & 15, first, Math.min(63, last) + 1);
  }
}

export interface JpegFrame {
  readonly width: number;
  readonly height: number;
  /** Bits per sample. */
  readonly precision: number;
  readonly components: number;
  readonly progressive: boolean;
  /** `4:2:0`, `4:4:4`, … for color; `4:0:0` for grey; undefined for unusual factors. */
  readonly chroma?: string;
}

function isFrameHeader({ marker }: JpegSegment): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** The facts of the frame header (SOF), where there is one. */
export function jpegFrame({ segments }: Pick<JpegWalk, 'segments'>): JpegFrame | undefined {
  const sof = segments.find(isFrameHeader);
  const data = sof?.data;
  if (!sof || !data || data.length < 6) return undefined;
  const components = data[5]!;
  const chroma = chromaOf(data, components);
  return {
    precision: data[0]!,
    height: uint16(data, 1)!,
    width: uint16(data, 3)!,
    components,
    progressive: [0xc2, 0xc6, 0xca, 0xce].includes(sof.marker),
    ...(chroma === undefined ? {} : { chroma }),
  };
}

function chromaOf(data: Uint8Array, components: number): string | undefined {
  if (components === 1) return '4:0:0';
  const [luma, other] = [data[7], data[10]];
  if (luma === undefined || other === undefined || components < 3) return undefined;
  const [h, v] = [luma >> 4, luma & 15];
  const [ch, cv] = [other >> 4, other & 15];
  const names: Readonly<Record<string, string>> = {
    '1,1': '4:4:4',
    '2,1': '4:2:2',
    '2,2': '4:2:0',
    '1,2': '4:4:0',
    '4,1': '4:1:1',
  };
  return names[`${h / ch},${v / cv}`];
}

const EXIF = 'Exif\0\0';
const XMP = 'http://ns.adobe.com/xap/1.0/\0';
const ICC = 'ICC_PROFILE\0';

/** The TIFF block of the EXIF segment. */
export function jpegExif(walk: JpegWalk): Uint8Array | undefined {
  return payload(walk, 0xe1, EXIF);
}

/** The file with an EXIF segment of this TIFF block, at most 65,527 bytes, behind its JFIF segment. */
export function withJpegExif(bytes: Uint8Array, block: Uint8Array): Uint8Array {
  const [first] = walkJpeg(bytes).segments;
  const at = first !== undefined && isJfif(first) ? first.end : 2;
  return concat([bytes.subarray(0, at), jpegExifSegment(block), bytes.subarray(at)]);
}

/** An EXIF segment with this TIFF block. */
export function jpegExifSegment(block: Uint8Array): Uint8Array {
  const length = 2 + EXIF.length + block.length;
  const head = Uint8Array.of(0xff, 0xe1, length >> 8, length & 255);
  return concat([head, latin1Bytes(EXIF), block]);
}

/** Application data and comments before the first scan, each with its marker. */
export function applicationSegments(bytes: Uint8Array): Uint8Array[] {
  return walkJpeg(bytes)
    .segments.filter(isApplication)
    .map(({ start, end }) => bytes.subarray(start, end));
}

/** The file with these segments in place of its own application data and comments. */
export function withApplicationSegments(
  bytes: Uint8Array,
  segments: readonly Uint8Array[],
): Uint8Array {
  const walk = walkJpeg(bytes);
  const others = walk.segments.filter((segment) => !isApplication(segment));
  return concat([
    bytes.subarray(0, 2),
    ...segments,
    ...others.map(({ start, end }) => bytes.subarray(start, end)),
    bytes.subarray(walk.scan ?? bytes.length),
  ]);
}

function isApplication({ marker }: JpegSegment): boolean {
  return (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe;
}

/** The main XMP packet. */
export function jpegXmp(walk: JpegWalk): Uint8Array | undefined {
  return payload(walk, 0xe1, XMP);
}

/** The Photoshop resources, which hold IPTC. */
export function jpegPhotoshop(walk: JpegWalk): Uint8Array | undefined {
  return payload(walk, 0xed, 'Photoshop 3.0\0');
}

export function isIcc({ marker, data }: JpegSegment): boolean {
  return marker === 0xe2 && begins(data, ICC);
}

export function isAdobe({ marker, data }: JpegSegment): boolean {
  return marker === 0xee && begins(data, 'Adobe');
}

export function isJfif({ marker, data }: JpegSegment): boolean {
  return marker === 0xe0 && begins(data, 'JFIF\0');
}

function payload({ segments }: JpegWalk, marker: number, name: string): Uint8Array | undefined {
  return segments
    .find((segment) => segment.marker === marker && begins(segment.data, name))
    ?.data.subarray(name.length);
}

function begins(data: Uint8Array, name: string): boolean {
  return latin1(data, 0, name.length) === name;
}
