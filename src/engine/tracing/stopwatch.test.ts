import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Stopwatch } from './stopwatch.ts';

const TRIAL = { encoding: 'avif q50', format: 'avif', bytes: 10, milliseconds: 3 } as const;

describe('a stopwatch', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());
  const pass = (milliseconds: number) => void vi.advanceTimersByTime(milliseconds);

  test('gives a moment to the inner one of stages within one another', () => {
    const watch = new Stopwatch();
    const transform = watch.begin('transform');
    pass(2);
    const decode = watch.begin('decode');
    pass(5);
    decode();
    pass(3);
    transform();
    pass(100);
    expect(watch.timings).toEqual({ transform: 5, decode: 5 });
    expect(watch.trace).toBeUndefined();
  });

  test('counts a moment once, however many run at a time', () => {
    const watch = new Stopwatch();
    const search = watch.begin('search');
    const first = watch.begin('encode');
    pass(4);
    const second = watch.begin('encode');
    pass(4);
    first();
    pass(4);
    second();
    pass(1);
    search();
    expect(watch.timings).toEqual({ search: 1, encode: 12 });
  });

  test('ends a stage once', () => {
    const watch = new Stopwatch();
    const decode = watch.begin('decode');
    pass(4);
    decode();
    pass(4);
    decode();
    expect(watch.timings).toEqual({ decode: 4 });
  });

  test('ends a stage whose work fails', async () => {
    const watch = new Stopwatch();
    const failing = watch.time('probe', async () => {
      pass(7);
      throw new Error('x');
    });
    await expect(failing).rejects.toThrow('x');
    pass(9);
    watch.begin('encode')();
    expect(watch.timings).toEqual({ probe: 7, encode: 0 });
  });

  test('keeps what happened when, each span within its parent', () => {
    const watch = new Stopwatch(true);
    watch.tried(TRIAL);
    pass(1);
    const search = watch.begin('search');
    pass(1);
    const encode = watch.begin('encode');
    pass(3);
    encode();
    watch.tried(TRIAL);
    search();
    watch.add('write', 2);
    expect(watch.trace).toEqual({
      spans: [
        { stage: 'search', start: 1, end: 5 },
        { stage: 'encode', start: 2, end: 5, within: 0 },
        { stage: 'write', start: 3, end: 5 },
      ],
      trials: [
        { ...TRIAL, at: 0 },
        { ...TRIAL, at: 5 },
      ],
    });
  });

  test('keeps a bounded number of spans and trials, and all of the time', () => {
    const watch = new Stopwatch(true);
    for (let i = 0; i < 1000; i++) {
      const end = watch.begin('encode');
      pass(1);
      end();
      watch.tried(TRIAL);
    }
    expect(watch.trace?.spans.length).toBe(100);
    expect(watch.trace?.trials.length).toBe(100);
    expect(watch.timings).toEqual({ encode: 1000 });
  });
});
