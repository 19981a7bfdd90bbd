/**
 * Retry: which failures of an origin are tried again, and after which wait (docs/spec/http.md 13.15).
 *
 * Pure. Requests for sources are GETs, so that asking twice changes nothing.
 */
import type { Fault } from '../base/fault.ts';

/** Statuses that speak of the moment. */
const RETRIED_STATUSES: ReadonlySet<unknown> = new Set([502, 503, 504]);

/** Failures of a connection. A name that does not exist and a certificate that does not fit stay as they are. */
const CONNECTION_ERRORS: ReadonlySet<unknown> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT'],
  ...['EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'EAI_AGAIN'],
]);

/** Longest wait before the first retry; each one more doubles it. In milliseconds. */
const FIRST_WAIT = 200;
const LONGEST_WAIT = 5_000;

/**
 * Milliseconds to wait before a request is tried again; undefined for a failure that stays.
 *
 * `Retry-After` is honoured to the second; without it the wait is between half and all of 200 ms,
 * 400 ms, 800 ms, …, so that many who failed together do not come back together.
 *
 * @param attempt how often it has been tried again already
 * @param random from 0 to 1
 */
export function retryWait(
  { detail, retryAfter }: Fault,
  attempt: number,
  random: number,
): number | undefined {
  if (!RETRIED_STATUSES.has(detail.status) && !isConnectionError(detail.reason)) return undefined;
  if (retryAfter !== undefined) return retryAfter * 1000;
  const most = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempt);
  return (most / 2) * (1 + random);
}

/** Whether a status speaks of the moment of a server, not of what it was asked for. */
export function isMomentary(status: number): boolean {
  return RETRIED_STATUSES.has(status);
}

/** Whether an error code means that a connection failed, not what was said on it. */
export function isConnectionError(code: unknown): boolean {
  return CONNECTION_ERRORS.has(code);
}

/** Seconds of a `Retry-After`: a number of them or a date (RFC 9110 10.2.3); undefined for anything else. */
export function retryAfterSeconds(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d{1,7}$/.test(text)) return Number(text);
  if (!/^[A-Za-z]{3,9}, /.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000));
}
