import { spawn } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type LocalRedis, REDIS_PROGRAM, startRedis } from '../../test/support/redis.ts';
import { BullJobQueue } from './bull-job-queue.ts';
import type { Job, JobQueue } from './job-queue.ts';
import { openLink, type RedisLink } from './redis-link.ts';

describe.skipIf(REDIS_PROGRAM === undefined)('jobs in Redis', () => {
  let redis: LocalRedis;
  let prefix = 0;
  const opened: { readonly queue: JobQueue; readonly link: RedisLink }[] = [];

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    await Promise.all(opened.map(({ queue }) => queue.close(100)));
    for (const { link } of opened.splice(0)) link.close();
    prefix++;
  });
  afterAll(() => redis.stop());

  async function node() {
    const link = await openLink({ url: redis.url, prefix: `b${prefix}` });
    const queue = await BullJobQueue.open(link, 'group');
    opened.push({ queue, link });
    await new Promise<void>((resolve) => link.onReturn(resolve));
    return { queue, link };
  }
  const job = (key: string, data: unknown = {}): Job => ({ key, data });
  /** Works, and notes what it was given. */
  const working = (queue: JobQueue, idle = () => true) => {
    const done: Job[] = [];
    queue.work({ idle, carryOut: async (one) => void done.push(one) });
    return done;
  };

  test('are done once, by one of all nodes', async () => {
    const [one, two, three] = await Promise.all([node(), node(), node()]);
    for (const { queue } of [one, two, three]) {
      for (let i = 0; i < 20; i++) expect(await queue.add(job(`k${i}`, { i }), false)).toBe(true);
    }
    const done = [working(two.queue), working(three.queue)];
    const all = () => done.flat().map(({ key }) => key);
    await vi.waitFor(() => expect(all()).toHaveLength(20), 10_000);
    expect(new Set(all()).size).toBe(20);
    const data = done.flat().find(({ key }) => key === 'k7')?.data;
    expect(data).toEqual({ i: 7 });
  });

  test('that are urgent come first', async () => {
    const { queue } = await node();
    for (let i = 0; i < 5; i++) await queue.add(job(`slow${i}`), false);
    await queue.add(job('urgent'), true);
    const done = working(queue);
    await vi.waitFor(() => expect(done).toHaveLength(6), 10_000);
    expect(done[0]?.key).toBe('urgent');
  });

  test('wait while a node has visitors waiting', async () => {
    const { queue } = await node();
    let busy = true;
    const done = working(queue, () => !busy);
    await new Promise((resolve) => setTimeout(resolve, 600));
    await queue.add(job('k'), false);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(done).toEqual([]);
    busy = false;
    await vi.waitFor(() => expect(done).toHaveLength(1), 10_000);
  });

  test('that fail are tried again, and given up at last', async () => {
    const { queue } = await node();
    let tried = 0;
    queue.work({
      idle: () => true,
      carryOut: async () => {
        tried++;
        throw new Error('no');
      },
    });
    await queue.add(job('k'), false);
    await vi.waitFor(() => expect(queue.status.failed).toBe(3), 20_000);
    expect(tried).toBe(3);
    expect(await queue.add(job('k'), false)).toBe(true);
  });

  test('of a node that dies are taken up by another', async () => {
    const { queue } = await node();
    const program = `
      import { openLink } from '${new URL('../../dist/coordination/redis-link.js', import.meta.url).href}';
      import { BullJobQueue } from '${new URL('../../dist/coordination/bull-job-queue.js', import.meta.url).href}';
      const link = await openLink({ url: '${redis.url}', prefix: 'b${prefix}' });
      const queue = await BullJobQueue.open(link, 'group');
      queue.work({ idle: () => true, carryOut: () => { process.send('at it'); return new Promise(() => {}); } });
    `;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    await queue.add(job('k'), false);
    await new Promise((resolve) => child.once('message', resolve));
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    const done = working(queue);
    await vi.waitFor(() => expect(done).toEqual([job('k')]), 40_000);
  });

  test('cannot be added while Redis is away, and are done when it is back', async () => {
    const { queue, link } = await node();
    const done = working(queue);
    await redis.kill();
    try {
      await vi.waitFor(() => expect(link.available).toBe(false));
      expect(queue.available).toBe(false);
      expect(await queue.add(job('k'), false)).toBe(false);
    } finally {
      await redis.start();
    }
    await vi.waitFor(async () => expect(await queue.add(job('k'), false)).toBe(true), {
      timeout: 20_000,
      interval: 200,
    });
    await vi.waitFor(() => expect(done).toHaveLength(1), 40_000);
  });
});
