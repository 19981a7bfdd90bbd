import { describe, expect, test } from 'vitest';
import { SingleFlight } from './single-flight.ts';

interface Gate {
  readonly open: (value: string) => void;
  readonly fail: (error: Error) => void;
  readonly signals: AbortSignal[];
  readonly work: (signal: AbortSignal) => Promise<string>;
}

function gate(): Gate {
  const signals: AbortSignal[] = [];
  let open!: (value: string) => void;
  let fail!: (error: Error) => void;
  const result = new Promise<string>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return {
    open,
    fail,
    signals,
    work: (signal) => {
      signals.push(signal);
      return result;
    },
  };
}

describe('single flight', () => {
  test('identical keys share one work and one result', async () => {
    const flights = new SingleFlight<string>();
    const { work, open, signals } = gate();
    const all = [flights.run('a', work), flights.run('a', work), flights.run('a', work)];
    expect(flights.has('a')).toBe(true);
    open('done');
    expect(await Promise.all(all)).toEqual(['done', 'done', 'done']);
    expect(signals).toHaveLength(1);
    expect(flights.has('a')).toBe(false);
  });

  test('different keys do not wait for one another', async () => {
    const flights = new SingleFlight<string>();
    const slow = gate();
    const first = flights.run('a', slow.work);
    expect(await flights.run('b', async () => 'b')).toBe('b');
    slow.open('a');
    expect(await first).toBe('a');
  });

  test('work begins anew after it has ended', async () => {
    const flights = new SingleFlight<number>();
    let runs = 0;
    const work = async () => ++runs;
    expect([await flights.run('a', work), await flights.run('a', work)]).toEqual([1, 2]);
  });

  test('an error is shared and not remembered', async () => {
    const flights = new SingleFlight<string>();
    const { work, fail } = gate();
    const all = Promise.allSettled([flights.run('a', work), flights.run('a', work)]);
    fail(new Error('broken'));
    expect((await all).map((one) => one.status === 'rejected' && one.reason.message)).toEqual([
      'broken',
      'broken',
    ]);
    expect(await flights.run('a', async () => 'well')).toBe('well');
  });

  test('work that throws at once fails its waiters and frees the key', async () => {
    const flights = new SingleFlight<string>();
    const work = () => {
      throw new Error('at once');
    };
    await expect(flights.run('a', work)).rejects.toThrow('at once');
    expect(flights.size).toBe(0);
  });

  test('a waiter that leaves does not stop the work of the others', async () => {
    const flights = new SingleFlight<string>();
    const { work, open, signals } = gate();
    const impatient = new AbortController();
    const leaving = flights.run('a', work, impatient.signal);
    const staying = flights.run('a', work, new AbortController().signal);
    impatient.abort(new Error('gone'));
    await expect(leaving).rejects.toThrow('gone');
    expect(signals[0]?.aborted).toBe(false);
    open('done');
    expect(await staying).toBe('done');
  });

  test('work is aborted when the last waiter leaves, and its late error is nobody’s', async () => {
    const flights = new SingleFlight<string>();
    const { work, fail, signals } = gate();
    const one = new AbortController();
    const two = new AbortController();
    const both = Promise.allSettled([
      flights.run('a', work, one.signal),
      flights.run('a', work, two.signal),
    ]);
    one.abort(new Error('first'));
    two.abort(new Error('second'));
    await both;
    expect(signals[0]?.aborted).toBe(true);
    expect(flights.has('a')).toBe(false);
    fail(new Error('too late'));
    expect(await flights.run('a', async () => 'fresh')).toBe('fresh');
  });

  test('a newcomer does not join work that was given up', async () => {
    const flights = new SingleFlight<string>();
    const old = gate();
    const first = new AbortController();
    const given = flights.run('a', old.work, first.signal);
    first.abort(new Error('gone'));
    await expect(given).rejects.toThrow('gone');
    const next = flights.run('a', async () => 'new');
    old.open('old');
    expect(await next).toBe('new');
  });

  test('a newcomer in the very moment of leaving keeps the work going', async () => {
    const flights = new SingleFlight<string>();
    const { work, open, signals } = gate();
    const first = new AbortController();
    const leaving = flights.run('a', work, first.signal);
    first.abort(new Error('gone'));
    // The one who left has not been told yet; the work still stands.
    const next = flights.run('a', work);
    await expect(leaving).rejects.toThrow('gone');
    open('done');
    expect(await next).toBe('done');
    expect(signals).toHaveLength(1);
    expect(signals[0]?.aborted).toBe(false);
  });

  test('a signal that has fired before starts nothing', async () => {
    const flights = new SingleFlight<string>();
    const { work, signals } = gate();
    await expect(flights.run('a', work, AbortSignal.abort(new Error('gone')))).rejects.toThrow(
      'gone',
    );
    expect(signals).toHaveLength(0);
  });

  test('work that has committed itself goes on without waiters, and is joined', async () => {
    const flights = new SingleFlight<string>();
    const { work, open, signals } = gate();
    const committed = (signal: AbortSignal, commit: () => void) => {
      commit();
      return work(signal);
    };
    const leaving = new AbortController();
    const first = flights.run('a', committed, leaving.signal);
    leaving.abort(new Error('gone'));
    await expect(first).rejects.toThrow('gone');
    expect(signals[0]?.aborted).toBe(false);
    expect(flights.has('a')).toBe(true);
    const second = flights.run('a', committed);
    open('done');
    expect(await second).toBe('done');
    expect(signals).toHaveLength(1);
    expect(flights.has('a')).toBe(false);
  });
});
