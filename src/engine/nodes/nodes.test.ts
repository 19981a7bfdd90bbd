/** Nodes that share a store and tell one another: engines of their own folders, with one origin. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeEngine } from '../../../test/support/fake-engine.ts';
import { settled } from '../../../test/support/fake-timer.ts';
import { MemoryNodes } from '../../../test/support/memory-coordination.ts';
import { MemorySharedStore } from '../../../test/support/memory-shared-store.ts';
import { SharedOrigin } from '../../../test/support/shared-origin.ts';
import { Fault } from '../../base/fault.ts';
import type { PurgeTarget, Rendition } from '../engine.ts';

let store: MemorySharedStore;
let origin: SharedOrigin;
let hub: MemoryNodes;
let nodes: FakeEngine[];
let purged = 0;
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

async function node(): Promise<FakeEngine> {
  const started = await FakeEngine.start({
    shared: store,
    nodes: hub.join(),
    purged: () => purged++,
  });
  nodes.push(started);
  return started;
}
const several = async (count: number) => {
  for (let i = 0; i < count; i++) await node();
  return nodes;
};

const request = (on: FakeEngine, path: string, width = 100) => ({
  ...on.request(path, { width }),
  mount: { name: 'shop', origin },
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
    for (const one of nodes) if (isBusy(one)) one.busy().finish();
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
