/**
 * Observer: what an engine tells of its work while it is done, for metrics.
 */
import { Fault } from '../../base/fault.ts';
import type { Fetched } from '../../origins/origin.ts';
import type { Operation, Result } from '../../stores/bucket-attempts.ts';

/** How the reading of a source ended: its code where it failed, `gone` where nobody waited any more. */
export type FetchOutcome = Fetched['kind'] | Fault['code'] | 'gone';

export interface EngineObserver {
  /**
   * A source was asked for at its origin.
   *
   * @param source name of the source in the configuration
   * @param milliseconds to its last byte
   * @param bytes of its body that were kept
   */
  fetched(source: string, outcome: FetchOutcome, milliseconds: number, bytes: number): void;
  /**
   * The bucket that all nodes share was asked something, or left alone; whoever opens it tells this.
   *
   * @param milliseconds to the head of its answer
   */
  readonly bucket?: (operation: Operation, outcome: Result, milliseconds: number) => void;
}

/** The outcome that an error means. */
export function failedFetch(error: unknown, signal: AbortSignal): FetchOutcome {
  if (signal.aborted) return 'gone';
  return error instanceof Fault ? error.code : 'internal';
}
