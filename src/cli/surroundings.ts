/** Surroundings: what the command line touches of the process around it. */
import type { StartWorker } from '../engine/pool/worker-process.ts';

/** What a command touches of the process around it. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether `err` writes to a terminal. */
  readonly interactive?: boolean;
  /** Calls back each time that the process is asked to read its configuration again. */
  readonly onReload?: (listener: () => void) => void;
  /** Resolves when the process is asked to stop. */
  readonly stopped: Promise<void>;
  /** Starts a render worker; for tests. */
  readonly startWorker?: StartWorker;
}
