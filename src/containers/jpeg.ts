/**
 * The segments of a JPEG file before its first scan (ITU-T T.81, annex B).
 *
 * Lengths are checked against the file; at the first damage the walk ends and
 * says so. Nothing here decodes an entropy-coded byte.
 */
import { latin1, uint16 } from './bytes.ts';

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

/**
 * Where the picture ends: behind the EOI marker that follows the scans, or
 * the end of the bytes where it is missing. What comes after (archives,
 * further pictures, thumbnails' leftovers) is no part of it.
 */
export function jpegEnd(bytes: Uint8Array, scan: number): { end: number; scans: number } {
  let scans = 0;
  let at = scan;
  while (at >= 0 && at + 1 < bytes.length) {
    const marker = bytes[at + 1]!;
    if (marker === EOI) return { end: at + 2, scans };
    if (marker === SOS) scans++;
    // Stuffed zeros, restarts and fill bytes belong to the entropy-coded data.
    const alone = marker === 0 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd7);
    const length = alone ? 0 : (uint16(bytes, at + 2) ?? 0);
    at = bytes.indexOf(0xff, at + (marker === 0xff ? 1 : 2) + length);
  }
  return { end: bytes.length, scans };
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

/** The facts of the frame header (SOF), where there is one. */
export function jpegFrame({ segments }: JpegWalk): JpegFrame | undefined {
  const sof = segments.find(
    ({ marker }) =>
      marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc,
  );
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
