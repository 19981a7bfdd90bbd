/**
 * HTTP body: the bytes of an answer, within limits.
 *
 * Counts what arrives and what comes out of decompression; either passing the
 * limit ends the transfer, whatever Content-Length said. Waiting for the
 * network is metered too: a body that drips below the minimum rate is cut off.
 * Time that the reader of the body takes is not the origin's fault and does not
 * count against the rate, only against the total.
 */
import { finished, pipeline, Readable } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
} from 'node:zlib';
import { Fault } from '../base/fault.ts';
import type { OriginLimits } from './limits.ts';
import { tooLarge } from './oversize.ts';

export interface BodyOptions {
  readonly limits: OriginLimits;
  /** Of the answer, as received. */
  readonly encoding: string | undefined;
  /** Stops the transfer at once; what the stream then throws is replaced by the fault. */
  readonly abort: (reason: Fault) => void;
}

/** @throws Fault source-too-large, origin-timeout, or whatever the stream throws */
export function readBody(
  stream: AsyncIterable<Uint8Array>,
  { limits, encoding, abort }: BodyOptions,
): AsyncIterable<Uint8Array> {
  const coding = codingOf(encoding);
  const arriving = metered(stream, limits, abort);
  return coding === 'identity' ? arriving : capped(decoded(arriving, coding), limits.maxBytes);
}

/** Bytes that are taken ahead of who reads them. */
const AHEAD = 256 * 1024;

/**
 * The pieces in which a stream came, which is destroyed when they are not wanted to their end. An
 * iterator of Node's own puts what waits together in new memory, as much again for the collector.
 *
 * @throws what the stream fails with
 */
export async function* piecesOf(stream: Readable): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  let over: { readonly failure: unknown } | undefined;
  let wake = () => {};
  stream.on('data', (piece: Uint8Array) => {
    waiting.push(piece);
    bytes += piece.length;
    if (bytes >= AHEAD) stream.pause();
    wake();
  });
  finished(stream, { writable: false }, (failure) => {
    over = { failure };
    wake();
  });
  try {
    for (;;) {
      const taken = waiting;
      waiting = [];
      bytes = 0;
      stream.resume();
      for (const piece of taken) yield piece;
      if (waiting.length > 0) continue;
      if (over?.failure) throw over.failure;
      if (over) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    if (!over) stream.destroy();
  }
}

async function* capped(chunks: AsyncIterable<Uint8Array>, max: number) {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > max) throw tooLarge(max);
    yield chunk;
  }
}

/** What arrives, in one step for both limits: a photograph comes in dozens of pieces. */
async function* metered(
  chunks: AsyncIterable<Uint8Array>,
  { minBytesPerSecond, rateWindowMs, maxBytes }: OriginLimits,
  abort: (reason: Fault) => void,
) {
  const tooSlow = () => new Fault('origin-timeout', 'The server of the source is too slow.');
  const iterator = chunks[Symbol.asyncIterator]();
  let waits = false;
  const timer = setTimeout(() => {
    if (waits) abort(tooSlow());
  }, rateWindowMs);
  let all = 0;
  let waited = 0;
  let bytes = 0;
  try {
    for (;;) {
      const start = performance.now();
      waits = true;
      timer.refresh();
      const next = await iterator.next();
      waits = false;
      if (next.done) return;
      waited += performance.now() - start;
      bytes += next.value.length;
      all += next.value.length;
      if (all > maxBytes) throw tooLarge(maxBytes);
      if (waited >= rateWindowMs) {
        if (bytes * 1000 < minBytesPerSecond * waited) throw tooSlow();
        waited = 0;
        bytes = 0;
      }
      yield next.value;
    }
  } finally {
    clearTimeout(timer);
    await iterator.return?.();
  }
}

type Coding = 'identity' | 'gzip' | 'deflate' | 'br';

/** We ask for identity; origins that compress anyway get one layer undone, not a stack of them. */
function codingOf(header: string | undefined): Coding {
  const name = (header ?? '').trim().toLowerCase();
  if (name === '' || name === 'identity') return 'identity';
  if (name === 'gzip' || name === 'x-gzip') return 'gzip';
  if (name === 'deflate' || name === 'br') return name;
  throw new Fault('origin-failed', 'The server of the source uses an unknown content encoding.');
}

async function* decoded(chunks: AsyncIterable<Uint8Array>, coding: 'gzip' | 'deflate' | 'br') {
  const iterator = chunks[Symbol.asyncIterator]();
  const first = await iterator.next();
  const whole = (async function* () {
    try {
      for (let next = first; !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  })();
  const decoder = decoderFor(coding, first.done ? undefined : first.value[0]);
  pipeline(Readable.from(whole, { objectMode: false }), decoder, () => {});
  try {
    for await (const chunk of decoder) yield chunk as Uint8Array;
  } catch (error) {
    if (error instanceof Error && /^(Z_|ERR_|ERR__ERROR_)/.test(codeOf(error))) {
      throw new Fault('origin-failed', 'The source is compressed and broken.', {}, error);
    }
    throw error;
  } finally {
    decoder.destroy();
  }
}

function decoderFor(coding: 'gzip' | 'deflate' | 'br', first: number | undefined) {
  if (coding === 'gzip') return createGunzip();
  if (coding === 'br') {
    return createBrotliDecompress({ params: { [constants.BROTLI_DECODER_PARAM_LARGE_WINDOW]: 0 } });
  }
  // "deflate" means zlib, but some servers send the bare stream; 8 is zlib's method nibble.
  return first !== undefined && (first & 0x0f) === 8 ? createInflate() : createInflateRaw();
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}
