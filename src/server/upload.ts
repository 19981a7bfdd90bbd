/**
 * Upload: the picture in the body of a POST.
 *
 * A body is a multipart form with one file, the bytes of a picture alone, or
 * nothing at all. It is read as a stream: limits hold while it arrives, and
 * what is not wanted is never kept.
 *
 * The vendor's own PHP client sets the standard for what must be survived: a
 * comma where the Content-Type needs a semicolon, no line break behind the
 * closing boundary, and a type for the part that says nothing.
 *
 * Invariant: after a fault the rest of the body is left unread and the
 * connection untouched, so that the answer can still be sent; close it then.
 * Source of the rules: docs/spec/imageoptim.md 9, docs/spec/http.md 14.13.
 */
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { Fault } from '../base/fault.ts';

export interface UploadLimits {
  /** Largest picture, in bytes. */
  readonly maxBytes: number;
}

export const UPLOAD_LIMITS: UploadLimits = { maxBytes: 50_000_000 };

/** Room for boundaries, part headers and small fields around a file, in bytes. */
const ENVELOPE = 64 * 1024;

/** Most parts of a form, and the largest header block of one, in bytes. */
const MAX_PARTS = 32;
const MAX_PART_HEADERS = 8 * 1024;

/** The part that holds the picture, by its documented name. */
const FILE_PART = 'file';

/** Request headers by lower-case name. */
type Headers = Readonly<Record<string, string | undefined>>;

/**
 * The bytes of the uploaded picture; undefined where the body is empty.
 *
 * They are not looked at: whether they are a picture is for the probe to say.
 *
 * @throws Fault `upload-too-large`, `upload-unreadable` for a body that breaks
 * off or is no form, `upload-missing` for a body without any file
 */
export async function readUpload(
  headers: Headers,
  body: AsyncIterable<Uint8Array> | undefined,
  limits: UploadLimits = UPLOAD_LIMITS,
): Promise<Uint8Array | undefined> {
  if (body === undefined) return undefined;
  const type = headers['content-type'] ?? '';
  const form = /^\s*multipart\/form-data\b/i.test(type);
  const most = limits.maxBytes + (form ? ENVELOPE : 0);
  if (Number(headers['content-length'] ?? 0) > most) throw tooLarge(limits);

  const chunks = new Chunks(body, most, limits);
  const first = await chunks.next();
  if (first === undefined) return undefined;
  if (form) return readForm(boundaryOf(type), first, chunks, limits);
  if (!/^\s*(image\/|application\/octet-stream\b|$)/i.test(type)) throw missing();
  return readAll(first, chunks);
}

/** A body chunk by chunk, with its limit; never ends or destroys what it reads from. */
class Chunks {
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #most: number;
  readonly #limits: UploadLimits;
  #read = 0;

  constructor(body: AsyncIterable<Uint8Array>, most: number, limits: UploadLimits) {
    this.#iterator = body[Symbol.asyncIterator]();
    this.#most = most;
    this.#limits = limits;
  }

  /** The next chunk that is not empty; undefined at the end. */
  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const chunk = await this.#pull();
      if (chunk === undefined) return undefined;
      this.#read += chunk.length;
      if (this.#read > this.#most) throw tooLarge(this.#limits);
      if (chunk.length > 0) return chunk;
    }
  }

  async #pull(): Promise<Uint8Array | undefined> {
    try {
      const step = await this.#iterator.next();
      return step.done === true ? undefined : step.value;
    } catch (cause) {
      throw unreadable('The upload broke off.', cause);
    }
  }
}

async function readAll(first: Uint8Array, chunks: Chunks): Promise<Uint8Array> {
  const all = [first];
  for (let chunk = await chunks.next(); chunk !== undefined; chunk = await chunks.next()) {
    all.push(chunk);
  }
  return Buffer.concat(all);
}

/**
 * The boundary in a Content-Type, whatever stands between its parameters.
 *
 * @throws Fault `upload-unreadable`
 */
