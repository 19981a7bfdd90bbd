/** Purges in every order of events: who is away, what is lost, and what comes late. Stores and word of nodes are held here. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeEngine } from '../../../test/support/fake-engine.ts';
import { FakeTimer, settled } from '../../../test/support/fake-timer.ts';
import { MemoryNodes } from '../../../test/support/memory-coordination.ts';
import { MemorySharedStore } from '../../../test/support/memory-shared-store.ts';
import { SharedOrigin } from '../../../test/support/shared-origin.ts';
import type { PurgeTarget, Rendition } from '../engine.ts';
import { PurgeMarks } from './purge-marks.ts';
import { SharedMarks } from './shared-marks.ts';

let store: MemorySharedStore;
let origin: SharedOrigin;
let hub: MemoryNodes;
let nodes: FakeEngine[];
let folders: string[];
beforeEach(() => {
  store = new MemorySharedStore();
  origin = new SharedOrigin();
  hub = new MemoryNodes();
  nodes = [];
  folders = [];
});
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

interface Given {
  /** Of the disk; one of its own where it is absent. */
  readonly folder?: string;
  /** What it has in common with others; both where it is absent. */
  readonly by?: 'both' | 'bucket' | 'Redis';
}

async function node({ folder = freshFolder(), by = 'both' }: Given = {}): Promise<FakeEngine> {
  const started = await FakeEngine.start({
    cache: { folder, size: 1e8, memory: 1e6 },
    ...(by === 'Redis' ? {} : { shared: store }),
    ...(by === 'bucket' ? {} : { nodes: hub.join() }),
  });
  nodes.push(started);
  return started;
}

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-marks-'));
  folders.push(folder);
  return folder;
}

async function end(of: FakeEngine): Promise<void> {
  nodes = nodes.filter((one) => one !== of);
  await of.stop();
}

/** Its rendition, made where it has to be. */
async function get(on: FakeEngine, path: string): Promise<Rendition> {
  const answer = on.engine.render({
    ...on.request(path),
    mount: { name: 'shop', origin },
  });
  let over = false;
  answer.finally(() => (over = true)).catch(() => undefined);
  const isBusy = () => on.workers.alive.some(({ request }) => request !== undefined);
  await on.until(() => over || isBusy());
  if (!over) on.busy().finish();
  const given = await answer;
  await settled();
  return given;
}

/** Changes what the origin has; what is served afterwards without asking it is old. */
function change(): void {
  origin.said = 'another';
  origin.headers = { ...origin.headers, etag: '"2"' };
}

const TAG: PurgeTarget = { kind: 'tag', tag: 'shop' };
const one = (path: string): PurgeTarget => ({
  kind: 'sources',
  sources: [{ mount: { name: 'shop', origin }, ref: { kind: 'path', path } }],
});
/** Long enough for a node to look around. */
async function later(of: FakeEngine): Promise<void> {
  for (let i = 0; i < 8; i++) {
    of.timer.advance(2000);
    await settled();
  }
}

describe.each<[string, () => PurgeTarget]>([
  ['one source', () => one('a')],
  ['a tag', () => TAG],
  ['a prefix', () => ({ kind: 'prefix', prefix: '/a' })],
])('a purge of %s is known to', (_, target) => {
  test('a node that was down, though Redis has lost its data since', async () => {
    const folder = freshFolder();
    const [second, first] = [await node({ folder }), await node()];
    await get(second, 'a');
    await get(first, 'a');
    await end(second);
    const report = await first.engine.purge(target());
    expect(report.bucket).toMatchObject({ whole: true, left: 0, marked: true });
    change();
    hub.entries.length = 0;
    const again = await node({ folder });
    expect((await get(again, 'a')).cache.hit).toBe(false);
  });

  test('a node that begins with an empty disk, where what was purged stayed or came back', async () => {
    const first = await node();
    await get(first, 'a');
    const old = new Map(store.entries);
    await first.engine.purge(target());
    change();
    hub.entries.length = 0;
    // The upload of a node that had begun before.
    for (const [key, entry] of old) store.entries.set(key, entry);
    const fresh = await node();
    expect((await get(fresh, 'a')).cache.hit).toBe(false);
  });

  test('nodes that Redis could not tell: they find it in the bucket', async () => {
    const [first, second] = [await node(), await node()];
    await get(first, 'a');
    await get(second, 'a');
    hub.away = true;
    const report = await first.engine.purge(target());
    expect(report).not.toHaveProperty('nodes');
    expect(report.bucket?.marked).toBe(true);
    change();
    await later(second);
    expect((await get(second, 'a')).cache.hit).toBe(false);
  });

  test('nodes without Redis', async () => {
    const [first, second] = [await node({ by: 'bucket' }), await node({ by: 'bucket' })];
    await get(first, 'a');
    await get(second, 'a');
    await first.engine.purge(target());
    change();
    await later(second);
    expect((await get(second, 'a')).cache.hit).toBe(false);
    expect((await get(second, 'a')).cache.hit).toBe(true);
  });

  test('all, where the bucket was away and the node that took it has ended since', async () => {
    const folder = freshFolder();
    const first = await node({ folder });
    await get(first, 'a');
    store.away = true;
    const report = await first.engine.purge(target());
    expect(report.bucket).toMatchObject({ deleted: 0, whole: false, marked: false });
    await end(first);
    change();
    hub.entries.length = 0;
    store.away = false;
    const again = await node({ folder });
    await later(again);
    await end(again);
    const fresh = await node();
    expect((await get(fresh, 'a')).cache.hit).toBe(false);
  });

  test('all, once a bucket that was away is back', async () => {
    const first = await node();
    await get(first, 'a');
    store.away = true;
    await first.engine.purge(target());
    change();
    store.away = false;
    await later(first);
    hub.entries.length = 0;
    const fresh = await node();
    expect((await get(fresh, 'a')).cache.hit).toBe(false);
  });

  test('the others, where Redis was away and the node that took it has ended and is back', async () => {
    const folder = freshFolder();
    const first = await node({ folder, by: 'Redis' });
    const second = await node({ by: 'Redis' });
    await get(second, 'a');
    hub.away = true;
    await first.engine.purge(target());
    await end(first);
    change();
    hub.away = false;
    await node({ folder, by: 'Redis' });
    await settled();
    expect((await get(second, 'a')).cache.hit).toBe(false);
    expect(hub.entries).toHaveLength(1);
    // It is told once.
    await node({ folder, by: 'Redis' });
    await settled();
    expect(hub.entries).toHaveLength(1);
  });
});

