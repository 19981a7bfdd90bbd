/** Nodes that share a store and tell one another: engines of their own folders, with one origin. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeEngine } from '../../../test/support/fake-engine.ts';
import { settled } from '../../../test/support/fake-timer.ts';
import { RESULT } from '../../../test/support/fake-workers.ts';
import { MemoryNodes } from '../../../test/support/memory-coordination.ts';
import { MemorySharedStore } from '../../../test/support/memory-shared-store.ts';
import { SharedOrigin } from '../../../test/support/shared-origin.ts';
import { Fault } from '../../base/fault.ts';
import type { Receipt } from '../../optimizer/receipt.ts';
import type { PurgeTarget, Rendition } from '../engine.ts';
import type { WorkerResult } from '../worker-protocol.ts';
import type { Asked } from './asked.ts';

let store: MemorySharedStore;
let origin: SharedOrigin;
let hub: MemoryNodes;
let nodes: FakeEngine[];
let purged = 0;
/** What workers give. */
let outcome: Partial<WorkerResult> = {};
beforeEach(() => {
  store = new MemorySharedStore();
  origin = new SharedOrigin();
  hub = new MemoryNodes();
  nodes = [];
  purged = 0;
});
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
});

const askedAs = (target: string) => () => ({ mount: 'shop', target, headers: {}, now: 0 });

async function node({ refine = false } = {}): Promise<FakeEngine> {
  const requestOf = ({ target }: Asked) => request(started, target);
  const started: FakeEngine = await FakeEngine.start(
    {
      shared: store,
      nodes: hub.join(),
      refine,
      purged: () => purged++,
    },
    'fake',
    requestOf,
  );
  nodes.push(started);
  return started;
}
const several = async (count: number, options = {}) => {
  for (let i = 0; i < count; i++) await node(options);
  return nodes;
};

const request = (on: FakeEngine, path: string, width = 100) => ({
  ...on.request(path, { width }),
  mount: { name: 'shop', origin },
  asked: askedAs(path),
});
const ask = (on: FakeEngine, path: string, width?: number) =>
  on.engine.render(request(on, path, width));
const isBusy = (on: FakeEngine) => on.workers.alive.some(({ request: one }) => one !== undefined);
const made = () => nodes.reduce((sum, one) => sum + one.workers.requests.length, 0);

/** Has workers end what they are at until all have an answer. */
async function answers(all: readonly Promise<Rendition>[]) {
  let open = true;
  const ended = Promise.allSettled(all).finally(() => {
    open = false;
  });
  for (let turn = 0; open && turn < 300; turn++) {
    for (const one of nodes) if (isBusy(one)) one.busy().finish(outcome);
    await new Promise((resolve) => setTimeout(resolve, 2));
    await settled();
  }
  return ended;
}
const values = async (all: readonly Promise<Rendition>[]) =>
  (await answers(all)).map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });

const source = (path: string): PurgeTarget => ({
  kind: 'sources',
  sources: [{ mount: { name: 'shop', origin }, ref: { kind: 'path', path } }],
});

describe('a picture that no node has', () => {
  test('is fetched and made once for all who want it', async () => {
    await several(3);
    const all = Array.from({ length: 60 }, (_, i) => ask(nodes[i % 3]!, 'a'));
    const given = await values(all);
    expect([made(), origin.asked.length]).toEqual([1, 1]);
    expect(new Set(given.map(({ etag }) => etag)).size).toBe(1);
    const { flights } = nodes.map((one) => one.engine.status().nodes!)[1]!;
    expect(flights.held + flights.taken).toBeGreaterThan(0);
  });

  test('and cannot be had is asked for once', async () => {
    await several(3);
    origin.failure = new Fault('source-not-found', 'None.');
    const all = nodes.map((one) => ask(one, 'a'));
    for (const one of await answers(all)) {
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'source-not-found' } });
    }
    expect(origin.asked).toHaveLength(1);
  });

  test('is made by each where they cannot reach one another', async () => {
    await several(2);
    hub.away = true;
    store.away = true;
    await values(nodes.map((one) => ask(one, 'a')));
    expect([made(), origin.asked.length]).toEqual([2, 2]);
  });
});

describe('a purge', () => {
  test('reaches all nodes, who acknowledge it, and the store they share', async () => {
    const [first, second, third] = await several(3);
    await values(nodes.map((one) => ask(one, 'a')));
    await values([ask(third!, 'b')]);
    const kept = store.entries.size;
    const report = await second!.engine.purge(source('a'));
    expect(report).toMatchObject({ nodes: 3, acknowledged: 3, sources: 1 });
    expect(purged).toBe(2);
    expect(store.entries.size).toBeLessThan(kept);
    origin.said = 'another';
    origin.headers = { ...origin.headers, etag: '"2"' };
    const asked = origin.asked.length;
    await values(nodes.map((one) => ask(one, 'a')));
    expect([made(), origin.asked.length - asked]).toEqual([3, 1]);
    await values([ask(first!, 'b')]);
    expect(made()).toBe(3);
  });

  test('holds for what another node has on its way', async () => {
    const [first, second] = await several(2);
    const early = ask(first!, 'a');
    await first!.until(() => isBusy(first!));
    await second!.engine.purge(source('a'));
    origin.said = 'another';
    await values([early]);
    await settled();
    const [late] = await values([ask(second!, 'a')]);
    expect(late?.cache.hit).toBe(false);
    expect(made()).toBe(2);
  });

  test('by tag or prefix takes away what only another node knows', async () => {
    const [first, second] = await several(2);
    await values([ask(first!, 'a')]);
    await settled();
    await second!.engine.purge({ kind: 'prefix', prefix: '/a' });
    expect(store.entries.size).toBe(0);
    const asked = origin.asked.length;
    await values([ask(second!, 'a')]);
    expect(origin.asked.length).toBe(asked + 1);
  });

  test('is known to a node that comes later', async () => {
    const [first] = await several(1);
    await values([ask(first!, 'a')]);
    await settled();
    const old = new Map(store.entries);
    await first!.engine.purge(source('a'));
    // A write that was under way comes after all.
    for (const [key, entry] of old) store.entries.set(key, entry);
    const later = await node();
    await settled();
    const [given] = await values([ask(later, 'a')]);
    expect(given?.cache.hit).toBe(false);
  });
});

