/**
 * Request id: one name for a request in every log it passes.
 *
 * It is the client's `X-Request-Id` where that is well-formed, else one of our
 * own. It stands in every answer and every log line of the request, and goes
 * along to the origin.
 */
import { randomUUID } from 'node:crypto';

/** What is taken from a client: 1 to 128 characters that mean nothing to any log, header or shell. */
const WELL_FORMED = /^[A-Za-z0-9._:=+/@-]{1,128}$/;

/** The id of a request with this `X-Request-Id`. */
export function requestIdOf(header: string | undefined): string {
  return header !== undefined && WELL_FORMED.test(header) ? header : randomUUID();
}
