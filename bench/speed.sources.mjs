/**
 * Photographs of the speed bench, and an origin in which each request finds a new source.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';

const work = mkdtempSync(join(tmpdir(), 'fovea-speed-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

/** Baseline copies of the large photographs: the corpus has only progressive ones. */
const BASELINE = { 'dock-water': 3, 'sea-cliff': 5, 'earth-at-night': 12, 'forest-mist': 22 };

/**
 * Photographs of 3 to 24 megapixels: `{ name, file, format, megapixels, progressive }`.
 * Half of the JPEGs are progressive, half baseline. Undefined where `folder` is not there.
 */
export async function photographs(folder) {
  if (!existsSync(folder)) return undefined;
  const photos = [];
  for (const name of readdirSync(folder).sort()) {
    if (!/\.(jpe?g|webp)$/.test(name)) continue;
    const photo = await described(join(folder, name), name);
    if (photo.megapixels < 3) continue;
    photos.push(photo);
    const stem = Object.keys(BASELINE).find((one) => name.startsWith(one));
    if (stem !== undefined) photos.push(await baseline(photo.file, stem, BASELINE[stem]));
  }
  return photos.length === 0 ? undefined : photos;
}

/** Copies of one photograph in sizes of so many megapixels, in every kind of decoder. */
export async function sizes(photo, megapixels) {
  const kinds = {
    'baseline JPEG': ['jpg', (pipe) => pipe.jpeg({ quality: 88 })],
    'progressive JPEG': ['jpg', (pipe) => pipe.jpeg({ quality: 88, progressive: true })],
    PNG: ['png', (pipe) => pipe.png({ compressionLevel: 3 })],
    WebP: ['webp', (pipe) => pipe.webp({ quality: 85, effort: 2 })],
  };
  const made = [];
  for (const [kind, [ext, write]] of Object.entries(kinds)) {
    for (const size of megapixels) {
      const name = `scale-${kind.replace(' ', '-').toLowerCase()}-${size}mp.${ext}`;
      const file = join(work, name);
      await write(sharp(photo.file).resize(...sidesOf(size), { fit: 'fill' })).toFile(file);
      made.push({ ...(await described(file, name)), kind, size });
    }
  }
  return made;
}

/** Width and height of a picture of 3:2 with so many megapixels. */
function sidesOf(megapixels) {
  const height = Math.round(Math.sqrt((megapixels * 1e6) / 1.5));
  return [Math.round(height * 1.5), height];
}

async function baseline(from, stem, megapixels) {
  const name = `${stem}-baseline-${megapixels}mp.jpg`;
  const file = join(work, name);
  const { width, height } = await sharp(from).metadata();
  const share = Math.min(1, Math.sqrt((megapixels * 1e6) / (width * height)));
  await sharp(from)
    .resize(Math.round(width * share), Math.round(height * share), { fit: 'fill' })
    .jpeg({ quality: 90 })
    .toFile(file);
  return await described(file, name);
}

async function described(file, name) {
  const { width, height, format, isProgressive } = await sharp(file).metadata();
  const megapixels = (width * height) / 1e6;
  return { name, file, format, width, height, megapixels, progressive: isProgressive === true };
}

/**
 * An origin on loopback: `/N/NAME` is the photograph NAME with N in its bytes, so that every
 * source is new to who reads it and has the same pixels. Counts what it was asked for.
 */
export async function startOrigin(photos) {
  const bodies = new Map(photos.map(({ name, file }) => [name, readFileSync(file)]));
  let asked = 0;
  const server = createServer((request, response) => {
    const [, serial, name] = request.url.split('/');
    const body = bodies.get(name);
    if (body === undefined) return response.writeHead(404).end();
    asked++;
    const marked = withSerial(body, Number(serial));
    response.writeHead(200, { 'content-length': marked.length, 'cache-control': 'max-age=3600' });
    return response.end(marked);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  return {
    host: `127.0.0.1:${port}`,
    base: `http://127.0.0.1:${port}/`,
    asked: () => asked,
    stop: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}

/** A file with a number behind its end, where decoders do not look; RIFF counts it in. */
function withSerial(body, serial) {
  const tail = Buffer.alloc(16);
  if (body.toString('latin1', 0, 4) !== 'RIFF') {
    tail.write(String(serial));
    return Buffer.concat([body, tail]);
  }
  tail.write('NOTE', 0, 'latin1');
  tail.writeUInt32LE(8, 4);
  tail.writeDoubleLE(serial, 8);
  const marked = Buffer.concat([body, tail]);
  marked.writeUInt32LE(marked.length - 8, 4);
  return marked;
}

/** A folder of its own for what a part of the bench writes. */
export function folderOf(name) {
  const folder = join(work, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Writes a photograph's bytes under another name into a folder of its own. */
export function copied(photo, folder, name) {
  writeFileSync(join(folder, name), readFileSync(photo.file));
}
