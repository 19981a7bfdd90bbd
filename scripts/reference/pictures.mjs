/**
 * The pictures of docs/reference/pictures/: every source and example, made by the product itself.
 *
 * A file that already shows the same is left alone, so that one machine does not undo what
 * another has written: encoders differ in bytes where pictures do not.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { createServer } from '../../dist/server/compose.js';
import { parseConfig } from '../../dist/server/config/config.js';
import { EXAMPLES, fileOf, fileOfSource, SOURCES } from './examples.mjs';

/** Mean difference of two pictures, in levels of 255, below which they show the same. */
export const SAME = 4;

/** How every picture of the reference is asked for, so that it takes a few kilobytes. */
const SMALL = 'fm=webp&q=60';

/** Every picture by the name of its file, as the product makes it now. */
export async function referencePictures() {
  const home = mkdtempSync(join(tmpdir(), 'fovea-reference-'));
  const pictures = {};
  for (const [name, make] of Object.entries(SOURCES)) {
    writeFileSync(join(home, `${name.replaceAll(' ', '-')}.png`), await make());
  }
  const source = { name: 'imgix', dialect: 'imgix', mount: '/imgix' };
  const server = await createServer(
    parseConfig(
      {
        cache: { folder: join(home, '.cache'), size: '64MB' },
        latency: '30s',
        workers: 1,
        refine: false,
        limits: { queueWait: '2m' },
        log: { level: 'silent' },
        sources: [{ ...source, origin: { kind: 'folder', path: home } }],
      },
      { folder: home, env: {} },
    ),
  );
  try {
    const made = async (source, query) => {
      const target = `/imgix/${source.replaceAll(' ', '-')}.png?${query}&${SMALL}`;
      const answer = await server.handle(new Request(`http://reference.invalid${target}`));
      if (!answer.ok) throw new Error(`Expected a picture for ${target}, got ${answer.status}.`);
      return new Uint8Array(await answer.arrayBuffer());
    };
    for (const source of Object.keys(SOURCES)) {
      pictures[fileOfSource(source)] = await made(source, 'auto=format');
    }
    for (const example of EXAMPLES.imgix) {
      pictures[fileOf('imgix', example)] = await made(example.source, example.query);
    }
  } finally {
    await server.close();
    rmSync(home, { recursive: true, force: true });
  }
  return pictures;
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
