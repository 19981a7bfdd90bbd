/** Purges, told apart from whatever else happens at the same time: origin, workers and clock are held here. */
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeEngine } from '../../../test/support/fake-engine.ts';
import { settled } from '../../../test/support/fake-timer.ts';
import { Fault, isFault } from '../../base/fault.ts';
import type { Fetched, Location, Origin, Validators } from '../../origins/origin.ts';
import type { PurgeTarget } from '../engine.ts';

/** An origin whose sources change, and whose answers wait where they are told to. */
class ChangingOrigin implements Origin {
  readonly kind = 'http';
  version = 1;
  headers: Record<string, string> = { 'cache-control': 'max-age=86400' };
  missing = false;
  readonly asked: (string | undefined)[] = [];
  #gate: Promise<void> | undefined;

  /** Holds answers from now on, until the function is called. */
  hold(): () => void {
    let open = () => {};
    this.#gate = new Promise((resolve) => {
      open = resolve;
    });
    return open;
  }

  /** Lets later answers go at once. */
  pass(): void {
    this.#gate = undefined;
  }

  async locate(ref: Parameters<Origin['locate']>[0]): Promise<Location> {
    const path = ref.kind === 'path' ? ref.path : '';
    return { id: `http://o.test/${path}`, below: path };
  }

  async fetch({ id }: Location, held: Validators | undefined): Promise<Fetched> {
    this.asked.push(held?.etag);
    const { version, headers, missing } = this;
    await this.#gate;
    if (missing) throw new Fault('source-not-found', 'There is none.');
    const etag = `"${version}"`;
    const own = { ...headers, etag };
    if (held?.etag === etag) return { kind: 'unchanged', headers: own };
    const bytes = new TextEncoder().encode(`picture ${id} ${version}`.padEnd(1000));
    async function* body() {
      yield bytes;
    }
    return { kind: 'bytes', body: body(), headers: own };
  }

  async close(): Promise<void> {}
}

