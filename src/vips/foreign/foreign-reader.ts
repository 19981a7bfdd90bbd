/**
 * ForeignReader: the interface of what reads a format that libvips does not.
 */
import type { Size } from '../../base/size.ts';
import type { TiffPicture } from '../../containers/tiff-writer.ts';
import type { DecodableFormat } from '../../image/format.ts';
import type { Raster } from '../../image/raster.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import type { BitmapFormat } from './bitmap.ts';

/** Formats whose pixels come from elsewhere; all but bitmaps and PSD by a package that may be absent. */
export type ForeignFormat = BitmapFormat | OptionalFormat | 'psd';

/** Formats that are read where their package is installed. */
export type OptionalFormat = Extract<DecodableFormat, 'jxl' | 'heic' | 'pdf'>;

/** Pixels as a TIFF holds them. */
export type ForeignPicture = TiffPicture;

export interface ForeignReader {
  /** The facts of a file before decoding; `page` is the one whose size is told. @throws Fault */
  describe(bytes: Uint8Array, page: number): Promise<SourceInfo>;
  /** All frames of a file. @throws Fault */
  decode(bytes: Uint8Array): Promise<ForeignPicture>;
}

/** Draws documents: nothing but what a page says is in the way of any size. */
export interface DocumentReader extends Pick<ForeignReader, 'describe'> {
  /** A page at a size in pixels, opaque on white, with or without its annotations. @throws Fault */
  draw(bytes: Uint8Array, page: number, to: Size, annotations: boolean): Promise<Raster>;
}
