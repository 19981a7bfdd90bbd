import { describe, expect, test } from 'vitest';
import type { StartWorker, WorkerEvents } from '../engine/pool/worker-process.ts';
import { SelfTest } from './self-test.ts';
import type { Log } from './telemetry/log.ts';

/** A self-test whose process is told nothing by itself. */
function selfTest() {
  const said: string[] = [];
  let events: WorkerEvents | undefined;
  const start: StartWorker = (_kind, told) => {
    events = told;
    const end = async () => told.ended({ code: 0, signal: null });
    return { ...({} as ReturnType<StartWorker>), send: () => true, kill: () => void end(), end };
  };
  const log = { info: (_facts: object, msg: string) => said.push(msg) } as unknown as Log;
  const test = new SelfTest({ start, log, failing: () => said.push('failing') });
  test.begin(0);
  return { test, said, started: () => events };
}

describe('a server that ends during its self-test', () => {
  test('says nothing of what was not done', async () => {
    const { test: one, said, started } = selfTest();
    await expect.poll(started).toBeDefined();
    await one.stop();
    await new Promise((resolve) => setImmediate(resolve));
    expect([said, one.results]).toEqual([[], []]);
  });

  test('while one that goes on says it', async () => {
    const { said, started } = selfTest();
    await expect.poll(started).toBeDefined();
    started()!.ended({ code: 1, signal: null });
    await expect.poll(() => said.length).toBeGreaterThan(0);
    expect(new Set(said)).toEqual(new Set(['self-test not done']));
  });
});
