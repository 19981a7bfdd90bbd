/**
 * Foreign formats: which reader a format has, and what is said where its package is absent
 * (docs/decisions/0030-formats-by-optional-packages.md).
 *
 * A reader is loaded by the first file that needs it: a process that meets none pays nothing.
 */
import { Fault } from '../../base/fault.ts';
import type { Size } from '../../base/size.ts';
import { writeTiff } from '../../containers/tiff-writer.ts';
import type { FormatName } from '../../image/format.ts';
import {
  HEIC_PACKAGE,
  JXL_PACKAGE,
  PDF_PACKAGE,
  requirePackage,
} from '../optional/optional-package.ts';
import { isBitmapFormat, withLoader } from './bitmap.ts';
import type {
  DocumentReader,
  ForeignFormat,
  ForeignReader,
  OptionalFormat,
} from './foreign-reader.ts';

/** The package that each needs. */
const PACKAGES: Readonly<Record<OptionalFormat, string>> = {
  jxl: JXL_PACKAGE,
  heic: HEIC_PACKAGE,
  pdf: PDF_PACKAGE,
};

export function isForeign(format: FormatName): format is ForeignFormat {
  return isBitmapFormat(format) || format === 'psd' || Object.hasOwn(PACKAGES, format);
}

/** @throws Fault source-unsupported, where the package of a format is not installed */
export function requireReader(format: OptionalFormat): void {
  requirePackage(PACKAGES[format], format);
}

/** What tells the facts of a format. @throws Fault source-unsupported, where its package is not installed */
export async function headerReader(
  format: Exclude<OptionalFormat, 'heic'> | 'psd',
): Promise<Pick<ForeignReader, 'describe'>> {
  switch (format) {
    case 'pdf':
      return await documentReader();
    case 'jxl':
      return await jxlReader();
    case 'psd':
      return await psdReader();
  }
}

/** What draws PDF. @throws Fault source-unsupported, where its package is not installed */
export async function documentReader(): Promise<DocumentReader> {
  requireReader('pdf');
  return (await import('./pdf.ts')).pdfReader;
}

/**
 * A file that libvips reads, with the frames of another.
 *
 * @param said what the probe found: bounds were held against that, so pixels must agree with it
 * @throws Fault source-unsupported, source-broken
 */
export async function readableByVips(
  bytes: Uint8Array,
  format: Exclude<ForeignFormat, 'pdf'>,
  said: Size,
): Promise<Uint8Array> {
  if (isBitmapFormat(format)) return withLoader(bytes, format);
  const reader = await pixelReader(format);
  const picture = await reader.decode(bytes);
  const { width, height, channels, pages = 1, data } = picture;
  const agrees = width === said.width && height === said.height;
  if (!agrees || data.length !== width * height * channels * pages) {
    throw new Fault('source-broken', 'The source image is damaged or incomplete.');
  }
  return writeTiff(picture);
}

async function pixelReader(
  format: Exclude<OptionalFormat, 'pdf'> | 'psd',
): Promise<Pick<ForeignReader, 'decode'>> {
  switch (format) {
    case 'heic':
      requireReader(format);
      return (await import('./heic.ts')).heicReader;
    case 'jxl':
      return await jxlReader();
    case 'psd':
      return await psdReader();
  }
}

async function jxlReader(): Promise<ForeignReader> {
  requireReader('jxl');
  return (await import('./jxl-source.ts')).jxlReader;
}

async function psdReader(): Promise<ForeignReader> {
  return (await import('./psd.ts')).psdReader;
}
