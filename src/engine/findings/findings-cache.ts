/**
 * FindingsCache: what workers have found on sources, as the front remembers it.
 *
 * By the content of the source and its page; bounded, in memory only. After a restart what is
 * asked for again is found again.
 */
import { BoundedMap } from '../../base/bounded-map.ts';
import { heapWeight } from '../../base/memory/heap-size.ts';
import type { Findings } from '../../image/findings.ts';
import type { Plan } from '../../plan/plan.ts';
import { findingsKey } from './source-findings.ts';

/** Sources that are remembered, and the bytes of all of them: up to some kilobytes each. */
const MOST = 2000;
const MOST_BYTES = 8e6;

export class FindingsCache {
  readonly #bySource: BoundedMap<string, Findings>;

  constructor(most = MOST) {
    this.#bySource = new BoundedMap<string, Findings>(MOST_BYTES, {
      weigh: heapWeight,
      entries: most,
    });
  }

  /** Bytes of all that is remembered. */
  get bytes(): number {
    return this.#bySource.weight;
  }

  of(plan: Plan, sourceHash: string): Findings | undefined {
    return this.#bySource.use(findingsKey(sourceHash, pageOf(plan)));
  }

  /** Adds to what is known of a source; nothing where nothing was found out. */
  add(plan: Plan, sourceHash: string, findings: Findings | undefined): void {
    if (findings === undefined) return;
    const key = findingsKey(sourceHash, pageOf(plan));
    this.#bySource.set(key, { ...this.#bySource.get(key), ...findings });
  }
}

/** The page that decides, from 0: of an animation the first. */
export function pageOf({ frames }: Plan): number {
  return frames.kind === 'one' ? frames.index : 0;
}
