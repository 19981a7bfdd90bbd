/**
 * Redis journal: a bounded stream whose entries are named by their epoch, with word of each on a channel.
 *
 * Redis numbers entries by its own clock, so that nodes whose clocks differ agree on what came first. What
 * could not be appended while Redis was away is appended when it is back, with the number of that moment:
 * more counts as before it than was, and never less.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Acknowledgement, Appended, Journal, JournalReader } from './journal.ts';
import { type RedisLink, Script } from './redis-link.ts';

/** Entries kept, some hundred bytes each. */
const MOST_ENTRIES = 10_000;
/** Entries read at once. */
const PAGE = 500;
/** Characters of an order. */
const LONGEST_ORDER = 1_000_000;
/** Orders held for when Redis is back. */
const MOST_HELD = 1000;
/** Milliseconds in which a node says that it is there, and after which it is not. */
const BEAT = 2000;
const GONE = 3 * BEAT;
/** Milliseconds from the start in which Redis is likely to be reached. */
const FIRST_WAIT = 1000;
/** Longest wait for other nodes to carry an order out, in milliseconds. */
const ACKNOWLEDGED_WITHIN = 1000;
/** Milliseconds by which a node's clock may be ahead of that of Redis and be believed. */
const MOST_AHEAD = 60_000;

/** The epoch of now: later than the last, and than what a node knows, within reason. */
const EPOCH = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local last = tonumber(redis.call('GET', KEYS[1]) or '0')
local known = tonumber(ARGV[1])
if known > now + ${MOST_AHEAD} then known = 0 end
`;

const APPEND = new Script(`${EPOCH}
local newest = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
if newest then last = math.max(last, tonumber(string.match(newest[1], '^%d+'))) end
local epoch = math.max(last + 1, known + 1, now)
redis.call('SET', KEYS[1], string.format('%d', epoch))
redis.call('XADD', KEYS[2], string.format('%d-0', epoch), 'order', ARGV[2])
if redis.call('XLEN', KEYS[2]) > ${MOST_ENTRIES} then
  local oldest = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1][1]
  redis.call('XDEL', KEYS[2], oldest)
  redis.call('SET', KEYS[4], string.match(oldest, '^%d+'))
