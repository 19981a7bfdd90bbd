import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeTimer, settled } from '../../../test/support/fake-timer.ts';
import { FakeWorkers, pathOf } from '../../../test/support/fake-workers.ts';
import { poolTask, work } from '../../../test/support/pool-task.ts';
import { type Fault, isFault } from '../../base/fault.ts';
import { Pool, type PoolOptions, type PoolTask } from './pool.ts';

let timer: FakeTimer;
let workers: FakeWorkers;
let pool: Pool;
const log: string[] = [];

beforeEach(() => {
  timer = new FakeTimer();
  workers = new FakeWorkers();
  log.length = 0;
});
afterEach(() => pool.close());

/** A pool of workers in memory that have come up. */
async function start(options: Partial<PoolOptions> = {}): Promise<Pool> {
  pool = new Pool({
    workers: 1,
    renderTimeout: 60_000,
    workerMemory: 1e9,
    queueWait: 10_000,
    timer,
    start: workers.start,
    log: (event) => void log.push(event),
    ...options,
  });
  await settled();
  return pool;
}

/** Runs a task; gives its fault, or `done`. */
const run = (path: string, fields?: Partial<PoolTask>): Promise<Fault | 'done'> =>
  pool.run(poolTask(path, fields)).then(
    () => 'done' as const,
    (error: unknown) => {
      if (isFault(error)) return error;
      throw error;
    },
  );
const codeOf = (end: Fault | 'done') => (end === 'done' ? end : end.code);

/** Has `count` tasks measured, each of `predicted` taking `actual` milliseconds. */
async function measure(count: number, predicted: number, actual: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const end = run(`measured-${i}`, { predicted: work(predicted) });
    timer.advance(actual);
    workers.busyWith(`measured-${i}`).finish();
    await end;
  }
}

