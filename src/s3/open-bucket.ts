/**
 * Open bucket: a bucket by the client of Amazon S3, which is loaded here alone and only where one is configured
 * (docs/decisions/0046-buckets.md).
 *
 * Every operation is tried once: who asks decides what is worth another try. Checksums of the protocol are sent
 * where it demands them, because servers of others know fewer of them; what is kept here has its own.
 */
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import {
  BUCKET_PACKAGE,
  type Bucket,
  BucketFailure,
  type BucketOptions,
  type FoundObject,
  MissingBucketPackage,
} from './bucket.ts';
import { bucketFailure, statusOf } from './bucket-failure.ts';

type Sdk = typeof import('@aws-sdk/client-s3');

const CONNECTIONS = 64;
const CONNECT_MS = 2000;

/** Of servers of others, which seldom ask. */
const ANY_REGION = 'us-east-1';

/** Objects deleted side by side where a server does not take them together. */
const ABREAST = 16;

/** @throws MissingBucketPackage, at once and without loading anything */
export function requireBucketPackage(): void {
  try {
    createRequire(import.meta.url).resolve(BUCKET_PACKAGE);
  } catch {
    const message = `a bucket needs a package beside the server: npm install ${BUCKET_PACKAGE}@3`;
    throw new MissingBucketPackage(message);
  }
}

/** A bucket, to which nothing was said yet. @throws MissingBucketPackage */
export async function openBucket(options: BucketOptions): Promise<Bucket> {
  requireBucketPackage();
  const sdk = await import('@aws-sdk/client-s3');
  return new SdkBucket(sdk, options);
}

class SdkBucket implements Bucket {
  readonly #sdk: Sdk;
  readonly #client: S3Client;
  readonly #bucket: string;
  /** The server does not take many names at once. */
  #oneByOne = false;

