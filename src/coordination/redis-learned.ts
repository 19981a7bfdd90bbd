/**
 * Redis learned: a hash for each source, which goes some days after it was last written.
 *
 * Bounded in three ways: characters of a value, values of a source, and days. What does not fit is not told.
 */
import { z } from 'zod';
import type { Learned } from './learned.ts';
import { type RedisLink, Script } from './redis-link.ts';

/** Characters of one value. */
const LONGEST = 32_000;
/** Values of one source. */
const MOST = 64;
/** Seconds for which what was told of a source stays. */
const KEPT = 7 * 24 * 3600;
/** Longest wait for an answer, in milliseconds: finding it out takes a little more. */
const WAIT = 50;

const PUT = new Script(`
if redis.call('HLEN', KEYS[1]) >= ${MOST} and redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
  redis.call('DEL', KEYS[1])
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ${KEPT})
return 1`);

const answer = z.string().max(LONGEST);

export class RedisLearned implements Learned {
  readonly #link: RedisLink;

  constructor(link: RedisLink) {
    this.#link = link;
  }

  async get(source: string, name: string): Promise<unknown> {
    if (!this.#link.available) return undefined;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), WAIT);
    });
    const read = this.#link.call('HGET', this.#keyOf(source), name).catch(() => undefined);
    try {
      const text = answer.safeParse(await Promise.race([read, late]));
      return text.success ? JSON.parse(text.data) : undefined;
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  put(source: string, name: string, value: unknown): void {
    const text = JSON.stringify(value);
    if (text === undefined || text.length > LONGEST) return;
    this.#link.run(PUT, [this.#keyOf(source)], [name, text]).catch(() => undefined);
  }

  #keyOf(source: string): string {
    return this.#link.key('learned', source);
  }
}
