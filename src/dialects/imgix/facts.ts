/**
 * Facts: what a source tells about itself, as the JSON document of `fm=json`
 * (docs/spec/imgix.md 5.9.1).
 *
 * The probe has most of it; EXIF, TIFF and JFIF groups are read here. Values
 * that no reader should get by asking for facts (serial numbers, owner names)
 * are not among the named tags, and where a picture was taken is left out.
 */
import { uint16 } from '../../containers/bytes.ts';
import { isJfif, jpegExif, walkJpeg } from '../../containers/jpeg.ts';
import { pngChunks } from '../../containers/png.ts';
import { webpChunks } from '../../containers/webp.ts';
import type { Face, Point } from '../../image/face.ts';
import { formatCard } from '../../image/format.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import { type Directory, readExif } from '../../metadata/exif.ts';

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

const COLOR_MODELS = { rgb: 'RGB', grey: 'Gray', cmyk: 'CMYK', other: 'Lab' } as const;

/**
 * The document of `fm=json`: it describes the source, whatever else was asked.
 *
 * @param faces of the source, where `faces=1` asks for them
 */
export function imgixFacts(
  bytes: Uint8Array,
  info: SourceInfo,
  faces?: readonly Face[],
): { readonly [key: string]: Json } {
  const exif = exifBlock(bytes, info);
  const blocks = exif ? readExif(exif) : undefined;
  return {
    'Content-Type': formatCard(info.format).mediaType,
    'Content-Length': String(info.bytes),
    PixelWidth: info.width,
    PixelHeight: info.height,
    Depth: info.depth,
    ColorModel: COLOR_MODELS[info.space],
    ...(info.profileName === undefined ? {} : { ProfileName: info.profileName }),
    ...(info.density === undefined ? {} : { DPIWidth: info.density, DPIHeight: info.density }),
    Orientation: info.orientation,
    ...(info.alpha ? { HasAlpha: true } : {}),
    Exif: blocks ? named(blocks.exif, EXIF_TAGS) : {},
    TIFF: blocks ? named(blocks.main, TIFF_TAGS) : {},
    JFIF: info.format === 'jpeg' ? jfifFacts(bytes) : {},
    Output: {},
    ...(faces === undefined ? {} : { Faces: faces.map(faceFacts) }),
  };
}

/** One face as documented: whole pixels of the upright picture, the left eye on its left. */
function faceFacts({ bounds, mouth, leftEye, rightEye }: Face): { readonly [key: string]: Json } {
  const at = ({ x, y }: Point) => ({ x: Math.round(x), y: Math.round(y) });
  const { left, top, width, height } = bounds;
  return {
    bounds: {
      ...at({ x: left, y: top }),
      width: Math.round(width),
      height: Math.round(height),
    },
    mouth: at(mouth),
    left_eye: at(leftEye),
    right_eye: at(rightEye),
  };
}

const TIFF_TAGS: Readonly<Record<number, string>> = {
  270: 'ImageDescription',
  271: 'Make',
  272: 'Model',
  274: 'Orientation',
  282: 'XResolution',
  283: 'YResolution',
  296: 'ResolutionUnit',
  305: 'Software',
  306: 'DateTime',
  315: 'Artist',
  33432: 'Copyright',
};

const EXIF_TAGS: Readonly<Record<number, string>> = {
  33434: 'ExposureTime',
  33437: 'FNumber',
  34850: 'ExposureProgram',
  34855: 'ISOSpeedRatings',
  36867: 'DateTimeOriginal',
  36868: 'DateTimeDigitized',
  37377: 'ShutterSpeedValue',
  37378: 'ApertureValue',
  37380: 'ExposureBiasValue',
  37381: 'MaxApertureValue',
  37383: 'MeteringMode',
  37384: 'LightSource',
  37385: 'Flash',
  37386: 'FocalLength',
  40961: 'ColorSpace',
  40962: 'PixelXDimension',
  40963: 'PixelYDimension',
  41986: 'ExposureMode',
  41987: 'WhiteBalance',
  41989: 'FocalLenIn35mmFilm',
  41990: 'SceneCaptureType',
  42035: 'LensMake',
  42036: 'LensModel',
};

function named(
  directory: Directory,
  tags: Readonly<Record<number, string>>,
): { [key: string]: Json } {
  const out: { [key: string]: Json } = {};
  for (const [tag, name] of Object.entries(tags)) {
    const value = directory.get(Number(tag));
    if (value === undefined) continue;
    if (typeof value === 'string') out[name] = value;
    else if (typeof value === 'number') {
      if (Number.isFinite(value)) out[name] = Math.round(value * 1e6) / 1e6;
    } else out[name] = value.filter(Number.isFinite);
  }
  return out;
}

/** The TIFF block of EXIF in a JPEG, PNG or WebP. */
function exifBlock(bytes: Uint8Array, { format }: SourceInfo): Uint8Array | undefined {
  switch (format) {
    case 'jpeg':
      return jpegExif(walkJpeg(bytes));
    case 'png':
      return pngChunks(bytes).chunks.find(({ name }) => name === 'eXIf')?.data;
    case 'webp': {
      const block = webpChunks(bytes).chunks.find(({ name }) => name === 'EXIF')?.data;
      // Some writers keep the prefix that only JPEG needs.
      return block?.[0] === 0x45 ? block.subarray(6) : block;
    }
    case 'tiff':
      return bytes;
    default:
      return undefined;
  }
}

function jfifFacts(bytes: Uint8Array): { [key: string]: Json } {
  const data = walkJpeg(bytes).segments.find(isJfif)?.data;
  const x = data && uint16(data, 8);
  const y = data && uint16(data, 10);
  if (!data || x === undefined || y === undefined) return {};
  return {
    JFIFVersion: [data[5] ?? 1, data[6] ?? 0],
    DensityUnit: data[7] ?? 0,
    XDensity: x,
    YDensity: y,
  };
}
