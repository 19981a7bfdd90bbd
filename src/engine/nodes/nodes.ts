/**
 * Nodes: the other nodes of the service as this engine deals with them.
 */
import type { Coordination, CoordinationStatus } from '../../coordination/coordination.ts';
import type { JobStatus } from '../../coordination/job-queue.ts';
import type { Key } from '../../plan/key.ts';
import type { RenditionCache } from '../renditions/rendition-cache.ts';
import type { Timer } from '../timer.ts';
import { type NodeFlightStatus, NodeFlights } from './node-flights.ts';

export interface NodesStatus extends CoordinationStatus {
  readonly flights: NodeFlightStatus;
  /** Absent where work is not shared, or not yet. */
  readonly jobs?: JobStatus | undefined;
}

export class Nodes {
  readonly flights: NodeFlights;
  readonly coordination: Coordination;

  constructor(coordination: Coordination, timer: Timer) {
    this.coordination = coordination;
    this.flights = new NodeFlights(coordination.leases, timer);
  }

  get status(): NodesStatus {
    return { ...this.coordination.status, flights: this.flights.status };
  }

  /** Lets go of renditions that other nodes improve. */
  follow(cache: RenditionCache): void {
    this.coordination.announcements.follow((key, etag) => {
      void cache.replaced(key as Key, etag).catch(() => undefined);
    });
  }

  /** Says that a rendition is a better one, where all can read it. */
  improved(key: Key, etag: string): void {
    this.coordination.announcements.tell(key, etag);
  }

  close(): Promise<void> {
    return this.coordination.close();
  }
}
