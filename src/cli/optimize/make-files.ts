/**
 * MakeFiles: the results of one picture, each in its place or said why not.
 *
 * A file appears under its name in one step and whole. It never takes the place of a picture that is
 * worked on, nor, unless that is wanted, of a file that no earlier run has made.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, lstat, mkdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isFault } from '../../base/fault.ts';
import type { Size } from '../../base/size.ts';
import type { ResultBody, WorkerResult } from '../../engine/worker-protocol.ts';
import { type FormatName, formatCard } from '../../image/format.ts';
import type { Optimizer } from '../../library/create-optimizer.ts';
import {
  type OptimizePlan,
  type OptimizeSettings,
  optimizePlan,
} from '../../library/optimize-plan.ts';
import { type ReadSource, readSource } from '../../library/read-source.ts';
import { type FoundPicture, reasonOf } from './find-pictures.ts';
import type { MadeFile, Manifest } from './manifest.ts';
import { outputName } from './output-names.ts';

/** What came of one result of a picture. */
export interface Outcome {
  /** `there`: an earlier run has made it; `good`: it is a result itself, which nothing is made of. */
  readonly status: 'made' | 'there' | 'good' | 'failed';
  /** The picture, below the root. */
  readonly source: string;
  /** Its bytes. */
  readonly before: number;
  /** The result, below the folder of the results. */
  readonly file?: string;
  readonly after?: number;
  readonly format?: FormatName;
  readonly width?: number;
  readonly height?: number;
  readonly score?: number;
  readonly milliseconds: number;
  /** Why it failed, or is not what was asked for. */
  readonly note?: string;
}

/** How results are made. */
export interface Making {
  readonly optimizer: Optimizer;
  readonly manifest: Manifest;
  readonly out: string;
  readonly settings: OptimizeSettings;
  /** For each picture: the formats of each of its results. */
  readonly formats: readonly NonNullable<OptimizeSettings['formats']>[];
  /** The largest first; none: the width of the picture, without one in the name. */
  readonly widths: readonly number[];
  /** Real paths of the pictures. */
  readonly sources: ReadonlySet<string>;
  readonly force: boolean;
  /** Makes them and keeps none. */
  readonly check: boolean;
  readonly signal: AbortSignal;
}

/** All results of a picture, one by one. */
export async function* makeFiles(
  picture: FoundPicture,
  stem: string,
  making: Making,
): AsyncGenerator<Outcome> {
  const { formats, widths, manifest, check } = making;
  const began = performance.now();
  const failed = (error: unknown, since = began): Outcome => ({
    ...{ status: 'failed', source: picture.name, before: picture.bytes },
    ...{ milliseconds: performance.now() - since, note: failureOf(error) },
  });
  let source: ReadSource;
  try {
    source = await readSource(picture.path);
  } catch (error) {
    return yield failed(error);
  }
  const { bytes: before } = source;
  if (check && manifest.holds(source.hash)) {
    const facts = { source: picture.name, before, after: before, milliseconds: 0 };
    return yield { status: 'good', ...facts };
  }
  // What an earlier run, or the first result, has told
  let size = manifest.sizeOf(source.hash);
  for (const some of formats) {
    let whole = false;
    for (const width of widths.length > 0 ? widths : [undefined]) {
      // One result of the whole width is enough
      if (whole && isWhole(size, width)) continue;
      const start = performance.now();
      const naming = { picture, stem, sized: width !== undefined };
      const asked = { ...making.settings, formats: some, ...(width ? { width } : {}) };
      try {
        const { outcome, made } = await one(source, asked, naming, making);
        size = made.source;
        yield { ...outcome, milliseconds: performance.now() - start };
      } catch (error) {
        if (making.signal.aborted) return;
        yield failed(error, start);
        if (isFault(error) && !error.kind.retry) return;
      }
      whole ||= isWhole(size, width);
    }
  }
}

/** Whether a result of a width shows the whole width of its picture. */
const isWhole = (size: Size | undefined, width: number | undefined) =>
  size !== undefined && (width ?? Number.POSITIVE_INFINITY) >= size.width;

interface Naming {
  readonly picture: FoundPicture;
  readonly stem: string;
  readonly sized: boolean;
}

async function one(
  source: ReadSource,
  settings: OptimizeSettings,
  naming: Naming,
  making: Making,
): Promise<{ readonly outcome: Omit<Outcome, 'milliseconds'>; readonly made: MadeFile }> {
  const { manifest, optimizer, check } = making;
  const asked = optimizePlan(settings, source.format);
  const key = await optimizer.key(source, asked);
  const there = manifest.find(key, (made) => made.file === fileOf(made, naming));
  if (there !== undefined && !check && (await isThere(there, making.out))) {
    return { outcome: outcomeOf('there', naming, there), made: there };
  }
  const { result, source: used, note } = await bounded(source, asked, settings, naming, making);
  const { format, width, height } = result.result;
  const made: MadeFile = {
    file: fileOf({ format, width }, naming),
    ...{ format, width, height, bytes: result.result.bytes, hash: result.body.hash },
    ...(result.receipt?.score === undefined ? {} : { score: result.receipt.score }),
    ...(note === undefined ? {} : { note }),
    key: used === source ? key : await optimizer.key(used, asked),
    source: {
      ...{ name: naming.picture.name, hash: used.hash, bytes: used.bytes },
      ...{ width: result.source.width, height: result.source.height },
    },
  };
  if (check) await discard(result.body);
  else await place(made, result.body, making, naming.picture);
  return { outcome: outcomeOf('made', naming, made), made };
}

