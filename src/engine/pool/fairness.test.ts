/**
 * Sources beside one another in the pool: who is served, who is refused, and who is hurried.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeTimer, settled } from '../../../test/support/fake-timer.ts';
import { FakeWorkers, pathOf } from '../../../test/support/fake-workers.ts';
import { poolTask, work } from '../../../test/support/pool-task.ts';
import { isFault } from '../../base/fault.ts';
import { Pool } from './pool.ts';

let timer: FakeTimer;
let workers: FakeWorkers;
let pool: Pool;

beforeEach(async () => {
  timer = new FakeTimer();
  workers = new FakeWorkers();
  pool = new Pool({
    workers: 1,
    renderTimeout: 60_000,
    workerMemory: 1e9,
    queueWait: 10_000,
    timer,
    start: workers.start,
  });
  await settled();
});
afterEach(() => pool.close());

interface Wanted {
  readonly usual: number;
  readonly least?: number;
  readonly weight?: number;
  readonly begun?: (milliseconds: number, hurried: boolean) => void;
}

/** Runs a task of a source; gives `done` or the code of its fault. */
function run(source: string, name: string, wanted: Wanted): Promise<string> {
  const { usual, least = usual, weight = 1, begun } = wanted;
  const task = poolTask(name, {
    predicted: work(usual, least),
    share: { source, weight },
    ...(begun === undefined ? {} : { begun }),
  });
  return pool.run(task).then(
    () => 'done',
    (error: unknown) => (isFault(error) ? error.code : Promise.reject(error)),
  );
}

/** Ends what is worked on after so many milliseconds; gives its name. */
async function finish(milliseconds: number): Promise<string> {
  const [request] = workers.requests.slice(-1);
  const name = request === undefined ? '' : pathOf(request);
  timer.advance(milliseconds);
  workers.busyWith(name).finish();
  await settled();
  return name;
}

/** Has the machine measured: a predicted millisecond is one here. */
async function measure(): Promise<void> {
  for (let i = 0; i < 4; i++) {
    const end = run('measured', `measured-${i}`, { usual: 100 });
    await finish(100);
    await end;
  }
}

describe('a source that floods', () => {
  test('is refused for its own queue, while another is served next', async () => {
    await measure();
    const flood = Array.from({ length: 30 }, (_, i) => run('a', `a-${i}`, { usual: 600 }));
    const quiet = run('b', 'b', { usual: 600 });
    await settled();
    expect(await Promise.race([flood[29], settled().then(() => 'waits')])).toBe('overloaded');
    const served = [await finish(600), await finish(600), await finish(600)];
    expect(served.slice(0, 3)).toContain('b');
    expect(await quiet).toBe('done');
    expect(pool.admits({ source: 'a', weight: 1 })).toBe(true);
  });

  test('closes the server to itself alone', async () => {
    await measure();
    for (let i = 0; i < 30; i++) void run('a', `a-${i}`, { usual: 900 });
    await settled();
    expect(pool.admits({ source: 'a', weight: 1 })).toBe(false);
    expect(pool.admits({ source: 'b', weight: 1 })).toBe(true);
    expect(pool.busy({ source: 'b', weight: 1 }).retryAfter).toBeLessThan(3);
    expect(pool.busy({ source: 'a', weight: 1 }).retryAfter).toBeGreaterThan(5);
    expect(pool.completion({ usual: 100, least: 100 }, { source: 'b', weight: 1 })).toBeLessThan(
      pool.completion({ usual: 100, least: 100 }, { source: 'a', weight: 1 }) ?? 0,
    );
  });

  test('leaves places for others, also before anything is measured', async () => {
    const ends = Array.from({ length: 1200 }, (_, i) => run('a', `a-${i}`, { usual: 1 }));
    const other = run('b', 'b', { usual: 1 });
    await settled();
    expect(pool.status().queued).toBeLessThan(1000);
    expect(pool.admits({ source: 'a', weight: 1 })).toBe(false);
    await finish(1);
    await finish(1);
    expect(await other).toBe('done');
    expect(await ends[1199]).toBe('overloaded');
  });

  test('gets time by its weight', async () => {
    for (let i = 0; i < 12; i++) void run('a', `a-${i}`, { usual: 100, weight: 3 });
    for (let i = 0; i < 12; i++) void run('b', `b-${i}`, { usual: 100, weight: 1 });
    await settled();
    const served: string[] = [];
    for (let i = 0; i < 12; i++) served.push(await finish(100));
    expect(served.filter((name) => name.startsWith('a'))).toHaveLength(9);
  });
});

