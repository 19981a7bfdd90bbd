/** Bursts are no standing queues, whatever their tasks; a flood is one, until it is over. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StandingQueues } from './standing-queues.ts';

const INTERVAL = 10_000;
const TARGET = 3000;

const costs = fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 400 });

/** The first of these, as many as take no longer than so much together. */
function within(all: readonly number[], most: number): number[] {
  let sum = 0;
  return all.filter((cost) => {
    sum += cost;
    return sum <= most;
  });
}

/** Works tasks off, one after the other; each comes at its time. Gives the time of the end. */
function worked(
  queues: StandingQueues,
  tasks: readonly { readonly at: number; readonly cost: number }[],
  seen: (at: number) => void = () => undefined,
): number {
  let free = 0;
  for (const { at, cost } of tasks) {
    const begins = Math.max(at, free);
    queues.begun('a', begins - at, begins);
    seen(begins);
    free = begins + cost;
  }
  return free;
}

const queues = () => new StandingQueues(() => ({ interval: INTERVAL, target: TARGET }));

describe('a queue', () => {
  test('of one burst of as much work as may wait does not stand', () => {
    fc.assert(
      fc.property(costs, (all) => {
        const standing = queues();
        worked(
          standing,
          within(all, INTERVAL + 2000).map((cost) => ({ at: 0, cost })),
          () => expect(standing.has('a')).toBe(false),
        );
      }),
    );
  });

  test('of burst after burst does not stand where each has been worked off before the next', () => {
    fc.assert(
      fc.property(fc.array(costs, { minLength: 2, maxLength: 6 }), (bursts) => {
        const standing = queues();
        let at = 0;
        for (const all of bursts) {
          worked(
            standing,
            within(all, INTERVAL).map((cost) => ({ at, cost })),
            () => expect(standing.has('a')).toBe(false),
          );
          at += INTERVAL + 1;
        }
      }),
    );
  });

  test('of a flood stands from an interval after its waits got long, and no more when it is over', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 500 }),
        fc.integer({ min: 110, max: 1000 }),
        (cost, percent) => {
          const standing = queues();
          // So many percent of what can be worked off
          const every = (cost * 100) / percent;
          const tasks = Array.from({ length: Math.ceil(600_000 / every) }, (_, i) => ({
            ...{ at: i * every, cost },
          }));
          worked(standing, tasks);
          expect(standing.has('a')).toBe(true);
          standing.begun('a', TARGET / 2, 1e9);
          expect(standing.has('a')).toBe(true);
          standing.begun('a', TARGET / 3, 1e9 + 1);
          expect([standing.has('a'), standing.size]).toEqual([false, 0]);
        },
      ),
    );
  });

  test('of another source is another', () => {
    const standing = queues();
    for (let now = 0; now <= 20_000; now += 1000) standing.begun('a', 5000, now);
    standing.begun('b', 5000, 20_000);
    expect([standing.has('a'), standing.has('b'), standing.size]).toEqual([true, false, 2]);
  });
});
