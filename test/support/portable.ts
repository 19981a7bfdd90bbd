/**
 * What also runs in browsers: the rooms, the files in them that do not, and
 * the list of files that is left. `house.test.ts` reads their imports,
 * `portable.test.ts` runs them.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const PORTABLE_ROOMS: readonly string[] = [
  ...['base', 'image', 'wasm', 'containers', 'plan', 'metadata', 'jpeg', 'gif', 'raster'],
  ...['dialects', 'metrics', 'optimizer', 'client'],
];

/** Files of these rooms that need Node: they write PNG chunks, whose checksum is Node's. */
export const NODE_ONLY: readonly string[] = [
  'containers/png-chunk.ts',
  'metadata/strip-metadata.ts',
];

const src = fileURLToPath(new URL('../../src/', import.meta.url));

/** Every file of the portable rooms but tests, suites and those that need Node, relative to `src/`. */
export function portableFiles(): string[] {
  return PORTABLE_ROOMS.flatMap((room) =>
    readdirSync(`${src}${room}`, { recursive: true, encoding: 'utf8' })
      .map((file) => `${room}/${file.replaceAll('\\', '/')}`)
      .filter((file) => /(?<!\.(test|suite))\.ts$/.test(file) && !NODE_ONLY.includes(file)),
  ).sort();
}
