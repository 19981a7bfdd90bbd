/**
 * Worker permissions: what the JavaScript of a worker may touch, by Node's permission model.
 *
 * It reads the server's own packages, what the cache holds and bodies on their way in; it writes large
 * results into the cache's folder for temporary files, and nothing else. It starts programs only where
 * videos are made by one, and threads only for a package that has some. Where the model knows of the
 * network (Node 25), it has none. Native code, so libvips and its decoders, is not bound by any of this
 * (docs/decisions/0044-worker-permissions.md, SECURITY.md).
 */
import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DiskPaths } from '../../stores/disk/paths.ts';
import { findBackEnd } from '../../video/find-back-end.ts';
import { installedVersion, JXL_PACKAGE } from '../../vips/optional/optional-package.ts';

export interface WorkerPermissions {
  /** The folder of the cache. */
  readonly cache: string;
  /** Whether a program may be started, as for videos. */
  readonly programs: boolean;
}

/** Read by a part of sharp to learn which C library there is. */
const LIBRARY_PROBE = '/usr/bin/ldd';

/** Links that are followed from one name, as the system does. */
const MOST_LINKS = 40;

/** Says nothing on every start about what is known here: addons are meant to be loaded. */
const QUIET = ['--disable-warning=SecurityWarning', '--disable-warning=ExperimentalWarning'];

/**
 * The package for JPEG XL computes on threads of its own, and each of them asks for the constants of files by
 * `process.binding`, which the model refuses: they are told them, and nothing else.
 */
const BINDING = `--import=data:text/javascript,${encodeURIComponent(
  "import { constants } from 'node:fs'; const { binding } = process; " +
    "process.binding = (name) => name === 'constants' ? { fs: constants } : binding(name);",
)}`;

/** Releases from which the model needs no word of being an experiment, by their major version. */
const STABLE_SINCE: Readonly<Record<number, number>> = { 22: 13, 23: 5 };

/** The flag that switches the model on. @param node a version, such as 22.13.0 */
export function permissionFlag(node = process.versions.node): string {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  const stable = major > 23 || minor >= (STABLE_SINCE[major] ?? Number.POSITIVE_INFINITY);
  return stable ? '--permission' : '--experimental-permission';
}

/** What of a configuration decides about permissions. */
export interface WorkerSettings {
  readonly cache: { readonly folder: string };
  readonly video: { readonly encoder: string };
  /** Whether workers have bounds at all. */
  readonly workerPermissions: boolean;
}

/** Flags of Node for a worker that is started now; a program for videos that is installed later is for workers after that. */
export function workerFlags({ cache, video, workerPermissions }: WorkerSettings): string[] {
  if (!workerPermissions) return [];
  const programs = findBackEnd(video.encoder) !== undefined;
  return permissionFlags({ cache: cache.folder, programs });
}

/** The same by what they may. */
export function permissionFlags({ cache, programs }: WorkerPermissions): string[] {
  const { root, temporaries } = new DiskPaths(cache, 1);
  const reads = [...ownFolders(), root].flatMap(below);
  return [
    permissionFlag(),
    ...QUIET,
    '--allow-addons',
    ...given('read', [...reads, join(tmpdir(), 'fovea-*'), LIBRARY_PROBE]),
    ...given('write', below(temporaries)),
    ...(programs ? ['--allow-child-process'] : []),
    ...(installedVersion(JXL_PACKAGE) === undefined ? [] : ['--allow-worker', BINDING]),
  ];
}

/**
 * The folder of this package, and those where Node looks for others from there. Those that are not there count:
 * who asks for a package that is not installed asks in each, and Node 20 ends who asks where he may not look.
 */
function ownFolders(): string[] {
  const own = fileURLToPath(new URL('../../../', import.meta.url));
  const folders = [own];
  for (let folder = own; ; folder = dirname(folder)) {
    folders.push(join(folder, 'node_modules'));
    if (folder === dirname(folder)) return folders;
  }
}

/** All that a folder holds, under its name and each that links lead to. */
function below(folder: string): string[] {
  const names = [folder];
  try {
    for (let name = folder; lstatSync(name).isSymbolicLink() && names.length < MOST_LINKS; ) {
      name = resolve(dirname(name), readlinkSync(name));
      names.push(name);
    }
    names.push(realpathSync(folder));
  } catch {
    // It is not there, or a file stands in its place: where it comes to be, its name will do
  }
  return names.map((path) => join(path, '*'));
}

/** A flag for each path; Node 20 ends by an assertion where one is given that others cover. */
function given(access: 'read' | 'write', paths: readonly string[]): string[] {
  const covers = (path: string) => (other: string) =>
    other !== path && other.endsWith('*') && path.startsWith(other.slice(0, -1));
  const needed = [...new Set(paths)].filter((path) => !paths.some(covers(path)));
  return needed.map((path) => `--allow-fs-${access}=${path}`);
}
