/**
 * Once between nodes: work that several nodes would do at once is done by one of them.
 *
 * Whoever holds the lease works; the others wait for word of it and read the result where all can. The
 * holder gives its result to its own visitors at once and ends the lease when everybody can read it. Where
 * nobody can be asked, where the result cannot be shared, and after a bounded wait, a node works alone.
 *
 * Invariant: whoever asks gets a result or a failure within the bounded wait and the time of the work itself,
 * whatever becomes of other nodes, of Redis and of words on their way.
 */
import { Fault, type FaultCode, isFault } from '../../base/fault.ts';
import type { Lease, Leases, SharedFault } from '../../coordination/leases.ts';
import type { Timer } from '../timer.ts';

/** Longest wait for other nodes, in milliseconds: a lease of one that died, and the work of the next. */
export const LONGEST_WAIT = 15_000;

export interface NodeWork<Result> {
  /** Names the work, for all nodes alike. */
  readonly key: string;
  /** Does the work. @throws Fault */
  make(): Promise<Result>;
  /** The result that another node has made, as long as that may take; undefined where it cannot be had. */
  read(): Promise<Result | undefined>;
  /** Whether (and when) every node may read a result that was made here. */
  shared(result: Result): Promise<boolean>;
  /** Fires when nobody waits any more. */
  readonly signal: AbortSignal;
}

/** How it came to its end: with the lease, by another node, with a failure there, or without anybody. */
export type NodeEnd = 'held' | 'taken' | 'failed' | 'alone';

/**
 * The result of work, done here or elsewhere.
 *
 * @param told hears how it ends, before it does
 * @throws Fault what the work fails with, here or elsewhere; the reason of the signal
 */
export async function onceBetweenNodes<Result>(
  leases: Leases,
  timer: Timer,
  work: NodeWork<Result>,
  told: (end: NodeEnd) => void = () => undefined,
): Promise<Result> {
  const end = timer.now() + LONGEST_WAIT;
  let again = false;
  for (let left = LONGEST_WAIT; left > 0; left = end - timer.now()) {
    const turn = await leases.take(work.key, again);
    work.signal.throwIfAborted();
    if (turn.kind === 'alone') break;
    if (turn.kind === 'held') {
      told('held');
      return await hold(turn.lease, work);
    }
    const news =
      turn.kind === 'made' ? turn : await turn.news(Math.max(1, end - timer.now()), work.signal);
    if (news.kind === 'failed') {
      told('failed');
      throw new Fault(news.fault.code, news.fault.message);
    }
    if (news.kind === 'late' || news.kind === 'unshared') break;
    if (news.kind !== 'made') continue;
    const result = await work.read();
    work.signal.throwIfAborted();
    if (result !== undefined) {
      told('taken');
      return result;
    }
    // What is said to be there is not to be had.
    again = true;
  }
  told('alone');
  return work.make();
}

/** Does the work with a lease, which ends however the work does. */
async function hold<Result>(lease: Lease, work: NodeWork<Result>): Promise<Result> {
  let result: Result;
  try {
    result = await work.make();
  } catch (error) {
    const fault = sharedFault(error);
    if (fault === undefined) lease.freed();
    else lease.failed(fault);
    throw error;
  }
  work.shared(result).then(
    (readable) => (readable ? lease.made() : lease.unshared()),
    () => lease.unshared(),
  );
  return result;
}

/** Failures of a node are its own: another may do better. */
const OWN: ReadonlySet<FaultCode> = new Set([
  'origin-paused',
  'source-lost',
  'source-quarantined',
  'source-refused',
]);

/** A failure that is the source's or its origin's, and the same for every node. */
function sharedFault(error: unknown): SharedFault | undefined {
  if (!isFault(error) || !/^(?:source|origin|result)-/.test(error.code)) return undefined;
  return OWN.has(error.code) ? undefined : { code: error.code, message: error.message };
}