let fake: FakeEngine;
let origin: ChangingOrigin;
beforeEach(async () => {
  origin = new ChangingOrigin();
  fake = await FakeEngine.start();
});
const folders: string[] = [];
afterEach(async () => {
  await fake.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const mount = () => ({ name: 'shop', origin });
const request = (path: string, width = 100) => ({
  ...fake.request(path, { width }),
  mount: mount(),
});
const ask = (path: string, width?: number) => {
  const answer = fake.engine.render(request(path, width));
  answer.catch(() => undefined);
  return answer;
};
const made = () => fake.workers.requests.length;

/** The rendition of a path, made if need be. */
async function get(path: string, width?: number) {
  const before = made();
  const answer = ask(path, width);
  let over = false;
  answer.finally(() => (over = true)).catch(() => undefined);
  await fake.until(() => over || made() > before);
  if (made() > before) fake.busy().finish();
  return answer;
}

const named = (path: string): PurgeTarget => ({
  kind: 'sources',
  sources: [{ mount: mount(), ref: { kind: 'path', path } }],
});

describe('a purge', () => {
  test.each<[string, () => PurgeTarget]>([
    ['by its address', () => named('a')],
    ['by the name of its source', () => ({ kind: 'tag', tag: 'shop' })],
    ['by a tag of its origin', () => ({ kind: 'tag', tag: 'spring' })],
    ['by its path', () => ({ kind: 'prefix', prefix: '/a' })],
    ['by its path in its source', () => ({ kind: 'prefix', prefix: '/a', mount: 'shop' })],
    ['by its URL', () => ({ kind: 'prefix', prefix: 'http://o.test/' })],
  ])('%s: it is read and made again, from hits too', async (_, target) => {
    origin.headers['surrogate-key'] = 'spring';
    for (const width of [100, 200]) await get('a', width);
    await get('a');
    expect(fake.engine.near(request('a'))).toBeDefined();
    const counts = await fake.engine.purge(target());
    expect(counts).toEqual({ sources: 1, renditions: 2, durable: true });
    expect(fake.engine.near(request('a'))).toBeUndefined();
    const before = { made: made(), asked: origin.asked.length };
    expect((await get('a')).cache.hit).toBe(false);
    expect((await get('a', 200)).cache.hit).toBe(false);
    expect([made() - before.made, origin.asked.length - before.asked]).toEqual([2, 1]);
    // Not asked whether it has changed: what was purged is no copy
    expect(origin.asked.at(-1)).toBeUndefined();
    expect((await get('a')).cache.hit).toBe(true);
  });

  test.each<[string, PurgeTarget]>([
    ['another path', { kind: 'prefix', prefix: '/b' }],
    ['another source', { kind: 'prefix', prefix: '/', mount: 'blog' }],
    ['another tag', { kind: 'tag', tag: 'autumn' }],
  ])('of %s leaves it', async (_, target) => {
    await get('a');
    expect(await fake.engine.purge(target)).toMatchObject({ sources: 0, renditions: 0 });
    expect(fake.engine.near(request('a'))).toBeDefined();
    expect((await get('a')).cache.hit).toBe(true);
  });

  test('of many takes them all', async () => {
    for (const path of ['p/a', 'p/b', 'q/a']) await get(path);
    const counts = await fake.engine.purge({ kind: 'prefix', prefix: '/p/' });
    expect(counts).toMatchObject({ sources: 2, renditions: 2 });
    expect((await get('q/a')).cache.hit).toBe(true);
    expect((await get('p/b')).cache.hit).toBe(false);
  });

  test('forgets failures', async () => {
    origin.missing = true;
    await expect(ask('a')).rejects.toSatisfy((e) => isFault(e, 'source-not-found'));
    origin.missing = false;
    await expect(ask('a')).rejects.toSatisfy((e) => isFault(e, 'source-not-found'));
    await fake.engine.purge(named('a'));
    expect((await get('a')).cache.hit).toBe(false);
  });

  test('counts in the status', async () => {
    await fake.engine.purge(named('a'));
    await fake.engine.purge({ kind: 'tag', tag: 'x' }, true);
    expect(fake.engine.status().purges).toBe(2);
  });

  test('holds after a restart, whatever was in memory', async () => {
    await get('a');
    const { folder } = fake;
    await fake.engine.close();
    const cache = { folder, size: 1e8, memory: 1e6 };
    const second = await FakeEngine.start({ cache });
    // Nothing of it is in memory: the marks alone know
    expect(await second.engine.purge({ kind: 'tag', tag: 'shop' })).toMatchObject({ sources: 0 });
    await second.stop();
    fake = await FakeEngine.start({ cache });
    folders.push(folder);
    const before = origin.asked.length;
    expect((await get('a')).cache.hit).toBe(false);
    expect(origin.asked.slice(before)).toEqual([undefined]);
  });
});

describe('what is under way when a purge comes', () => {
  test('in a worker: its visitor gets it and nobody keeps it; the next one gets a new one', async () => {
    const first = ask('a');
    await fake.given(1);
    const old = fake.busy();
    await fake.engine.purge(named('a'));
    old.finish();
    expect((await first).lifetime.noStore).toBe(true);
    expect(fake.engine.near(request('a'))).toBeUndefined();
    const next = await get('a');
    expect([next.cache.hit, next.lifetime.noStore, made()]).toEqual([false, false, 2]);
    expect((await get('a')).cache.hit).toBe(true);
  });

  test('in a worker: who comes after the purge does not wait for it', async () => {
    fake = await restarted({ workers: 2 });
    const first = ask('a');
    await fake.given(1);
    const old = fake.busy();
    await fake.engine.purge(named('a'));
    const second = ask('a');
    await fake.given(2);
    old.finish();
    await first;
    fake.busy().finish();
    expect((await second).cache).toMatchObject({ hit: false, collapsed: false });
  });

  test('at the origin: what comes is for those who asked before', async () => {
    const open = origin.hold();
    const first = ask('a');
    await fake.until(() => origin.asked.length === 1);
    await fake.engine.purge({ kind: 'prefix', prefix: '/a' });
    origin.pass();
    origin.version = 2;
    const second = await get('a');
    open();
    await fake.given(2);
    fake.busy().finish();
    expect((await first).lifetime.noStore).toBe(true);
    expect((await first).etag).not.toBe(second.etag);
    expect((await get('a')).etag).toBe(second.etag);
    expect([origin.asked.length, made()]).toEqual([2, 2]);
  });

  test('at the origin, failing: who comes after is not told of it', async () => {
    origin.missing = true;
    const open = origin.hold();
    const first = ask('a');
    await fake.until(() => origin.asked.length === 1);
    await fake.engine.purge(named('a'));
    origin.pass();
    origin.missing = false;
    open();
    await expect(first).rejects.toSatisfy((e) => isFault(e, 'source-not-found'));
    expect((await get('a')).cache.hit).toBe(false);
  });

  test('at the origin, with nobody after: the old bytes are no source', async () => {
    const open = origin.hold();
    const first = ask('a');
    await fake.until(() => origin.asked.length === 1);
    await fake.engine.purge({ kind: 'tag', tag: 'shop' });
    open();
    await fake.given(1);
    fake.busy().finish();
    await first;
    origin.pass();
    expect((await get('a')).cache.hit).toBe(false);
    expect(origin.asked).toHaveLength(2);
  });
});

describe('a soft purge', () => {
  test('serves what is there while the origin is asked whether it has changed', async () => {
    const first = await get('a');
    expect(await fake.engine.purge(named('a'), true)).toMatchObject({ sources: 1, renditions: 0 });
    const open = origin.hold();
    const stale = await get('a');
    expect(stale.etag).toBe(first.etag);
    expect(stale.cache.hit).toBe(true);
    expect(stale.lifetime.seconds - stale.lifetime.age).toBe(0);
    await fake.until(() => origin.asked.length === 2);
    expect(origin.asked).toEqual([undefined, '"1"']);
    open();
    origin.pass();
    await settled();
    await fake.until(() => fake.engine.near(request('a')) !== undefined);
    const fresh = await get('a');
    expect([fresh.etag, fresh.lifetime.seconds, made()]).toEqual([first.etag, 86400, 1]);
  });

  test('shows what has changed once the origin has said so', async () => {
    const first = await get('a');
    await fake.engine.purge({ kind: 'tag', tag: 'shop' }, true);
    origin.version = 2;
    expect((await get('a')).etag).toBe(first.etag);
    await fake.until(() => origin.asked.length === 2);
    let next = await get('a');
    for (let i = 0; i < 200 && next.etag === first.etag; i++) {
      await settled();
      next = await get('a');
    }
    expect(next.etag).not.toBe(first.etag);
    expect(next.lifetime.seconds).toBe(86400);
  });

  test('waits for the origin where stale use is forbidden', async () => {
    origin.headers['cache-control'] = 'max-age=86400, must-revalidate';
    await get('a');
    await fake.engine.purge(named('a'), true);
    const open = origin.hold();
    const answer = ask('a');
    await fake.until(() => origin.asked.length === 2);
    let over = false;
    void answer.then(() => (over = true));
    await settled();
    expect(over).toBe(false);
    open();
    expect((await answer).cache.forward).toBe('stale');
  });
});

async function restarted(options: Parameters<typeof FakeEngine.start>[0]): Promise<FakeEngine> {
  await fake.stop();
  return FakeEngine.start(options);
}
