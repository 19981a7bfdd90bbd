/**
 * Bucket: objects by name in a store that speaks the protocol of Amazon S3.
 *
 * What is asked of one, and what it fails with, in words of our own; `open-bucket.ts` speaks to it.
 */

export interface BucketOptions {
  readonly bucket: string;
  /** Where it is, as Amazon names it; by default what the surroundings say. */
  readonly region?: string;
  /** URL of a server that speaks the same protocol; absent: Amazon's own. */
  readonly endpoint?: string;
  /** The bucket is the first part of the path, and not of the host. */
  readonly pathStyle?: boolean;
  /** Absent: what the surroundings give (variables, files, the role of the machine). */
  readonly credentials?: BucketCredentials;
  /** Connections at once. */
  readonly connections?: number;
  /** Longest wait for a connection, in milliseconds. */
  readonly connectMs?: number;
}

export interface BucketCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** An object that was asked for. */
export interface FoundObject {
  readonly kind: 'found';
  /** Of the body, in bytes. */
  readonly length: number;
  /** As HTTP has them, lower case: etag, last-modified, content-type, cache-control, expires. */
  readonly headers: Readonly<Record<string, string>>;
  /** To be read once; returning its iterator frees the connection. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Lets go of a body that nobody reads. */
  discard(): void;
}

export interface GetOptions {
  readonly signal?: AbortSignal;
  /** Entity tag of a copy that is held. */
  readonly ifNoneMatch?: string;
  /** An HTTP date: when a copy that is held was last changed. */
  readonly ifModifiedSince?: string;
}

export interface PutOptions {
  readonly signal?: AbortSignal;
  readonly contentType?: string;
}

/** All reject with a `BucketFailure`. */
export interface Bucket {
  get(
    name: string,
    options?: GetOptions,
  ): Promise<
    FoundObject | { readonly kind: 'unchanged'; readonly headers: Readonly<Record<string, string>> }
  >;
  /** @param length of the body, in bytes */
  put(
    name: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    length: number,
    options?: PutOptions,
  ): Promise<void>;
  /** It is no failure that it is not there. */
  delete(name: string, signal?: AbortSignal): Promise<void>;
  /** At most 1000 at once. Gives those that are left, where some of them are gone. */
  deleteAll(names: readonly string[], signal?: AbortSignal): Promise<readonly string[]>;
  /** The names that begin so, in order, those after `after` alone. */
  list(prefix: string, after?: string, signal?: AbortSignal): AsyncIterable<string>;
  close(): void;
}

/**
 * `missing`: no such object. `denied`: not for these credentials. `busy`: it asks to come again later.
 * `late`: it took too long. `left`: nobody waits any more. `failed`: all else.
 */
export type FailureKind = 'missing' | 'denied' | 'busy' | 'late' | 'left' | 'failed';

export class BucketFailure extends Error {
  readonly kind: FailureKind;
  /** Of its answer, where there was one. */
  readonly status: number | undefined;
  /** Its own word for it, such as `SlowDown`, or the system's, such as `ECONNREFUSED`. */
  readonly code: string;
  /** Seconds that it asks to wait. */
  readonly retryAfter: number | undefined;

  constructor(
    kind: FailureKind,
    facts: { readonly status?: number; readonly code: string; readonly retryAfter?: number },
    cause?: unknown,
  ) {
    const { status, code, retryAfter } = facts;
    super(`the bucket: ${status === undefined ? code : `${status} ${code}`}`, { cause });
    this.kind = kind;
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** The package is not installed. */
export class MissingBucketPackage extends Error {}

/** What has to be installed beside the server. */
export const BUCKET_PACKAGE = '@aws-sdk/client-s3';
