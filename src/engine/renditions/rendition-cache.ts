/**
 * RenditionCache: stored renditions by their key.
 *
 * It holds what workers have made in the tiered store. A rendition that was
 * cut short counts for a minute only; then it is made again, and until that is
 * done it is better than nothing.
 */
import { readFile, rm } from 'node:fs/promises';
import { type Body, bytesOf } from '../../base/body.ts';
import type { Clock } from '../../base/clock.ts';
import { Fault } from '../../base/fault.ts';
import type { FixedQualityBytes } from '../../optimizer/receipt.ts';
import type { Scores } from '../../optimizer/task.ts';
import { groupOf, type Key, keyGroup } from '../../plan/key.ts';
import type { OpenEntry } from '../../stores/store.ts';
import type { TieredStore } from '../../stores/tiered.ts';
import type { WorkerResult } from '../worker-protocol.ts';
import { etagOf, type RenditionMeta, type StoredRendition } from './rendition-meta.ts';

/** Seconds that an answer is fresh while a better one is being made. */
export const UNREFINED_SECONDS = 60;

export class RenditionCache {
  readonly #store: TieredStore;
  readonly #clock: Clock;
  readonly #changed: (key: Key) => void;

  /** @param changed told of each rendition that is stored or changed */
  constructor(store: TieredStore, clock: Clock, changed: (key: Key) => void = () => undefined) {
    this.#store = store;
    this.#clock = clock;
    this.#changed = changed;
  }

  async get(key: Key): Promise<StoredRendition | undefined> {
    return stored(await this.#store.open(key));
  }

  /** A rendition that is in memory, at once. */
  near(key: Key): StoredRendition | undefined {
    return stored(this.#store.near(key));
  }

  /** Whether a rendition was cut short and its minute is over. */
  isOutdated({ meta }: StoredRendition): boolean {
    return meta.cutShort !== undefined && this.secondsSince(meta) >= UNREFINED_SECONDS;
  }

  /** Seconds since a rendition was stored. */
  secondsSince({ storedAt }: RenditionMeta): number {
    return (this.#clock.now() - storedAt) / 1000;
  }

  /** Stores what a worker has made. */
  async keep(
    key: Key,
    {
      body,
      warmStart: _,
      findings: __,
      trace: ___,
      failedFindings,
      signingFailure,
      ...facts
    }: WorkerResult,
    extra: Pick<RenditionMeta, 'refined' | 'cutShort'> & { readonly queue?: number } = {},
  ): Promise<StoredRendition> {
    const { queue } = extra;
    // Without what it should heed it is never the last word, however long it took.
    const lacking = failedFindings ? 'findings' : signingFailure ? 'unsigned' : undefined;
    const refined = extra.refined && lacking === undefined;
    const late = extra.cutShort ?? (facts.receipt?.cutShort ? 'latency' : undefined);
    const cutShort = lacking ?? late;
    const { receipt } = facts;
    const meta: RenditionMeta = {
      ...facts,
      ...(receipt && late && !refined ? { receipt: { ...receipt, cutShort: true } } : {}),
      ...(refined ? { refined } : cutShort ? { cutShort } : {}),
      etag: etagOf(key, body.hash),
      timings: { ...facts.timings, ...(queue === undefined ? {} : { queue }) },
      storedAt: this.#clock.now(),
    };
    const kept = { meta, body: await this.#put(key, meta, body) };
    this.#changed(key);
    return kept;
  }

  /** Stores the body of a result, and gives what to answer with; nothing that the disk does is a failure. */
  async #put(key: Key, meta: RenditionMeta, body: WorkerResult['body']): Promise<Body> {
    if (!('inline' in body)) {
      const { file, bytes: length, crc } = body;
      if (await this.#store.adopt(key, { ...meta }, file, { length, crc })) {
        const kept = await this.#store.open(key);
        if (kept && (kept.meta as Partial<RenditionMeta>).etag === meta.etag) return kept.body;
      }
    }
    const bytes = 'inline' in body ? body.inline : await takeFile(body.file);
    await this.#store.put(key, { ...meta }, bytes);
    return bytes;
  }

  /** Keeps what another node has made. */
  async take(key: Key, { meta, body }: StoredRendition): Promise<StoredRendition> {
    await this.#store.put(key, { ...meta }, await bytesOf(body));
    this.#changed(key);
    return { meta, body };
  }

  /** Adds what was measured of a rendition after it had left, unless another has taken its place. */
  async addScores(key: Key, { meta: { etag } }: StoredRendition, scores: Scores): Promise<void> {
    const now = stored(await this.#store.open(key));
    const receipt = now?.meta.receipt;
    if (!now || !receipt || now.meta.etag !== etag || receipt.score !== undefined) return;
    await this.#store.update(key, { ...now.meta, receipt: { ...receipt, ...scores } });
    this.#changed(key);
  }

  /**
   * Notes that nothing is left to improve; it may have gained scores meanwhile.
   *
   * @param fixedQuality what was measured of its picture while that was tried
   */
  async markRefined(
    key: Key,
    former: StoredRendition,
    fixedQuality?: FixedQualityBytes,
  ): Promise<StoredRendition> {
    const now = stored(await this.#store.open(key));
    const same = now?.meta.etag === former.meta.etag ? now : former;
    const { cutShort: _, ...meta } = same.meta;
    const { receipt } = meta;
    const measured = receipt && fixedQuality && { receipt: { ...receipt, fixedQuality } };
    const refined = { ...meta, ...measured, refined: true };
    await this.#store.update(key, refined);
    this.#changed(key);
    return { meta: refined, body: same.body };
  }

  /** Lets go of a rendition that another node has improved, unless this is the improved one. */
  async replaced(key: Key, etag: string): Promise<void> {
    const here = stored(await this.#store.open(key));
    if (here === undefined || here.meta.etag === etag || here.meta.refined) return;
    await this.#store.delete(key);
    this.#changed(key);
  }

  /** Takes away all that was made of these contents alone; gives how many. */
  purge(contents: ReadonlySet<string>): Promise<number> {
    const groups = new Set([...contents].map(keyGroup));
    return this.#store.deleteWhere((key) => groups.has(groupOf(key)));
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

/** What the store has under the key of a rendition is one. */
function stored(entry: OpenEntry | undefined): StoredRendition | undefined {
  return entry as unknown as StoredRendition | undefined;
}

/** @throws Fault overloaded, when the file went away with the folder of temporary files */
async function takeFile(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new Fault('overloaded', 'The picture was lost on its way; please try again.', {}, cause);
  } finally {
    await rm(file, { force: true }).catch(() => undefined);
  }
}
