import { Writable } from 'node:stream';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLog, loggable, MAX_PENDING } from './log.ts';

describe('loggable', () => {
  test.each([
    ['/a.jpg?s=secret', '/a.jpg', 'no query'],
    ['/full/https://user:pass@host/a.jpg', '/full/https://host/a.jpg', 'no user info'],
    ['/https%3A%2F%2Fuser%3Apass%40host%2Fa.jpg', '/https%3A//host%2Fa.jpg', 'nor encoded'],
    ['/full/https://a@b@host/a.jpg', '/full/https://host/a.jpg', 'however many'],
    ['/imgix/a.jpg%3Fs=secret', '/imgix/a.jpg', 'nor one that is encoded'],
    ['/https%3A%2F%2Fh%2Fa%3Ftoken%3Dx', '/https%3A%2F%2Fh%2Fa', 'nor that of a URL inside'],
    ['/https%253A%252F%252Fh%252Fa%253ftoken', '/https%253A%252F%252Fh%252Fa', 'encoded twice'],
    ['/a.jpg#token', '/a.jpg', 'no fragment'],
    ['/full/https://host/a@2x.jpg', '/full/https://host/a@2x.jpg', 'a name may hold the sign'],
  ])('%s is %s (%s)', (target, shown) => {
    expect(loggable(target)).toBe(shown);
  });

  test('is at most 300 characters and an ellipsis', () => {
    expect(loggable(`/${'a'.repeat(9000)}`)).toBe(`/${'a'.repeat(299)}…`);
  });
});

describe('a log', () => {
  /** A reader that takes a write when it is told to. */
  function reader() {
    const written: string[] = [];
    const waiting: (() => void)[] = [];
    const to = new Writable({
      decodeStrings: false,
      write(chunk, _encoding, done) {
        written.push(String(chunk));
        waiting.push(done);
      },
    });
    const lines = () =>
      written
        .join('')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line));
    return { to, lines, written, read: () => waiting.splice(0).forEach((done) => void done()) };
  }

  const turn = () => vi.advanceTimersByTimeAsync(50);
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('writes the lines of a moment together, as JSON', async () => {
    const { to, lines, written } = reader();
    const log = createLog('info', to);
    log.info({ a: 1 }, 'one');
    log.warn({ b: 'x\ny' }, 'two');
    log.debug({}, 'not this');
    await turn();
    expect(lines()).toMatchObject([
      { level: 30, a: 1, msg: 'one' },
      { level: 40, b: 'x\ny', msg: 'two' },
    ]);
    expect(written.length).toBe(1);
  });

  test('drops lines that nobody reads, holds no more than a bound, and tells how many later', async () => {
    const { to, lines, read } = reader();
    const log = createLog('info', to);
    const facts = { filler: 'x'.repeat(1000) };
    for (let i = 0; i < 5000; i++) {
      log.info(facts, `${i}`);
      if (i % 100 === 0) await turn();
    }
    await turn();
    expect(to.writableLength).toBeLessThanOrEqual(MAX_PENDING);
    for (let i = 0; i < 100; i++) {
      read();
      await turn();
    }
    log.info({}, 'again');
    await turn();
    const all = lines();
    const { lines: dropped } = all.at(-2);
    expect(all.at(-2).msg).toBe('log lines were dropped');
    expect(all.at(-1).msg).toBe('again');
    expect(all.length - 2 + dropped).toBe(5000);
  });

  test.each([
    ['debug', [20, 30, 40, 50]],
    ['info', [30, 40, 50]],
    ['warn', [40, 50]],
    ['error', [50]],
    ['silent', []],
  ] as const)('at %s has the levels %j', async (level, levels) => {
    const { to, lines } = reader();
    const log = createLog(level, to);
    for (const name of ['debug', 'info', 'warn', 'error'] as const) log[name]({}, name);
    await turn();
    expect(lines().map((line) => line.level)).toEqual(levels);
  });

  test('writes what JSON cannot hold as text, and leaves out what is not there', async () => {
    const { to, lines } = reader();
    const log = createLog('info', to);
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    log.info({ circle, big: 10n, none: undefined }, 'odd');
    log.info({ none: undefined, zero: 0 }, 'plain');
    await turn();
    const time = expect.any(Number);
    expect(lines()).toEqual([
      { level: 30, time, circle: '[object Object]', big: '10', none: 'undefined', msg: 'odd' },
      { level: 30, time, zero: 0, msg: 'plain' },
    ]);
  });

  const SECRET = fc.stringMatching(/^[A-Za-z0-9_-]{16,40}$/);

  test('writes no secret, whatever the level and wherever it stands', async () => {
    await fc.assert(
      fc.asyncProperty(
        SECRET,
        fc.constantFrom<(secret: string) => object>(
          (secret) => ({ error: `GET https://h.example/a.jpg?x=${secret} gave 403` }),
          (secret) => ({ detail: { url: `https://name:${secret}@h.example/a.jpg` } }),
          (secret) => ({ detail: { headers: { authorization: `Bearer ${secret}` } } }),
          (secret) => ({ text: `Authorization: Basic ${secret}` }),
          (secret) => ({ reason: `Error: /a.jpg?w=1&s=${secret}` }),
          (secret) => ({ reason: `?sig=${secret}&expires=1` }),
          (secret) => ({ target: `/https%3A%2F%2Fh.example%2Fa%3Ftoken%3D${secret}` }),
          (secret) => ({ token: secret }),
        ),
        fc.constantFrom('debug', 'info', 'warn', 'error' as const),
        async (secret, hold, level) => {
          const { to, lines, written } = reader();
          createLog('debug', to)[level as 'info'](hold(secret), 'said');
          await turn();
          expect(written.join('')).not.toContain(secret);
          expect(lines()).toMatchObject([{ msg: 'said' }]);
        },
      ),
    );
  });

  test('outlives its reader', async () => {
    const { to } = reader();
    const log = createLog('info', to);
    to.destroy(new Error('EPIPE'));
    log.info({}, 'into the void');
    await turn();
  });
});