describe('Pool', () => {
  test('carries tasks out and is ready once a worker is', async () => {
    workers.eager = false;
    await start();
    expect(pool.ready()).toBe(false);
    const end = run('a');
    workers.all[0]!.comeUp();
    workers.busyWith('a').finish();
    expect(await end).toBe('done');
    expect(pool.ready()).toBe(true);
    expect(await pool.encoderVersion()).toBe('fake');
  });

  test.each([
    ['ends before it is ready', () => workers.all.map((one) => one.exit(1))],
    ['is never ready', () => undefined],
  ])('gives up within the time that is set where every worker %s', async (_, end) => {
    workers.eager = false;
    await start({ workers: 2, startWithin: 5000 });
    const version = pool.encoderVersion().catch((error: unknown) => error);
    const work = run('a');
    for (let waited = 0; waited < 6000; waited += 100) {
      end();
      timer.advance(100);
    }
    const fault = await work;
    expect(codeOf(fault)).toBe('render-failed');
    expect(await version).toBe(fault);
    expect(await run('b')).toBe(fault);
    expect(pool.over).toBe(true);
    await settled();
    expect(workers.all.filter(({ alive }) => alive)).toEqual([]);
    const started = workers.all.length;
    timer.advance(1e6);
    expect(workers.all.length).toBe(started);
  });

  test('goes on where a worker has come up in the time that is set, however many follow', async () => {
    await start({ workers: 1, startWithin: 5000 });
    timer.advance(10_000);
    workers.all[0]!.exit('SIGTERM');
    await settled();
    timer.advance(10_000);
    const end = run('a');
    workers.busyWith('a').finish();
    expect(await end).toBe('done');
  });

  test('that is closed tells who waits for the version of its encoders', async () => {
    workers.eager = false;
    await start();
    const version = pool.encoderVersion();
    await pool.close();
    await expect(version).rejects.toMatchObject({ code: 'overloaded' });
    await expect(pool.encoderVersion()).rejects.toMatchObject({ code: 'overloaded' });
  });

  test('a first answer is lent the cores of idle workers, one in the background is not', async () => {
    await start({ workers: 3 });
    const ends = [run('a'), run('b'), run('c')];
    await settled();
    expect(workers.requests.map(({ threads }) => threads)).toEqual([3, 2, 1]);
    for (const path of ['a', 'b', 'c']) workers.busyWith(path).finish();
    ends.push(run('d', { priority: 'background' }));
    await settled();
    expect(workers.busyWith('d').request?.threads).toBe(1);
    workers.busyWith('d').finish();
    await Promise.all(ends);
  });

  test('a fault of the worker is a fault of the task', async () => {
    await start();
    const end = run('a');
    workers.busyWith('a').fail({ code: 'source-broken' });
    expect(codeOf(await end)).toBe('source-broken');
  });

  test('a task past the limit is ended with its worker', async () => {
    await start();
    const end = run('a');
    timer.advance(59_999);
    expect(workers.killed).toEqual([]);
    timer.advance(1);
    expect(codeOf(await end)).toBe('render-timeout');
    await settled();
    expect(pool.status()).toMatchObject({ workers: 1, killed: 1, restarted: 1 });
  });

  test('a worker that takes too much memory is ended', async () => {
    await start();
    const end = run('a');
    workers.busyWith('a').size = 2e9;
    timer.advance(250);
    expect(codeOf(await end)).toBe('render-failed');
  });

  test('background work has a worker of its own and waits for no request', async () => {
    await start();
    const slow = run('slow', { priority: 'background' });
    const quick = run('quick');
    await settled();
    workers.busyWith('quick').finish();
    expect(await quick).toBe('done');
    workers.busyWith('slow').finish();
    expect(await slow).toBe('done');
  });

  test('a client that goes away frees its place; work that has begun goes on', async () => {
    await start();
    const gone = new AbortController();
    const running = run('a', { signal: gone.signal });
    const waiting = run('b', { signal: gone.signal });
    gone.abort();
    expect(codeOf(await waiting)).toBe('overloaded');
    expect(pool.status().queued).toBe(0);
    workers.busyWith('a').finish();
    expect(await running).toBe('done');
  });

  test('renewed, has others take the place of all, which work until these are ready', async () => {
    await start({ workers: 2 });
    const ends = [run('a'), run('b')];
    const before = workers.alive;
    workers.eager = false;
    pool.renew();
    pool.renew();
    expect(workers.alive).toHaveLength(4);
    workers.busyWith('a').finish();
    expect(await ends[0]).toBe('done');
    const third = run('c');
    workers.busyWith('c').finish();
    expect(await third).toBe('done');
    for (const worker of workers.alive.slice(2)) worker.comeUp();
    workers.busyWith('b').finish();
    expect(await ends[1]).toBe('done');
    await settled();
    expect(workers.alive.filter((worker) => before.includes(worker))).toEqual([]);
    expect(pool.status()).toMatchObject({ workers: 2, died: 0 });
  });

  test('closing ends every task and every worker', async () => {
    await start();
    const ends = [run('a'), run('b'), run('c', { priority: 'background' })];
    await pool.close();
    expect((await Promise.all(ends)).map(codeOf)).toEqual(Array(3).fill('overloaded'));
    expect(workers.alive).toEqual([]);
  });
});

