import { describe, expect, test } from 'vitest';
import { MemoryStore } from './memory.ts';
import { KEY, read, storeSuite, text } from './store.suite.ts';

describe('the memory store', () => {
  storeSuite(async (capacity) => new MemoryStore(capacity));

  test('never holds more than its capacity', async () => {
    const store = new MemoryStore(50_000);
    for (let n = 0; n < 500; n++) {
      await store.put(`ff${n.toString(16).padStart(8, '0')}`, { n }, new Uint8Array(n * 13));
      expect(store.bytes).toBeLessThanOrEqual(50_000);
    }
  });

  test('does not hold on to the larger buffer a body was cut from', async () => {
    const store = new MemoryStore(10_000);
    await store.put(KEY, {}, new Uint8Array(1_000_000).subarray(10, 20));
    expect((await store.get(KEY))?.body.buffer.byteLength).toBe(10);
  });

  test('the record is a copy too', async () => {
    const store = new MemoryStore(10_000);
    const meta = { list: [1] };
    await store.put(KEY, meta, text('a'));
    meta.list.push(2);
    expect((await read(store))?.meta).toEqual({ list: [1] });
  });

  test('an update that makes an entry too large drops it', async () => {
    const store = new MemoryStore(2_000);
    await store.put(KEY, {}, text('a'));
    expect(await store.update(KEY, { long: 'x'.repeat(5_000) })).toBe(false);
    expect(await store.get(KEY)).toBeUndefined();
  });
});
