/**
 * Folder origin: sources are regular files below a folder.
 *
 * The path is decoded exactly once, read as segments, and followed through
 * symbolic links; what then lies outside the folder is as absent as what was
 * never there. Segments that begin with a dot are not served: they are the
 * housekeeping of tools, a store's own folder included (docs/spec/http.md 13.12).
 */
import { type BigIntStats, constants, promises as fs } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { Fault } from '../base/fault.ts';
import type { SourceRef } from '../image/source-ref.ts';
import type { OriginLimits } from './limits.ts';
import type { Fetched, Location, Origin, Validators } from './origin.ts';
import { type PassingLimits, tooLarge } from './oversize.ts';

const CHUNK = 256 * 1024;
const LONGEST_PATH = 4096;

/** A file found below the folder, with its real path. */
interface FolderLocation extends Location {
  readonly path: string;
}

export class FolderOrigin implements Origin {
  readonly kind = 'folder';
  readonly #root: string;
  readonly #maxBytes: number;

  constructor(root: string, limits: OriginLimits) {
    this.#root = root;
    this.#maxBytes = limits.maxBytes;
  }

  /** The id is the canonical path below the folder: after decoding and after symbolic links. */
  async locate(source: SourceRef): Promise<FolderLocation> {
    if (source.kind !== 'path') {
      throw new Fault('source-refused', 'Expected a path for the source.');
    }
    return this.#find(decode(source.path));
  }

  async fetch(
    location: Location,
    held: Validators | undefined,
    signal: AbortSignal,
    _requestId?: string,
    { maxBytes = this.#maxBytes }: Partial<PassingLimits> = {},
  ): Promise<Fetched> {
    signal.throwIfAborted();
    const { path } = await this.#find(location.id);
    const { validators, size } = await withFile(path, factsOf);
    const headers = { etag: validators.etag, 'last-modified': validators.lastModified };
    if (isHeld(validators, held)) return { kind: 'unchanged', headers };
    if (size > maxBytes) throw tooLarge(maxBytes, { length: size, headers });
    // Opened again when it is read: an answer nobody reads must not hold a file open.
    const body = read(path, validators.etag, maxBytes, signal);
    return { kind: 'bytes', body, length: size, headers };
  }

  async stat(location: Location & Partial<FolderLocation>): Promise<Validators | undefined> {
    try {
      // Found a moment ago for the same request; looked for again when it comes from elsewhere.
      const path = location.path ?? (await this.#find(location.id)).path;
      const stats = await fs.lstat(path, { bigint: true });
      return stats.isFile() ? validatorsOf(stats) : undefined;
    } catch {
      return undefined;
    }
  }

  async close(): Promise<void> {}

  /** The real path of a decoded one, and its spelling below the root. @throws Fault source-not-found */
  async #find(decoded: string): Promise<FolderLocation> {
    const segments = segmentsOf(decoded);
    // Each time anew: deployments switch the folder by moving a symbolic link.
    const root = await fs.realpath(this.#root).catch(rethrow);
    const path = await fs.realpath(join(root, ...segments)).catch(rethrow);
    if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) throw notFound();
    const id = relative(root, path).split(sep).join('/');
    return { path, id, below: id };
  }
}

/** The path with its escapes read, once. @throws Fault bad-request */
function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new Fault('bad-request', 'Expected UTF-8 in the percent escapes of the path.');
  }
}

/** The segments of a decoded path that may be looked for. @throws Fault source-not-found */
function segmentsOf(path: string): string[] {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
  const odd =
    path.length > LONGEST_PATH ||
    // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL ends a path early, the rest forge logs
    /[\\\x00-\x1f\x7f]/.test(path) ||
    /^[a-z]:/i.test(segments[0] ?? '') ||
    (sep === '\\' && path.includes(':')) ||
    segments.length === 0 ||
    // Also what a second decoding would make of it: nobody names a file "%2e%2e".
    segments.some((segment) => /^(\.|%2e)/i.test(segment));
  if (odd) throw notFound();
  return segments;
}

/** Modification time in nanoseconds, size and inode: any rewrite or replacement changes one. */
function validatorsOf(stats: BigIntStats): Required<Validators> {
  const tag = [stats.mtimeNs, stats.size, stats.ino].map((part) => part.toString(36)).join('-');
  return { etag: `"${tag}"`, lastModified: new Date(Number(stats.mtimeMs)).toUTCString() };
}

function isHeld(now: Required<Validators>, held: Validators | undefined): boolean {
  if (held?.etag !== undefined) return held.etag === now.etag;
  return held?.lastModified !== undefined && held.lastModified === now.lastModified;
}

/** What is known of an open file. @throws Fault source-not-found for what is no regular file */
async function factsOf(file: fs.FileHandle) {
  const stats = await file.stat({ bigint: true });
  if (!stats.isFile()) throw notFound();
  return { validators: validatorsOf(stats), size: Number(stats.size) };
}

async function open(path: string): Promise<fs.FileHandle> {
  // O_NONBLOCK: opening a named pipe must not wait for its writer.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);
  return fs.open(path, flags).catch(rethrow);
}

async function withFile<Result>(path: string, work: (file: fs.FileHandle) => Promise<Result>) {
  const file = await open(path);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

/** The bytes of a file as it was when `etag` was made. */
async function* read(path: string, etag: string, max: number, signal: AbortSignal) {
  const changed = () => new Fault('origin-failed', 'The source changed while it was read.');
  signal.throwIfAborted();
  const file = await open(path);
  try {
    if ((await factsOf(file)).validators.etag !== etag) throw changed();
    let position = 0;
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead, buffer } = await file
        .read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, position)
        .catch(rethrow);
      if (bytesRead === 0) break;
      position += bytesRead;
      if (position > max) throw tooLarge(max);
      yield buffer.subarray(0, bytesRead);
    }
    const after = await factsOf(file);
    if (after.validators.etag !== etag || after.size !== position) throw changed();
  } finally {
    await file.close();
  }
}

const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'EINVAL', 'ELOOP', 'ENXIO', 'EISDIR']);

function rethrow(error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (ABSENT.has(code)) throw notFound();
  if (code === 'EACCES' || code === 'EPERM') {
    throw new Fault('source-forbidden', 'The source may not be read.', { reason: code }, error);
  }
  throw new Fault('origin-failed', 'The source could not be read.', { reason: code }, error);
}

function notFound(): Fault {
  return new Fault('source-not-found', 'There is no such source.');
}
