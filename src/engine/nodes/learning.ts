/**
 * Learning: what is known of a source before it is worked on, from here or from other nodes.
 */
import type { Plan } from '../../plan/plan.ts';
import { seriesKey } from '../../plan/size-series.ts';
import { FindingsCache, pageOf } from '../findings/findings-cache.ts';
import { WarmStartCache } from '../renditions/warm-start-cache.ts';
import { type CachedSource, contentName } from '../sources/cached-source.ts';
import type { WorkerRequest, WorkerResult } from '../worker-protocol.ts';
import type { SharedLearning } from './shared-learning.ts';

export class Learning {
  readonly #warmStarts = new WarmStartCache();
  readonly #findings = new FindingsCache();
  readonly #shared: SharedLearning | undefined;

  /** @param shared what other nodes know */
  constructor(shared?: SharedLearning) {
    this.#shared = shared;
  }

  /** What a worker is told. @param content names the source and its second pictures */
  async of(
    plan: Plan,
    content: string,
    source: CachedSource,
  ): Promise<Pick<WorkerRequest, 'warmStart' | 'findings'>> {
    const series = seriesKey(plan, content);
    const name = contentName(source);
    if (this.#shared !== undefined) {
      const [begun, found] = await Promise.all([
        this.#warmStarts.of(series) ? undefined : this.#shared.warmStart(name, series),
        this.#findings.of(plan, name) ? undefined : this.#shared.findings(name, pageOf(plan)),
      ]);
      this.#warmStarts.add(series, begun);
      this.#findings.add(plan, name, found);
    }
    const warmStart = this.#warmStarts.of(series);
    const findings = this.#findings.of(plan, name);
    return { ...(warmStart ? { warmStart } : {}), ...(findings ? { findings } : {}) };
  }

  /** Takes in what a worker has learned. */
  add(
    plan: Plan,
    content: string,
    source: CachedSource,
    { warmStart, findings }: Pick<WorkerResult, 'warmStart' | 'findings'>,
  ): void {
    const series = seriesKey(plan, content);
    const name = contentName(source);
    this.#warmStarts.add(series, warmStart);
    this.#findings.add(plan, name, findings);
    if (warmStart) this.#shared?.tellWarmStart(name, series, this.#warmStarts.of(series));
    if (findings) this.#shared?.tellFindings(name, pageOf(plan), this.#findings.of(plan, name));
  }
}
