/**
 * Traffic: how the servers of an origin are asked, beside what one source may take (`limits.ts`).
 */
import type { BreakerOptions } from '../base/breaker.ts';

export interface OriginTraffic extends BreakerOptions {
  /** Connections to one server at a time. */
  readonly connections: number;
  /** How long a connection without work is kept, in milliseconds. */
  readonly keepAlive: number;
  /** Times that a request which failed for the moment is tried again. */
  readonly retries: number;
  /** Further request headers, in lower case, for the servers of the base alone. */
  readonly headers: Readonly<Record<string, string>>;
}

export const DEFAULT_TRAFFIC: OriginTraffic = {
  connections: 32,
  keepAlive: 4_000,
  retries: 2,
  breakerFailures: 20,
  breakerWindow: 10_000,
  breakerPause: 5_000,
  headers: {},
};
