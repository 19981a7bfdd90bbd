/**
 * Copyright: who made a photograph and who may be asked about it, read from its
 * EXIF, IPTC and XMP (docs/spec/fastly-io.md 7.21).
 *
 * Kept: copyright notice, creator, credit line, licensor, web statement of
 * rights. Everything else (camera, place, captions, history) stays behind,
 * because it is written anew and never copied. XMP wins over IPTC over EXIF.
 */
import { jpegExif, jpegPhotoshop, jpegXmp, walkJpeg } from '../containers/jpeg.ts';
import type { RasterMetadata } from '../image/raster.ts';
import { type CopyrightFields, field } from './copyright-fields.ts';
import { readExif } from './exif.ts';
import { fromIptc } from './iptc.ts';
import { copyrightXmp, fromXmp } from './xmp.ts';

/** The copyright fields of a JPEG as metadata to embed; undefined where it has none. */
export function readCopyright(jpeg: Uint8Array): RasterMetadata | undefined {
  const walk = walkJpeg(jpeg);
  const found: CopyrightFields = {
    ...fromExif(jpegExif(walk)),
    ...fromIptc(jpegPhotoshop(walk)),
    ...fromXmp(jpegXmp(walk)),
  };
  if (Object.keys(found).length === 0) return undefined;
  const fields = {
    ...(found.copyright === undefined ? {} : { Copyright: found.copyright }),
    ...(found.creator === undefined ? {} : { Artist: found.creator }),
  };
  return {
    xmp: copyrightXmp(found),
    ...(Object.keys(fields).length === 0 ? {} : { exif: { IFD0: fields } }),
  };
}

function fromExif(block: Uint8Array | undefined): CopyrightFields {
  if (block === undefined) return {};
  const { main } = readExif(block);
  return {
    ...field('creator', main.get(0x13b)),
    ...field('copyright', main.get(0x8298)),
  };
}