test('what a node that does not know of a purge writes late is used by nobody who does', async () => {
  const [first, second] = [await node(), await node()];
  const begun = get(second, 'a');
  hub.away = true;
  await first.engine.purge(TAG);
  change();
  await begun;
  expect(store.entries.size).toBeGreaterThan(0);
  expect((await get(first, 'a')).cache.hit).toBe(false);
  const asked = origin.asked.length;
  // What was made after the purge is for all who know of it.
  const fresh = await node();
  expect((await get(fresh, 'a')).cache).toMatchObject({ hit: true, tier: 'bucket' });
  expect(origin.asked.length).toBe(asked);
});

test('after Redis was away all nodes name what they make alike', async () => {
  const [first, second] = [await node(), await node()];
  await get(first, 'a');
  hub.away = true;
  await first.engine.purge(TAG);
  hub.away = false;
  await settled();
  await get(first, 'a');
  expect((await get(second, 'a')).cache).toMatchObject({ hit: true });
});

describe('notices', () => {
  test('of many purges are few, and hold them all', async () => {
    const [first, second] = [await node({ by: 'bucket' }), await node({ by: 'bucket' })];
    await get(first, 'a');
    const entries = new Map(store.entries);
    await first.engine.purge(one('a'));
    for (let i = 0; i < 150; i++) {
      await (i % 2 ? first : second).engine.purge({ kind: 'tag', tag: `t${i}` });
      if (i % 40 === 0) await Promise.all([later(first), later(second)]);
    }
    await Promise.all([later(first), later(second)]);
    expect(store.texts.size).toBeLessThan(70);
    const said = [...store.texts.values()].join('');
    for (let i = 0; i < 150; i++) expect(said).toContain(`"t${i}"`);
    for (const [key, entry] of entries) store.entries.set(key, entry);
    change();
    expect((await get(await node({ by: 'bucket' }), 'a')).cache.hit).toBe(false);
  });

  test.each([
    ['of anything', 'null\n[]\n\u0000\n{"epoch":1}'],
    ['of a later version', '{"epoch":1,"target":{"kind":"new","x":1},"soft":false}\n'],
  ])('%s count as a soft purge of everything before', async (_, text) => {
    const first = await node();
    await get(first, 'a');
    await end(first);
    store.texts.set(`${String(Date.now() * 2).padStart(15, '0')}-0011223344556677`, text);
    const asked = origin.asked.length;
    const fresh = await node();
    await get(fresh, 'a');
    await fresh.until(() => origin.asked.length > asked);
    expect(origin.asked.at(-1)).toBe('"1"');
  });

  test('of purges at the same moment are written together', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    store.delay = () => gate;
    const marks = new PurgeMarks({ now: () => 1000 });
    const timer = new FakeTimer();
    const shared = new SharedMarks({
      ...{ notices: store.notices, marks, timer },
      told: () => undefined,
    });
    const all = Array.from({ length: 100 }, (_, i) =>
      shared.tell([marks.add({ kind: 'tag', tag: `t${i}` }, false).mark]),
    );
    await settled();
    open();
    expect(await Promise.all(all)).toEqual(all.map(() => true));
    expect(store.texts.size).toBe(1);
  });
});
