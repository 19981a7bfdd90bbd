/**
 * Sharing: what an engine has in common with others: a store, word of one another, both or neither.
 */

import { isFault } from '../../base/fault.ts';
import type { EngineParts, EngineStatus } from '../engine.ts';
import type { EngineOptions, EngineSettings } from '../engine-options.ts';
import type { Pool } from '../pool/pool.ts';
import type { PurgeMarks } from '../purge/purge-marks.ts';
import { SharedMarks } from '../purge/shared-marks.ts';
import type { Resolver } from '../renditions/resolver.ts';
import { SharedTier } from '../shared/shared-tier.ts';
import type { Timer } from '../timer.ts';
import { caughtUpStore } from './caught-up-store.ts';
import { Nodes } from './nodes.ts';
import { RenditionJobs } from './rendition-jobs.ts';

export class Sharing {
  readonly nodes: Nodes | undefined;
  readonly shared: SharedTier | undefined;
  readonly marks: SharedMarks | undefined;
  #jobs: RenditionJobs | undefined;

  constructor({ nodes, shared }: EngineOptions, timer: Timer, marks: PurgeMarks) {
    this.nodes = nodes && new Nodes(nodes, timer);
    if (shared === undefined) return;
    const { notices } = shared;
    this.marks = new SharedMarks({ notices, marks, timer, told: () => nodes?.status });
    this.shared = new SharedTier(caughtUpStore(shared, (most) => this.caughtUp(most)));
  }

  /** Resolves when no purge of others can have been missed, where nobody can be asked, or after so many milliseconds. */
  async caughtUp(milliseconds: number): Promise<void> {
    await Promise.all([
      this.nodes?.coordination.journal.caughtUp(milliseconds),
      this.marks?.caughtUp(milliseconds),
    ]);
  }

  /** Work for whichever node has time; undefined where results cannot be shared or requests not named. */
  jobs(
    requestOf: EngineParts['requestOf'],
    settings: EngineSettings,
    pool: Pool,
    resolver: Resolver,
  ): RenditionJobs | undefined {
    const { shared, nodes } = this;
    if (nodes === undefined || shared === undefined || requestOf === undefined) return undefined;
    const jobs = new RenditionJobs({
      coordination: nodes.coordination,
      timer: settings.timer,
      shares: () => shared.store.status.available,
      requestOf,
      resolve: (request) => resolver.request(request),
      idle: () => pool.status().queued === 0,
      works: () => settings.refine,
    });
    // The version is known once a worker is up.
    pool
      .encoderVersion()
      .then((version) => jobs.open(version))
      .catch((error: unknown) => {
        // The end of the server is no failure
        if (!isFault(error, 'overloaded')) settings.log('jobs-failed', { reason: String(error) });
      });
    this.#jobs = jobs;
    return jobs;
  }

  get status(): Pick<EngineStatus, 'nodes' | 'shared'> {
    const { nodes, shared } = this;
    return {
      ...(shared === undefined ? {} : { shared: shared.status }),
      ...(nodes === undefined ? {} : { nodes: { ...nodes.status, jobs: this.#jobs?.status } }),
    };
  }

  async close(): Promise<void> {
    this.marks?.close();
    await this.shared?.close();
    await this.nodes?.close();
  }
}
