/**
 * FindPictures: which files of those that were named, and of the folders that were, are pictures.
 *
 * Folders are walked in the order of names. What begins with a dot, `node_modules`, the results of this command
 * and symbolic links inside folders are passed over; a link that is named itself is followed. Bytes decide what is a
 * picture, not names.
 */
import type { Dirent } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { formatCard } from '../../image/format.ts';
import { sniffFormat } from '../../image/sniff.ts';
import { HEAD } from '../../library/read-source.ts';
import { systemReason } from '../../server/config/system-reason.ts';
import { MANIFEST_NAME } from './manifest.ts';

/** A picture to work on. */
export interface FoundPicture {
  /** Absolute, links resolved. */
  readonly path: string;
  /** Below the root, with slashes. */
  readonly name: string;
  readonly bytes: number;
}

/** What was passed over, and why. */
export interface Skipped {
  readonly name: string;
  readonly reason: string;
}

export interface Found {
  /** The folder that names are below of. */
  readonly root: string;
  readonly pictures: readonly FoundPicture[];
  readonly skipped: readonly Skipped[];
  /** What was named and cannot be read. */
  readonly missing: readonly Skipped[];
}

/** Files of cameras that begin like TIFF and hold, for a reader of TIFF, a small preview alone. */
const RAW = /\.(?:cr2|dng|nef|nrw|arw|sr2|srw|pef|rw2|orf|3fr|iiq|erf|mos|kdc)$/i;

/** Most files of one run. */
const MOST_FILES = 1_000_000;

/** @param out the real folder of the results, which is not looked into */
export async function findPictures(named: readonly string[], out: string): Promise<Found> {
  const finding: Finding = { out, files: new Map(), skipped: [], missing: [] };
  const roots: string[] = [];
  for (const name of named) {
    try {
      const path = await realpath(name);
      const stats = await stat(path);
      // A link keeps the name that it was given by
      const given = join(await realpath(dirname(resolve(name))), basename(resolve(name)));
      if (stats.isDirectory()) {
        roots.push(path);
        await walk(path, finding);
      } else {
        roots.push(dirname(given));
        await look(path, given, stats.size, finding, true);
      }
    } catch (error) {
      finding.missing.push({ name, reason: reasonOf(error) });
    }
  }
  const root = commonFolder(roots);
  const pictures = [...finding.files]
    .map(([path, { given, bytes }]) => ({ path, name: nameBelow(root, given), bytes }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const skipped = finding.skipped.map(({ name, reason }) => ({
    name: nameBelow(root, name),
    reason,
  }));
  return { root, pictures, skipped, missing: finding.missing };
}

interface Finding {
  readonly out: string;
  /** By their real paths, so that each is worked on once. */
  readonly files: Map<string, { readonly given: string; readonly bytes: number }>;
  readonly skipped: Skipped[];
  readonly missing: Skipped[];
}

async function walk(folder: string, finding: Finding): Promise<void> {
  const waiting = [folder];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
      finding.missing.push({ name: path ?? '', reason: reasonOf(error) });
      return [];
    });
    if (path !== folder && entries.some(({ name }) => name === MANIFEST_NAME)) continue;
    const inner: string[] = [];
    for (const entry of entries.sort(byName)) {
      const full = join(path, entry.name);
      if (isHidden(entry.name) || full === finding.out) continue;
      if (entry.isDirectory()) inner.unshift(full);
      else if (entry.isSymbolicLink())
        skip(finding, full, 'a symbolic link, which is not followed');
      else if (entry.isFile()) await lookAt(full, finding);
    }
    waiting.push(...inner);
  }
}

async function lookAt(path: string, finding: Finding): Promise<void> {
  try {
    await look(path, path, (await stat(path)).size, finding, false);
  } catch (error) {
    finding.missing.push({ name: path, reason: reasonOf(error) });
  }
}

/** @param asked it was named itself */
async function look(path: string, given: string, bytes: number, finding: Finding, asked: boolean) {
  const reason = await whyNot(path, asked);
  if (reason !== undefined) return skip(finding, given, reason);
  if (finding.files.size >= MOST_FILES) return skip(finding, given, 'one file too many');
  if (!finding.files.has(path)) finding.files.set(path, { given, bytes });
}

/** Why a file is passed over; undefined for a picture. */
async function whyNot(path: string, asked: boolean): Promise<string | undefined> {
  if (RAW.test(path)) return 'a raw file of a camera, which is not read';
  const head = await headOf(path);
  if (head.length === 0) return 'empty';
  const format = sniffFormat(head);
  // Anything may be compressed
  const packed = head[0] === 0x1f && !/\.svgz$/i.test(path);
  if (format === undefined || packed || !formatCard(format).decodable) return 'no picture';
  if (format === 'pdf' && !asked) return 'a document';
  return undefined;
}

async function headOf(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(HEAD);
    const { bytesRead } = await file.read(head, 0, HEAD, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function skip({ skipped }: Finding, name: string, reason: string): void {
  skipped.push({ name, reason });
}

const isHidden = (name: string) => name.startsWith('.') || name === 'node_modules';

const byName = (a: Dirent, b: Dirent) => (a.name < b.name ? -1 : 1);

/** The deepest folder that holds all of some folders. */
export function commonFolder(folders: readonly string[]): string {
  const [first = resolve('.'), ...others] = folders;
  let common = first.split(sep);
  for (const other of others) {
    const parts = other.split(sep);
    const end = common.findIndex((part, i) => part !== parts[i]);
    if (end >= 0) common = common.slice(0, end);
  }
  return common.join(sep) || sep;
}

const nameBelow = (root: string, path: string) => relative(root, path).split(sep).join('/');

/** A path as the system knows it, links resolved as far as something is there. */
export async function realFolder(path: string): Promise<string> {
  const full = resolve(path);
  try {
    return await realpath(full);
  } catch (error) {
    if (dirname(full) === full) throw error;
    return join(await realFolder(dirname(full)), basename(full));
  }
}

/** What the system says of a failure, in words. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === '') return error instanceof Error ? error.message : String(error);
  return systemReason(code);
}