describe('a long queue', () => {
  test('has pictures made with less search, before anybody is refused', async () => {
    await measure();
    const told: boolean[] = [];
    const begun = (_: number, hurried: boolean) => void told.push(hurried);
    // Each may search for a second and has to for 50 ms: 20 are 20 s, hurried 8 s
    const ends = Array.from({ length: 20 }, (_, i) =>
      run('a', `a-${i}`, { usual: 4000, least: 50, begun }),
    );
    await settled();
    expect(pool.status()).toMatchObject({ queued: 19, refused: 0 });
    await finish(1000);
    expect(workers.requests.at(-1)?.budget.milliseconds).toBe(400);
    for (let i = 1; i < 20; i++) await finish(400);
    expect(await Promise.all(ends)).toEqual(ends.map(() => 'done'));
    // The first begins before anybody waits, the last ones with few behind them
    expect([told[0], told[1], told.at(-1)]).toEqual([false, true, false]);
  });

  test('is none for work that cannot be hurried: then it is refused as before', async () => {
    await measure();
    const ends = Array.from({ length: 20 }, (_, i) => run('a', `a-${i}`, { usual: 1000 }));
    await settled();
    const early = await Promise.race([ends[19], settled().then(() => 'waits')]);
    expect(early).toBe('overloaded');
    expect(pool.status().queued).toBeLessThanOrEqual(11);
  });
});

describe('a flood of one source', () => {
  /** Milliseconds that every task takes and is predicted to take. */
  const COST = 100;
  /** Names by the order in which they began. */
  let named = 0;

  /** Lets time pass in steps of the cost of a task, in each of which the worker ends one and `many` come. */
  async function pass(source: string, milliseconds: number, many: number): Promise<string[]> {
    const ends: Promise<string>[] = [];
    for (let gone = 0; gone < milliseconds; gone += COST) {
      for (let i = 0; i < many; i++) {
        ends.push(run(source, `${source}-${named++}`, { usual: COST }));
      }
      timer.advance(COST);
      workers.alive.find(({ request }) => request !== undefined)?.finish();
      await Promise.resolve();
    }
    return Promise.all(ends.map((end) => Promise.race([end, Promise.resolve('waits')])));
  }

  test('waits long at first, then little until it is over; a burst after it may wait long again', async () => {
    await pass('flood', 2000, 1);
    await pass('flood', 5000, 10);
    // Ten seconds of work wait, and may
    expect(pool.status().wait).toBeGreaterThan(9000);
    await pass('flood', 40_000, 10);
    expect(pool.status().wait).toBeLessThanOrEqual(3000 + 2 * COST);
    expect(pool.status().wait).toBeGreaterThan(1000);
    // Another source has what it had
    expect(pool.admits({ source: 'calm', weight: 1 })).toBe(true);
    await pass('flood', 5000, 0);
    expect(pool.status()).toMatchObject({ wait: 0, queued: 0 });
    const gallery = Array.from({ length: 95 }, (_, i) => run('flood', `g${i}`, { usual: COST }));
    expect(pool.status().queued).toBe(94);
    await pass('flood', 10_000, 0);
    expect(new Set(await Promise.all(gallery))).toEqual(new Set(['done']));
  });
});
