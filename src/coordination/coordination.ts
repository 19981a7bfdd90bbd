/**
 * Coordination: what the nodes of one service have to say to one another.
 *
 * Each part does without where the others cannot be reached: a node that is alone does all it does by itself.
 */
import type { Announcements } from './announcements.ts';
import type { JobQueue } from './job-queue.ts';
import type { Journal } from './journal.ts';
import type { Learned } from './learned.ts';
import type { Leases } from './leases.ts';

export interface CoordinationStatus {
  /** Others can be reached. */
  readonly available: boolean;
  /** Why not, for operators. */
  readonly reason?: string;
  /** Times that they could not be reached any more, since the start. */
  readonly losses: number;
}

export interface Coordination {
  readonly leases: Leases;
  readonly journal: Journal;
  readonly announcements: Announcements;
  readonly learned: Learned;
  /** Work without a visitor for nodes of one group, such as one version. */
  openJobs(group: string): Promise<JobQueue>;
  readonly status: CoordinationStatus;
  close(): Promise<void>;
}
