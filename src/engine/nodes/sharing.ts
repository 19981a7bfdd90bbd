/**
 * Sharing: what an engine has in common with others: a store, word of one another, both or neither.
 */

import type { EngineStatus } from '../engine.ts';
import type { EngineOptions } from '../engine-options.ts';
import { SharedTier } from '../shared/shared-tier.ts';
import type { Timer } from '../timer.ts';
import { Nodes } from './nodes.ts';

export class Sharing {
  readonly nodes: Nodes | undefined;
  readonly shared: SharedTier | undefined;

  constructor({ nodes, shared }: EngineOptions, timer: Timer) {
    this.nodes = nodes && new Nodes(nodes, timer);
    this.shared = shared && new SharedTier(this.nodes?.caughtUp(shared) ?? shared);
  }

  get status(): Pick<EngineStatus, 'nodes' | 'shared'> {
    const { nodes, shared } = this;
    return {
      ...(shared === undefined ? {} : { shared: shared.status }),
      ...(nodes === undefined ? {} : { nodes: nodes.status }),
    };
  }

  async close(): Promise<void> {
    await this.shared?.close();
    await this.nodes?.close();
  }
}
