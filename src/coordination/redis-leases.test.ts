import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type LocalRedis, REDIS_PROGRAM, startRedis } from '../../test/support/redis.ts';
import type { Lease, Turn } from './leases.ts';
import { RedisLeases } from './redis-leases.ts';
import { openLink, type RedisLink } from './redis-link.ts';

const signal = new AbortController().signal;

describe.skipIf(REDIS_PROGRAM === undefined)('leases in Redis', () => {
  let redis: LocalRedis;
  const links: RedisLink[] = [];
  let prefix = 0;

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterEach(() => {
    for (const link of links.splice(0)) link.close();
    prefix++;
  });
  afterAll(() => redis.stop());

  const link = async (timeout = 1000): Promise<RedisLink> => {
    const opened = await openLink({ url: redis.url, prefix: `t${prefix}`, timeout });
    links.push(opened);
    return opened;
  };
  const returned = (opened: RedisLink) => new Promise<void>((ok) => opened.onReturn(ok));
  const node = async (heldFor?: number) => {
    const opened = await link();
    const leases = new RedisLeases(opened, heldFor);
    await returned(opened);
    return { leases, link: opened };
  };
  const held = (turn: Turn): Lease => {
    if (turn.kind !== 'held') throw new Error(`expected a lease, got ${turn.kind}`);
    return turn.lease;
  };
  const elsewhere = (turn: Turn) => {
    if (turn.kind !== 'elsewhere') throw new Error(`expected another holder, got ${turn.kind}`);
    return turn;
  };

  test('are held by one node of many, and the others hear how it ended', async () => {
    const nodes = await Promise.all([node(), node(), node()]);
    const turns = await Promise.all(nodes.map(({ leases }) => leases.take('k')));
    expect(turns.map(({ kind }) => kind).sort()).toEqual(['elsewhere', 'elsewhere', 'held']);
    const waits = turns
      .filter((turn) => turn.kind === 'elsewhere')
      .map((turn) => elsewhere(turn).news(5000, signal));
    const holder = turns.find((turn) => turn.kind === 'held');
    held(holder ?? { kind: 'alone' }).made();
    expect(await Promise.all(waits)).toEqual([{ kind: 'made' }, { kind: 'made' }]);
  });

  test('end in a failure that the others are told of', async () => {
    const [one, two] = await Promise.all([node(), node()]);
    const lease = held(await one.leases.take('k'));
    const wait = elsewhere(await two.leases.take('k')).news(5000, signal);
    const fault = { code: 'source-not-found', message: 'm'.repeat(2000) } as const;
    lease.failed(fault);
    const short = { ...fault, message: 'm'.repeat(500) };
    expect(await wait).toEqual({ kind: 'failed', fault: short });
    expect((await two.leases.take('k')).kind).toBe('held');
  });

  test('tell of a word that came before the wait began', async () => {
    const [one, two] = await Promise.all([node(), node()]);
    const lease = held(await one.leases.take('k'));
    const turn = elsewhere(await two.leases.take('k'));
    lease.unshared();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await turn.news(5000, signal)).toEqual({ kind: 'unshared' });
  });

  test('say to who looked just before that the result is there, until it asks again', async () => {
    const [one, two] = await Promise.all([node(), node()]);
    held(await one.leases.take('k')).made();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await two.leases.take('k')).kind).toBe('made');
    expect((await two.leases.take('k', true)).kind).toBe('held');
  });

  test('are renewed while their holder lives, and end when it dies', async () => {
    const [one, two] = await Promise.all([node(300), node(300)]);
    held(await one.leases.take('k'));
    await new Promise((resolve) => setTimeout(resolve, 700));
    const waiting = elsewhere(await two.leases.take('k'));
    one.link.close();
    expect(await waiting.news(5000, signal)).toEqual({ kind: 'freed' });
    // A renewal that was under way may have given it some more time
    let turn = await two.leases.take('k');
    for (let i = 0; i < 3 && turn.kind === 'elsewhere'; i++) {
      expect(await turn.news(5000, signal)).toEqual({ kind: 'freed' });
      turn = await two.leases.take('k');
    }
    expect(turn.kind).toBe('held');
  });

  test('that have passed to another node are not ended by the former holder', async () => {
    const [one, two] = await Promise.all([node(), node()]);
    const first = held(await one.leases.take('k'));
    await two.link.call('DEL', two.link.key('lease', 'k'));
    const second = held(await two.leases.take('k'));
    expect(second.token).toBeGreaterThan(first.token);
    first.freed();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await one.leases.take('k')).kind).toBe('elsewhere');
  });

  test('are waited for as long as said, or as somebody wants the answer', async () => {
    const [one, two] = await Promise.all([node(), node()]);
    held(await one.leases.take('k'));
    expect(await elsewhere(await two.leases.take('k')).news(30, signal)).toEqual({ kind: 'late' });
    const gone = AbortSignal.abort(new Error('gone'));
    await expect(elsewhere(await two.leases.take('k')).news(5000, gone)).rejects.toThrow('gone');
  });

  test('are told nothing by messages of others', async () => {
    const [one, two] = await Promise.all([node(), node()]);
    const lease = held(await one.leases.take('k'));
    const wait = elsewhere(await two.leases.take('k')).news(5000, signal);
    for (const text of ['', '{', 'null', '{"key":"k"}', '{"key":"k","news":{"kind":"failed"}}']) {
      await one.link.call('PUBLISH', one.link.key('leases'), text);
    }
    lease.freed();
    expect(await wait).toEqual({ kind: 'freed' });
  });

  test('are nobody’s while Redis is away; afterwards they are asked for again', async () => {
    const { leases, link: opened } = await node();
    await redis.kill();
    try {
      expect((await leases.take('k')).kind).toBe('alone');
      await vi.waitFor(() => expect(opened.available).toBe(false));
      expect((await leases.take('k')).kind).toBe('alone');
    } finally {
      await redis.start();
    }
    await new Promise<void>((resolve) => opened.onReturn(resolve));
    expect((await leases.take('k')).kind).toBe('held');
  });

  test('are not asked for any more once a Redis that hangs has left a few without an answer', async () => {
    const opened = await link(100);
    const leases = new RedisLeases(opened);
    await returned(opened);
    redis.freeze();
    try {
      for (let asked = 0; asked < 3; asked++) expect((await leases.take('k')).kind).toBe('alone');
      expect(opened.available).toBe(false);
      for (let asked = 0; asked < 1000; asked++) {
        expect((await leases.take('k')).kind).toBe('alone');
      }
    } finally {
      redis.go();
    }
    await new Promise<void>((resolve) => opened.onReturn(resolve));
    expect((await leases.take('another')).kind).toBe('held');
  });
});
