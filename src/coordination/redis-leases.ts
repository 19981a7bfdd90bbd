/**
 * Redis leases: a key that ends by itself, held by its value, with word of its end on a channel.
 *
 * Each node hears all words, which are some bytes each; so a node that is about to wait cannot miss the
 * one it waits for. Where a word is lost, the time that the lease had left ends the wait.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { FAULTS, type FaultCode } from '../base/fault.ts';
import type { Lease, Leases, News, SharedFault, Turn } from './leases.ts';
import { type RedisLink, Script } from './redis-link.ts';

/** Milliseconds after which a lease ends that is not renewed: its holder died. */
const HELD_FOR = 5000;
/** Milliseconds for which it is known that a result is there, for those who looked just before it was. */
const KNOWN_FOR = 10_000;
/** Characters of what other nodes are told of a failure. */
const LONGEST_MESSAGE = 500;
/** Leases that a node waits for at once; beyond that it works alone. */
const MOST_WAITS = 10_000;

const TAKE = new Script(`
local holder = redis.call('GET', KEYS[1])
if holder then return {'elsewhere', redis.call('PTTL', KEYS[1])} end
if ARGV[3] == '' and redis.call('EXISTS', KEYS[2]) == 1 then return {'made', 0} end
local token = redis.call('INCR', KEYS[3])
redis.call('SET', KEYS[1], ARGV[1] .. token, 'PX', ARGV[2])
return {'held', token}`);

const RENEW = new Script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`);

/** What was made is there for all, whoever holds the lease by now; anything else is said by its holder alone. */
const END = new Script(`
local mine = redis.call('GET', KEYS[1]) == ARGV[1]
if mine then redis.call('DEL', KEYS[1]) end
if ARGV[4] ~= '' then redis.call('SET', KEYS[2], '1', 'PX', ARGV[4]) end
if mine or ARGV[4] ~= '' then redis.call('PUBLISH', ARGV[2], ARGV[3]) end
return 0`);

const taken = z.tuple([z.enum(['held', 'elsewhere', 'made']), z.number()]);
const codes = Object.keys(FAULTS) as [FaultCode, ...FaultCode[]];
const word = z.object({
  key: z.string().max(200),
  news: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('made') }),
    z.object({ kind: z.literal('unshared') }),
    z.object({ kind: z.literal('freed') }),
    z.object({
      kind: z.literal('failed'),
      fault: z.object({ code: z.enum(codes), message: z.string().max(LONGEST_MESSAGE) }),
    }),
  ]),
});

type Tell = (news: News) => void;

export class RedisLeases implements Leases {
  readonly #link: RedisLink;
  readonly #channel: string;
  readonly #node = `${randomUUID()} `;
  readonly #heldFor: number;
  readonly #waits = new Map<string, Set<Tell>>();

  /** @param heldFor milliseconds after which a lease ends that is not renewed */
  constructor(link: RedisLink, heldFor = HELD_FOR) {
    this.#link = link;
    this.#heldFor = heldFor;
    this.#channel = link.key('leases');
    link.hear(this.#channel, (text) => this.#hear(text));
  }

  async take(key: string, again = false): Promise<Turn> {
    if (!this.#link.available || this.#waits.size >= MOST_WAITS) return { kind: 'alone' };
    // From before it is asked, so that the word of its end is heard in any case.
    const wait = new Wait(this.#waits, key);
    try {
      const answer = await this.#link.run(TAKE, this.#keys(key), [
        this.#node,
        this.#heldFor,
        again ? '1' : '',
      ]);
      const [kind, number] = taken.parse(answer);
      if (kind === 'elsewhere') {
        return { kind, news: (most, signal) => wait.over(Math.max(1, number), most, signal) };
      }
      wait.end();
      return kind === 'made' ? { kind } : { kind, lease: this.#lease(key, number) };
    } catch {
      wait.end();
      return { kind: 'alone' };
    }
  }

  #keys(key: string): string[] {
    return [this.#link.key('lease', key), this.#link.key('made', key), this.#link.key('token')];
  }

  #lease(key: string, token: number): Lease {
    const value = this.#node + token;
    const keys = this.#keys(key);
    const renewing = setInterval(() => {
      this.#link.run(RENEW, keys.slice(0, 1), [value, this.#heldFor]).catch(() => undefined);
    }, this.#heldFor / 3);
    renewing.unref();
    let ended = false;
    const end = (news: News) => {
      if (ended) return;
      ended = true;
      clearInterval(renewing);
      const text = JSON.stringify({ key, news });
      const known = news.kind === 'made' ? KNOWN_FOR : '';
      this.#link
        .run(END, keys.slice(0, 2), [value, this.#channel, text, known])
        .catch(() => undefined);
    };
    return {
      token,
      made: () => end({ kind: 'made' }),
      unshared: () => end({ kind: 'unshared' }),
      freed: () => end({ kind: 'freed' }),
      failed: ({ code, message }: SharedFault) =>
        end({ kind: 'failed', fault: { code, message: message.slice(0, LONGEST_MESSAGE) } }),
    };
  }

  #hear(text: string): void {
    const said = word.safeParse(parsed(text));
    if (!said.success) return;
    for (const tell of this.#waits.get(said.data.key) ?? []) tell(said.data.news);
  }
}

/** One who waits for the end of a lease, from before it is known whether there is one. */
class Wait {
  readonly #waits: Map<string, Set<Tell>>;
  readonly #key: string;
  readonly #told: Promise<News>;
  #tell: Tell = () => undefined;

  constructor(waits: Map<string, Set<Tell>>, key: string) {
    this.#waits = waits;
    this.#key = key;
    this.#told = new Promise((resolve) => {
      this.#tell = resolve;
    });
    waits.set(key, (waits.get(key) ?? new Set()).add(this.#tell));
  }

  /** @param left milliseconds that the lease has left where it is not renewed */
  async over(left: number, most: number, signal: AbortSignal): Promise<News> {
    const ends: (() => void)[] = [];
    const gone = new Promise<never>((_, reject) => {
      const leave = () => reject(signal.reason);
      if (signal.aborted) leave();
      signal.addEventListener('abort', leave, { once: true });
      ends.push(() => signal.removeEventListener('abort', leave));
    });
    const [milliseconds, news] =
      left < most ? ([left + 1, { kind: 'freed' }] as const) : ([most, { kind: 'late' }] as const);
    const timer = setTimeout(() => this.#tell(news), milliseconds);
    try {
      return await Promise.race([this.#told, gone]);
    } finally {
      clearTimeout(timer);
      for (const end of ends) end();
      this.end();
    }
  }

  end(): void {
    const all = this.#waits.get(this.#key);
    all?.delete(this.#tell);
    if (all?.size === 0) this.#waits.delete(this.#key);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
