/**
 * Request limits: how much one client, and all clients of one source, may ask for in a time
 * (docs/spec/http.md 17.4 and 17.5).
 *
 * Counted are requests for pictures, and apart from them misses: requests for which a picture has to
 * be made, or a source to be read. Refused requests do not count. Nothing is counted where no rate is
 * configured.
 */
import { Fault } from '../../base/fault.ts';
import type { Rate } from '../../base/options.ts';
import type { ClientAddress } from './client-address.ts';
import { RateLimiter } from './rate-limiter.ts';

/** Rates of one kind of caller. */
export interface Rates {
  readonly requests?: Rate;
  readonly misses?: Rate;
}

export interface RequestLimitOptions {
  /** Of each client. */
  readonly client: Rates;
  /** Of each source, all its clients together, by its name. */
  readonly sources: ReadonlyMap<string, Rates>;
  readonly address: ClientAddress;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** Who asks, as far as its connection and its headers say. */
export interface Visitor {
  readonly remoteAddress?: string | undefined;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** What is counted. */
type Kind = keyof Rates;

/** A limiter, with the name that its policy has in headers. */
interface Policy {
  readonly name: string;
  readonly limiter: RateLimiter;
}

export class RequestLimits {
  readonly #address: ClientAddress;
  readonly #client: Readonly<Record<Kind, Policy | undefined>>;
  readonly #sources: ReadonlyMap<string, Readonly<Record<Kind, Policy | undefined>>>;

  constructor({ client, sources, address, now }: RequestLimitOptions) {
    const policies = (who: string, rates: Rates) => ({
      requests: policy(who, rates.requests, now),
      misses: policy(`${who}-misses`, rates.misses, now),
    });
    this.#address = address;
    this.#client = policies('client', client);
    this.#sources = new Map(
      [...sources].map(([name, rates]) => [name, policies('source', rates)] as const),
    );
  }

  /** Whether requests are counted at all, hits among them. */
  get countsRequests(): boolean {
    const of = [this.#client, ...this.#sources.values()];
    return of.some(({ requests }) => requests !== undefined);
  }

  /** Counts a request for a picture, and says whether it is admitted. */
  admits(visitor: Visitor, source: string): boolean {
    return this.#refusal('requests', visitor, source) === undefined;
  }

  /** The same. @throws Fault rate-limited */
  request(visitor: Visitor, source: string): void {
    const refusal = this.#refusal('requests', visitor, source);
    if (refusal) throw refusal;
  }

  /** Counts a request for which something has to be made. @throws Fault rate-limited */
  miss(visitor: Visitor, source: string): void {
    const refusal = this.#refusal('misses', visitor, source);
    if (refusal) throw refusal;
  }

  /** Takes from the client and from the source, or from neither. */
  #refusal(kind: Kind, visitor: Visitor, source: string): Fault | undefined {
    const ofClient = this.#client[kind];
    const ofSource = this.#sources.get(source)?.[kind];
    const key = ofClient && this.#address.of(visitor.remoteAddress, visitor.headers);
    const clientWait = ofClient?.limiter.wait(key ?? '') ?? 0;
    const sourceWait = ofSource?.limiter.wait(source) ?? 0;
    if (ofClient && clientWait > 0 && clientWait >= sourceWait)
      return refused(ofClient, clientWait);
    if (ofSource && sourceWait > 0) return refused(ofSource, sourceWait);
    ofClient?.limiter.take(key ?? '');
    ofSource?.limiter.take(source);
    return undefined;
  }
}

function policy(name: string, rate: Rate | undefined, now: () => number): Policy | undefined {
  return rate && { name, limiter: new RateLimiter(rate, now) };
}

function refused({ name, limiter }: Policy, wait: number): Fault {
  const { count, milliseconds } = limiter.rate;
  const retryAfter = Math.max(1, Math.ceil(wait / 1000));
  const window = Math.max(1, Math.round(milliseconds / 1000));
  return new Fault('rate-limited', 'Too many requests; please try again later.', {
    retryAfter,
    policy: name,
    quota: count,
    window,
  });
}

/**
 * The headers of a refusal beside `Retry-After`: which policy, how much it grants, what is left and
 * when there is more. `RateLimit: "client";r=0;t=7` (docs/spec/http.md 17.4).
 */
export function rateLimitHeaders({ code, detail, retryAfter }: Fault): Record<string, string> {
  if (code !== 'rate-limited') return {};
  const { policy: name, quota, window } = detail;
  return {
    'ratelimit-policy': `"${name}";q=${quota};w=${window}`,
    ratelimit: `"${name}";r=0;t=${retryAfter}`,
  };
}
