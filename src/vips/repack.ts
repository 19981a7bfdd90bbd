/**
 * Re-packing without loss: the same pixels in fewer bytes.
 *
 * JPEG and PNG are packed anew by mozjpeg and oxipng. Their word is not
 * enough: both files are decoded and compared before the smaller one is
 * given.
 */
import { compressJpeg, losslessCompressPng } from '@napi-rs/image';
import sharp from 'sharp';
import { pngChunks } from '../containers/png.ts';
import { profileKind } from '../metadata/icc.ts';

/**
 * The JPEG in fewer bytes with every pixel kept and no metadata; undefined
 * where that cannot be done safely (orientation or a profile that the look
 * depends on, CMYK, damage) or would gain nothing. The result is progressive.
 */
export async function optimizeJpegLossless(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  return smaller(bytes, () => compressJpeg(bytes, { quality: 100 }));
}

/** The same for PNG; animated PNG is left alone, its frames would be lost. */
export async function optimizePngLossless(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  if (pngChunks(bytes).chunks.some(({ name }) => name === 'acTL')) return undefined;
  return smaller(bytes, () => losslessCompressPng(bytes, { strip: true }));
}

async function smaller(
  bytes: Uint8Array,
  pack: () => Promise<Uint8Array>,
): Promise<Uint8Array | undefined> {
  try {
    const header = await sharp(bytes).metadata();
    if ((header.orientation ?? 1) !== 1 || profileKind(header.icc) === 'other') return undefined;
    if (header.space === 'cmyk') return undefined;
    const packed = new Uint8Array(await pack());
    if (packed.length >= bytes.length) return undefined;
    return (await decodeAlike(bytes, packed)) ? packed : undefined;
  } catch {
    return undefined; // a file the packers refuse is delivered as it is
  }
}

/** Whether two files decode to the same bytes, colors of transparent pixels included. */
async function decodeAlike(a: Uint8Array, b: Uint8Array): Promise<boolean> {
  const open = (bytes: Uint8Array) =>
    sharp(bytes, { ignoreIcc: true }).toColorspace('srgb').ensureAlpha().raw().toBuffer();
  const [first, second] = await Promise.all([open(a), open(b)]);
  return first.equals(second);
}