function boundaryOf(type: string): string {
  const [, inQuotes, bare] = /[;,\s]boundary\s*=\s*(?:"([^"\\]+)"|([^\s";,]+))/i.exec(type) ?? [];
  const boundary = inQuotes ?? bare ?? '';
  if (!/^[\x20-\x7e]{1,200}$/.test(boundary) || boundary.includes('\\')) {
    throw unreadable('Expected a boundary in the Content-Type of the upload.');
  }
  return boundary;
}

/** A part of a form that may be the picture. */
interface Part {
  /** Chosen in the dialog of a browser, or named by a program; empty where nothing was. */
  readonly fileName: string | undefined;
  readonly chunks: Uint8Array[];
}

/**
 * The bytes of the part named `file`, else of the first with a file name.
 *
 * @throws Fault as `readUpload`
 */
async function readForm(
  boundary: string,
  first: Uint8Array,
  chunks: Chunks,
  limits: UploadLimits,
): Promise<Uint8Array> {
  const parser = new Busboy({
    headers: { 'content-type': `multipart/form-data; boundary="${boundary}"` },
    // parts that nobody reads must not stop the parser; `chunks` bounds what they can hold
    fileHwm: 2 * limits.maxBytes + ENVELOPE,
    isPartAFile: (name, _type, fileName) => name === FILE_PART || fileName !== undefined,
    limits: {
      fileSize: limits.maxBytes,
      fieldSize: ENVELOPE,
      parts: MAX_PARTS,
      headerPairs: MAX_PARTS,
      headerSize: MAX_PART_HEADERS,
    },
  });

  const parts: { named?: Part; first?: Part } = {};
  const over = new AbortController();
  await new Promise<void>((resolve, reject) => {
    const fail = (fault: Fault) => {
      over.abort();
      reject(fault);
    };
    const broken = (cause: unknown) =>
      fail(unreadable('Expected a complete multipart form for the upload.', cause));
    parser.on('error', broken);
    parser.on('finish', resolve);
    parser.on('partsLimit', () => fail(unreadable('The upload has too many parts.')));
    parser.on('file', (name, stream, fileName: string | undefined) => {
      stream.on('error', broken);
      stream.on('limit', () => fail(tooLarge(limits)));
      const part: Part = { fileName, chunks: [] };
      if (name === FILE_PART && parts.named === undefined) parts.named = part;
      else if (fileName && parts.first === undefined) parts.first = part;
      else {
        stream.resume();
        return;
      }
      stream.on('data', (chunk: Buffer) => part.chunks.push(chunk));
    });
    feed(parser, first, chunks, over.signal).catch(reject);
  });

  const file = [parts.named, parts.first].find((part) => part !== undefined && !isBlank(part));
  if (file === undefined) throw missing();
  return Buffer.concat(file.chunks);
}

/** Writes the body to the parser, one chunk at a time, until it ends or all is over. */
async function feed(
  parser: BusboyInstance,
  first: Uint8Array,
  chunks: Chunks,
  over: AbortSignal,
): Promise<void> {
  for (let chunk: Uint8Array | undefined = first; chunk; chunk = await chunks.next()) {
    const bytes = chunk;
    await new Promise<void>((resolve, reject) => {
      parser.write(bytes, (error?: Error | null) => (error ? reject(error) : resolve()));
    });
    if (over.aborted) return;
  }
  parser.end();
}

/** The file field of a form that was sent without choosing a file. */
function isBlank({ fileName, chunks }: Part): boolean {
  return !fileName && chunks.length === 0;
}

function tooLarge({ maxBytes }: UploadLimits): Fault {
  return new Fault('upload-too-large', `Expected at most ${maxBytes} bytes for the upload.`);
}

function unreadable(message: string, cause?: unknown): Fault {
  return new Fault('upload-unreadable', message, {}, cause);
}

function missing(): Fault {
  return new Fault(
    'upload-missing',
    'Expected a picture, as a file in a multipart form or as the whole body.',
  );
}