describe('waiting', () => {
  test('a task that would wait too long is refused at once, with the time to come back', async () => {
    await start({ workers: 2 });
    // The machine takes three times as long as predicted.
    await measure(4, 1000, 3000);
    const taken = [run('a', { predicted: work(1000) }), run('b', { predicted: work(1000) })];
    for (let i = 0; i < 5; i++) taken.push(run(`c${i}`, { predicted: work(1000) }));
    // 2 running and 5 waiting, 3 s each, on 2 workers: the first is free after 9 s.
    expect(pool.status()).toMatchObject({ wait: 9000, queued: 5 });
    taken.push(run('c5', { predicted: work(1000) }));
    expect(pool.status()).toMatchObject({ wait: 12_000, queued: 6 });
    expect(pool.admits()).toBe(false);
    const refused = await run('late');
    expect(refused).toMatchObject({ code: 'overloaded', retryAfter: 12 });
    expect(pool.status().refused).toBe(1);
  });

  test('a task that takes a minute closes nothing while another worker goes on', async () => {
    await start({ workers: 2 });
    await measure(4, 1000, 1000);
    const taken = [run('long', { predicted: work(60_000) }), run('a', { predicted: work(1000) })];
    for (let i = 0; i < 3; i++) taken.push(run(`b${i}`, { predicted: work(1000) }));
    // The other worker: 1 s left and 3 s waiting.
    expect(pool.status()).toMatchObject({ wait: 4000, queued: 3 });
    expect(pool.admits()).toBe(true);
    expect(taken).toHaveLength(5);
  });

  test('before the machine is measured nothing is refused, and nothing waits for ever', async () => {
    await start();
    const first = run('a');
    const ends = Array.from({ length: 100 }, (_, i) => run(`b${i}`, { predicted: work(1000) }));
    expect(pool.admits()).toBe(true);
    timer.advance(30_000);
    for (const end of await Promise.all(ends)) {
      expect(end).toMatchObject({ code: 'overloaded', retryAfter: expect.any(Number) });
    }
    workers.busyWith('a').finish();
    expect(await first).toBe('done');
  });

  test('the estimate counts what running tasks have left', async () => {
    await start();
    await measure(4, 1000, 1000);
    const running = run('a', { predicted: work(4000) });
    expect(pool.status().wait).toBe(4000);
    expect(pool.completion(work(500))).toBe(4500);
    timer.advance(3000);
    expect(pool.status().wait).toBe(1000);
    timer.advance(3000);
    expect(pool.status().wait).toBe(0);
    workers.busyWith('a').finish();
    await running;
  });

  test('the longest that a task may wait and work is well below two minutes', async () => {
    await start();
    // Slower than any other: it works for the whole limit, and the next one waits for as long as it may.
    const first = run('a');
    const second = run('b');
    timer.advance(29_999);
    expect(pool.status().queued).toBe(1);
    timer.advance(1);
    expect(codeOf(await second)).toBe('overloaded');
    timer.advance(30_000);
    expect(codeOf(await first)).toBe('render-timeout');
  });
});

describe("a client's deadline", () => {
  test('drops a task that has not begun', async () => {
    await start();
    const running = run('a');
    const waiting = run('b', { expires: 500 });
    timer.advance(500);
    expect(codeOf(await waiting)).toBe('render-timeout');
    workers.busyWith('a').finish();
    await running;
    expect(workers.requests.map(pathOf)).toEqual(['a']);
  });

  test('kills no worker: what has begun goes on to its end', async () => {
    await start();
    const end = run('a', { expires: 500 });
    timer.advance(5000);
    await settled();
    expect(workers.killed).toEqual([]);
    workers.busyWith('a').finish();
    expect(await end).toBe('done');
  });

  test('is told to the worker as what is left of the budget when it begins', async () => {
    await start();
    const budgets: number[] = [];
    const first = run('a');
    const second = run('b', { expires: 700, begun: (left) => budgets.push(left) });
    timer.advance(300);
    workers.busyWith('a').finish();
    await first;
    expect(workers.busyWith('b').request?.budget.milliseconds).toBe(400);
    expect(budgets).toEqual([400]);
    workers.busyWith('b').finish();
    await second;
  });

  test('is kept by the second try after the death of a worker', async () => {
    workers.eager = false;
    await start();
    workers.all[0]!.comeUp();
    const end = run('a', { expires: 250 });
    timer.advance(100);
    workers.busyWith('a').exit('SIGSEGV');
    timer.advance(149);
    expect(pool.status().queued).toBe(1);
    timer.advance(1);
    expect(codeOf(await end)).toBe('render-timeout');
    // The new worker comes up too late, and has nothing to do.
    workers.all[1]!.comeUp();
    expect(workers.requests).toHaveLength(1);
    expect(workers.killed).toEqual([]);
  });
});

