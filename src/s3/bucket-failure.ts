/**
 * Bucket failure: what the client of Amazon S3 throws, in our words.
 *
 * Pure.
 */
import { BucketFailure, type FailureKind } from './bucket.ts';

/** Words of the protocol for "come again later" (docs/spec/s3.md 1.4). */
const BUSY = new Set([
  ...['SlowDown', 'ServiceUnavailable', 'Throttling', 'ThrottlingException'],
  ...['RequestLimitExceeded', 'TooManyRequests', 'OperationAborted'],
]);

const LATE = new Set(['ETIMEDOUT', 'TimeoutError', 'RequestTimeout', 'ESOCKETTIMEDOUT']);

/** @param signal of who asked */
export function bucketFailure(error: unknown, signal?: AbortSignal): BucketFailure {
  if (error instanceof BucketFailure) return error;
  const facts = factsOf(error);
  return new BucketFailure(kindOf(facts, signal), facts, error);
}

/** The status of an answer, also of one that the client takes for a failure. */
export function statusOf(error: unknown): number | undefined {
  const status = field(field(error, '$metadata'), 'httpStatusCode');
  return typeof status === 'number' ? status : undefined;
}

function factsOf(error: unknown): { status?: number; code: string; retryAfter?: number } {
  const status = statusOf(error);
  const name =
    text(field(error, 'Code')) ?? text(field(error, 'code')) ?? text(field(error, 'name'));
  const headers = field(field(error, '$response'), 'headers');
  const asked = Number(field(headers, 'retry-after'));
  return {
    ...(status === undefined ? {} : { status }),
    code: name ?? 'unknown',
    ...(Number.isInteger(asked) && asked >= 0 ? { retryAfter: asked } : {}),
  };
}

function kindOf(
  { status, code }: { readonly status?: number; readonly code: string },
  signal: AbortSignal | undefined,
): FailureKind {
  if (signal?.aborted) return field(signal.reason, 'name') === 'TimeoutError' ? 'late' : 'left';
  if (LATE.has(code)) return 'late';
  if (BUSY.has(code) || status === 503 || status === 429) return 'busy';
  // A bucket that is not there is no answer about an object.
  if (status === 404) return code === 'NoSuchBucket' ? 'failed' : 'missing';
  if (status === 401 || status === 403) return 'denied';
  return 'failed';
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, 100) : undefined;
}
