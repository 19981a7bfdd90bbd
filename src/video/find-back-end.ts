/**
 * Find back end: what on this machine can make videos.
 *
 * Nothing is started for it: a look at some paths is enough, so that it can be
 * done for every request that asks for a video, and what is installed later is
 * found without a restart. What does not work after all shows when it is used.
 */
import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BackEnd } from './back-end.ts';
import { ffmpegBackEnd } from './ffmpeg.ts';
import { nodeAvBackEnd } from './node-av.ts';

/** A back end by what starts it: plain data, for the way to a worker. `path`: the program. */
export type BackEndRef =
  | { readonly kind: 'ffmpeg'; readonly path: string }
  | { readonly kind: 'node-av' };

export interface FoundBackEnd {
  readonly ref: BackEndRef;
  /** Changes when another version is installed. */
  readonly version: string;
}

/** What to do where there is none; part of an answer to a client. */
export const HOW_TO_INSTALL =
  'Install ffmpeg with libx264 and libvpx (Debian: apt-get install ffmpeg) or the npm package node-av beside the server.';

/**
 * The back end of this machine; undefined where there is none.
 *
 * @param setting `auto`: the package where it is installed, else the ffmpeg in PATH; `off`: none;
 *   `node-av`: the package; else the absolute path of an ffmpeg
 * @param search folders of programs, as in PATH
 * @param ownPackage looks for the package; for tests
 */
export function findBackEnd(
  setting: string,
  search = process.env.PATH ?? '',
  ownPackage = nodeAv,
): FoundBackEnd | undefined {
  if (setting === 'off') return undefined;
  if (setting === 'node-av') return ownPackage();
  if (setting !== 'auto') return programAt(setting);
  const own = ownPackage();
  if (own !== undefined) return own;
  for (const folder of search.split(delimiter)) {
    // Relative folders of PATH would depend on where the server was started.
    const found = isAbsolute(folder) ? programAt(join(folder, PROGRAM)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

const PROGRAM = process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg';

function programAt(path: string): FoundBackEnd | undefined {
  try {
    const real = realpathSync(path);
    const { size, mtimeMs } = statSync(real);
    if (!statSync(real).isFile()) return undefined;
    accessSync(real, constants.X_OK);
    return { ref: { kind: 'ffmpeg', path: real }, version: `${real} ${size} ${mtimeMs}` };
  } catch {
    return undefined;
  }
}

/** The package, where it stands beside this server with its binary for this machine. */
function nodeAv(): FoundBackEnd | undefined {
  try {
    const { version } = readPackage(join(folderOf('node-av'), 'package.json'));
    const { platform, arch } = process;
    const binary = readdirSync(join(folderOf('node-av'), '..', '@seydx')).some((name) =>
      name.startsWith(`node-av-${platform}-${arch}`),
    );
    return binary ? { ref: { kind: 'node-av' }, version: `node-av ${version}` } : undefined;
  } catch {
    return undefined;
  }
}

/** The folder of a package that is installed beside this server. @throws where it is not */
function folderOf(name: string): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name);
    if (existsSync(join(found, 'package.json'))) return found;
    if (folder === dirname(folder)) throw new Error(`expected the package ${name}, found none`);
  }
}

function readPackage(file: string): { readonly version: string } {
  return JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string };
}

/** The back end that a reference names. */
export function openBackEnd(ref: BackEndRef): BackEnd {
  return ref.kind === 'node-av' ? nodeAvBackEnd() : ffmpegBackEnd(ref.path);
}
