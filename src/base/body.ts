/**
 * Body: the bytes of an answer, in memory or in a file.
 *
 * Large bodies stay in their file until somebody reads them: their length is
 * known without reading, and a part costs what the part is long. This module
 * holds the shape and what is done with it; `stores/file-body.ts` reads files.
 */

/** The half-open range of bytes from `start` to before `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A body whose bytes stand in a file. */
export interface FileBody {
  /** Path of the file, for whoever may take it whole; absent where the bytes come from elsewhere as they are read. */
  readonly file?: string;
  /** Length of the body in bytes. */
  readonly bytes: number;
  /**
   * The bytes, or those of a range inside the body, in pieces. Nothing is
   * opened before the first pull; whoever stops early returns the iterator,
   * which closes the file. The iterator throws where the file cannot give
   * exactly these bytes, so a short body is never taken for a whole one.
   */
  read(range?: ByteRange): AsyncIterable<Uint8Array>;
}

/** Bytes in memory, or in a file that is read when they are sent. */
export type Body = Uint8Array | FileBody;

/** Whether a body stays in its file until it is read. */
export function isFileBody(body: Body): body is FileBody {
  return !(body instanceof Uint8Array);
}

/** Length in bytes, known without reading. */
export function bodyLength(body: Body): number {
  return isFileBody(body) ? body.bytes : body.length;
}

/** The part from `start` to before `end`, still unread. @throws RangeError for a part that leaves the body */
export function bodyPart(body: Body, { start, end }: ByteRange): Body {
  if (!(start >= 0 && start <= end && end <= bodyLength(body))) {
    throw new RangeError(`expected a part of ${bodyLength(body)} bytes, got ${start} to ${end}`);
  }
  if (!isFileBody(body)) return body.subarray(start, end);
  const { file } = body;
  return {
    ...(file === undefined ? {} : { file }),
    bytes: end - start,
    read: (range = { start: 0, end: end - start }) =>
      body.read({ start: start + range.start, end: start + range.end }),
  };
}

/** All bytes in memory: for tests and tools, and for bodies known to be small. */
export async function bytesOf(body: Body): Promise<Uint8Array> {
  if (!isFileBody(body)) return body;
  const whole = new Uint8Array(body.bytes);
  let at = 0;
  for await (const piece of body.read()) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
