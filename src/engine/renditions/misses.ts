/**
 * Misses: what becomes of a request whose rendition is not here. It comes from another node, is one of a former
 * version, or is made.
 */
import { isFault } from '../../base/fault.ts';
import type { Key } from '../../plan/key.ts';
import type { Background } from '../background.ts';
import type { Rendition } from '../engine.ts';
import type { FirstAnswers, MadeRendition } from '../first-answers.ts';
import type { ResolvedRequest } from '../resolved-request.ts';
import { firstOf } from '../shared/first-of.ts';
import type { SharedRead, SharedRenditions } from '../shared/shared-renditions.ts';
import type { RememberedFaults } from '../sources/remembered-faults.ts';
import { notStored } from '../sources/source-cache.ts';
import type { Timings } from '../timings.ts';
import type { Answers } from './answers.ts';
import type { FormerVersions } from './former-versions.ts';
import type { AnswerFacts } from './rendition-answer.ts';
import type { RenditionCache } from './rendition-cache.ts';
import type { StoredRendition } from './rendition-meta.ts';

export interface MissesParts {
  readonly cache: RenditionCache;
  readonly versions: FormerVersions | undefined;
  /** What pictures failed with. */
  readonly faults: RememberedFaults;
  readonly firstAnswers: FirstAnswers;
  readonly background: Background;
  readonly answers: Answers;
  readonly shared: SharedRenditions | undefined;
  /** Of the encoders, once it is known. */
  readonly version: () => string | undefined;
  /** The key of a request under another version. */
  readonly keyUnder: (resolved: ResolvedRequest, version: string) => Key;
  /** An answer with what is stored. */
  readonly hit: (
    resolved: ResolvedRequest,
    stored: StoredRendition,
    facts: Pick<AnswerFacts, 'timings' | 'tier'>,
  ) => Rendition;
}

/** A request whose rendition is not here, or was cut short and is outdated. */
export interface Miss {
  readonly resolved: ResolvedRequest;
  readonly outdated: StoredRendition | undefined;
  /** When the request came, on the engine's timer. */
  readonly start: number;
  /** Of what was done for it so far. */
  readonly timings: Timings;
  /** Where the outdated one was. */
  readonly tier: AnswerFacts['tier'];
}

export class Misses {
  readonly #parts: MissesParts;

  constructor(parts: MissesParts) {
    this.#parts = parts;
  }

  /** @throws Fault */
  async answer(miss: Miss): Promise<Rendition> {
    const { resolved, outdated, timings } = miss;
    const { request } = resolved;
    const { answers, background, faults, hit } = this.#parts;
    const read = this.#read(resolved);
    const there = await (request.storedOnly ? read?.late : read?.early);
    if (there) return hit(resolved, there, { timings, tier: 'bucket' });
    const former = outdated || request.upload ? undefined : await this.#former(resolved);
    if (former) {
      background.makeLater(resolved, () => false);
      return answers.of(resolved, former, { timings, collapsed: false, former: true });
    }
    if (request.storedOnly) throw notStored();
    const failure = faults.of(resolved.key);
    if (failure) throw failure;
    try {
      request.mayMake?.();
      return await this.#made(miss, read?.late);
    } catch (error) {
      this.#remember(resolved, error);
      // What was cut short is better than an error that will pass.
      if (!outdated || !isFault(error) || !error.kind.retry || request.signal.aborted) throw error;
      return hit(resolved, outdated, { timings, tier: miss.tier });
    }
  }

  /** Nobody looks elsewhere for what is being made here, or was given by the client itself. */
  #read(resolved: ResolvedRequest): SharedRead | undefined {
    const { shared, firstAnswers } = this.#parts;
    if (shared === undefined || resolved.request.upload) return undefined;
    if (firstAnswers.isUnderWay(resolved.key)) return undefined;
    return shared.read(resolved);
  }

  async #made(
    { resolved, outdated, start, timings }: Miss,
    late: SharedRead['late'] | undefined,
  ): Promise<Rendition> {
    const { answers, background, firstAnswers, hit } = this.#parts;
    let given: MadeRendition;
    if (late === undefined) given = await firstAnswers.make(resolved, start);
    else {
      const { request } = resolved;
      const make = (signal: AbortSignal) =>
        firstAnswers.make({ ...resolved, request: { ...request, signal } }, start);
      const first = await firstOf(late, make, request.signal);
      if (first.from === 'elsewhere')
        return hit(resolved, first.value, { timings, tier: 'bucket' });
      given = first.value;
    }
    const { made, collapsed } = given;
    background.refineLater(resolved, made);
    return answers.of(resolved, made, {
      // The stages of work that another request began are not of this one
      timings: collapsed ? timings : { ...timings, ...made.meta.timings },
      forward: outdated ? 'stale' : 'uri-miss',
      collapsed,
    });
  }

  async #former(resolved: ResolvedRequest): Promise<StoredRendition | undefined> {
    const { versions, cache, version, keyUnder } = this.#parts;
    return versions?.find(cache, version(), (other) => keyUnder(resolved, other));
  }

  /** Remembers what a picture fails with for its own sake: its source cannot become one, whoever asks. */
  #remember({ request, key }: ResolvedRequest, error: unknown): void {
    if (request.upload || !isFault(error) || error.kind.retry || error.kind.status >= 500) return;
    this.#parts.faults.add(key, error, request.compiled.response.freshness.negative);
  }
}
