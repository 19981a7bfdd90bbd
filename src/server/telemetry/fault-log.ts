/**
 * Fault log: what the log says of a request that went wrong.
 */
import type { Fault } from '../../base/fault.ts';
import { type Log, loggable } from './log.ts';

export interface FaultFacts {
  /** Name of the source in the configuration. */
  readonly source: string;
  readonly requestId: string;
  /** Where it is traced. */
  readonly traceId?: string | undefined;
  readonly method: string;
  /** As received; its query is not logged. */
  readonly target: string;
}

/** Ours are errors with a stack, the world's are warnings, the client's are for debugging. */
export function logFault(log: Log, { target, ...request }: FaultFacts, fault: Fault): void {
  const facts = {
    ...request,
    target: loggable(target),
    code: fault.code,
    reason: fault.message,
    detail: fault.detail,
  };
  if (fault.code === 'internal') log.error({ ...facts, error: stackOf(fault) }, 'request failed');
  else if (fault.kind.status >= 500) log.warn({ ...facts, cause: causeOf(fault) }, 'fault');
  else log.debug(facts, 'fault');
}

function stackOf(fault: Fault): string {
  const error = fault.cause ?? fault;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function causeOf(fault: Fault): string | undefined {
  return fault.cause === undefined ? undefined : String(fault.cause);
}
