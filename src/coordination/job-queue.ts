/**
 * Job queue: work without a visitor, done by whichever node has time.
 *
 * A job is plain data under a key and is there once, however many nodes ask for it. One whose node dies is
 * taken up by another.
 */

/** A job as it is read: another program may have written it. */
export interface Job {
  readonly key: string;
  readonly data: unknown;
}

export interface JobWorker {
  /** Whether this node has time; what it has begun it ends. */
  readonly idle: () => boolean;
  /** Ends where the job needs no more work. @throws where it is to be tried again, some times */
  readonly carryOut: (job: Job) => Promise<void>;
}

/** Counts are of this node, since the start. */
export interface JobStatus {
  /** Jobs that wait, of all nodes, as far as is known. */
  readonly waiting: number;
  readonly added: number;
  readonly done: number;
  /** Attempts that ended in a failure. */
  readonly failed: number;
}

export interface JobQueue {
  /** Whether jobs can be added at present. */
  readonly available: boolean;
  /** Adds a job unless it is there. False where it could not be, or there are too many. @param urgent before others */
  add(job: Job, urgent: boolean): Promise<boolean>;
  /** Works on jobs, one at a time, from now on. */
  work(worker: JobWorker): void;
  readonly status: JobStatus;
  /** Takes no more jobs, and waits so long for the one in hand; another node begins it anew where that is not enough. */
  close(milliseconds: number): Promise<void>;
}
