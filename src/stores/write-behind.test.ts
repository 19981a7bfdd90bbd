import { beforeEach, describe, expect, test } from 'vitest';
import { MemorySharedStore } from '../../test/support/memory-shared-store.ts';
import { WriteBehind } from './write-behind.ts';

const key = (n: number) => n.toString(16).padStart(64, '0');
const bytes = (length: number) => new Uint8Array(length);

/** Holds all answers of a store until the function is called. */
function hold(store: MemorySharedStore): () => void {
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  store.delay = () => gate;
  return open;
}

let store: MemorySharedStore;
beforeEach(() => {
  store = new MemorySharedStore();
});

describe('writing behind', () => {
  test('says when everybody can read an entry', async () => {
    const writes = new WriteBehind(store);
    expect(await writes.offer(key(1), { meta: { a: 1 }, body: bytes(3) })).toBe(true);
    expect((await store.get(key(1)))?.meta).toEqual({ a: 1 });
    expect(writes.status).toEqual({ waiting: 0, dropped: 0 });
  });

  test('drops what finds no room, in number and in bytes, and counts it', async () => {
    const open = hold(store);
    const writes = new WriteBehind(store, { entries: 3, bytes: 100 });
    // Four are being written at once, and hold no room of those who wait
    const kept = Array.from({ length: 7 }, (_, i) =>
      writes.offer(key(i), { meta: {}, body: bytes(10) }),
    );
    expect(await writes.offer(key(7), { meta: {}, body: bytes(1) })).toBe(false);
    open();
    expect(await Promise.all(kept)).toEqual(Array(7).fill(true));
    const large = new WriteBehind(store, { entries: 9, bytes: 100 });
    expect(await large.offer(key(8), { meta: {}, body: bytes(101) })).toBe(false);
    expect([writes.status.dropped, large.status.dropped]).toEqual([1, 1]);
  });

  test('of a newer entry takes the place of one that waits, never of one that is being written', async () => {
    const open = hold(store);
    const writes = new WriteBehind(store);
    const first = writes.offer(key(1), { meta: { v: 1 }, body: bytes(1) });
    const second = writes.offer(key(1), { meta: { v: 2 }, body: bytes(1) });
    const third = writes.offer(key(1), { meta: { v: 3 }, body: bytes(1) });
    open();
    expect(await Promise.all([first, second, third])).toEqual([true, false, true]);
    expect((await store.get(key(1)))?.meta).toEqual({ v: 3 });
    expect(writes.status.dropped).toBe(0);
  });

  test('asks before and after whether an entry is still wanted', async () => {
    const writes = new WriteBehind(store);
    let wanted = false;
    const offer = () => writes.offer(key(1), { meta: {}, body: bytes(1), wanted: () => wanted });
    expect(await offer()).toBe(false);
    expect(store.kept).toEqual([]);
    wanted = true;
    const open = hold(store);
    const late = offer();
    await new Promise(setImmediate);
    wanted = false;
    open();
    expect(await late).toBe(false);
    expect([store.kept.length, store.entries.size]).toEqual([1, 0]);
  });

  test('goes on after a store that was away, and after a body that cannot be read', async () => {
    const writes = new WriteBehind(store);
    store.away = true;
    expect(await writes.offer(key(1), { meta: {}, body: bytes(1) })).toBe(false);
    store.away = false;
    const gone = {
      bytes: 5,
      // biome-ignore lint/correctness/useYield: it fails before its first piece
      async *read(): AsyncGenerator<Uint8Array> {
        throw new Error('the file is gone');
      },
    };
    expect(await writes.offer(key(2), { meta: {}, body: gone })).toBe(false);
    expect(await writes.offer(key(3), { meta: {}, body: bytes(1) })).toBe(true);
    expect(writes.status).toEqual({ waiting: 0, dropped: 2 });
  });

  test('gives up what waits under a prefix', async () => {
    const open = hold(store);
    const writes = new WriteBehind(store);
    const all = Array.from({ length: 6 }, (_, i) =>
      writes.offer(key(i), { meta: {}, body: bytes(1) }),
    );
    writes.forget((one) => one === key(5));
    open();
    expect(await Promise.all(all)).toEqual([true, true, true, true, true, false]);
  });

  test('ends with what waits written, or at the end of its time', async () => {
    const writes = new WriteBehind(store);
    const all = Array.from({ length: 20 }, (_, i) =>
      writes.offer(key(i), { meta: {}, body: bytes(1) }),
    );
    await writes.close();
    expect(await Promise.all(all)).toEqual(Array(20).fill(true));
    hold(store);
    const late = new WriteBehind(store);
    void late.offer(key(30), { meta: {}, body: bytes(1) });
    const waits = Array.from({ length: 5 }, (_, i) =>
      late.offer(key(40 + i), { meta: {}, body: bytes(1) }),
    );
    await late.close(10);
    expect(await waits.at(-1)).toBe(false);
  });
});
