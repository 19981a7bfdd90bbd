/**
 * Few greys: drawings whose file has a byte for each pixel all the same.
 *
 * Programs that pack a PNG write few greys as 8 bits where filters make that smaller, which a screen of
 * dots often is. Such a file is as much a drawing of few colors as one with a palette, and made
 * smaller it has to stay within its bytes (docs/spec/http.md 14.21), so its greys are counted.
 */
import sharp from 'sharp';
import { pngSample } from '../../containers/png.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import { decoding, readSource, type SourceFile } from '../source-file.ts';

/** Most greys that count as a palette. */
const FEW = 16;

/** Most pixels that are looked at. */
const MOST_PIXELS = 3e5;

/** Most bits of the file for a pixel: a photograph in grey takes more. */
const MOST_BITS = 2;

/** The facts of a source, with its greys as its palette where it is a small PNG of 8 bits that has few. */
export async function withFewGreys(file: SourceFile, info: SourceInfo): Promise<SourceInfo> {
  const { format, pages, width, height, palette } = info;
  const pixels = width * height;
  if (format !== 'png' || pages > 1 || info.loneFrame || palette !== undefined) return info;
  if (pixels > MOST_PIXELS || 8 * info.bytes > MOST_BITS * pixels) return info;
  const png = await readSource(file);
  const { bits, type } = pngSample(png);
  if (bits !== 8 || type !== 0) return info;
  // What cannot be decoded is told of where it is rendered.
  const greys = await decoding(sharp(png).extractChannel(0).raw().toBuffer()).then(
    (levels) => new Set(levels).size,
    () => undefined,
  );
  return greys === undefined || greys > FEW ? info : { ...info, palette: Math.max(2, greys) };
}
