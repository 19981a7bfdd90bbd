/**
 * CDN purger: a listener for purges that has a CDN in front purge the same tags.
 *
 * A purge is acknowledged without waiting for it. Tags wait in a bounded queue, each once, and go together in as
 * few requests as the service takes, one request at a time: what comes while one is under way, or is put off by
 * the service, goes with the next. What fails is tried again, later and later, and given up with a line in the log.
 */
import { readFile } from 'node:fs/promises';
import type { Log } from '../../telemetry/log.ts';
import { postAgain } from '../post-again.ts';
import type { Purged } from '../purger.ts';
import type { Cdn, CdnName, CdnOutcome } from './cdn.ts';

/** About two minutes of trying, without what the service asks for. */
const ATTEMPTS = 9;
/** Tags that wait; further ones are dropped. */
const MOST_WAITING = 10_000;
/** Longest that an end waits for what has not been told, in milliseconds. */
const LAST_WAIT = 5000;
/** What can stand in a header of tags; nothing has any other. */
const TAG = /^[\x21-\x2b\x2d-\x7e]{1,1024}$/;

export interface CdnPurgerOptions {
  readonly cdn: Cdn;
  readonly token?: string | undefined;
  /** Absolute; read for each attempt. */
  readonly tokenFile?: string | undefined;
  readonly log: Log;
  /** Told how many tags ended how. */
  readonly count?: ((cdn: CdnName, outcome: CdnOutcome, tags: number) => void) | undefined;
  /** Milliseconds before the second attempt. */
  readonly retryAfter?: number | undefined;
  /** Longest that `close` waits, in milliseconds. */
  readonly lastWait?: number | undefined;
}

export class CdnPurger {
  readonly #options: CdnPurgerOptions;
  /** Tags, and whether softly. */
  readonly #waiting = new Map<string, boolean>();
  #sending: Promise<void> | undefined;
  #inHand = 0;
  #closed = false;

  constructor(options: CdnPurgerOptions) {
    this.#options = options;
  }

  /** Has the tags of a purge purged. Returns at once. */
  take({ order, tags }: Pick<Purged, 'order' | 'tags'>): void {
    const soft = order.soft === true;
    let dropped = 0;
    for (const tag of tags) {
      if (!TAG.test(tag)) continue;
      const known = this.#waiting.get(tag);
      if (this.#closed || (known === undefined && this.#waiting.size >= MOST_WAITING)) dropped++;
      // What is to go is not kept by who would only have it asked for again
      else this.#waiting.set(tag, soft && known !== false);
    }
    if (dropped > 0) this.#ended('dropped', dropped, 'too many wait');
    if (this.#waiting.size > 0) this.#sending ??= this.#send();
  }

  /** Waits for what has not been told, for a bounded time, and drops the rest. */
  async close(): Promise<void> {
    const { lastWait = LAST_WAIT } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, lastWait);
    });
    await Promise.race([this.#sending, over]);
    clearTimeout(timer);
    this.#closed = true;
    const left = this.#waiting.size + this.#inHand;
    this.#waiting.clear();
    if (left > 0) this.#ended('dropped', left, 'the server ended');
  }

  async #send(): Promise<void> {
    // All of what is purged at once goes together
    await Promise.resolve();
    while (this.#waiting.size > 0) {
      const [tags, soft] = this.#next();
      this.#inHand = tags.length;
      const reason = await this.#post(tags, soft);
      this.#inHand = 0;
      if (this.#closed) break;
      this.#ended(reason === undefined ? 'done' : 'given_up', tags.length, reason);
    }
    this.#sending = undefined;
  }

  /** The tags of one request: all softly or none. */
  #next(): [tags: string[], soft: boolean] {
    const tags: string[] = [];
    const [first = false] = this.#waiting.values();
    for (const [tag, soft] of this.#waiting) {
      if (tags.length >= this.#options.cdn.together) break;
      if (soft === first) tags.push(tag);
    }
    for (const tag of tags) this.#waiting.delete(tag);
    return [tags, first];
  }

  #post(tags: readonly string[], soft: boolean): Promise<string | undefined> {
    const { cdn, tokenFile, retryAfter } = this.#options;
    const post = async () => {
      const { token = '' } = this.#options;
      const read = tokenFile === undefined ? token : await readFile(tokenFile, 'utf8');
      return cdn.request(tags, soft, read.trim());
    };
    return postAgain(post, { attempts: ATTEMPTS, retryAfter, refusal: cdn.refusal });
  }

  #ended(outcome: CdnOutcome, tags: number, reason?: string): void {
    const { cdn, log, count } = this.#options;
    count?.(cdn.name, outcome, tags);
    if (outcome === 'done') log.info({ cdn: cdn.name, tags }, 'purged-at-cdn');
    else log.warn({ cdn: cdn.name, tags, outcome, reason }, 'purge-not-told');
  }
}
