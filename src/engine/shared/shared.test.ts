/** Nodes that share a store: engines of their own folders, with one origin, whose store is a test's to hold. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeEngine } from '../../../test/support/fake-engine.ts';
import { settled } from '../../../test/support/fake-timer.ts';
import { MemorySharedStore } from '../../../test/support/memory-shared-store.ts';
import type { Fetched, Location, Origin } from '../../origins/origin.ts';
import type { PurgeTarget } from '../engine.ts';

/** One origin for all nodes. */
class SharedOrigin implements Origin {
  readonly kind = 'http';
  headers: Record<string, string> = { 'cache-control': 'max-age=86400', etag: '"1"' };
  readonly asked: (string | undefined)[] = [];

  async locate(ref: Parameters<Origin['locate']>[0]): Promise<Location> {
    const path = ref.kind === 'path' ? ref.path : '';
    return { id: `https://origin.test/${path}`, below: path };
  }

  async fetch({ id }: Location, held?: { readonly etag?: string }): Promise<Fetched> {
    this.asked.push(held?.etag);
    if (held?.etag === this.headers.etag) return { kind: 'unchanged', headers: this.headers };
    async function* body() {
      yield new TextEncoder().encode(`picture ${id}`.padEnd(1000));
    }
    return { kind: 'bytes', body: body(), headers: this.headers };
  }

  async close(): Promise<void> {}
}

let store: MemorySharedStore;
let origin: SharedOrigin;
let nodes: FakeEngine[];
beforeEach(() => {
  store = new MemorySharedStore();
  origin = new SharedOrigin();
  nodes = [];
});
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
});

async function node(): Promise<FakeEngine> {
  const started = await FakeEngine.start({ shared: store });
  nodes.push(started);
  return started;
}

const request = (on: FakeEngine, path: string, width = 100) => ({
  ...on.request(path, { width }),
  mount: { name: 'shop', origin },
});
const made = (on: FakeEngine) => on.workers.requests.length;

/** Its rendition, made where it has to be. */
async function get(on: FakeEngine, path: string, width?: number) {
  const before = made(on);
  const answer = on.engine.render(request(on, path, width));
  let over = false;
  answer.finally(() => (over = true)).catch(() => undefined);
  await on.until(() => over || made(on) > before);
  if (!over) on.busy().finish();
  return answer;
}

/** Until all that was offered has been written. */
async function written(on: FakeEngine): Promise<void> {
  await settled();
  await on.until(() => on.engine.status().shared?.waiting === 0);
}

const named = (path: string): PurgeTarget => ({
  kind: 'sources',
  sources: [{ mount: { name: 'shop', origin }, ref: { kind: 'path', path } }],
});

describe('what one node has made', () => {
  test('another has at once: the origin is asked once and the picture made once', async () => {
    const [first, second] = [await node(), await node()];
    const there = await get(first, 'a');
    await written(first);
    const here = await get(second, 'a');
    expect([here.etag, here.cache]).toEqual([there.etag, expect.objectContaining({ hit: true })]);
    expect(here.cache.tier).toBe('bucket');
    expect([made(second), origin.asked.length]).toEqual([0, 1]);
    // From now on it is here.
    store.away = true;
    expect((await get(second, 'a')).cache.tier).toBe('memory');
  });

  test('is asked for once, however many want it at the same time', async () => {
    const [first, second] = [await node(), await node()];
    await get(first, 'a');
    await written(first);
    const asked = store.asked.length;
    const all = Array.from({ length: 50 }, () => second.engine.render(request(second, 'a')));
    for (const answer of await Promise.all(all)) expect(answer.cache.hit).toBe(true);
    expect(store.asked.length - asked).toBe(2);
  });

  test('is of use for another width: its source is not read again', async () => {
    const [first, second] = [await node(), await node()];
    await get(first, 'a', 100);
    await written(first);
    await get(second, 'a', 200);
    expect([made(second), origin.asked.length]).toEqual([1, 1]);
    const { source } = second.workers.requests[0]!;
    expect('bytes' in source && new TextDecoder().decode(source.bytes)).toContain('picture');
  });

  test('is asked about and not read again, where the time of its source is over', async () => {
    const [first, second] = [await node(), await node()];
    await get(first, 'a');
    await written(first);
    second.now += 2 * 86_400_000;
    expect((await get(second, 'a')).cache).toMatchObject({ hit: true, forwardStatus: 304 });
    expect(origin.asked).toEqual([undefined, '"1"']);
  });

  test('is there for who wants a stored answer alone', async () => {
    const [first, second] = [await node(), await node()];
    await get(first, 'a');
    await written(first);
    const answer = await second.engine.render({ ...request(second, 'a'), storedOnly: true });
    expect(answer.cache.tier).toBe('bucket');
  });
});