describe('deaths', () => {
  test('a killed worker costs no other task its answer, and a new one takes its place', async () => {
    await start({ workers: 2 });
    const ends = Array.from({ length: 20 }, (_, i) => run(`t${i}`));
    workers.busyWith('t0').exit('SIGKILL');
    while (pool.status().queued > 0 || pool.status().running > 0) {
      for (const worker of workers.alive) if (worker.request) worker.finish();
      await settled();
    }
    expect(new Set(await Promise.all(ends))).toEqual(new Set(['done']));
    expect(pool.status()).toMatchObject({ workers: 2, died: 1, restarted: 1 });
  });

  test.each<[string, string | number, string]>([
    ['a crash of the renderer', 'SIGSEGV', 'source-quarantined'],
    ['an abort of the renderer', 'SIGABRT', 'source-quarantined'],
    ['an exit code', 134, 'source-quarantined'],
    ['a kill from outside, as by the system short of memory', 'SIGKILL', 'done'],
    ['an end asked for from outside', 'SIGTERM', 'done'],
  ])('%s (%s), twice: the next time it is %s', async (_, by, next) => {
    await start();
    const first = run('a');
    workers.busyWith('a').exit(by);
    await settled();
    workers.busyWith('a').exit(by);
    const fault = (await first) as Fault;
    expect(fault.code).toBe(next === 'done' ? 'overloaded' : 'render-failed');
    expect(fault.kind).toMatchObject({ retry: true });
    await settled();
    const again = run('a');
    if (next === 'done') workers.busyWith('a').finish();
    expect(codeOf(await again)).toBe(next);
  });

  test('a quarantined source is answered by an error that passes, and is tried again later', async () => {
    await start();
    const first = run('a');
    for (let i = 0; i < 2; i++) {
      workers.busyWith('a').exit('SIGSEGV');
      await settled();
    }
    await first;
    const held = (await run('a')) as Fault;
    expect(held).toMatchObject({ code: 'source-quarantined', kind: { status: 503, retry: true } });
    expect(held.retryAfter).toBeGreaterThan(0);
    expect(pool.status().quarantined).toBe(1);
    timer.advance(600_000);
    const later = run('a');
    workers.busyWith('a').finish();
    expect(await later).toBe('done');
  });

  test.each<[string, number, () => void]>([
    [
      'its memory twice',
      2,
      () => {
        workers.busyWith('a').size = 2e9;
        timer.advance(250);
      },
    ],
    ['its time three times', 3, () => timer.advance(60_000)],
  ])('a source that passes the limit of %s is quarantined', async (_, times, pass) => {
    await start();
    for (let i = 0; i < times; i++) {
      const end = run('a');
      pass();
      expect(codeOf(await end)).not.toBe('source-quarantined');
      await settled();
    }
    expect(codeOf(await run('a'))).toBe('source-quarantined');
  });

  test('a second try gets what the first has left of the limit', async () => {
    await start();
    const end = run('a');
    timer.advance(40_000);
    workers.busyWith('a').exit('SIGKILL');
    await settled();
    timer.advance(19_999);
    expect(workers.killed).toEqual([]);
    timer.advance(1);
    expect(codeOf(await end)).toBe('render-timeout');
  });

  test('a pool whose workers do not come up is not ready, and tries less and less often', async () => {
    await start();
    workers.eager = false;
    workers.all[0]!.exit(1);
    const started = () => workers.all.length;
    for (const [failures, wait] of [200, 400, 800].entries()) {
      expect(started()).toBe(2 + failures);
      workers.all.at(-1)!.exit(1);
      expect(pool.ready()).toBe(false);
      timer.advance(wait - 1);
      expect(started()).toBe(2 + failures);
      timer.advance(1);
    }
    expect(log.filter((event) => event === 'worker-not-started')).toHaveLength(3);
    workers.all.at(-1)!.comeUp();
    expect(pool.ready()).toBe(true);
  });

  test('a worn worker works until the one in its place is ready', async () => {
    await start();
    workers.eager = false;
    const [old] = workers.all;
    old!.size = 0.7e9;
    const first = run('a');
    old!.finish();
    await first;
    expect(workers.all).toHaveLength(2);
    const second = run('b');
    old!.size = 0;
    old!.finish();
    expect(await second).toBe('done');
    const third = run('c');
    workers.all[1]!.comeUp();
    expect(old!.alive).toBe(true);
    old!.finish();
    expect(await third).toBe('done');
    await settled();
    expect(workers.alive).toEqual([workers.all[1]]);
    expect(pool.status()).toMatchObject({ workers: 1, restarted: 1, died: 0 });
  });
});
