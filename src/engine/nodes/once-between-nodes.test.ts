import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FakeLeases } from '../../../test/support/fake-leases.ts';
import { FakeTimer, settled } from '../../../test/support/fake-timer.ts';
import { Fault } from '../../base/fault.ts';
import { LONGEST_WAIT, type NodeWork, onceBetweenNodes } from './once-between-nodes.ts';

/** Some nodes with one bucket, and the pictures that each has made. */
function nodes(count: number) {
  const timer = new FakeTimer();
  const leases = new FakeLeases(timer);
  const bucket = new Map<string, string>();
  const made: number[] = [];
  const dead = new Set<number>();
  const state = { bucketAway: false, work: 100, write: 50, fault: undefined as Fault | undefined };
  const sleep = (milliseconds: number) =>
    new Promise<void>((resolve) => timer.after(milliseconds, resolve));
  const ask = (node: number, key = 'k', signal = new AbortController().signal): Promise<string> => {
    const work: NodeWork<string> = {
      key,
      signal,
      async make() {
        await sleep(state.work);
        if (state.fault) throw state.fault;
        made.push(node);
        return `${key} by ${node}`;
      },
      async read() {
        await sleep(5);
        return state.bucketAway ? undefined : bucket.get(key);
      },
      async shared(result) {
        await sleep(state.write);
        if (state.bucketAway || dead.has(node)) return false;
        bucket.set(key, result);
        return true;
      },
    };
    return onceBetweenNodes(
      leases.node(() => dead.has(node)),
      timer,
      work,
    );
  };
  /** Lets time pass until all have ended; gives how long that took. */
  const run = async <T>(all: readonly Promise<T>[]) => {
    let open = true;
    const results = Promise.allSettled(all).then((ended) => {
      open = false;
      return ended;
    });
    for (let turn = 0; open && turn < 400; turn++) {
      await settled();
      if (open) timer.advance(100);
    }
    return { results: open ? undefined : await results, took: timer.now() };
  };
  return { timer, leases, bucket, made, dead, state, ask, run, count };
}

describe('work between nodes', () => {
  test('is done once, and all get the same', async () => {
    const { ask, run, made } = nodes(3);
    const { results } = await run([0, 1, 2, 0, 1, 2].map((node) => ask(node)));
    expect(results?.map((result) => result.status)).toEqual(Array(6).fill('fulfilled'));
    expect(new Set(results?.map((result) => 'value' in result && result.value)).size).toBe(1);
    expect(made).toHaveLength(1);
  });

  test('is given to its own visitor before it is written', async () => {
    const world = nodes(2);
    world.state.write = 60_000;
    const { results, took } = await world.run([world.ask(0)]);
    expect(results?.[0]?.status).toBe('fulfilled');
    expect(took).toBeLessThan(300);
  });

  test('that fails for its source fails for all at once; what fails for a node is tried by the next', async () => {
    const world = nodes(2);
    world.state.fault = new Fault('source-not-found', 'None.');
    const gone = await world.run([world.ask(0), world.ask(1)]);
    expect(gone.results?.map((one) => 'reason' in one && one.reason.code)).toEqual([
      'source-not-found',
      'source-not-found',
    ]);
    expect(gone.took).toBeLessThan(300);
    world.state.fault = new Fault('overloaded', 'Later.');
    const first = world.ask(0);
    const second = world.ask(1);
    first.catch(() => {
      world.state.fault = undefined;
    });
    const mixed = await world.run([first, second]);
    expect(mixed.results?.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  test('that cannot be shared is done by each, without waiting for one another again', async () => {
    const world = nodes(4);
    world.state.bucketAway = true;
    const { results, took } = await world.run([0, 1, 2, 3].map((node) => world.ask(node)));
    expect(results?.every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(took).toBeLessThan(700);
    expect(world.made.sort()).toEqual([0, 1, 2, 3]);
  });

  test('of one who has gone is not waited for', async () => {
    const world = nodes(2);
    world.state.work = 3000;
    const client = new AbortController();
    const first = world.ask(0);
    await settled();
    const second = world.ask(1, 'k', client.signal);
    await settled();
    client.abort(new Error('gone'));
    await expect(second).rejects.toThrow('gone');
    expect((await world.run([first])).results?.[0]?.status).toBe('fulfilled');
  });

  test('ends within the bounded wait, whatever is lost', async () => {
    const event = fc.record({
      at: fc.integer({ min: 0, max: 20_000 }),
      what: fc.oneof(
        fc.record({ kind: fc.constant('ask' as const), node: fc.nat(2), key: fc.nat(1) }),
        fc.record({ kind: fc.constant('die' as const), node: fc.nat(1) }),
        fc.record({ kind: fc.constant('redis' as const), away: fc.boolean() }),
        fc.record({ kind: fc.constant('bucket' as const), away: fc.boolean() }),
        fc.record({ kind: fc.constant('words' as const), lost: fc.boolean() }),
      ),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 9000 }),
        fc.integer({ min: 1, max: 9000 }),
        async (events, work, write) => {
          const world = nodes(3);
          Object.assign(world.state, { work, write });
          const waits: { took?: number; node: number; from: number }[] = [];
          for (const { at, what } of [...events].sort((a, b) => a.at - b.at)) {
            while (world.timer.now() < at) {
              world.timer.advance(Math.min(500, at - world.timer.now()));
              await settled();
            }
            if (what.kind === 'ask') {
              const wait = { node: what.node, from: world.timer.now() };
              waits.push(wait);
              void world
                .ask(what.node, `k${what.key}`)
                .catch(() => undefined)
                .then(() => Object.assign(wait, { took: world.timer.now() - wait.from }));
            } else if (what.kind === 'die') world.dead.add(what.node);
            else if (what.kind === 'redis') world.leases.away = what.away;
            else if (what.kind === 'bucket') world.state.bucketAway = what.away;
            else world.leases.loses = () => what.lost;
            await settled();
          }
          for (let turn = 0; turn < 80; turn++) {
            world.timer.advance(500);
            await settled();
          }
          for (const { took, node } of waits) {
            if (world.dead.has(node)) continue;
            expect(took).toBeLessThanOrEqual(LONGEST_WAIT + work + 1000);
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});
