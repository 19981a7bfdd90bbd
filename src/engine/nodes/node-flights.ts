/**
 * Node flights: single flight over all nodes, with what it came to for metrics.
 */
import type { Leases } from '../../coordination/leases.ts';
import type { Timer } from '../timer.ts';
import { type NodeWork, onceBetweenNodes } from './once-between-nodes.ts';

/** Counts are since the start. */
export interface NodeFlightStatus {
  /** Pieces of work done here that no other node did meanwhile. */
  readonly held: number;
  /** Results taken from the node that had the work in hand. */
  readonly taken: number;
  /** Failures that another node told of. */
  readonly failed: number;
  /** Pieces of work done alone: others could not be asked, could not share, or took too long. */
  readonly alone: number;
}

export class NodeFlights {
  readonly #leases: Leases;
  readonly #timer: Timer;
  readonly #counts = { held: 0, taken: 0, failed: 0, alone: 0 };

  constructor(leases: Leases, timer: Timer) {
    this.#leases = leases;
    this.#timer = timer;
  }

  get status(): NodeFlightStatus {
    return { ...this.#counts };
  }

  /** @throws Fault what the work fails with, here or elsewhere; the reason of the signal */
  run<Result>(work: NodeWork<Result>): Promise<Result> {
    return onceBetweenNodes(this.#leases, this.#timer, work, (end) => this.#counts[end]++);
  }
}
