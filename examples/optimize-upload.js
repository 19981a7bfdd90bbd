/**
 * A picture that somebody uploads, as a small AVIF, WebP or JPEG: bytes in, bytes out, no server of Fovea.
 *
 * node optimize-upload.js photo.jpg
 */
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { isFault, optimize } from 'fovea';

const [path = 'photo.jpg'] = process.argv.slice(2);
// Any stream of bytes: the body of a request, for one
const upload = createReadStream(path);
try {
  const picture = await optimize(upload, {
    width: 1600,
    target: 'medium',
    signal: AbortSignal.timeout(120_000),
  });
  await writeFile(`small.${picture.format}`, picture.bytes);
  console.log(
    `${picture.width} x ${picture.height} ${picture.format}`,
    `${picture.source.bytes} -> ${picture.bytes.length} bytes`,
    `score ${picture.score?.toFixed(0)}`,
  );
} catch (error) {
  if (!isFault(error, 'source-not-an-image')) throw error;
  console.log('That is no picture.');
}
