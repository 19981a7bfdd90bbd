/** Where the collector stands that was built from the files of `collector/`; another build has another name. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FILES = ['go.mod', 'go.sum', 'main.go'];

/** @returns {string} a path, whether or not there is a program */
export function collectorProgram() {
  const hash = createHash('sha256');
  for (const name of FILES)
    hash.update(readFileSync(new URL(`collector/${name}`, import.meta.url)));
  const name = `collector-${hash.digest('hex').slice(0, 16)}`;
  return fileURLToPath(new URL(`../../node_modules/.cache/fovea/${name}`, import.meta.url));
}
