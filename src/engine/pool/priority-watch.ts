/**
 * PriorityWatch: the priority of a worker, by the share of the processor that it gets.
 *
 * Workers run below the front, so that hits never wait for an encode. Where other programs keep the
 * processors busy all the time, a worker at that priority would get next to nothing, and first
 * answers would be cut short. So one that is starved is raised to the priority of the front while
 * that lasts (docs/decisions/0024). The system may not permit it: then all stays as it is.
 */
import type { WorkerProcess } from './worker-process.ts';

/** Share of a processor below which a worker with a task is starved. */
const STARVED = 0.12;
/** Share at the higher priority from which nobody else wants the processor. */
const AMPLE = 0.4;
/** Share of a processor from which it is the front itself that takes it. */
const FRONT = 0.5;
/** Milliseconds after which a share says something: the system counts in steps of ten. */
const ENOUGH = 100;

export class PriorityWatch {
  readonly #process: Pick<WorkerProcess, 'used' | 'prefer'>;
  /** Processor time of the front, in milliseconds. */
  readonly #front: () => number;
  #raised = false;
  #permitted = true;
  #since: { readonly at: number; readonly used: number; readonly front: number } | undefined;

  constructor(process: Pick<WorkerProcess, 'used' | 'prefer'>, front: () => number) {
    this.#process = process;
    this.#front = front;
  }

  /** A task begins. @param now in milliseconds, as everywhere here */
  begin(now: number): void {
    if (!this.#permitted) return;
    const used = this.#process.used();
    this.#since = used === undefined ? undefined : { at: now, used, front: this.#front() };
  }

  /** Looks at what the worker got since the task began, or since the last look. */
  look(now: number): void {
    const since = this.#since;
    if (since === undefined || now - since.at < ENOUGH) return;
    this.begin(now);
    const used = this.#since?.used;
    if (used === undefined) return;
    const share = (used - since.used) / (now - since.at);
    const front = (this.#front() - since.front) / (now - since.at);
    if (!this.#raised && share < STARVED && front < FRONT) this.#set('front');
    else if (this.#raised && share > AMPLE) this.#set('below');
  }

  /** The task is over. */
  end(now: number): void {
    this.look(now);
    this.#since = undefined;
  }

  #set(place: 'front' | 'below'): void {
    this.#permitted = this.#process.prefer(place);
    if (this.#permitted) this.#raised = place === 'front';
    else this.#since = undefined;
  }
}
