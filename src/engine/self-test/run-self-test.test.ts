/** Parts are tried in a process of their own, and one that takes its process along does not take the others. */
import { beforeEach, describe, expect, test } from 'vitest';
import { FakeTimer, settled } from '../../../test/support/fake-timer.ts';
import type { StartWorker, WorkerEvents } from '../pool/worker-process.ts';
import type { FrontMessage } from '../worker-protocol.ts';
import { runSelfTest } from './run-self-test.ts';
import type { SelfTestPart } from './self-test-part.ts';

const PARTS = ['metric', 'webp', 'avif', 'gif'] as const;

interface Started {
  readonly lane: string;
  readonly events: WorkerEvents;
  readonly asked: FrontMessage[];
  killed: boolean;
}

let timer: FakeTimer;
let all: Started[];
beforeEach(() => {
  timer = new FakeTimer();
  all = [];
});

const start: StartWorker = (lane, events) => {
  const one: Started = { lane, events, asked: [], killed: false };
  all.push(one);
  const kill = () => {
    one.killed = true;
    events.ended({ code: null, signal: 'SIGKILL' });
  };
  return {
    pid: all.length,
    send: (message) => void one.asked.push(message),
    kill,
    end: async () => kill(),
    memory: () => 0,
    used: () => undefined,
    prefer: () => false,
  };
};

const begun = () => runSelfTest({ parts: PARTS, start, timer });
const ready = ({ events }: Started) => events.message({ kind: 'ready', encoderVersion: 'x' });
const passed = ({ events }: Started, part: SelfTestPart) =>
  events.message({ kind: 'tested', result: { part, outcome: 'passed' } });
const outcomes = async ({ results }: ReturnType<typeof begun>) =>
  (await results).map(({ part, outcome }) => `${part} ${outcome}`);

describe('the self-test', () => {
  test('asks one process of the lowest priority for all parts, and ends it', async () => {
    const run = begun();
    ready(all[0]!);
    expect(all[0]).toMatchObject({
      lane: 'background',
      asked: [{ kind: 'self-test', parts: PARTS }],
    });
    for (const part of PARTS) passed(all[0]!, part);
    expect(await outcomes(run)).toEqual(PARTS.map((part) => `${part} passed`));
    expect(all.map(({ killed }) => killed)).toEqual([true]);
  });

  test.each(['SIGILL', 'SIGSEGV', 'SIGABRT'])(
    'takes a part for failed that ends its process by %s, and tries the others in another',
    async (signal) => {
      const run = begun();
      ready(all[0]!);
      passed(all[0]!, 'metric');
      all[0]!.events.ended({ code: null, signal });
      ready(all[1]!);
      expect(all[1]!.asked).toEqual([{ kind: 'self-test', parts: ['avif', 'gif'] }]);
      passed(all[1]!, 'avif');
      passed(all[1]!, 'gif');
      expect(await outcomes(run)).toEqual([
        ...['metric passed', 'webp failed', 'avif passed', 'gif passed'],
      ]);
      expect((await run.results)[1]).toMatchObject({ reason: expect.stringContaining(signal) });
    },
  );

  test('says nothing of parts where no process comes up', async () => {
    const run = begun();
    all[0]!.events.ended({ code: 1, signal: null });
    expect(await outcomes(run)).toEqual(PARTS.map((part) => `${part} untested`));
    expect(all).toHaveLength(1);
  });

  test('says nothing of a part whose process was ended from outside', async () => {
    const run = begun();
    ready(all[0]!);
    passed(all[0]!, 'metric');
    all[0]!.events.ended({ code: null, signal: 'SIGKILL' });
    ready(all[1]!);
    all[1]!.events.ended({ code: null, signal: 'SIGTERM' });
    expect(await outcomes(run)).toEqual([
      ...['metric passed', 'webp untested', 'avif untested', 'gif untested'],
    ]);
  });

  test('ends where there is no time for it, and says so', async () => {
    const run = begun();
    ready(all[0]!);
    passed(all[0]!, 'metric');
    timer.advance(120_000);
    expect(await outcomes(run)).toEqual([
      ...['metric passed', 'webp untested', 'avif untested', 'gif untested'],
    ]);
    expect(all[0]!.killed).toBe(true);
  });

  test('can be stopped before it is ready and in the middle', async () => {
    const first = begun();
    await first.stop();
    expect((await outcomes(first)).every((text) => text.endsWith('untested'))).toBe(true);
    const second = begun();
    ready(all[1]!);
    passed(all[1]!, 'metric');
    await second.stop();
    await settled();
    expect(all.map(({ killed }) => killed)).toEqual([true, true]);
    expect((await outcomes(second))[0]).toBe('metric passed');
  });
});
