/**
 * Run of the self-test: every part in turn, in a worker process of its own at the lowest priority,
 * which is gone afterwards: it takes nothing from pictures and leaves no memory behind.
 *
 * A part that ends its process has failed; those after it have another process.
 */
import { isCrash } from '../pool/quarantine.ts';
import type { StartWorker, WorkerProcess } from '../pool/worker-process.ts';
import { systemTimer, type Timer } from '../timer.ts';
import type { PartResult, SelfTestPart } from './self-test-part.ts';

export interface SelfTestRun {
  /** Resolves when every part has its result; at once after `stop`. */
  readonly results: Promise<readonly PartResult[]>;
  stop(): Promise<void>;
}

export interface SelfTestOptions {
  readonly parts: readonly SelfTestPart[];
  readonly start: StartWorker;
  readonly timer?: Timer;
}

/** Milliseconds for all parts; a busy machine leaves the lowest priority little. */
const MOST_TIME = 120_000;

/** Tries each part. */
export function runSelfTest({ parts, start, timer = systemTimer }: SelfTestOptions): SelfTestRun {
  const results: PartResult[] = [];
  let running: WorkerProcess | undefined;
  let stopped: string | undefined;
  const finished = new Promise<readonly PartResult[]>((resolve) => {
    const begin = () => {
      const left = parts.slice(results.length);
      if (left.length === 0) return end();
      const before = results.length;
      let ready = false;
      let over = false;
      running = start('background', {
        message(message) {
          if (message.kind === 'ready') {
            ready = true;
            running?.send({ kind: 'self-test', parts: left });
          } else if (message.kind === 'tested' && !over) {
            results.push(message.result);
            if (results.length === parts.length) end();
          }
        },
        ended(exit) {
          if (over) return;
          over = true;
          if (stopped !== undefined || results.length === parts.length) return end();
          const part = parts[results.length]!;
          const reason = `its process ended (${exit.signal ?? exit.code})`;
          if (ready && isCrash(exit)) results.push({ part, outcome: 'failed', reason });
          // Nothing came of it: neither would of another
          else if (!ready || results.length === before) return end(reason);
          begin();
        },
      });
    };
    const end = (reason = stopped ?? 'the self-test was stopped') => {
      disarm();
      for (const part of parts.slice(results.length)) {
        results.push({ part, outcome: 'untested', reason });
      }
      running?.kill();
      resolve(results);
    };
    const disarm = timer.after(MOST_TIME, () => {
      stopped = 'there was no time for it';
      end();
    });
    begin();
  });
  return {
    results: finished,
    async stop() {
      stopped ??= 'the self-test was stopped';
      await running?.end();
      await finished;
    },
  };
}
