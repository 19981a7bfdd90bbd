import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type LocalRedis, REDIS_PROGRAM, startRedis } from '../../test/support/redis.ts';
import type { JournalEntry } from './journal.ts';
import { RedisJournal } from './redis-journal.ts';
import { openLink, type RedisLink } from './redis-link.ts';

describe.skipIf(REDIS_PROGRAM === undefined)('the journal in Redis', () => {
  let redis: LocalRedis;
  let prefix = 0;
  const opened: { readonly link: RedisLink; readonly journal: RedisJournal }[] = [];

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    for (const { link, journal } of opened.splice(0)) {
      await journal.close();
      link.close();
    }
    prefix++;
  });
  afterAll(() => redis.stop());

  /** A node that carries everything out, and notes it. */
  async function node({ latest = 0, slow = 0 } = {}) {
    const heard: JournalEntry[] = [];
    const missed: JournalEntry[] = [];
    const forgotten: number[] = [];
    const told: JournalEntry[] = [];
    const link = await openLink({
      url: redis.url,
      prefix: `j${prefix}`,
      changed: (available) => {
        if (!available) journal.left();
      },
    });
    const journal = new RedisJournal(link);
    opened.push({ link, journal });
    journal.follow({
      latest: () => latest,
      async carryOut(entry) {
        await new Promise((resolve) => setTimeout(resolve, slow));
        heard.push(entry);
      },
      async catchUp(entries, upTo) {
        missed.push(...entries);
        forgotten.push(upTo);
      },
      told: (entry) => void told.push(entry),
    });
    await journal.caughtUp(5000);
    return { journal, link, heard, missed, forgotten, told };
  }

  test('tells all nodes, who acknowledge', async () => {
    const [one, two, three] = await Promise.all([node(), node(), node()]);
    const first = await one.journal.append({ tag: 'a' });
    expect(await first?.acknowledged).toEqual({ nodes: 3, acknowledged: 3 });
    const second = await two.journal.append({ tag: 'b' });
    await second?.acknowledged;
    expect(three.heard.map(({ order }) => order)).toEqual([{ tag: 'a' }, { tag: 'b' }]);
    expect(one.heard).toEqual([{ epoch: second?.epoch, order: { tag: 'b' } }]);
    expect(second!.epoch).toBeGreaterThan(first!.epoch);
  });

  test('does not wait for a node that does not answer', async () => {
    const [one] = await Promise.all([node(), node({ slow: 60_000 }), node()]);
    const told = await one.journal.append({});
    expect(await told?.acknowledged).toEqual({ nodes: 3, acknowledged: 2 });
  });

  test('counts no node that has left', async () => {
    const [one, two] = await Promise.all([node(), node()]);
    await two.journal.close();
    expect(await (await one.journal.append({}))?.acknowledged).toEqual({
      nodes: 1,
      acknowledged: 1,
    });
  });

  test('has a node read what it missed, in order', async () => {
    const one = await node();
    for (let i = 0; i < 1200; i++) await one.journal.append(i);
    const late = await node();
    expect(late.missed.map(({ order }) => order)).toEqual(
      Array.from({ length: 1200 }, (_, i) => i),
    );
    const epochs = late.missed.map(({ epoch }) => epoch);
    expect([...epochs].sort((a, b) => a - b)).toEqual(epochs);
    expect(new Set(epochs).size).toBe(1200);
    expect(late.forgotten.every((upTo) => upTo === 0)).toBe(true);
  });

  test('says what it has forgotten', async () => {
    const one = await node();
    const first = await one.journal.append(0);
    const stream = one.link.key('purges', 'stream');
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(first!.epoch + 1));
    // So many at once that a slow machine answers all within the time of a call
    for (let i = 0; i < 10_000; i += 200) {
      const some = Array.from({ length: 200 }, () =>
        one.link.call('XADD', stream, '*', 'order', '1'),
      );
      await Promise.all(some);
    }
    await one.link.call('XLEN', stream);
    await one.journal.append(1);
    const late = await node();
    expect(late.forgotten[0]).toBe(first?.epoch);
    expect(late.missed[0]?.epoch).toBeGreaterThan(first!.epoch);
  });

  test('numbers after what any node knows, unless its clock is far ahead', async () => {
    const soon = Date.now() + 20_000;
    const [plain, ahead, wrong] = await Promise.all([
      node(),
      node({ latest: soon }),
      node({ latest: Date.now() + 1e9 }),
    ]);
    expect((await plain.journal.append(0))!.epoch).toBeGreaterThan(soon);
    expect((await ahead.journal.append(0))!.epoch).toBeGreaterThan(soon);
    expect((await wrong.journal.append(0))!.epoch).toBeLessThan(Date.now() + 60_000);
  });

  test('that nobody can reach takes orders, and tells them later; others catch up', async () => {
    const [one, two] = await Promise.all([node(), node()]);
    await redis.kill();
    try {
      await vi.waitFor(() => expect(one.link.available).toBe(false));
      expect(await one.journal.append('held')).toBeUndefined();
    } finally {
      await redis.start();
    }
    const orders = () => [...two.heard, ...two.missed].map(({ order }) => order);
    await vi.waitFor(() => expect(orders()).toEqual(['held']), 10_000);
    // Who took it learns the epoch by which all know it.
    await vi.waitFor(() => expect(one.told).toEqual([...two.heard, ...two.missed]), 10_000);
  });

  test('passes over what is no order', async () => {
    const [one, two] = await Promise.all([node(), node()]);
    const channel = one.link.key('purges', 'orders');
    for (const text of ['', 'a b c', '1', '1 x', '99999999999999999999 x {}']) {
      await one.link.call('PUBLISH', channel, text);
    }
    await one.link.call('XADD', one.link.key('purges', 'stream'), '*', 'other', 'x');
    await (await one.journal.append('good'))?.acknowledged;
    expect(two.heard.map(({ order }) => order)).toEqual(['good']);
  });
});
