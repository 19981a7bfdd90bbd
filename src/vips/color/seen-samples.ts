/**
 * Seen samples: a TIFF without the samples of its pixels that are neither color nor alpha.
 *
 * libvips takes the first further sample for alpha, whatever the file says of it, and hands on all others.
 */
import sharp from 'sharp';
import { plain } from '../../containers/bytes.ts';
import { type TiffPicture, writeTiff } from '../../containers/tiff-writer.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import { spareSamples } from '../../metadata/tiff-samples.ts';
import { decoding } from '../source-file.ts';

/** How sharp is asked for pixels as they are stored, how many colors it then gives, and how many of those say all. */
const STORED = {
  // As grey it would leave all but the first sample out.
  grey: { as: 'srgb', given: 3, kept: 1 },
  rgb: { as: 'srgb', given: 3, kept: 3 },
  cmyk: { as: 'cmyk', given: 4, kept: 4 },
} as const;

/**
 * One page as a TIFF of 8 bits a sample with the same profile; the file itself where all samples are seen.
 *
 * @throws Fault source-broken
 */
export async function withSeenSamples(
  bytes: Uint8Array,
  { width, height, space, pages }: SourceInfo,
  page: number,
): Promise<Uint8Array> {
  const samples = spareSamples(bytes);
  if (samples === undefined || space === 'other') return bytes;
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
  return writeTiff({
    ...{ width: info.width, height: info.height, space },
    channels: (kept + (alpha === undefined ? 0 : 1)) as TiffPicture['channels'],
    data: picked(plain(data), info.channels, kept, alphaAt),
    ...(icc ? { profile: new Uint8Array(icc) } : {}),
  });
}

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
