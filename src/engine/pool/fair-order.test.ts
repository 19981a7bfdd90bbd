import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FakeTimer } from '../../../test/support/fake-timer.ts';
import { Fault } from '../../base/fault.ts';
import { DEFAULT_PICTURE_LIMITS } from '../../image/picture-limits.ts';
import { FairOrder } from './fair-order.ts';
import { type QueuedTask, TaskQueue } from './task-queue.ts';

let ids = 0;
function task(source: string, cost: number, weight = 1): QueuedTask {
  return {
    request: {
      kind: 'render',
      source: { path: source, length: 0, crc: 0 },
      sourceHash: source,
      plan: { frames: { kind: 'all' }, ops: [], output: { kind: 'source', sanitize: false } },
      accepts: [],
      budget: { mode: 'online', milliseconds: 1000 },
      limits: DEFAULT_PICTURE_LIMITS,
      resultFile: '',
    },
    predicted: { usual: cost, least: cost },
    priority: 'request',
    share: { source, weight },
    sourceKey: source,
    id: ids++,
    queuedAt: 0,
    attempts: 0,
    worked: 0,
    resolve: () => {},
    reject: () => {},
  };
}

const queueOf = (...tasks: readonly QueuedTask[]) => {
  const queue = new TaskQueue(new FakeTimer());
  for (const one of tasks) queue.push(one);
  return queue;
};
const names = (tasks: Iterable<QueuedTask>) =>
  Array.from(tasks, ({ share }) => share?.source).join('');

describe('the order of the queue', () => {
  test('of one source is that of arrival', () => {
    const tasks = [task('a', 9), task('a', 1), task('a', 5)];
    expect([...queueOf(...tasks)]).toEqual(tasks);
  });

  test('takes sources in turn, whoever came first with much', () => {
    const queue = queueOf(...Array.from({ length: 6 }, () => task('a', 100)), task('b', 100));
    expect(names(queue)).toBe('abaaaaa');
    queue.push(task('b', 100));
    expect(names(queue)).toBe('ababaaaa');
  });

  test('counts time, not tasks', () => {
    const queue = queueOf(
      ...Array.from({ length: 3 }, () => task('slow', 400)),
      ...Array.from({ length: 8 }, () => task('q', 100)),
    );
    expect(names(queue)).toBe('slowqqqqslowqqqqslow');
  });

  test('gives by weight', () => {
    const queue = queueOf(
      ...Array.from({ length: 6 }, () => task('a', 100, 2)),
      ...Array.from({ length: 3 }, () => task('b', 100, 1)),
    );
    const served = names(queue).slice(0, 6);
    expect(served.match(/a/g)).toHaveLength(4);
  });

  test('lets who comes anew wait for no queue of another', () => {
    const queue = queueOf(...Array.from({ length: 100 }, () => task('a', 100)));
    for (let i = 0; i < 50; i++) queue.shift();
    queue.push(task('new', 100));
    expect(names([...queue].slice(0, 2))).toContain('new');
    expect(queue.countAhead({ source: 'other', weight: 1 })).toBeLessThan(6);
    expect(queue.countAhead({ source: 'a', weight: 1 })).toBe(51);
  });

  test('does not save up what was not asked for', () => {
    const queue = queueOf(task('b', 100));
    queue.shift();
    for (let i = 0; i < 20; i++) queue.push(task('a', 100));
    for (let i = 0; i < 20; i++) queue.shift();
    for (let i = 0; i < 4; i++) queue.push(task('b', 100));
    for (let i = 0; i < 4; i++) queue.push(task('a', 100));
    expect(names(queue).slice(0, 4)).not.toBe('bbbb');
  });

  test('gives back what was never served', () => {
    const left = Array.from({ length: 9 }, () => task('a', 1000));
    const queue = queueOf(...left, task('a', 100), task('b', 100), task('b', 100));
    for (const one of left) queue.withdraw(one, new Fault('overloaded', 'It has gone.'));
    expect(names(queue).indexOf('a')).toBeLessThan(2);
  });

  test('puts ahead what is put ahead', () => {
    const queue = queueOf(task('a', 1), task('b', 1));
    queue.unshift(task('again', 1));
    expect(names(queue)).toBe('againab');
  });
});

describe('the order', () => {
  test('over any arrivals, two sources that always wait get time by their weights', () => {
    const costs = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 40, maxLength: 40 });
    const weights = fc.constantFrom([1, 1], [1, 2], [3, 1]);
    fc.assert(
      fc.property(costs, costs, weights, (ofA, ofB, [a = 1, b = 1]) => {
        const queue = queueOf(
          ...ofA.map((c) => task('a', c, a)),
          ...ofB.map((c) => task('b', c, b)),
        );
        const time = { a: 0, b: 0 };
        const left = { a: ofA.length, b: ofB.length };
        for (let next = queue.shift(); next; next = queue.shift()) {
          const source = next.share?.source === 'a' ? 'a' : 'b';
          time[source] += next.predicted.usual;
          left[source]--;
          if (left.a === 0 || left.b === 0) break;
          // Never further apart than the longest task of each
          expect(Math.abs(time.a / a - time.b / b)).toBeLessThanOrEqual(500 / a + 500 / b + 1e-6);
        }
      }),
    );
  });

  test('remembers only sources with something ahead', () => {
    const order = new FairOrder();
    for (let i = 0; i < 1000; i++) {
      const start = order.add({ source: `${i}`, weight: 1 }, 10);
      order.served(start + 10);
    }
    expect(order.size).toBeLessThanOrEqual(1);
  });
});
