import { readdirSync } from 'node:fs';
import { getPriority } from 'node:os';
import { describe, expect, test } from 'vitest';
import { DEFAULT_PICTURE_LIMITS } from '../../image/picture-limits.ts';
import type { Message, WorkerRequest } from '../worker-protocol.ts';
import { type Exit, forkWorker, type WorkerProcess } from './worker-process.ts';

const PROGRAM = new URL('../../../test/support/fake-worker.mjs', import.meta.url);

const request = (path: string): WorkerRequest => ({
  id: 1,
  kind: 'render',
  source: { path, length: 0, crc: 0 },
  sourceHash: path,
  plan: { frames: { kind: 'all' }, ops: [], output: { kind: 'source', sanitize: false } },
  accepts: [],
  budget: { mode: 'online', milliseconds: 1000 },
  limits: DEFAULT_PICTURE_LIMITS,
  threads: 1,
  resultFile: '',
});

/** A child process, with what it says and how it ends. */
async function started() {
  const messages: Message[] = [];
  let told: () => void = () => undefined;
  let ended: (exit: Exit) => void;
  const exit = new Promise<Exit>((resolve) => {
    ended = resolve;
  });
  const worker: WorkerProcess = forkWorker(PROGRAM)('request', {
    message: (message) => {
      messages.push(message);
      told();
    },
    ended: (e) => ended(e),
  });
  const next = () =>
    new Promise<void>((resolve) => {
      told = resolve;
    });
  await next();
  return { worker, messages, exit, next };
}

describe('a forked worker', () => {
  test('says that it is ready, answers, and has a memory', async () => {
    const { worker, messages, exit, next } = await started();
    expect(messages).toEqual([{ kind: 'ready', encoderVersion: 'fake' }]);
    expect(worker.memory()).toBeGreaterThan(1e6);
    worker.send(request('sleep-1'));
    await next();
    expect(messages[1]).toMatchObject({ kind: 'done', id: 1 });
    await worker.end();
    expect(await exit).toEqual({ code: null, signal: 'SIGKILL' });
    expect(() => process.kill(worker.pid!, 0)).toThrow();
  });

  test.skipIf(getPriority() > 10)(
    'runs below this process, and with all its threads beside it where that is permitted',
    async () => {
      const { worker } = await started();
      const own = getPriority();
      const priorities = () =>
        new Set(
          readdirSync(`/proc/${worker.pid}/task`).map((thread) => getPriority(Number(thread))),
        );
      expect([...priorities()]).toEqual([Math.min(19, own + 10)]);
      expect(worker.used()).toBeGreaterThan(0);
      if (worker.prefer('front')) expect([...priorities()]).toEqual([own]);
      expect(worker.prefer('below')).toBe(true);
      expect([...priorities()]).toEqual([Math.min(19, own + 10)]);
      await worker.end();
      expect(worker.used()).toBeUndefined();
    },
  );

  test.each([
    ['crash', { code: null, signal: 'SIGSEGV' }],
    ['quit', { code: 7, signal: null }],
  ])('that ends by itself (%s) says how', async (path, how) => {
    const { worker, exit } = await started();
    worker.send(request(path));
    expect(await exit).toEqual(how);
  });

  test('that cannot be started has ended, and says why', async () => {
    let said = '';
    const nowhere = new URL('file:///nowhere/worker.mjs');
    const exit = await new Promise<Exit>((resolve) => {
      forkWorker(nowhere)('request', {
        message: () => undefined,
        ended: resolve,
        said: (text) => {
          said += text;
        },
      });
    });
    expect(exit.code).not.toBe(0);
    // Its words may arrive after its end
    while (!said.includes('MODULE_NOT_FOUND'))
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(said).toContain('/nowhere/worker.mjs');
  });
});
