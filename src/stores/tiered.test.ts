import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { DiskStore } from './disk/store.ts';
import { MemoryStore } from './memory.ts';
import { fileStoreSuite, KEY, LARGE, OTHER, read, text } from './store.suite.ts';
import type { OpenEntry, StoreKey } from './store.ts';
import { TieredStore } from './tiered.ts';

const base = mkdtempSync(join(tmpdir(), 'fovea-tiered-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let count = 0;
async function disk(capacity = 1_000_000): Promise<DiskStore> {
  const store = await DiskStore.open(join(base, String(count++)), capacity, { sync: false });
  await store.scanned;
  return store;
}

/** A disk whose reads wait until they are let go, after the file was read. */
class SlowDisk extends DiskStore {
  let: () => void = () => {};
  hold: Promise<void> | undefined;

  override async open(key: StoreKey): Promise<OpenEntry | undefined> {
    const entry = await super.open(key);
    await this.hold;
    return entry;
  }

  wait(): void {
    this.hold = new Promise((resolve) => {
      this.let = resolve;
    });
  }
}

describe('the tiered store', () => {
  // The two tiers share the room, since both count.
  fileStoreSuite(
    async (capacity) => new TieredStore(new MemoryStore(capacity / 20), await disk(capacity * 0.9)),
  );

  test('answers from the front once an entry was read', async () => {
    const front = new MemoryStore(100_000);
    const back = await disk();
    const store = new TieredStore(front, back);
    await back.put(KEY, { n: 1 }, text('body'));
    expect(await front.head(KEY)).toBeUndefined();
    expect((await read(store))?.body).toBe('body');
    expect((await read(front))?.body).toBe('body');
    await store.close();
  });

  test('large bodies stay out of the front, and so does what they replace', async () => {
    const front = new MemoryStore(1_000_000);
    const store = new TieredStore(front, await disk());
    await store.put(KEY, { n: 1 }, text('small'));
    await store.put(KEY, { n: 2 }, text(LARGE));
    expect((await store.get(KEY))?.meta).toEqual({ n: 2 });
    expect(await front.head(KEY)).toBeUndefined();
    await store.close();
  });

  test.each<[string, (store: TieredStore) => Promise<unknown>, string | undefined]>([
    ['a put', (store) => store.put(KEY, {}, text(LARGE)), LARGE],
    ['a delete', (store) => store.delete(KEY), undefined],
    [
      'an adopt',
      async (store) => {
        const file = store.temporary();
        await writeFile(file, 'adopted');
        await store.adopt(KEY, {}, file);
      },
      'adopted',
    ],
  ])('a slow read overtaken by %s does not bring the old entry forward', async (_, write, now) => {
    const back = new SlowDisk(join(base, String(count++)), 1_000_000, { sync: false });
    await back.scanned;
    const store = new TieredStore(new MemoryStore(100_000), back);
    await back.put(KEY, {}, text('old'));
    back.wait();
    const slow = store.get(KEY);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await write(store);
    back.let();
    await slow;
    back.hold = undefined;
    expect((await read(store))?.body).toBe(now);
    await store.close();
  });

  test('use in front keeps an entry on the disk', async () => {
    const back = await disk(100_000);
    const store = new TieredStore(new MemoryStore(20_000), back);
    await store.put(KEY, {}, text('hot'));
    for (let n = 0; n < 40; n++) {
      await store.put(`ee${n.toString(16).padStart(8, '0')}`, {}, new Uint8Array(10_000));
      await store.get(KEY);
    }
    expect((await read(back))?.body).toBe('hot');
    await store.close();
  });

  test('gives what only the front still holds', async () => {
    const back = await disk();
    const store = new TieredStore(new MemoryStore(100_000), back);
    await store.put(KEY, { n: 1 }, text('body'));
    await back.delete(KEY);
    expect((await store.open(KEY))?.body).toEqual(text('body'));
    expect(await store.open(OTHER)).toBeUndefined();
    await store.close();
  });

  test.each([
    ['small', 'x'],
    ['large', LARGE],
  ])('a %s body that the back cannot keep stays in front', async (_, body) => {
    const back = await disk();
    const store = new TieredStore(new MemoryStore(1_000_000), back);
    await store.put(KEY, { n: 1 }, text('older'));
    back.put = async () => {
      await back.delete(KEY);
      return false;
    };
    expect(await store.put(KEY, { n: 2 }, text(body))).toBe(true);
    expect(await read(store)).toEqual({ meta: { n: 2 }, body });
    await store.close();
  });
});
