/**
 * Seen samples: a TIFF whose pixels hold what is to be seen, and nothing else.
 *
 * libvips takes the first sample behind the colors for alpha, whatever the file says of it, and hands on all others;
 * tiles that hold one sample of each pixel it does not read.
 */
import sharp from 'sharp';
import type { Size } from '../../base/size.ts';
import { plain } from '../../containers/bytes.ts';
import { hasTiledPlanes, planeFiles } from '../../containers/tiff/planes.ts';
import { type TiffPicture, type TiffSpace, writeTiff } from '../../containers/tiff-writer.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import { spareSamples, tiffSamples } from '../../metadata/tiff-samples.ts';
import { still, unpremultiplied } from '../../raster/pixels.ts';
import { decoding, type SourceFile } from '../source-file.ts';

/** How sharp is asked for pixels as they are stored, how many colors it then gives, and how many of those say all. */
const STORED = {
  // As grey it would leave all but the first sample out.
  grey: { as: 'srgb', given: 3, kept: 1 },
  rgb: { as: 'srgb', given: 3, kept: 3 },
  cmyk: { as: 'cmyk', given: 4, kept: 4 },
} as const;

/**
 * One page as a TIFF of 8 bits a sample with the same profile; the file itself where libvips reads it so.
 *
 * @throws Fault source-broken
 */
export async function withSeenSamples(
  bytes: Uint8Array,
  { width, height, space, pages }: SourceInfo,
  page: number,
): Promise<SourceFile> {
  if (hasTiledPlanes(bytes, page)) return await withWholePixels(bytes, { width, height }, page);
  const samples = spareSamples(bytes);
  if (samples === undefined || space === 'other') return { bytes };
  const source = sharp(bytes, {
    ...{ limitInputPixels: width * height, failOn: 'error', ignoreIcc: true },
    ...(pages > 1 ? { page } : {}),
  });
  const { icc } = await decoding(source.metadata());
  const { as, given, kept } = STORED[space];
  const { data, info } = await decoding(
    source
      .pipelineColorspace(as)
      .toColorspace(as)
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true }),
  );
  const { alpha, colors } = samples;
  const alphaAt = alpha === undefined ? undefined : given + alpha - colors;
  const picture = writeTiff({
    ...{ width: info.width, height: info.height, space },
    channels: (kept + (alpha === undefined ? 0 : 1)) as TiffPicture['channels'],
    data: picked(plain(data), info.channels, kept, alphaAt),
    ...(icc ? { profile: new Uint8Array(icc) } : {}),
  });
  return pageOf(picture, page);
}

/** A file of one page: those before it are gone. */
function pageOf(bytes: Uint8Array, page: number): SourceFile {
  return { bytes, front: -page };
}

/** The same of a picture whose tiles hold one sample of each pixel. */
async function withWholePixels(
  bytes: Uint8Array,
  { width, height }: Size,
  page: number,
): Promise<SourceFile> {
  const files = planeFiles(bytes, page);
  if (files === undefined) return { bytes };
  const options = { limitInputPixels: width * height, failOn: 'error', ignoreIcc: true } as const;
  // Of a single sample there is nothing to put together.
  if (files.length === 1) return { bytes: files[0]!() };
  const samples = tiffSamples(bytes);
  const space = samples && SPACES[samples.colors];
  if (samples === undefined || space === undefined) return { bytes };
  const { colors, alpha, multiplied } = samples;
  const shown = [...Array(colors).keys(), ...(alpha === undefined ? [] : [alpha])];
  const channels = shown.length as TiffPicture['channels'];
  const data = new Uint8Array(width * height * channels);
  for (const [to, from] of shown.entries()) {
    const plane = sharp(files[from]!(), options).pipelineColorspace('b-w').toColorspace('b-w');
    const levels = await decoding(plane.raw({ depth: 'uchar' }).toBuffer());
    for (let i = 0, o = to; o < data.length; i++, o += channels) data[o] = levels[i]!;
  }
  if (multiplied && channels === 4) unpremultiplied(still(width, height, 4, data));
  const { icc } = await decoding(sharp(bytes, { page }).metadata());
  const profile = icc ? { profile: new Uint8Array(icc) } : {};
  return pageOf(writeTiff({ width, height, channels, space, data, ...profile }), page);
}

/** Color models by how many colors they have. */
const SPACES: Readonly<Record<number, TiffSpace>> = { 1: 'grey', 3: 'rgb', 4: 'cmyk' };

/** The first samples of every pixel, and one more. */
function picked(
  data: Uint8Array,
  channels: number,
  colors: number,
  alpha: number | undefined,
): Uint8Array {
  const kept = colors + (alpha === undefined ? 0 : 1);
  const out = new Uint8Array((data.length / channels) * kept);
  for (let i = 0, o = 0; i < data.length; i += channels, o += kept) {
    for (let c = 0; c < colors; c++) out[o + c] = data[i + c]!;
    if (alpha !== undefined) out[o + colors] = data[i + alpha]!;
  }
  return out;
}
