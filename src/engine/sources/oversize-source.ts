/**
 * Oversize source: a source with more bytes than are read, as a body that
 * comes from its origin while it is sent (docs/spec/fastly-io.md 13.5).
 *
 * Nothing of it is held: who reads the body reads the origin, in pieces and no
 * faster than the client takes them. It is asked for twice, once for the bytes
 * that tell its format, so that an answer without a body leaves nothing open.
 */
import { randomUUID } from 'node:crypto';
import type { ByteRange, FileBody } from '../../base/body.ts';
import type { Clock } from '../../base/clock.ts';
import { Fault } from '../../base/fault.ts';
import { sniffFormat } from '../../image/sniff.ts';
import type { Oversize, PassingLimits } from '../../origins/oversize.ts';
import { hashKey } from '../../plan/key.ts';
import type { RenderRequest } from '../engine.ts';
import type { CachedSource } from './source-cache.ts';

/** Far above what is read; a larger one is refused. Ten minutes are for slow clients. */
const PASSING: PassingLimits = { maxBytes: 500_000_000, totalMs: 600_000 };

/** Bytes that tell a format. */
const HEAD_BYTES = 4096;

/** A source with its body, neither of which is kept. */
export interface PassingSource {
  readonly source: CachedSource;
  readonly body: FileBody;
}

/** The source of a request whose length was announced; undefined for one that is larger than is handed on. @throws Fault */
export async function oversizeSource(
  request: RenderRequest,
  { length, headers }: Oversize,
  clock: Clock,
): Promise<PassingSource | undefined> {
  if (length > PASSING.maxBytes) return undefined;
  const { mount, compiled, signal, id } = request;
  const location = await mount.origin.locate(compiled.source);
  const open = async (over: AbortSignal) => {
    const either = AbortSignal.any([signal, over]);
    const fetched = await mount.origin.fetch(location, undefined, either, id, PASSING);
    const same =
      fetched.kind === 'bytes' &&
      fetched.length === length &&
      fetched.headers.etag === headers.etag &&
      fetched.headers['last-modified'] === headers['last-modified'];
    if (!same) throw new Fault('origin-failed', 'The source changed while it was read.');
    return fetched.body;
  };
  const format = sniffFormat(await headOf(open));
  const { etag } = headers;
  // Only a strong tag says that two answers have the same bytes.
  const identity = etag?.startsWith('"') ? [location.id, etag, length] : [randomUUID()];
  return {
    source: {
      key: hashKey('source', mount.name, location.id),
      hash: hashKey('oversize', mount.name, ...identity),
      bytes: length,
      headers,
      checkedAt: clock.now(),
      state: 'read',
      ...(format === undefined ? {} : { format }),
      ...(location.url === undefined ? {} : { url: location.url }),
    },
    body: { bytes: length, read: (range) => part(open, length, range) },
  };
}

type Open = (over: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;

/** The first bytes; the rest is not waited for. */
async function headOf(open: Open): Promise<Uint8Array> {
  const over = new AbortController();
  try {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of await open(over.signal)) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= HEAD_BYTES) break;
    }
    return Buffer.concat(chunks).subarray(0, HEAD_BYTES);
  } finally {
    over.abort();
  }
}

/** The bytes of a range, what lies before it read and left out. @throws Fault origin-failed, where the body ends early */
async function* part(open: Open, length: number, range: ByteRange = { start: 0, end: length }) {
  const over = new AbortController();
  let at = 0;
  try {
    for await (const chunk of await open(over.signal)) {
      const piece = chunk.subarray(Math.max(0, range.start - at), Math.max(0, range.end - at));
      at += chunk.length;
      if (piece.length > 0) yield piece;
      if (at >= range.end) return;
    }
    throw new Fault('origin-failed', 'The source ended before its announced length.');
  } finally {
    // What is left of a body nobody reads would hold its connection.
    over.abort();
  }
}
