/**
 * Pool faults: why a task of the pool has no result that is its own.
 */
import { Fault } from '../../base/fault.ts';

/** Seconds after which a quarantined source may be asked for again. */
const QUARANTINE_RETRY = 30;

/** The worker was ended by somebody else, twice: nothing is known against the picture. */
export function endedOutside(): Fault {
  return new Fault('overloaded', 'The renderer was ended while it made this picture.');
}

export function quarantined(): Fault {
  return new Fault(
    'source-quarantined',
    'This source has made the renderer fail and is not tried for a while.',
    { retryAfter: QUARANTINE_RETRY },
  );
}

/**
 * No worker has come up, and no more are tried.
 *
 * @param said what one of them wrote before it ended
 */
export function noWorkers(said = ''): Fault {
  const message =
    'No render worker can be started; where this program is a bundle, leave fovea out of it.';
  return new Fault('render-failed', message, { said }, said === '' ? undefined : new Error(said));
}

export function clientGone(): Fault {
  return new Fault('overloaded', 'The client went away.');
}

export function shuttingDown(): Fault {
  return new Fault('overloaded', 'The server is shutting down.');
}
