/**
 * Leases: which node does a piece of work that several would do at once.
 *
 * The first to ask holds the lease while it works; the others hear how that ended and read the result
 * where all can. A lease ends by itself when its holder dies. It saves work and is no lock: two nodes that
 * do the same give the same, so a lease that was lost unnoticed costs a second rendering and nothing else.
 */
import type { FaultCode } from '../base/fault.ts';

/** A failure as other nodes are told of it. */
export interface SharedFault {
  readonly code: FaultCode;
  readonly message: string;
}

/** How the work of another node ended. */
export type News =
  /** All can read the result. */
  | { readonly kind: 'made' }
  /** There is a result, and nobody but the holder can read it. */
  | { readonly kind: 'unshared' }
  | { readonly kind: 'failed'; readonly fault: SharedFault }
  /** The holder gave up or died; whoever asks next may hold the lease. */
  | { readonly kind: 'freed' }
  /** The wait is over, the work is not. */
  | { readonly kind: 'late' };

/** Held here; to be ended once, in one of four ways. */
export interface Lease {
  /** Grows with every lease, whoever holds it. */
  readonly token: number;
  /** All can read the result from now on. */
  made(): void;
  unshared(): void;
  failed(fault: SharedFault): void;
  freed(): void;
}

export type Turn =
  | { readonly kind: 'held'; readonly lease: Lease }
  /** Another node is at it. */
  | {
      readonly kind: 'elsewhere';
      /**
       * How that ends.
       *
       * @param milliseconds the longest wait, after which it is `late`
       * @param signal ends the wait, which then rejects with its reason
       */
      news(milliseconds: number, signal: AbortSignal): Promise<News>;
    }
  /** Another node was at it a moment ago, and all can read the result. */
  | { readonly kind: 'made' }
  /** Nobody can be asked: this node does as if there were no others. */
  | { readonly kind: 'alone' };

export interface Leases {
  /**
   * Asks for the lease of a key; never throws.
   *
   * @param again the result that is said to be there was not found: it may be made again
   */
  take(key: string, again?: boolean): Promise<Turn>;
}
