/**
 * Breaker: a server that fails again and again is left alone for a moment (docs/spec/http.md 13.17).
 *
 * Closed: every request passes, and failures are counted within a window. Open: none passes until
 * the pause is over. Half open: one passes; what becomes of it closes or opens the breaker again.
 *
 * A server that answers most requests well stays closed, however many it has: failures have to be
 * at least half of what came back.
 */
import { BoundedMap } from './bounded-map.ts';
import { Fault } from './fault.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface BreakerOptions {
  /** Failures within the window after which a server is left alone; 0: never. */
  readonly breakerFailures: number;
  /** The window, and how long a server is left alone, in milliseconds. */
  readonly breakerWindow: number;
  readonly breakerPause: number;
}

/** How a request that was let through ended. `left`: nothing was learned, as when the client went. */
export type Outcome = 'good' | 'failed' | 'left';

export class Breaker {
  readonly #options: BreakerOptions;
  readonly #now: () => number;
  #since = Number.NEGATIVE_INFINITY;
  #good = 0;
  #failed = 0;
  /** When it opened; absent while it is closed. */
  #openedAt: number | undefined;
  #trial = false;

  /** @param now milliseconds of a clock that never goes back */
  constructor(options: BreakerOptions, now: () => number) {
    this.#options = options;
    this.#now = now;
  }

  get state(): BreakerState {
    if (this.#openedAt === undefined) return 'closed';
    return this.#left() > 0 ? 'open' : 'half-open';
  }

  /**
   * Lets a request through; the function that is given takes its outcome, once.
   * @throws Fault origin-paused
   */
  enter(): (outcome: Outcome) => void {
    const { state } = this;
    if (state === 'open' || (state === 'half-open' && this.#trial)) throw paused(this.#left());
    const trial = state === 'half-open';
    if (trial) this.#trial = true;
    let told = false;
    return (outcome) => {
      if (told) return;
      told = true;
      if (trial) this.#tried(outcome);
      else this.#count(outcome);
    };
  }

  /** A failure after the answer had begun: a body that was cut off. */
  failed(): void {
    this.#count('failed');
  }

  #tried(outcome: Outcome): void {
    this.#trial = false;
    if (outcome === 'failed') this.#open();
    if (outcome === 'good') {
      this.#openedAt = undefined;
      this.#begin();
    }
  }

  #count(outcome: Outcome): void {
    if (outcome === 'left' || this.#openedAt !== undefined) return;
    const { breakerFailures, breakerWindow } = this.#options;
    if (this.#now() - this.#since >= breakerWindow) this.#begin();
    if (outcome === 'good') this.#good++;
    else this.#failed++;
    const many = breakerFailures > 0 && this.#failed >= breakerFailures;
    if (many && this.#failed >= this.#good) this.#open();
  }

  #begin(): void {
    this.#since = this.#now();
    this.#good = 0;
    this.#failed = 0;
  }

  #open(): void {
    this.#openedAt = this.#now();
  }

  /** Milliseconds of the pause that are left. */
  #left(): number {
    return (this.#openedAt ?? 0) + this.#options.breakerPause - this.#now();
  }
}

/** Servers that are remembered: with `*`, their names are a visitor's to choose. */
const MOST_SERVERS = 1000;

/** A breaker per server. */
export class Breakers {
  readonly #options: BreakerOptions;
  readonly #now: () => number;
  readonly #servers = new BoundedMap<string, Breaker>(MOST_SERVERS);

  constructor(options: BreakerOptions, now: () => number) {
    this.#options = options;
    this.#now = now;
  }

  /** @param server scheme, host and port, as `URL.origin` has them */
  of(server: string): Breaker {
    let breaker = this.#servers.use(server);
    if (breaker === undefined) {
      breaker = new Breaker(this.#options, this.#now);
      this.#servers.set(server, breaker);
    }
    return breaker;
  }

  /** Servers that are not asked at present, or only to see whether they are well again. */
  get paused(): number {
    const breakers = [...this.#servers.keys()].map((server) => this.#servers.get(server));
    return breakers.filter((breaker) => breaker !== undefined && breaker.state !== 'closed').length;
  }
}

function paused(milliseconds: number): Fault {
  return new Fault(
    'origin-paused',
    'The server of the source has failed again and again and is left alone for a moment.',
    { retryAfter: Math.max(1, Math.ceil(milliseconds / 1000)) },
  );
}