test('a rendition that another node has improved is found where all can read it', async () => {
  const [first, second] = await several(2);
  const [, there] = await values([ask(first!, 'a'), ask(second!, 'a')]);
  const key = there!.key;
  const better = { ...JSON.parse(store.entries.get(key)!.record) };
  better.rendition = { ...better.rendition, etag: `"${'ab'.repeat(16)}"`, refined: true };
  store.entries.set(key, { ...store.entries.get(key)!, record: JSON.stringify(better) });
  hub.join().announcements.tell(key, better.rendition.etag);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const [again] = await values([ask(second!, 'a')]);
  expect(again).toMatchObject({ etag: better.rendition.etag, cache: { hit: true } });
});

/** What a search of that mode came to. */
const receipt = (mode: 'online' | 'background', bytes: number): Receipt => ({
  ...{ format: 'jpeg', encoding: 'jpeg q75', mode, bytes, sourceBytes: 1000 },
  ...{ trials: [], reason: 'met', kind: 'encoded', score: 70, target: 70 },
});

describe('a picture that can be improved', () => {
  beforeEach(() => {
    outcome = { receipt: receipt('online', 100) };
  });
  afterEach(() => {
    outcome = {};
  });

  test('is queued once for all nodes, and done by one that has time', async () => {
    await several(3, { refine: true });
    await values(nodes.map((one) => ask(one, 'a')));
    await values(nodes.map((one) => ask(one, 'a')));
    const { waiting, workers } = hub.jobs;
    expect([waiting.size, workers.length]).toEqual([1, 3]);
    expect(nodes.map((one) => one.engine.status().refining)).toEqual([0, 0, 0]);
    const run = hub.jobs.run(2);
    await nodes[2]!.until(() => isBusy(nodes[2]!));
    const body = { ...RESULT.body, hash: 'cd'.repeat(32) };
    nodes[2]!.busy().finish({ body, receipt: receipt('background', 90) });
    await run;
    expect(hub.improved).toHaveLength(1);
    expect(nodes[2]!.workers.requests.at(-1)?.budget.mode).toBe('background');
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const [again] of [
      await values([ask(nodes[0]!, 'a')]),
      await values([ask(nodes[2]!, 'a')]),
    ]) {
      expect([again?.cache.hit, again?.lifetime.seconds]).toEqual([true, 86_400]);
    }
    expect(made()).toBe(2);
  });

  test('is improved by its own node where the others cannot be told', async () => {
    const [first] = await several(2, { refine: true });
    hub.away = true;
    await values([ask(first!, 'a')]);
    await first!.until(() => isBusy(first!));
    expect(first!.engine.status().refining).toBe(1);
    expect(hub.jobs.waiting.size).toBe(0);
    first!.busy().finish();
  });

  test('is not made by a job that says anything else', async () => {
    const [first] = await several(1, { refine: true });
    const asked = { mount: 'shop', target: 'a', headers: {}, now: 0 };
    const jobs = [
      null,
      'refine',
      { kind: 'refine' },
      { kind: 'other', asked },
      { kind: 'make', asked: { ...asked, target: 1 } },
      { kind: 'make', asked: { ...asked, headers: { a: 'x'.repeat(5000) } } },
      { kind: 'make', asked: { ...asked, more: 1 } },
      // It comes to another rendition than it says.
      { kind: 'make', asked },
    ];
    for (const [i, data] of jobs.entries()) await hub.jobs.add({ key: `${i}`.repeat(64), data });
    await hub.jobs.run(0);
    expect(first!.workers.requests).toEqual([]);
  });
});

test('what one node learned of a source begins the search of another', async () => {
  const [first, second] = await several(2);
  const warmStart = { offsets: { jpeg: [{ pixels: 100, score: 70, deviation: 2 }] } };
  const faces = [
    {
      confidence: 1,
      bounds: { left: 1, top: 2, width: 3, height: 4 },
      leftEye: { x: 1, y: 2, width: 3 },
      rightEye: { x: 1, y: 2, width: 3 },
      mouth: { x: 1, y: 2 },
    },
  ];
  outcome = { warmStart, findings: { faces } };
  await values([ask(first!, 'a', 100)]);
  outcome = {};
  await settled();
  await values([ask(second!, 'a', 200)]);
  expect(second!.workers.requests[0]).toMatchObject({ warmStart, findings: { faces } });
  // What another program wrote is not believed.
  for (const name of hub.learned.keys())
    hub.learned.set(name, '{"offsets":{"jpeg":[1]},"faces":7}');
  const third = await node();
  await values([ask(third, 'a', 300)]);
  expect(third.workers.requests[0]?.warmStart).toBeUndefined();
  expect(third.workers.requests[0]?.findings).toBeUndefined();
});
