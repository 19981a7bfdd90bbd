/** The pictures that the parts ask for: those of the repository, and of the corpus where it stands beside it. */
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const from = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Sound pictures of some size. */
const OWN = [
  'astronaut.jpg',
  'coffee.png',
  'editor.png',
  'elephant.jpg',
  'house.png',
  'leaves.jpg',
  'sprites.png',
];

/** Lays the pictures into a folder; their names. */
export function layPictures(folder) {
  mkdirSync(folder, { recursive: true });
  for (const name of OWN) copyFileSync(from(`../pictures/${name}`), join(folder, name));
  return OWN;
}

/** Files of all formats that a damaged picture is made of. */
export function originals() {
  const folders = ['../pictures', '../data/faults', '../../demo/pictures'].concat(
    ['formats', 'animated'].map((name) => `../../../shared/corpus/${name}`),
  );
  return folders
    .map(from)
    .filter(existsSync)
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) =>
      /\.(jpe?g|png|apng|webp|gif|avif|svg|tiff?|bmp|ico|heic|heif|jxl|pdf)$/.test(basename(path)),
    );
}