function outcomeOf(
  status: 'made' | 'there',
  { picture }: Naming,
  made: MadeFile,
): Omit<Outcome, 'milliseconds'> {
  const { file, format, width, height, score, note, bytes: after } = made;
  return {
    ...{
      status,
      source: picture.name,
      before: made.source.bytes,
      file,
      after,
      format,
      width,
      height,
    },
    ...(score === undefined ? {} : { score }),
    ...(note === undefined ? {} : { note }),
  };
}

function fileOf({ format, width }: Pick<MadeFile, 'format' | 'width'>, { stem, sized }: Naming) {
  const { extension } = formatCard(format);
  return outputName(stem, extension, sized && width > 0 ? width : undefined);
}

/** A result that takes no more bytes than its source, where that can be. */
async function bounded(
  source: ReadSource,
  asked: OptimizePlan,
  settings: OptimizeSettings,
  { picture }: Naming,
  making: Making,
): Promise<{ readonly result: WorkerResult; readonly source: ReadSource; readonly note?: string }> {
  let used = source;
  let result: WorkerResult;
  try {
    result = await made(used, asked, making);
  } catch (error) {
    // It was changed while it was read
    if (!isFault(error, 'source-lost')) throw error;
    used = await readSource(picture.path);
    result = await made(used, asked, making);
  }
  if (result.receipt?.kind === 'source') return { result, source: used, note: keptNote(result) };
  if (result.result.bytes < used.bytes) return { result, source: used };
  const { width: _, height: __, ...whole } = settings;
  const instead = await made(
    used,
    optimizePlan({ ...whole, formats: ['source'] }, used.format),
    making,
  );
  if (instead.result.bytes >= result.result.bytes) {
    await discard(instead.body);
    return { result, source: used };
  }
  await discard(result.body);
  return { result: instead, source: used, note: keptNote(instead) };
}

function keptNote({ result, receipt }: WorkerResult): string {
  const how = receipt?.encoding.endsWith('re-packed')
    ? 'packed anew without loss'
    : 'the source itself';
  return `kept as ${result.format}, ${how}: ${receipt?.reason ?? 'nothing smaller was found'}`;
}

async function made(
  source: ReadSource,
  asked: OptimizePlan,
  { optimizer, manifest, out, signal, check }: Making,
) {
  const resultFile = check
    ? join(tmpdir(), `fovea-${randomUUID()}`)
    : await manifest.temporary().catch((error: unknown) => {
        throw notWritten(out, error);
      });
  return await optimizer.make(source, asked, { resultFile, signal });
}

/** Gives a result its name. @throws Error where something else has it */
async function place(
  made: MadeFile,
  body: ResultBody,
  { manifest, out, sources, force }: Making,
  picture: FoundPicture,
) {
  const part = 'file' in body ? body.file : await manifest.temporary();
  const target = join(out, made.file);
  try {
    await mkdir(dirname(target), { recursive: true });
    const real = join(await realpath(dirname(target)), basename(target));
    if (sources.has(real)) throw new Error(`${made.file} would take the place of a picture`);
    const other = force ? undefined : await otherOwner(made, manifest, picture);
    if (other !== undefined) {
      throw new Error(
        `${made.file} is there and was made of ${other}; name both in one command to have them told apart`,
      );
    }
    if (!(await mayReplace(target, made, manifest, force))) {
      throw new Error(`${made.file} is there and no earlier run has made it; --force replaces it`);
    }
    if ('inline' in body) await writeFile(part, body.inline);
    // What a worker writes is for its own eyes
    await chmod(part, 0o666 & ~process.umask());
    await manifest.add(made);
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw notWritten(made.file, error);
  }
}

/** Another picture of the same folder that a file was made of by an earlier run, and that is there still. */
async function otherOwner(
  { file }: MadeFile,
  manifest: Manifest,
  { name, path }: FoundPicture,
): Promise<string | undefined> {
  const other = manifest.made(file)?.source.name;
  if (other === undefined || other === name || dirname(other) !== dirname(name)) return undefined;
  const stats = await lstat(join(dirname(path), basename(other))).catch(() => undefined);
  return stats?.isFile() ? other : undefined;
}

/** What the system refuses, with the name of what was to be written: it is not the picture that is at fault. */
function notWritten(what: string, error: unknown): unknown {
  const refused = error instanceof Error && 'syscall' in error;
  return refused ? new Error(`cannot write ${what}: ${reasonOf(error)}`) : error;
}

async function mayReplace(target: string, made: MadeFile, manifest: Manifest, force: boolean) {
  const stats = await lstat(target).catch(() => undefined);
  if (stats === undefined) return true;
  if (!stats.isFile()) return false;
  if (force) return true;
  if (!manifest.lists(made.file) && stats.size !== made.bytes) return false;
  const hash = await hashOf(target);
  return hash === made.hash || manifest.lists(made.file, hash);
}

async function isThere({ file, bytes, hash }: MadeFile, out: string): Promise<boolean> {
  const path = join(out, file);
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isFile() === true && stats.size === bytes && (await hashOf(path)) === hash;
}

async function hashOf(path: string): Promise<string> {
  const sum = createHash('sha256');
  await pipeline(createReadStream(path), sum);
  return sum.digest('hex');
}

async function discard(body: ResultBody): Promise<void> {
  if ('file' in body) await rm(body.file, { force: true });
}

function failureOf(error: unknown): string {
  return isFault(error) ? error.message : reasonOf(error);
}
