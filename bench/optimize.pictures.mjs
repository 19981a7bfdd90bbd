/**
 * The pictures of the optimize bench: the stills of the corpus that plain sharp reads, by kind.
 *
 * Each is made upright, sRGB, at most as wide as asked for, and a PNG that keeps its alpha: the one source
 * of the script and of `optimize`.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const root = fileURLToPath(new URL('..', import.meta.url));
const corpus = join(root, '../shared/corpus');

/** Folders of the corpus by what they hold. */
const KINDS = {
  photographs: ['photos', 'faces', 'redeye'],
  graphics: ['graphics'],
  'files of odd formats': ['formats'],
};

/** The pictures of each kind, by name; of the demo where there is no corpus. */
export function pictures() {
  try {
    return Object.entries(KINDS).map(([kind, folders]) => ({
      kind,
      files: folders.flatMap((folder) => within(join(corpus, folder))),
    }));
  } catch {
    return [{ kind: 'photographs', files: within(join(root, 'demo/pictures')) }];
  }
}

/** Photographs alone. */
export const photographs = () =>
  pictures()[0].files.filter((file) => /\.(?:jpe?g|png|webp|avif)$/i.test(file));

function within(folder) {
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));
}

/** `count` of some files, evenly spread over them. */
export function spread(files, count) {
  const most = Math.min(count, files.length);
  return Array.from({ length: most }, (_, i) => files[Math.floor((i * files.length) / most)]);
}

/** Writes the sources of a kind; names of those that sharp reads, and of those that it does not. */
export async function writeSources(files, width, folder) {
  mkdirSync(folder, { recursive: true });
  const names = [];
  const refused = [];
  for (const file of files) {
    const { name, ext } = parse(file);
    const png = `${name}${ext.replace('.', '-')}.png`;
    try {
      await sharp(file, { limitInputPixels: false })
        .rotate()
        .resize({ width, withoutEnlargement: true })
        .toColorspace('srgb')
        .png()
        .toFile(join(folder, png));
      names.push(png);
    } catch {
      refused.push(`${name}${ext}`);
    }
  }
  return { names, refused };
}
