/**
 * Orientation: how the stored pixels of a file are turned to be shown.
 *
 * One rule for all dialects: a picture is taken as Chromium shows its file
 * (docs/spec/http.md 14.15), so that it looks the same whether the file is handed
 * on or made anew. What browsers cannot show (TIFF) is taken by its tag.
 *
 * Pure.
 */
import { latin1 } from '../containers/bytes.ts';
import { pngExif } from '../containers/png.ts';
import type { DecodableFormat } from '../image/format.ts';
import type { Orientation } from '../image/source-info.ts';
import { readExif } from './exif.ts';

/**
 * Where a file says its orientation, as measured on Chromium 156. `tag`: in the tag that the
 * decoder finds. `early`: in EXIF before the pixels. `none`: nowhere, or where the decoder obeys
 * by itself, as with the properties `irot` and `imir` of an AVIF, whose EXIF counts for nothing.
 */
const SAID_BY = {
  jpeg: 'tag',
  png: 'early',
  webp: 'none',
  avif: 'none',
  gif: 'none',
  svg: 'none',
  bmp: 'none',
  ico: 'none',
  jxl: 'none',
  heic: 'none',
  pdf: 'none',
  psd: 'none',
  tiff: 'tag',
} as const satisfies Readonly<Record<DecodableFormat, 'tag' | 'early' | 'none'>>;

const TAG = 0x112;

/** @param tag as the decoder found it */
export function shownOrientation(
  format: DecodableFormat,
  bytes: Uint8Array,
  tag: number | undefined,
): Orientation {
  switch (SAID_BY[format]) {
    case 'tag':
      return known(tag);
    case 'early':
      return exifOrientation(pngExif(bytes));
    case 'none':
      return 1;
  }
}

/** The orientation in an EXIF block, with or without the JPEG prefix; 1 where it says none. */
export function exifOrientation(block: Uint8Array | undefined): Orientation {
  if (block === undefined) return 1;
  const prefixed = latin1(block, 0, 6) === 'Exif\0\0';
  return known(readExif(prefixed ? block.subarray(6) : block).main.get(TAG));
}

function known(value: unknown): Orientation {
  const valid = typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 8;
  return valid ? (value as Orientation) : 1;
}
