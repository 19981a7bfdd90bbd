/**
 * Pictures of the overload bench, and a server that offers them.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { METRICS_TOKEN } from './overload.client.mjs';
import { startServer } from './server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const PHOTOS = join(here, '../../shared/corpus/photos');
/** Large pictures, by the megapixels in their names. */
const LARGE = { '24mp': [6000, 4000], '12mp': [4000, 3000], '8mp': [3264, 2448] };

/** Bytes of the two sources that are passed through, and of an upload. */
export const SMALL_BYTES = 45_000;
export const LARGE_BYTES = 45_000_000;

const folder = mkdtempSync(join(tmpdir(), 'fovea-overload-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/**
 * The pictures: four photographs' worth of noise `p0.jpg` to `p3.jpg`, two
 * sources of given length, the head of a JPEG, and the names of large pictures
 * of 24, 12 and 8 megapixels, made here where the photographs are not there.
 */
export async function makePictures() {
  const made = join(folder, 'made');
  mkdirSync(made);
  for (let i = 0; i < 4; i++) {
    const file = join(made, `p${i}.jpg`);
    await (await noise(1600, 1200)).blur(1.5).jpeg({ quality: 92 }).toFile(file);
  }
  const plain = await (await noise(160, 120)).jpeg({ quality: 80 }).toBuffer();
  for (const [name, bytes] of [
    ['small.jpg', SMALL_BYTES],
    ['large.jpg', LARGE_BYTES],
  ]) {
    // Bytes behind the end of a JPEG are ignored by decoders
    writeFileSync(join(made, name), Buffer.concat([plain, randomBytes(bytes - plain.length)]));
  }
  const scan = plain.indexOf(Buffer.from([0xff, 0xda]));
  return { made, head: plain.subarray(0, scan + 14).toString('base64'), ...(await large()) };
}

async function large() {
  const names = existsSync(PHOTOS) ? readdirSync(PHOTOS).sort() : [];
  const found = Object.keys(LARGE).map((size) => names.find((name) => name.includes(size)));
  if (found.every(Boolean)) return { photos: PHOTOS, large: found };
  console.log(`The photographs are not in ${PHOTOS}; large pictures of noise take their place.`);
  const photos = join(folder, 'photos');
  mkdirSync(photos);
  for (const [size, [width, height]] of Object.entries(LARGE)) {
    const picture = (await noise(width, height)).blur(2).jpeg({ quality: 85 });
    await picture.toFile(join(photos, `noise-${size}.jpg`));
  }
  return { photos, large: Object.keys(LARGE).map((size) => `noise-${size}.jpg`) };
}

async function noise(width, height) {
  const noise = { type: 'gaussian', mean: 128, sigma: 40 };
  return sharp({ create: { width, height, channels: 3, background: '#888', noise } });
}

/** A server with the made pictures in imgix (`/p`), the large ones in ImageOptim (`/io`). */
export function serve({ made, photos }, { listen, refine = false } = {}) {
  const source = (name, dialect, path) => {
    return { name, dialect, mount: `/${name}`, origin: { kind: 'folder', path } };
  };
  return startServer({
    ...(listen === undefined ? {} : { listen }),
    cache: { size: '1GB' },
    refine,
    metrics: { token: METRICS_TOKEN },
    sources: [source('p', 'imgix', made), source('io', 'imageoptim', photos)],
  });
}
