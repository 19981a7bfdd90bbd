/**
 * SourceFile: where the bytes of a source are, and the one place where
 * complaints of libvips about them become Faults.
 */
import { readFile } from 'node:fs/promises';
import { Fault } from '../base/fault.ts';

/** A file on disk that does not change while it is read, with its bytes where they are known, or bytes alone. */
export type SourceFile =
  | { readonly path: string; readonly bytes?: Uint8Array }
  | {
      readonly bytes: Uint8Array;
      /** Frames in front that are no part of the picture (gif/whole-screen.ts); below 0, as many that are not there. */
      readonly front?: number;
    };

/** How many frames are not the picture's. */
export function framesInFront(file: SourceFile): number {
  return 'front' in file ? (file.front ?? 0) : 0;
}

/** The bytes of a source. @throws Fault source-lost, when the file is gone; internal, when it cannot be read */
export async function readSource(file: SourceFile): Promise<Uint8Array> {
  if (!('path' in file)) return file.bytes;
  if (file.bytes !== undefined) return file.bytes;
  try {
    return await readFile(file.path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw lost(cause);
    throw new Fault('internal', 'The source could not be read from the store.', {}, cause);
  }
}

/** What sharp is given: the path, so that it is mapped and not copied, or the bytes. */
export function sharpInput(file: SourceFile): string | Uint8Array {
  return 'path' in file ? file.path : file.bytes;
}

/**
 * Runs one pipeline over bytes of the world; its failure is the picture's.
 *
 * @throws Fault source-too-many-pixels, source-unsupported, source-broken, or source-lost where the file is gone
 */
export async function decoding<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw decodingFault(error);
  }
}

/** The Fault for a message of libvips; paths in it stay out of the client's sight. */
export function decodingFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  // What sharp and libvips say of a path where nothing is; libvips in its second line.
  if (/input file is missing|no such file or directory|does not exist/i.test(String(error))) {
    return lost(error);
  }
  const detail = { reason: reason.replace(/(?:\/[^\s:]+)+/g, '…').slice(0, 200) };
  if (/pixel limit|too many pixels|width or height|bad dimensions.*large/i.test(reason)) {
    return new Fault('source-too-many-pixels', TOO_MANY, detail, error);
  }
  if (/unsupported|not supported|no decoding plugin|blocked/i.test(reason)) {
    return new Fault(
      'source-unsupported',
      'The source image uses a coding this server cannot read.',
      detail,
      error,
    );
  }
  return new Fault('source-broken', 'The source image is damaged or incomplete.', detail, error);
}

function lost(cause: unknown): Fault {
  return new Fault('source-lost', 'The source left the store while it was used.', {}, cause);
}

export const TOO_MANY = 'The source image has more pixels than this server decodes.';
