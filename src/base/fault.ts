/**
 * Faults: expected failures of the world, each with a stable code.
 *
 * The table holds what a failure means in HTTP where a dialect has no rule of
 * its own (docs/spec/http.md 12.1); a dialect may map a code to another
 * status in its `refuse`. `message` is for the client and never holds a
 * secret, an internal address or a stack; `detail` is for the log.
 */

export interface FaultKind {
  /** Status of the answer unless the dialect says otherwise. */
  readonly status: number;
  /** Whether the same request may succeed a little later. */
  readonly retry: boolean;
  /** How long the failure may be cached, in seconds; 0 is `no-store`. */
  readonly ttl: number;
}

export const FAULTS = {
  // the request
  'bad-request': { status: 400, retry: false, ttl: 30 },
  'bad-parameter': { status: 400, retry: false, ttl: 30 },
  'region-out-of-bounds': { status: 400, retry: false, ttl: 30 },
  'target-too-long': { status: 414, retry: false, ttl: 30 },
  'method-not-allowed': { status: 405, retry: false, ttl: 0 },
  'not-implemented': { status: 501, retry: false, ttl: 30 },
  'upload-too-large': { status: 413, retry: false, ttl: 0 },
  'upload-unreadable': { status: 400, retry: false, ttl: 0 },
  'upload-missing': { status: 415, retry: false, ttl: 0 },
  // who asks
  'signature-invalid': { status: 403, retry: false, ttl: 0 },
  'link-expired': { status: 404, retry: false, ttl: 0 },
  'account-unknown': { status: 403, retry: false, ttl: 0 },
  'mount-unknown': { status: 404, retry: false, ttl: 30 },
  // the origin
  'source-not-found': { status: 404, retry: false, ttl: 30 },
  'source-forbidden': { status: 403, retry: false, ttl: 30 },
  'source-refused': { status: 403, retry: false, ttl: 30 },
  'source-unresolvable': { status: 404, retry: true, ttl: 5 },
  'origin-failed': { status: 502, retry: true, ttl: 5 },
  'origin-timeout': { status: 504, retry: true, ttl: 5 },
  'origin-paused': { status: 503, retry: true, ttl: 0 },
  // the picture
  'source-empty': { status: 422, retry: false, ttl: 30 },
  'source-too-large': { status: 413, retry: false, ttl: 30 },
  'source-too-many-pixels': { status: 422, retry: false, ttl: 30 },
  'source-not-an-image': { status: 415, retry: false, ttl: 30 },
  'source-unsupported': { status: 415, retry: false, ttl: 30 },
  'source-broken': { status: 422, retry: false, ttl: 30 },
  'result-too-large': { status: 400, retry: false, ttl: 30 },
  // ourselves
  overloaded: { status: 503, retry: true, ttl: 0 },
  'rate-limited': { status: 429, retry: true, ttl: 0 },
  'source-lost': { status: 503, retry: true, ttl: 0 },
  'source-quarantined': { status: 503, retry: true, ttl: 5 },
  'render-timeout': { status: 504, retry: true, ttl: 5 },
  'render-failed': { status: 500, retry: true, ttl: 5 },
  internal: { status: 500, retry: true, ttl: 0 },
} as const satisfies Record<string, FaultKind>;

/** What went wrong, in a word that stays the same. */
export type FaultCode = keyof typeof FAULTS;

/** An expected failure of the world: `code` says which, `message` is for people. */
export class Fault extends Error {
  readonly code: FaultCode;
  /** Facts for the log; none but `retryAfter` is sent to a client. */
  readonly detail: Readonly<Record<string, unknown>>;

  constructor(
    code: FaultCode,
    message: string,
    detail: Readonly<Record<string, unknown>> = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'Fault';
    this.code = code;
    this.detail = detail;
  }

  get kind(): FaultKind {
    return FAULTS[this.code];
  }

  /** Seconds after which a client may try again, where that is known. */
  get retryAfter(): number | undefined {
    const { retryAfter } = this.detail;
    return typeof retryAfter === 'number' ? retryAfter : undefined;
  }
}

/** Whether something that was thrown is a Fault, and of a code where one is named. */
export function isFault(value: unknown, code?: FaultCode): value is Fault {
  return value instanceof Fault && (code === undefined || value.code === code);
}
