/**
 * Worker: what the pool knows of one worker process.
 */
import type { Fault } from '../../base/fault.ts';
import type { Budget } from '../../optimizer/task.ts';
import { PriorityWatch } from './priority-watch.ts';
import type { Lane, QueuedTask } from './task-queue.ts';
import type { StartWorker, WorkerEvents, WorkerProcess } from './worker-process.ts';

/** The task a worker has in hand. */
export interface RunningTask {
  readonly task: QueuedTask;
  /** When it was given out, on the pool's timer. */
  readonly since: number;
  /** The time that it was told to take at most. */
  readonly budget: Budget;
  /** Takes back the alarm that kills the worker at the limit. */
  readonly disarm: () => void;
}

export class Worker {
  readonly lane: Lane;
  readonly process: WorkerProcess;
  readonly priority: PriorityWatch;
  /** It has shown that it can render. */
  ready = false;
  /** Tasks it has ended. */
  done = 0;
  current: RunningTask | undefined;
  /** Who wants to know the score of its last result, if it is measured afterwards. */
  scoring: Pick<QueuedTask, 'id' | 'scored'> | undefined;
  /** Why the pool killed it, when it did. */
  killReason: Fault | undefined;
  /**
   * `working`; `leaving`: its replacement is being started, and it works until then;
   * `retired`: it is given no more tasks.
   */
  state: 'working' | 'leaving' | 'retired' = 'working';

  constructor(lane: Lane, start: StartWorker, events: WorkerEvents) {
    this.lane = lane;
    this.process = start(lane, events);
    this.priority = new PriorityWatch(this.process, () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    });
  }

  /** It can take a task now. */
  get free(): boolean {
    return this.ready && this.current === undefined && this.state !== 'retired';
  }

  /** @param reason what its task fails with */
  kill(reason: Fault): void {
    this.killReason ??= reason;
    this.process.kill();
  }

  /** It goes as soon as it has nothing in hand. */
  retire(): void {
    this.state = 'retired';
    if (this.current === undefined) this.process.kill();
  }
}
