/**
 * Bitmaps: sources of the formats that no loader of libvips reads, BMP and ICO.
 *
 * Their headers are read by us; their pixels go to libvips as an uncompressed TIFF,
 * or as the PNG that an icon holds (docs/decisions/0012-own-reader-for-bmp-and-ico.md).
 */
import { Fault } from '../../base/fault.ts';
import { bmpHeader } from '../../containers/bmp.ts';
import { type IconPicture, largestPicture } from '../../containers/ico.ts';
import { writeTiff } from '../../containers/tiff-writer.ts';
import type { FormatName } from '../../image/format.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import { bmpPixels, hasAlpha } from '../../raster/bmp-pixels.ts';

export type BitmapFormat = 'bmp' | 'ico';

export function isBitmapFormat(format: FormatName): format is BitmapFormat {
  return format === 'bmp' || format === 'ico';
}

/** The picture of a file; an icon's largest. @throws Fault source-unsupported */
export function bitmapPicture(bytes: Uint8Array, format: BitmapFormat): IconPicture {
  const picture = format === 'ico' ? largestPicture(bytes) : bitmap(bytes);
  if (picture === undefined) {
    throw new Fault(
      'source-unsupported',
      'The source image uses a coding this server cannot read.',
    );
  }
  return picture;
}

function bitmap(bytes: Uint8Array): IconPicture | undefined {
  const header = bmpHeader(bytes);
  return header && { kind: 'bitmap', header };
}

/** The facts of a picture whose pixels follow its header. */
export function bitmapInfo(
  bytes: Uint8Array,
  format: BitmapFormat,
  { header, mask }: Extract<IconPicture, { kind: 'bitmap' }>,
): SourceInfo {
  return {
    format,
    bytes: bytes.length,
    width: header.width,
    height: header.height,
    orientation: 1,
    pages: 1,
    delays: [],
    loop: 1,
    alpha: mask !== undefined || hasAlpha(bytes, header),
    profile: 'none',
    space: 'rgb',
    depth: 8,
    lossless: true,
  };
}

/**
 * A file that libvips reads, with the picture of `bytes`; its size has been checked by the probe.
 *
 * @throws Fault source-unsupported, source-broken
 */
export function withLoader(bytes: Uint8Array, format: BitmapFormat): Uint8Array {
  const picture = bitmapPicture(bytes, format);
  if (picture.kind === 'png') return picture.bytes;
  const raster = bmpPixels(bytes, picture.header, picture.mask);
  if (raster === undefined) {
    throw new Fault('source-broken', 'The source image is damaged or incomplete.');
  }
  return writeTiff(raster);
}
