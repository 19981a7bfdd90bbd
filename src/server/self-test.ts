/**
 * Self-test of a server: whether what this machine makes pictures with works, found out once after the start.
 *
 * It begins when the first visitors have had their pictures and takes the lowest priority, so that nobody
 * waits for it (docs/decisions/0043-self-test.md). A format whose encoder fails is offered no more; where
 * what every picture needs has failed, the server is not ready.
 */

import type { StartWorker } from '../engine/pool/worker-process.ts';
import { runSelfTest, type SelfTestRun } from '../engine/self-test/run-self-test.ts';
import {
  failedFormats,
  failedNeeds,
  failedParts,
  type PartResult,
  type SelfTestPart,
  USUAL_PARTS,
} from '../engine/self-test/self-test-part.ts';
import type { FormatName } from '../image/format.ts';
import type { Log } from './telemetry/log.ts';

/** Milliseconds from the start until it begins. */
const AFTER = 3000;

export interface SelfTestParts {
  readonly start: StartWorker;
  readonly log: Log;
  /** Told where formats cannot be written. */
  readonly failing: (formats: readonly FormatName[]) => void;
}

export class SelfTest {
  readonly #parts: SelfTestParts;
  #results: readonly PartResult[] = [];
  #run: SelfTestRun | undefined;
  #waiting: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(parts: SelfTestParts) {
    this.#parts = parts;
  }

  /** What was found; nothing before the end. */
  get results(): readonly PartResult[] {
    return this.#results;
  }

  get failedParts(): readonly SelfTestPart[] {
    return failedParts(this.#results);
  }

  get failedNeeds(): readonly SelfTestPart[] {
    return failedNeeds(this.#results);
  }

  get failedFormats(): readonly FormatName[] {
    return failedFormats(this.#results);
  }

  /** Begins a while from now. @param after milliseconds */
  begin(after = AFTER): void {
    this.#waiting = setTimeout(() => void this.#try(), after);
    this.#waiting.unref();
  }

  /** Ends it, without a word on what was not done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#waiting);
    await this.#run?.stop();
  }

  async #try(): Promise<void> {
    const { start, log, failing } = this.#parts;
    this.#run = runSelfTest({ parts: USUAL_PARTS, start });
    const results = await this.#run.results;
    this.#run = undefined;
    // What a server that ends has not come to is no news
    if (this.#stopped) return;
    this.#results = results;
    for (const result of this.#results) {
      if (result.outcome === 'passed') continue;
      const { part, reason } = result;
      if (result.outcome === 'failed') log.error({ part, reason }, 'self-test failed');
      else log.info({ part, reason }, 'self-test not done');
    }
    if (this.failedFormats.length > 0) failing(this.failedFormats);
  }
}
