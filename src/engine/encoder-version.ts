/**
 * Encoder version: what makes the bytes of renditions, in one string.
 *
 * It is part of every rendition's key, so that another version of the code, of
 * an encoder or of a decoder makes new renditions instead of serving old ones
 * under a new meaning. Nobody raises a number: `scripts/build.mjs` writes a hash of
 * everything a render worker loads (`scripts/code-hash.mjs`), and the versions of
 * the libraries are asked for when a worker starts, because an upgrade of
 * `node_modules` builds nothing.
 *
 * Node's own zlib is not part of it: it only computes checksums here.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { OPTIONAL_PACKAGES } from '../vips/optional/optional-package.ts';

/** What the build knows. */
interface BuiltVersion {
  /** Hash of the compiled code and kernels that a worker loads. */
  readonly code: string;
  /** Packages that this code imports. */
  readonly packages: readonly string[];
}

/**
 * The version of the build, of the packages it imports and of the `libraries` inside sharp.
 *
 * @throws Error when the code was not built, or a package is not installed
 */
export function encoderVersion(
  libraries: Readonly<Record<string, string>>,
  file: URL = new URL('./encoder-version.json', import.meta.url),
): string {
  const { code, packages } = JSON.parse(readFileSync(file, 'utf8')) as BuiltVersion;
  const versions = packages.map((name) => `${name} ${packageVersion(name, file) ?? absent(name)}`);
  return JSON.stringify([code, versions, libraries]);
}

/** @throws Error where the code cannot do without the package */
function absent(name: string): string {
  if (OPTIONAL_PACKAGES.includes(name)) return 'none';
  throw new Error(`expected the package ${name} to be installed, found none`);
}

/** The installed version of a package, looked for as Node does, from a file upwards. */
function packageVersion(name: string, from: URL): string | undefined {
  for (let folder = new URL('./', from); ; folder = new URL('../', folder)) {
    const description = fileURLToPath(new URL(`node_modules/${name}/package.json`, folder));
    if (existsSync(description)) {
      return (JSON.parse(readFileSync(description, 'utf8')) as { version: string }).version;
    }
    if (folder.pathname === new URL('../', folder).pathname) return undefined;
  }
}
