/**
 * S3 origin: sources are the objects of a bucket, below a prefix.
 *
 * The path of a request, its escapes read, is the name of the object. It is asked for like a source behind a
 * URL: only if it has changed, within the same limits of bytes and time, tried again where that may help, and
 * left alone for a moment where it fails again and again.
 */
import { Breaker } from '../base/breaker.ts';
import { Fault, isFault } from '../base/fault.ts';
import type { SourceRef } from '../image/source-ref.ts';
import { type Bucket, BucketFailure, type FoundObject } from '../s3/bucket.ts';
import { Deadline } from './deadline.ts';
import { readBody } from './http-body.ts';
import type { OriginLimits } from './limits.ts';
import type { Fetched, Location, Origin, OriginHealth, Validators } from './origin.ts';
import { type PassingLimits, tooLarge } from './oversize.ts';
import { isConnectionError, retryWait } from './retry.ts';
import type { OriginTraffic } from './traffic.ts';

export interface S3OriginOptions {
  readonly bucket: string;
  /** What names of objects begin with; may be empty. */
  readonly prefix: string;
  readonly limits: OriginLimits;
  readonly traffic: OriginTraffic;
  /** Opens the bucket, at the first request. */
  readonly open: () => Promise<Bucket>;
}

/** Bytes of a name, as the protocol bounds them (docs/spec/s3.md 1.1). */
const LONGEST_NAME = 1024;

export class S3Origin implements Origin {
  readonly kind = 's3';
  readonly #options: S3OriginOptions;
  readonly #breaker: Breaker;
  #opened: Promise<Bucket> | undefined;
  #retries = 0;

  constructor(options: S3OriginOptions) {
    this.#options = options;
    this.#breaker = new Breaker(options.traffic, () => performance.now());
  }

  async locate(source: SourceRef): Promise<Location> {
    if (source.kind !== 'path') {
      throw new Fault('source-refused', 'Expected a path for the source.');
    }
    const below = nameOf(source.path);
    const name = this.#options.prefix + below;
    if (Buffer.byteLength(name) > LONGEST_NAME) {
      throw new Fault('source-not-found', 'The path of the source is longer than any name.');
    }
    return { id: `s3://${this.#options.bucket}/${name}`, below };
  }

  async fetch(
    { id }: Location,
    held: Validators | undefined,
    signal: AbortSignal,
    _requestId?: string,
    passing?: PassingLimits,
  ): Promise<Fetched> {
    const name = id.slice(`s3://${this.#options.bucket}/`.length);
    const limits = { ...this.#options.limits, ...passing };
    const deadline = new Deadline(signal, limits);
    try {
      const found = await this.#tried(deadline, () => this.#ask(name, held, deadline));
      if (found.kind === 'unchanged') {
        deadline.end();
        return found;
      }
      return bytes(found, deadline, limits);
    } catch (error) {
      deadline.end();
      throw deadline.reason() ?? faultOf(error);
    }
  }

  health(): OriginHealth {
    const paused = this.#breaker.state === 'closed' ? 0 : 1;
    return { paused, retries: this.#retries, resumed: 0 };
  }

  async close(): Promise<void> {
    (await this.#opened?.catch(() => undefined))?.close();
  }

  async #ask(name: string, held: Validators | undefined, deadline: Deadline) {
    const ended = this.#breaker.enter();
    const stop = deadline.firstByte();
    try {
      this.#opened ??= this.#options.open();
      const bucket = await this.#opened;
      const { etag, lastModified } = held ?? {};
      const answer = await bucket.get(name, {
        signal: deadline.signal,
        ...(etag === undefined ? {} : { ifNoneMatch: etag }),
        ...(lastModified === undefined ? {} : { ifModifiedSince: lastModified }),
      });
      ended('good');
      return answer;
    } catch (error) {
      ended(deadline.abandoned ? 'left' : isItsOwn(error) ? 'failed' : 'good');
      throw error;
    } finally {
      stop();
    }
  }

  async #tried<Result>(deadline: Deadline, work: () => Promise<Result>): Promise<Result> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        const last = attempt >= this.#options.traffic.retries || deadline.reason() !== undefined;
        const fault = last ? undefined : faultOf(error);
        const wait = isFault(fault) ? retryWait(fault, attempt, Math.random()) : undefined;
        if (wait === undefined || !(await deadline.pause(wait))) throw error;
        this.#retries++;
      }
    }
  }
}

/** @throws Fault source-refused, bad-request */
function nameOf(path: string): string {
  let name: string;
  try {
    name = decodeURIComponent(path.replace(/^\/+/, ''));
  } catch {
    throw new Fault('bad-request', 'Expected a readable path for the source.');
  }
  const climbs = name.split(/[/\\]/).some((part) => part === '..' || part === '.');
  if (climbs || name.includes('\0')) {
    throw new Fault('source-refused', 'The path of the source leads out of its folder.');
  }
  if (name === '' || name.endsWith('/')) {
    throw new Fault('source-not-found', 'Expected the name of a picture, got that of a folder.');
  }
  return name;
}

function bytes(found: FoundObject, deadline: Deadline, limits: OriginLimits): Fetched {
  const { 'content-encoding': encoding, ...headers } = found.headers;
  const length = encoding === undefined ? found.length : undefined;
  try {
    if (found.length > limits.maxBytes) {
      throw tooLarge(limits.maxBytes, length === undefined ? undefined : { length, headers });
    }
    const abort = (fault: Fault) => deadline.abort(fault);
    const body = deadline.watched(readBody(found.body, { limits, encoding, abort }), faultOf);
    return { kind: 'bytes', body, ...(length === undefined ? {} : { length }), headers };
  } catch (error) {
    found.discard();
    throw error;
  }
}

/** Whether the bucket is to blame, and not what it was asked for. */
function isItsOwn(error: unknown): boolean {
  if (!(error instanceof BucketFailure)) return false;
  const { kind, status } = error;
  return kind === 'busy' || kind === 'late' || (kind === 'failed' && status !== 500);
}

/** A failure of the bucket in words that hold no name of it (docs/spec/s3.md 1.4). */
function faultOf(error: unknown): unknown {
  if (!(error instanceof BucketFailure)) return error;
  const { kind, status, code, retryAfter } = error;
  const detail = {
    reason: code,
    ...(status === undefined ? {} : { status }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
  switch (kind) {
    case 'missing':
      return new Fault('source-not-found', 'The bucket has no such picture.', detail, error);
    case 'denied':
      return new Fault('source-forbidden', 'The bucket refused access.', detail, error);
    case 'busy': {
      const text = 'The bucket is asked too much at present.';
      return new Fault('origin-failed', text, { ...detail, status: status ?? 503 }, error);
    }
    case 'late':
      return new Fault('origin-timeout', 'The bucket is too slow.', detail, error);
    case 'left':
    case 'failed': {
      const text =
        status === undefined && isConnectionError(code)
          ? 'The bucket could not be reached.'
          : 'The bucket did not answer as expected.';
      return new Fault('origin-failed', text, detail, error);
    }
  }
}
