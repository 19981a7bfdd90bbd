import { afterEach, describe, expect, test } from 'vitest';
import { isFault } from '../../base/fault.ts';
import { DEFAULT_PICTURE_LIMITS } from '../../image/picture-limits.ts';
import type { UnassignedRequest } from '../worker-protocol.ts';
import { Pool, type PoolOptions, type PoolTask } from './pool.ts';

const PROGRAM = new URL('../../../test/support/fake-worker.mjs', import.meta.url);

let pool: Pool | undefined;
afterEach(() => pool?.close());

function start(options: Partial<PoolOptions> = {}): Pool {
  pool = new Pool({
    workers: 2,
    renderTimeout: 5000,
    workerMemory: 1e9,
    queueCost: 1000,
    program: PROGRAM,
    ...options,
  });
  return pool;
}

const task = (path: string, fields: Partial<PoolTask> = {}): PoolTask => ({
  request: {
    kind: 'render',
    source: { path, length: 0, crc: 0 },
    plan: { frames: { kind: 'all' }, ops: [], output: { kind: 'source', sanitize: false } },
    accepts: [],
    budget: { mode: 'instant', milliseconds: 1000 },
    limits: DEFAULT_PICTURE_LIMITS,
    resultFile: '',
  } satisfies UnassignedRequest,
  cost: 1,
  priority: 'request',
  sourceKey: path,
  ...fields,
});

const fault = (code: string) => expect.toSatisfy((e) => isFault(e) && e.code === code);
const until = async (condition: () => boolean) => {
  for (let i = 0; i < 200 && !condition(); i++) await new Promise((ok) => setTimeout(ok, 25));
  expect(condition()).toBe(true);
};

describe('Pool', () => {
  test('carries tasks out and is ready once a worker is', async () => {
    const p = start();
    expect(p.ready()).toBe(false);
    const { outcome } = await p.run(task('sleep-1'));
    expect(outcome).toMatchObject({ path: 'sleep-1' });
    expect(p.ready()).toBe(true);
    expect(await p.encoderVersion()).toBe('fake');
  });

  test('a first answer is lent the cores of idle workers, one in the background is not', async () => {
    const p = start({ workers: 3 });
    await until(() => p.status().workers === 3);
    const threads = async (work: ReturnType<Pool['run']>) =>
      ((await work).outcome as unknown as { threads: number }).threads;
    expect(await threads(p.run(task('sleep-1')))).toBe(3);
    const both = [p.run(task('sleep-200')), p.run(task('sleep-1'))].map(threads);
    expect(await Promise.all(both)).toEqual([3, 2]);
    expect(await threads(p.run(task('sleep-1', { priority: 'background' })))).toBe(1);
  });

  test('a fault of the worker is a fault of the task', async () => {
    await expect(start().run(task('fail'))).rejects.toThrow(fault('source-broken'));
  });

  test('a killed worker costs no other task its answer, and a new one takes its place', async () => {
    const p = start();
    await p.run(task('sleep-1'));
    await until(() => p.status().workers === 2);
    const tasks = Array.from({ length: 50 }, (_, i) =>
      p.run(task('sleep-30', { sourceKey: `s${i}` })),
    );
    const [victim] = p.pids();
    process.kill(victim!, 'SIGKILL');
    const results = await Promise.allSettled(tasks);
    // The task the dead worker held is tried once more, so that none fails.
    expect(results.filter((r) => r.status === 'rejected')).toEqual([]);
    await until(() => p.status().workers === 2);
    expect(p.pids()).not.toContain(victim);
  });

  test('a picture that kills its worker twice fails and is not tried again', async () => {
    const p = start();
    await expect(p.run(task('die'))).rejects.toThrow(fault('render-failed'));
    await expect(p.run(task('die'))).rejects.toThrow(fault('source-broken'));
    await expect(p.run(task('sleep-1'))).resolves.toBeDefined();
  });

  test('a task past its deadline is ended with its worker', async () => {
    const p = start({ workers: 1 });
    await p.run(task('sleep-1'));
    await expect(p.run(task('hang', { renderTimeout: 100 }))).rejects.toThrow(
      fault('render-timeout'),
    );
    await expect(p.run(task('sleep-1'))).resolves.toBeDefined();
  });

  test('a task that has expired is ended, waiting or running', async () => {
    const p = start({ workers: 1 });
    await p.run(task('sleep-1'));
    const expires = performance.now() + 150;
    const running = p.run(task('hang', { expires }));
    const waiting = p.run(task('sleep-1', { expires }));
    const over = [running, waiting].map((o) => expect(o).rejects.toThrow(fault('render-timeout')));
    await Promise.all(over);
    await expect(p.run(task('sleep-1'))).resolves.toBeDefined();
  });

  test('a worker that takes too much memory is ended', async () => {
    const p = start({ workers: 1, workerMemory: 300e6 });
    await expect(p.run(task('eat'))).rejects.toThrow(fault('render-failed'));
    await expect(p.run(task('sleep-1'))).resolves.toBeDefined();
  });

  test('a full queue refuses, a queue with room does not', async () => {
    const p = start({ workers: 1, queueCost: 2 });
    await p.run(task('sleep-1'));
    const running = p.run(task('sleep-100'));
    const waiting = [p.run(task('sleep-1')), p.run(task('sleep-1'))];
    await expect(p.run(task('sleep-1'))).rejects.toThrow(fault('overloaded'));
    await Promise.all([running, ...waiting]);
    await expect(p.run(task('sleep-1'))).resolves.toBeDefined();
  });

  test('a client that goes away frees its place', async () => {
    const p = start({ workers: 1 });
    await p.run(task('sleep-1'));
    const running = p.run(task('sleep-100'));
    const gone = new AbortController();
    const waiting = p.run(task('sleep-1', { signal: gone.signal }));
    gone.abort();
    await expect(waiting).rejects.toThrow(fault('overloaded'));
    expect(p.status().queued).toBe(0);
    await running;
  });

  test('background work has a worker of its own and waits for no request', async () => {
    const p = start({ workers: 1 });
    await p.run(task('sleep-1'));
    const slow = p.run(task('sleep-400', { priority: 'background' }));
    await until(() => p.pids().length === 2);
    const quick = p.run(task('sleep-1'));
    const first = await Promise.race([slow.then(() => 'slow'), quick.then(() => 'quick')]);
    expect(first).toBe('quick');
    await slow;
  });

  test('closing ends every task and every worker', async () => {
    const p = start({ workers: 1 });
    await p.run(task('sleep-1'));
    const pids = p.pids();
    const waiting = [p.run(task('hang')), p.run(task('hang'))].map((o) =>
      expect(o).rejects.toThrow(expect.toSatisfy((e) => isFault(e))),
    );
    await p.close();
    await Promise.all(waiting);
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow();
  });
});
