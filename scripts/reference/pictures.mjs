/**
 * The pictures of docs/reference/pictures/: every source and example, made by the product itself.
 *
 * A file that already shows the same is left alone, so that one machine does not undo what
 * another has written: encoders differ in bytes where pictures do not. Of a video its frames are
 * shown as an animated picture; where nothing is installed that makes videos, those are left out.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { createServer } from '../../dist/server/compose.js';
import { parseConfig } from '../../dist/server/config/config.js';
import { createVideoEncoder } from '../../dist/video/encoder.js';
import { findBackEnd, openBackEnd } from '../../dist/video/find-back-end.js';
import { EXAMPLES, fileOf, fileOfSource, MOVING, SOURCES } from './examples.mjs';

/** Mean difference of two pictures, in levels of 255, below which they show the same. */
export const SAME = 4;

/** The target of a source in each dialect, asked for in a few kilobytes. */
const TARGETS = {
  imgix: (file, query) => `/imgix/${file}?${query}&fm=webp&q=60`,
  fastly: (file, query) => `/fastly/${file}?${query}&format=webp&quality=60`,
  imageoptim: (file, options) => `/imageoptim/${options}/${file}`,
};

const backEnd = findBackEnd('auto');

/** The examples that this machine can make. */
export const isPossible = ({ video }) => video === undefined || backEnd !== undefined;

/** Every picture by the name of its file, as the product makes it now. */
export async function referencePictures() {
  const home = mkdtempSync(join(tmpdir(), 'fovea-reference-'));
  const fileIn = (source) => `${source.replaceAll(' ', '-')}.png`;
  for (const [name, make] of Object.entries(SOURCES)) {
    writeFileSync(join(home, fileIn(name)), await make());
  }
  const server = await createServer(configFor(home));
  try {
    const made = async (dialect, source, query, video) => {
      const file = fileIn(source);
      const plain = dialect === 'imageoptim' ? `/${query}/${file}` : `/${file}?${query}`;
      const target = video ? `/${dialect}${plain}` : TARGETS[dialect](file, query);
      const request = new Request(`http://reference.invalid${target}`, {
        headers: { accept: 'image/webp' },
      });
      const answer = await server.handle(request);
      if (!answer.ok) throw new Error(`Expected a picture for ${target}, got ${answer.status}.`);
      return new Uint8Array(await answer.arrayBuffer());
    };
    const pictures = {};
    for (const source of Object.keys(SOURCES)) {
      pictures[fileOfSource(source)] = await made('imgix', source, 'auto=format');
    }
    for (const [dialect, examples] of Object.entries(EXAMPLES)) {
      for (const example of examples) {
        const { source, query, video } = example;
        if (!isPossible(example)) continue;
        const bytes = await made(dialect, source, query, video);
        pictures[fileOf(dialect, example)] = video ? await framesOf(bytes, video) : bytes;
      }
    }
    return pictures;
  } finally {
    await server.close();
    rmSync(home, { recursive: true, force: true });
  }
}

/** Frames of a video of `MOVING` as an animated picture. */
async function framesOf(bytes, format) {
  const { width, height, frames, delay } = MOVING;
  const delays = Array(frames).fill(delay);
  const encoder = createVideoEncoder(openBackEnd(backEnd.ref), {
    until: performance.now() + 60_000,
    threads: 1,
  });
  const shown = delays.map((_, i) => i);
  const decoded = await encoder.decode(bytes, format, { width, height, delays }, shown);
  const raw = { width, height: height * shown.length, channels: 3, pageHeight: height };
  return sharp(Buffer.concat(decoded.map(({ data }) => data)), { raw })
    .webp({ quality: 60, delay: delays, loop: 0 })
    .toBuffer();
}

/** A folder of pictures in all dialects, with time for each first answer to be the last. */
function configFor(folder) {
  const settings = {
    cache: { folder: join(folder, '.cache'), size: '64MB' },
    latency: '30s',
    workers: 1,
    refine: false,
    limits: { queueWait: '2m' },
    log: { level: 'silent' },
    sources: Object.keys(TARGETS).map((dialect) => ({
      name: dialect,
      dialect,
      mount: `/${dialect}`,
      origin: { kind: 'folder', path: folder },
    })),
  };
  return parseConfig(settings, { folder, env: {} });
}

/** The mean difference of two pictures, in levels of 255; Infinity where their sizes differ. */
export async function difference(one, two) {
  const [a, b] = await Promise.all(
    [one, two].map((bytes) =>
      sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true }),
    ),
  );
  if (a.info.width !== b.info.width || a.data.length !== b.data.length) {
    return Number.POSITIVE_INFINITY;
  }
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += Math.abs(a.data[i] - b.data[i]);
  return sum / a.data.length;
}

/** Writes the pictures that are missing in a folder or show something else there. */
export async function writePictures(folder) {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(await referencePictures())) {
    const file = join(folder, name);
    const known = existsSync(file) ? readFileSync(file) : undefined;
    const same = known !== undefined && (await difference(known, bytes)) < SAME / 2;
    if (!same) writeFileSync(file, bytes);
  }
}
