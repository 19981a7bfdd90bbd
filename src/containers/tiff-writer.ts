/**
 * TIFF writer: pixels as an uncompressed TIFF in memory.
 *
 * sharp takes raw pixels without anything beside them. Where a profile or a
 * resolution has to go into the file with the pixels untouched, they travel
 * in a baseline TIFF (TIFF 6.0), which libvips reads as it is and passes on.
 */
import { bytes32, concat } from './bytes.ts';

const SHORT = 3;
const LONG = 4;
const RATIONAL = 5;
const UNDEFINED = 7;

const STRIP_OFFSETS = 273;

interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** The value, or its bytes where they do not fit into four. */
  readonly value: number | Uint8Array;
}

/** How pixels are to be read: their channels without alpha, and what TIFF calls it. */
const SPACES = {
  grey: { channels: 1, photometric: 1 },
  rgb: { channels: 3, photometric: 2 },
  cmyk: { channels: 4, photometric: 5 },
} as const;

export type TiffSpace = keyof typeof SPACES;

/** Pixels, 8 bits per channel, with straight alpha if any, and what travels with them. */
export interface TiffPicture {
  readonly width: number;
  /** Of one page. */
  readonly height: number;
  /** Pages of the same size, one behind another in `data`; 1 by default. */
  readonly pages?: number;
  /** Those of its space, and one of alpha where there is one more. */
  readonly channels: 1 | 2 | 3 | 4 | 5;
  /** `rgb` by default. */
  readonly space?: TiffSpace;
  readonly data: Uint8Array;
  /** An ICC profile. */
  readonly profile?: Uint8Array;
  /** Pixels per inch. */
  readonly metadata?: { readonly density?: number };
}

/** A little-endian TIFF with the profile and density of its pages. */
export function writeTiff(picture: TiffPicture): Uint8Array {
  const { width, height, channels, data, pages = 1, profile, metadata } = picture;
  const { photometric, ...space } = SPACES[picture.space ?? 'rgb'];
  const length = width * height * channels;
  // Two values fit into the entry itself.
  const bits = channels < 3 ? 8 + (channels - 1) * 0x80000 : shorts(Array(channels).fill(8));
  const entries: Entry[] = [
    { tag: 256, type: LONG, count: 1, value: width },
    { tag: 257, type: LONG, count: 1, value: height },
    { tag: 258, type: SHORT, count: channels, value: bits },
    { tag: 259, type: SHORT, count: 1, value: 1 }, // not compressed
    { tag: 262, type: SHORT, count: 1, value: photometric },
    { tag: STRIP_OFFSETS, type: LONG, count: 1, value: 0 }, // set below
    { tag: 277, type: SHORT, count: 1, value: channels },
    { tag: 278, type: LONG, count: 1, value: height },
    { tag: 279, type: LONG, count: 1, value: length },
  ];
  if (metadata?.density !== undefined) {
    const density = longs([Math.round(metadata.density * 100), 100]);
    entries.push({ tag: 282, type: RATIONAL, count: 1, value: density });
    entries.push({ tag: 283, type: RATIONAL, count: 1, value: density });
    entries.push({ tag: 296, type: SHORT, count: 1, value: 2 }); // per inch
  }
  if (channels > space.channels) entries.push({ tag: 338, type: SHORT, count: 1, value: 2 }); // straight alpha
  if (profile) entries.push({ tag: 34675, type: UNDEFINED, count: profile.length, value: profile });
  return assemble(entries, data, { pages, length });
}

/** Where directories begin. */
const FIRST = 8;

/** The header, a directory for each page, what did not fit into them, and the pixels. */
function assemble(
  entries: readonly Entry[],
  pixels: Uint8Array,
  { pages, length }: { readonly pages: number; readonly length: number },
): Uint8Array {
  const directory = 2 + entries.length * 12 + 4;
  const head = new DataView(new ArrayBuffer(FIRST + directory * pages));
  let free = head.byteLength;
  const far: Uint8Array[] = [];
  const values = entries.map(({ value }) => {
    if (typeof value === 'number') return value;
    const at = free;
    const padded = value.length & 1 ? concat([value, new Uint8Array(1)]) : value;
    far.push(padded);
    free += padded.length;
    return at;
  });
  head.setUint16(0, 0x4949); // "II": little-endian
  head.setUint16(2, 42, true);
  head.setUint32(4, FIRST, true);
  for (let page = 0; page < pages; page++) {
    const start = FIRST + directory * page;
    head.setUint16(start, entries.length, true);
    entries.forEach(({ tag, type, count }, i) => {
      const at = start + 2 + i * 12;
      head.setUint16(at, tag, true);
      head.setUint16(at + 2, type, true);
      head.setUint32(at + 4, count, true);
      head.setUint32(at + 8, tag === STRIP_OFFSETS ? free + page * length : values[i]!, true);
    });
    head.setUint32(start + directory - 4, page + 1 < pages ? start + directory : 0, true);
  }
  return concat([new Uint8Array(head.buffer), ...far, pixels]);
}

function shorts(values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value & 255, value >> 8]));
}

function longs(values: readonly number[]): Uint8Array {
  return concat(values.map((value) => bytes32(value, true)));
}
