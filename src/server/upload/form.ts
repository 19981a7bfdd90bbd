/**
 * Upload form: the picture in a multipart form.
 *
 * Parts are taken in while they arrive: the one named `file`, and until that
 * comes the first with a file name.
 */

import type { Readable } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { type Fault, isFault } from '../../base/fault.ts';
import type { Admitted, Spooled } from '../../stores/spool.ts';
import { type Chunks, ENVELOPE, missing, tooLarge, type UploadLimits, unreadable } from './body.ts';

/** Most parts of a form, and the largest header block of one, in bytes. */
const MAX_PARTS = 32;
const MAX_PART_HEADERS = 8 * 1024;

/** Bytes of a part that may wait for their reader. */
const MOST_AHEAD = 256 * 1024;

/** The part that holds the picture, by its documented name. */
const FILE_PART = 'file';

/**
 * The boundary in a Content-Type, whatever stands between its parameters.
 *
 * @throws Fault `upload-unreadable`
 */
export function boundaryOf(type: string): string {
  const [, inQuotes, bare] = /[;,\s]boundary\s*=\s*(?:"([^"\\]+)"|([^\s";,]+))/i.exec(type) ?? [];
  const boundary = inQuotes ?? bare ?? '';
  if (!/^[\x20-\x7e]{1,200}$/.test(boundary) || boundary.includes('\\')) {
    throw unreadable('Expected a boundary in the Content-Type of the upload.');
  }
  return boundary;
}

export interface FormTerms {
  readonly limits: UploadLimits;
  /** For the first part that is taken in. */
  readonly admitted: Admitted;
  /** For a second one. */
  readonly admit: () => Promise<Admitted>;
}

/** A part of a form that may be the picture. */
interface Part {
  /** Chosen in the dialog of a browser, or named by a program; empty where nothing was. */
  readonly fileName: string | undefined;
  /** Never rejects. */
  readonly content: Promise<Spooled | Fault>;
}

/**
 * The part named `file`, else the first with a file name.
 *
 * @throws Fault as `readUpload`
 */
export async function readForm(
  boundary: string,
  first: Uint8Array,
  chunks: Chunks,
  terms: FormTerms,
): Promise<Spooled> {
  const over = new AbortController();
  const parts: Part[] = [];
  let chosen: Spooled | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const parser = parserFor(boundary, terms.limits);
      const pace = new Pace(over.signal);
      over.signal.addEventListener('abort', () => reject(over.signal.reason));
      parser.on('finish', resolve);
      takeParts(parser, parts, pace, terms, over);
      feed(parser, first, chunks, pace).catch((fault: unknown) => over.abort(fault));
    });
    chosen = await choose(parts);
    return chosen;
  } finally {
    over.abort();
    for (const { content } of parts) {
      const left = await content;
      if (!isFault(left) && left !== chosen) await left.discard();
    }
  }
}

function parserFor(boundary: string, { maxBytes }: UploadLimits): BusboyInstance {
  return new Busboy({
    headers: { 'content-type': `multipart/form-data; boundary="${boundary}"` },
    // It would stop for parts that nobody reads, and not always go on; `Pace` holds it back instead.
    fileHwm: 2 * maxBytes + ENVELOPE,
    isPartAFile: (name, _type, fileName) => name === FILE_PART || fileName !== undefined,
    limits: {
      fileSize: maxBytes,
      fieldSize: ENVELOPE,
      parts: MAX_PARTS,
      headerPairs: MAX_PARTS,
      headerSize: MAX_PART_HEADERS,
    },
  });
}

/** Takes candidates in as they come, the one named `file` at the head of `parts`; what fails for good ends all. */
function takeParts(
  parser: BusboyInstance,
  parts: Part[],
  pace: Pace,
  { limits, admitted, admit }: FormTerms,
  over: AbortController,
): void {
  const broken = (cause: unknown) =>
    over.abort(unreadable('Expected a complete multipart form for the upload.', cause));
  const found: { named?: Part; other?: Part } = {};
  parser.on('error', broken);
  parser.on('partsLimit', () => over.abort(unreadable('The upload has too many parts.')));
  parser.on('file', (name, stream, fileName: string | undefined) => {
    stream.on('error', broken);
    stream.on('limit', () => over.abort(tooLarge(limits)));
    const isNamed = name === FILE_PART && !found.named;
    const isOther = fileName && !found.other && !found.named?.fileName;
    if (!isNamed && !isOther) {
      stream.resume();
      return;
    }
    const place = parts.length === 0 ? admitted : admit();
    const part = { fileName, content: takeIn(stream, place, pace) };
    if (!isNamed) {
      found.other = part;
      parts.push(part);
      return;
    }
    found.named = part;
    parts.unshift(part);
    // Nothing that may follow takes the place of this one: the rest is not read.
    void part.content.then((one) => isFault(one) && over.abort(one));
  });
}

async function takeIn(
  stream: Readable,
  place: Admitted | Promise<Admitted>,
  pace: Pace,
): Promise<Spooled | Fault> {
  try {
    return await (await place).read(pace.chunksOf(stream));
  } catch (error) {
    return isFault(error) ? error : unreadable('The upload broke off.', error);
  } finally {
    // A part that is read no further must not stop the parser.
    stream.resume();
  }
}

/** @throws Fault that of the part, or upload-missing where none holds anything */
async function choose(parts: readonly Part[]): Promise<Spooled> {
  for (const { fileName, content } of parts) {
    const one = await content;
    if (isFault(one)) throw one;
    // The file field of a form that was sent without choosing a file is none.
    if (fileName || one.length > 0) return one;
  }
  throw missing();
}

/** Writes the body to the parser, one chunk at a time, until it ends or all is over. */
async function feed(
  parser: BusboyInstance,
  first: Uint8Array,
  chunks: Chunks,
  pace: Pace,
): Promise<void> {
  for (let chunk: Uint8Array | undefined = first; chunk; chunk = await chunks.next()) {
    const bytes = chunk;
    await new Promise<void>((resolve, reject) => {
      parser.write(bytes, (error?: Error | null) => (error ? reject(error) : resolve()));
    });
    await pace.keep();
    if (pace.over.aborted) return;
  }
  parser.end();
}

/** Holds the parser back while those who read its parts are behind. */
class Pace {
  readonly over: AbortSignal;
  readonly #streams = new Set<Readable>();
  readonly #waiting: (() => void)[] = [];

  constructor(over: AbortSignal) {
    this.over = over;
    over.addEventListener('abort', () => this.#wake());
  }

  /** Resolves when no part has much waiting, or all is over. */
  async keep(): Promise<void> {
    while (
      !this.over.aborted &&
      [...this.#streams].some((one) => one.readableLength > MOST_AHEAD)
    ) {
      await this.#next();
    }
  }

  /** The chunks of a part. @throws when all is over */
  async *chunksOf(stream: Readable): AsyncGenerator<Uint8Array> {
    const wake = () => this.#wake();
    const events = ['readable', 'end', 'error', 'close'] as const;
    for (const event of events) stream.on(event, wake);
    this.#streams.add(stream);
    try {
      for (;;) {
        if (this.over.aborted) throw this.over.reason;
        const chunk: Uint8Array | null = stream.read();
        this.#wake();
        if (chunk) yield chunk;
        else if (stream.readableEnded || stream.destroyed) return;
        else await this.#next();
      }
    } finally {
      for (const event of events) stream.off(event, wake);
      this.#streams.delete(stream);
      this.#wake();
    }
  }

  /** Resolves when something has happened to any of the parts. */
  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