end
redis.call('PUBLISH', ARGV[3], string.format('%d ', epoch) .. ARGV[4] .. ' ' .. ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - ${GONE})
return {string.format('%d', epoch), redis.call('ZRANGE', KEYS[3], 0, -1)}`);

const BEAT_AT = new Script(`${EPOCH}
if known > last then redis.call('SET', KEYS[1], string.format('%d', known)) end
redis.call('ZADD', KEYS[2], now, ARGV[2])
return redis.call('GET', KEYS[3]) or '0'`);

const LEAVE = new Script(`return redis.call('ZREM', KEYS[1], ARGV[1])`);

const whole = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);
const appended = z.tuple([whole, z.array(z.string())]);
const fields = z.tuple([z.literal('order'), z.string().max(LONGEST_ORDER)]);
const page = z.array(z.tuple([z.string(), z.array(z.string())]));

/** Nodes that have yet to carry an order out. */
interface Waiting {
  readonly nodes: Set<string>;
  readonly done: () => void;
}

export class RedisJournal implements Journal {
  readonly #link: RedisLink;
  readonly #node = randomUUID();
  readonly #orders: string;
  readonly #answers: string;
  readonly #waiting = new Map<number, Waiting>();
  readonly #held: string[] = [];
  readonly #beat: NodeJS.Timeout;
  #reader: JournalReader | undefined;
  /** Everything up to this epoch was carried out here. */
  #position = 0;
  #known = false;
  readonly #opened = performance.now();
  #whenKnown: (() => void)[] = [];

  constructor(link: RedisLink) {
    this.#link = link;
    this.#orders = link.key('purges', 'orders');
    this.#answers = link.key('purges', 'answers');
    this.#beat = setInterval(() => void this.#sayHere().catch(() => undefined), BEAT);
    this.#beat.unref();
  }

  follow(reader: JournalReader): void {
    this.#reader = reader;
    this.#link.hear(this.#orders, (text) => void this.#hear(text));
    this.#link.hear(this.#answers, (text) => this.#hearAnswer(text));
    this.#link.onReturn(() => void this.#return());
  }

  /** What is said while Redis is away is missed; told by whoever watches the link. */
  left(): void {
    this.#known = false;
  }

  async append(order: unknown): Promise<Appended | undefined> {
    const text = JSON.stringify(order);
    const done = await this.#append(text);
    if (done === undefined && this.#held.push(text) > MOST_HELD) this.#held.shift();
    return done;
  }

  async caughtUp(milliseconds: number): Promise<void> {
    const connecting = performance.now() - this.#opened < FIRST_WAIT;
    if (this.#known || !(this.#link.available || connecting)) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#whenKnown.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#beat);
    const nodes = this.#link.key('nodes');
    await this.#link.run(LEAVE, [nodes], [this.#node]).catch(() => undefined);
  }

  async #append(text: string): Promise<Appended | undefined> {
    const keys = ['last', 'stream', 'nodes', 'forgotten'].map((name) => this.#keyOf(name));
    const args = [this.#reader?.latest() ?? 0, text, this.#orders, this.#node];
    try {
      const [epoch, nodes] = appended.parse(await this.#link.run(APPEND, keys, args));
      return { epoch, acknowledged: this.#acknowledged(epoch, nodes) };
    } catch {
      return undefined;
    }
  }

  async #acknowledged(epoch: number, nodes: readonly string[]): Promise<Acknowledgement> {
    const others = new Set(nodes.filter((node) => node !== this.#node));
    const count = others.size;
    if (count > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ACKNOWLEDGED_WITHIN);
        const done = () => {
          clearTimeout(timer);
          resolve();
        };
        this.#waiting.set(epoch, { nodes: others, done });
      });
      this.#waiting.delete(epoch);
    }
    return { nodes: count + 1, acknowledged: count - others.size + 1 };
  }

  async #hear(text: string): Promise<void> {
    const [, epoch, node, order] = /^(\d{1,15}) (\S{1,100}) (.*)$/s.exec(text) ?? [];
    if (epoch === undefined || node === undefined || order === undefined) return;
    if (node === this.#node || order.length > LONGEST_ORDER) return;
    const entry = { epoch: Number(epoch), order: parsed(order) };
    await this.#reader?.carryOut(entry);
    if (this.#known) this.#position = Math.max(this.#position, entry.epoch);
    await this.#link
      .call('PUBLISH', this.#answers, `${entry.epoch} ${this.#node}`)
      .catch(() => undefined);
  }

  #hearAnswer(text: string): void {
    const [epoch = '', node = ''] = text.split(' ', 2);
    const waiting = this.#waiting.get(Number(epoch));
    if (waiting?.nodes.delete(node) && waiting.nodes.size === 0) waiting.done();
  }

  /** Reads what was missed, and tells what nobody could be told. */
  async #return(): Promise<void> {
    try {
      const forgotten = whole.parse(await this.#sayHere());
      const from = this.#position;
      await this.#read(forgotten > from ? forgotten : 0);
      this.#known = true;
      for (const tell of this.#whenKnown.splice(0)) tell();
      for (let text = this.#held[0]; text !== undefined; text = this.#held[0]) {
        const appended = await this.#append(text);
        if (appended === undefined) break;
        this.#held.shift();
        this.#reader?.told?.({ epoch: appended.epoch, order: parsed(text) });
      }
    } catch {
      // It has gone away again, and will be back.
    }
  }

  async #read(forgotten: number): Promise<void> {
    let lost = forgotten;
    for (;;) {
      const args = [`(${this.#position}-0`, '+', 'COUNT', PAGE] as const;
      const answer = await this.#link.call('XRANGE', this.#keyOf('stream'), ...args);
      const read = page.parse(answer);
      const entries = read.flatMap(([id, given]) => {
        const order = fields.safeParse(given);
        return order.success ? [{ epoch: epochOf(id), order: parsed(order.data[1]) }] : [];
      });
      if (entries.length > 0 || lost > 0) await this.#reader?.catchUp(entries, lost);
      lost = 0;
      const last = read.at(-1);
      if (last !== undefined) this.#position = Math.max(this.#position, epochOf(last[0]));
      if (read.length < PAGE) return;
    }
  }

  /** Says that this node is there and what it knows; gives the epoch up to which entries are forgotten. */
  #sayHere(): Promise<unknown> {
    const keys = ['last', 'nodes', 'forgotten'].map((name) => this.#keyOf(name));
    return this.#link.run(BEAT_AT, keys, [this.#reader?.latest() ?? 0, this.#node]);
  }

  #keyOf(name: string): string {
    return name === 'nodes' ? this.#link.key('nodes') : this.#link.key('purges', name);
  }
}

function epochOf(id: string): number {
  return Number(id.split('-', 1)[0]);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
