import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { Refiner } from './refiner.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('work is done one piece at a time, in order, once per key', async () => {
  const refiner = new Refiner({ size: 10 });
  const done: string[] = [];
  let running = 0;
  for (const key of ['a', 'b', 'b', 'c']) {
    refiner.add(key, async () => {
      expect(++running).toBe(1);
      await Promise.resolve();
      running--;
      done.push(key);
    });
  }
  await refiner.idle();
  expect(done).toEqual(['a', 'b', 'c']);
  expect(refiner.waiting).toBe(0);
});

test('further work than there is room for is left out', async () => {
  const refiner = new Refiner({ size: 2 });
  const done: string[] = [];
  for (const key of ['a', 'b', 'c', 'd']) refiner.add(key, async () => void done.push(key));
  await refiner.idle();
  // The first is being worked on and takes no room.
  expect(done).toEqual(['a', 'b', 'c']);
});

test('nothing of finished work is held while there is always more', async () => {
  const refiner = new Refiner({ size: 10 });
  const held: WeakRef<object>[] = [];
  const COUNT = 50;
  await new Promise<void>((end) => {
    const add = (i: number) => {
      const burden = { bytes: new Uint8Array(1000) };
      held.push(new WeakRef(burden));
      refiner.add(`k${i}`, async () => {
        await new Promise((ok) => setImmediate(ok));
        if (burden.bytes.length === 0) return;
        if (i + 2 < COUNT) add(i + 2);
        else if (i + 1 === COUNT) {
          // The queue has not been empty since the beginning.
          collectGarbage();
          const alive = held.filter((ref) => ref.deref() !== undefined).length;
          expect(alive).toBeLessThanOrEqual(3);
          end();
        }
      });
    };
    add(0);
    add(1);
  });
});

test('a failure is told and ends nothing else; what the end of the server breaks off is none', async () => {
  const told: string[] = [];
  const refiner = new Refiner({ size: 10, log: (event) => void told.push(event) });
  refiner.add('a', async () => {
    throw new Error('no');
  });
  let done = false;
  refiner.add('b', async () => {
    done = true;
  });
  await refiner.idle();
  expect([told, done]).toEqual([['refine-failed'], true]);
  refiner.add('c', async () => {
    refiner.close();
    throw new Error('the pool has gone');
  });
  await refiner.idle();
  expect(told).toEqual(['refine-failed']);
});
