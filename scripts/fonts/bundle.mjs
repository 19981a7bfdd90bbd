/**
 * Bundles the fonts that text is set in: one file with every face, as OpenType tables that need no
 * more unpacking, behind an index as JSON.
 *
 * The file: four bytes, the length of the index; the index; the faces one after another.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inflateSync } from 'node:zlib';

/** Parts of a family, in the order in which a letter is looked for. */
const SUBSETS = [
  'latin',
  'latin-ext',
  'greek',
  'greek-ext',
  'cyrillic',
  'cyrillic-ext',
  'vietnamese',
];

const FAMILIES = [
  {
    family: 'sans',
    name: 'noto-sans',
    styles: ['400-normal', '700-normal', '400-italic', '700-italic'],
  },
  {
    family: 'serif',
    name: 'noto-serif',
    styles: ['400-normal', '700-normal', '400-italic', '700-italic'],
  },
  { family: 'mono', name: 'noto-sans-mono', styles: ['400-normal', '700-normal'] },
  {
    family: 'hebrew',
    name: 'noto-sans-hebrew',
    styles: ['400-normal', '700-normal'],
    subsets: ['hebrew'],
  },
  {
    family: 'arabic',
    name: 'noto-sans-arabic',
    styles: ['400-normal', '700-normal'],
    subsets: ['arabic'],
  },
];

/** Writes the bundle of the packages below `modules`. */
export function bundleFonts(modules, file) {
  const faces = [];
  const parts = [];
  let at = 0;
  for (const { family, name, styles, subsets = SUBSETS } of FAMILIES) {
    for (const style of styles) {
      for (const subset of subsets) {
        const source = join(
          modules,
          '@fontsource',
          name,
          'files',
          `${name}-${subset}-${style}.woff`,
        );
        const bytes = fromWoff(readFileSync(source));
        const [weight, slant] = style.split('-');
        faces.push({
          ...{ family, subset, bold: weight === '700', italic: slant === 'italic' },
          ...{ at, length: bytes.length },
        });
        parts.push(bytes);
        at += bytes.length;
      }
    }
  }
  const index = Buffer.from(JSON.stringify(faces));
  const head = Buffer.alloc(4);
  head.writeUInt32BE(index.length);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, Buffer.concat([head, index, ...parts]));
}

/** The OpenType font in a WOFF 1.0 file (https://www.w3.org/TR/WOFF/). */
function fromWoff(woff) {
  if (woff.readUInt32BE(0) !== 0x774f4646) throw new Error('expected a WOFF file');
  const count = woff.readUInt16BE(12);
  const directory = Buffer.alloc(12 + 16 * count);
  directory.writeUInt32BE(woff.readUInt32BE(4), 0);
  directory.writeUInt16BE(count, 4);
  const power = 2 ** Math.floor(Math.log2(count));
  directory.writeUInt16BE(power * 16, 6);
  directory.writeUInt16BE(Math.log2(power), 8);
  directory.writeUInt16BE((count - power) * 16, 10);
  const tables = [];
  let at = directory.length;
  for (let i = 0; i < count; i++) {
    const from = 44 + 20 * i;
    const [offset, packed, length] = [4, 8, 12].map((field) => woff.readUInt32BE(from + field));
    const raw = woff.subarray(offset, offset + packed);
    const table = packed < length ? inflateSync(raw) : raw;
    woff.copy(directory, 12 + 16 * i, from, from + 4);
    directory.writeUInt32BE(woff.readUInt32BE(from + 16), 12 + 16 * i + 4);
    directory.writeUInt32BE(at, 12 + 16 * i + 8);
    directory.writeUInt32BE(length, 12 + 16 * i + 12);
    const padded = Buffer.alloc(Math.ceil(length / 4) * 4);
    table.copy(padded);
    tables.push(padded);
    at += padded.length;
  }
  return Buffer.concat([directory, ...tables]);
}