describe('a store that is', () => {
  test('away costs no answer, and what it lacks is counted', async () => {
    store.away = true;
    const one = await node();
    expect((await get(one, 'a')).cache.hit).toBe(false);
    await written(one);
    expect(one.engine.status().shared).toMatchObject({ available: false, dropped: 2 });
  });

  test('slow is not waited for: the work begins beside it, and comes first', async () => {
    const one = await node();
    await get(one, 'warm');
    let open: () => void = () => undefined;
    store.delay = () => new Promise((resolve) => (open = resolve));
    const answer = one.engine.render(request(one, 'warm', 200));
    await settled();
    expect(made(one)).toBe(1);
    one.timer.advance(300);
    await one.given(2);
    one.busy().finish();
    expect((await answer).cache.hit).toBe(false);
    store.delay = async () => undefined;
    open();
  });

  test('slow, and first all the same, is the answer', async () => {
    const [first, second] = [await node(), await node()];
    await get(first, 'a');
    await written(first);
    await get(second, 'a', 200);
    let open: () => void = () => undefined;
    store.delay = () => new Promise((resolve) => (open = resolve));
    const answer = second.engine.render(request(second, 'a'));
    await settled();
    second.timer.advance(300);
    await second.given(2);
    store.delay = async () => undefined;
    open();
    expect((await answer).cache.tier).toBe('bucket');
    second.busy().finish();
  });

  test.each([
    ['of another shape', () => ({ epoch: 0, rendition: { etag: 'x' } })],
    ['without an epoch', (meta: Record<string, unknown>) => ({ rendition: meta.rendition })],
    ['empty', () => ({})],
  ])('full of records %s has nothing', async (_, change) => {
    const [first, second] = [await node(), await node()];
    await get(first, 'a');
    await written(first);
    for (const [key, { record, body }] of store.entries) {
      store.entries.set(key, { record: JSON.stringify(change(JSON.parse(record))), body });
    }
    expect((await get(second, 'a')).cache.hit).toBe(false);
    expect(origin.asked.length).toBe(2);
  });

  test('without the bytes of a source gives its record to nobody twice', async () => {
    const [first, second] = [await node(), await node()];
    await get(first, 'a');
    await written(first);
    for (const [key, { record }] of store.entries) {
      if (record.startsWith('{"hash"') && !record.includes('headers')) store.entries.delete(key);
    }
    expect((await get(second, 'a', 200)).cache.hit).toBe(false);
    expect(origin.asked.length).toBe(2);
  });
});

describe('a purge', () => {
  test('takes a source and all that was made of it out of the store', async () => {
    const one = await node();
    for (const width of [100, 200, 300]) await get(one, 'a', width);
    await get(one, 'b');
    await written(one);
    expect(store.entries.size).toBe(8);
    await one.engine.purge(named('a'));
    expect(store.entries.size).toBe(3);
  });

  test('holds against what comes back into the store afterwards', async () => {
    const [first, second] = [await node(), await node()];
    await get(first, 'a');
    await written(first);
    const before = new Map(store.entries);
    await second.engine.purge(named('a'));
    for (const [key, entry] of before) store.entries.set(key, entry);
    expect((await get(second, 'a')).cache.hit).toBe(false);
    expect([made(second), origin.asked.length]).toEqual([1, 2]);
  });

  test('keeps what was being made out of the store', async () => {
    const one = await node();
    const answer = one.engine.render(request(one, 'a'));
    await one.given(1);
    await one.engine.purge(named('a'));
    one.busy().finish();
    await answer;
    await written(one);
    expect(store.entries.size).toBe(0);
  });
});