  constructor(sdk: Sdk, options: BucketOptions) {
    const { bucket, region, endpoint, pathStyle, credentials } = options;
    const { connections = CONNECTIONS, connectMs = CONNECT_MS } = options;
    const agent = { keepAlive: true, maxSockets: connections };
    this.#sdk = sdk;
    this.#bucket = bucket;
    this.#client = new sdk.S3Client({
      ...(region === undefined
        ? endpoint === undefined
          ? {}
          : { region: ANY_REGION }
        : { region }),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials === undefined ? {} : { credentials }),
      forcePathStyle: pathStyle ?? endpoint !== undefined,
      maxAttempts: 1,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: {
        connectionTimeout: connectMs,
        httpAgent: agent,
        httpsAgent: agent,
        // Whoever has to wait for a connection is counted and told elsewhere
        socketAcquisitionWarningTimeout: 2 ** 30,
      },
    });
    // A body that comes in pieces is not read twice for its hash: what is kept here has its own
    this.#client.middlewareStack.add(
      (next) => (args) => {
        const { request } = args;
        const isStream =
          typeof request === 'object' &&
          request !== null &&
          'body' in request &&
          request.body instanceof Readable;
        if (isStream && 'headers' in request && typeof request.headers === 'object') {
          Object.assign(request.headers ?? {}, { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' });
        }
        return next(args);
      },
      { step: 'build', name: 'foveaUnsignedPayload' },
    );
  }

  async get(name: string, options: Parameters<Bucket['get']>[1] = {}) {
    const { signal, ifNoneMatch, ifModifiedSince } = options;
    const since = ifModifiedSince === undefined ? Number.NaN : Date.parse(ifModifiedSince);
    try {
      const answer = await this.#client.send(
        new this.#sdk.GetObjectCommand({
          Bucket: this.#bucket,
          Key: name,
          ...(ifNoneMatch === undefined ? {} : { IfNoneMatch: ifNoneMatch }),
          ...(Number.isNaN(since) ? {} : { IfModifiedSince: new Date(since) }),
        }),
        signal === undefined ? {} : { abortSignal: signal },
      );
      const { Body: body, ContentLength: length } = answer;
      if (!(body instanceof Readable) || length === undefined) {
        throw new BucketFailure('failed', { code: 'no body' });
      }
      const headers = headersOf({
        etag: answer.ETag,
        'last-modified': answer.LastModified?.toUTCString(),
        'content-type': answer.ContentType,
        'cache-control': answer.CacheControl,
        'content-encoding': answer.ContentEncoding,
        expires: answer.ExpiresString,
      });
      const found: FoundObject = {
        kind: 'found',
        length,
        headers,
        body: pieces(body, signal),
        discard: () => void body.destroy(),
      };
      return found;
    } catch (error) {
      if (statusOf(error) !== 304) throw bucketFailure(error, signal);
      const etag = ifNoneMatch === undefined ? {} : { etag: ifNoneMatch };
      return { kind: 'unchanged' as const, headers: etag };
    }
  }

  async put(
    name: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    length: number,
    { signal, contentType }: NonNullable<Parameters<Bucket['put']>[3]> = {},
  ): Promise<void> {
    const command = new this.#sdk.PutObjectCommand({
      Bucket: this.#bucket,
      Key: name,
      Body: body instanceof Uint8Array ? body : Readable.from(body, { objectMode: false }),
      ContentLength: length,
      ContentType: contentType ?? 'application/octet-stream',
    });
    await this.#told(signal, (options) => this.#client.send(command, options));
  }

  async delete(name: string, signal?: AbortSignal): Promise<void> {
    const command = new this.#sdk.DeleteObjectCommand({ Bucket: this.#bucket, Key: name });
    try {
      await this.#told(signal, (options) => this.#client.send(command, options));
    } catch (error) {
      if (!(error instanceof BucketFailure) || error.kind !== 'missing') throw error;
    }
  }

  async deleteAll(names: readonly string[], signal?: AbortSignal): Promise<readonly string[]> {
    if (!this.#oneByOne && names.length > 1) {
      const command = new this.#sdk.DeleteObjectsCommand({
        Bucket: this.#bucket,
        Delete: { Objects: names.map((Key) => ({ Key })), Quiet: true },
      });
      try {
        const answer = await this.#told(signal, (options) => this.#client.send(command, options));
        const refused = new Set(answer.Errors?.map(({ Key }) => Key));
        // A name that a server spells otherwise is left as well
        return refused.size === 0 ? [] : names.filter((name) => refused.has(name));
      } catch (error) {
        const { kind, status = 0 } = bucketFailure(error, signal);
        // Not every server has it; what cannot be had at all fails below as well
        if (kind !== 'failed' || status < 400) throw error;
        this.#oneByOne = true;
      }
    }
    return this.#deleteEach(names, signal);
  }

  async #deleteEach(
    names: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<readonly string[]> {
    const waiting = [...names];
    const failed: string[] = [];
    let failure: unknown;
    const lane = async () => {
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
        try {
          await this.delete(name, signal);
        } catch (error) {
          failed.push(name);
          failure = error;
          return;
        }
      }
    };
    await Promise.all(Array.from({ length: ABREAST }, lane));
    const left = [...waiting, ...failed];
    if (left.length > 0 && left.length === names.length) throw failure;
    return left;
  }

  async *list(prefix: string, after?: string, signal?: AbortSignal): AsyncIterable<string> {
    for (let token: string | undefined, first = true; first || token !== undefined; first = false) {
      const command = new this.#sdk.ListObjectsV2Command({
        Bucket: this.#bucket,
        Prefix: prefix,
        ...(token === undefined ? {} : { ContinuationToken: token }),
        ...(first && after !== undefined ? { StartAfter: after } : {}),
      });
      const page = await this.#told(signal, (options) => this.#client.send(command, options));
      for (const { Key: name } of page.Contents ?? []) if (name !== undefined) yield name;
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    }
  }

  close(): void {
    this.#client.destroy();
  }

  async #told<Answer>(
    signal: AbortSignal | undefined,
    send: (options: { readonly abortSignal?: AbortSignal }) => Promise<Answer>,
  ): Promise<Answer> {
    try {
      return await send(signal === undefined ? {} : { abortSignal: signal });
    } catch (error) {
      throw bucketFailure(error, signal);
    }
  }
}

/** The bytes of an answer; the stream is destroyed when they are not wanted to their end, or by the signal. */
async function* pieces(body: Readable, signal?: AbortSignal): AsyncIterable<Uint8Array> {
  const stop = () => void body.destroy(new Error('aborted'));
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    for await (const piece of body) yield piece;
  } catch (error) {
    throw bucketFailure(error, signal);
  } finally {
    signal?.removeEventListener('abort', stop);
    body.destroy();
  }
}

function headersOf(fields: Record<string, string | undefined>): Record<string, string> {
  const given = Object.entries(fields).filter((field): field is [string, string] => {
    return field[1] !== undefined;
  });
  return Object.fromEntries(given);
}
