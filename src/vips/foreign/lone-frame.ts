/**
 * The one frame of an animated PNG whose picture for stills is another: libvips shows that one, browsers the frame
 * (docs/spec/http.md 14.16).
 */
import sharp from 'sharp';
import { isWhole, readLoneFrame } from '../../containers/animation/apng.ts';
import { writeTiff } from '../../containers/tiff-writer.ts';
import { FrameCanvas } from '../../raster/frame-canvas.ts';
import { pixels } from '../pipeline.ts';
import { decoding } from '../source-file.ts';
import { stillPng } from './apng-frames.ts';

/**
 * A file of that frame as it is stored, on a clear canvas where it covers less; the file itself where it has none.
 *
 * @throws Fault source-broken
 */
export async function withLoneFrame(bytes: Uint8Array): Promise<Uint8Array> {
  const apng = readLoneFrame(bytes);
  const frame = apng?.frames[0];
  if (apng === undefined || frame === undefined) return bytes;
  const png = stillPng(apng, frame);
  if (isWhole(frame, apng.size)) return png;
  // In the values of the file, with its profile: nothing but clear pixels is added.
  const source = sharp(png, { ignoreIcc: true, failOn: 'error' });
  const { icc } = await decoding(source.metadata());
  const canvas = new FrameCanvas(apng.size);
  canvas.draw(await decoding(pixels(source)), { ...frame, blend: 'source', disposal: 'keep' });
  const picture = { ...apng.size, channels: 4, data: new Uint8Array(canvas.data) } as const;
  return writeTiff({ ...picture, ...(icc ? { profile: new Uint8Array(icc) } : {}) });
}
