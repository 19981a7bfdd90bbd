/**
 * The command `replay`: a site's own traffic, asked of a running Fovea.
 *
 * Requests go to the Fovea that was named, or to one that is started from a configuration for as
 * long as it takes, and to nobody else. Memory does not grow with the length of a log.
 */

import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Agent } from 'undici';
import { createServer } from '../../server/compose.ts';
import type { Config } from '../../server/config/config.ts';
import { baseUrl } from '../serve.ts';
import type { Surroundings } from '../surroundings.ts';
import { type Asking, ask } from './ask.ts';
import { Scorer } from './compare.ts';
import type { Outcome } from './outcome.ts';
import { ProgressBar } from './progress-bar.ts';
import { readTraffic } from './read-traffic.ts';
import { reportHtml } from './report-html.ts';
import { summaryText } from './report-text.ts';
import { Tally } from './tally.ts';

export interface ReplayFlags {
  /** Base URL of a running Fovea; without it one is started from the configuration. */
  readonly to: string | undefined;
  /** Path prefix of the source there. */
  readonly mount: string;
  /** Only requests to this host; sent where the traffic names none. */
  readonly host: string | undefined;
  readonly accept: string;
  /** Requests at once, 1..64. */
  readonly jobs: number;
  /** Files to write. */
  readonly json: string | undefined;
  readonly html: string | undefined;
}

/** Replays a file; true where every request was answered as the vendor answered it. @throws Error, system errors */
export async function replay(
  file: string,
  flags: ReplayFlags,
  config: () => Config,
  around: Surroundings,
): Promise<boolean> {
  if (flags.to !== undefined) return await replayAt(flags.to, file, flags, around);
  const server = await createServer(config(), { keepsSavings: false });
  try {
    const { port } = await server.listen();
    return await replayAt(baseUrl('127.0.0.1', port), file, flags, around);
  } finally {
    await server.close();
  }
}

async function replayAt(
  base: string,
  file: string,
  flags: ReplayFlags,
  around: Surroundings,
): Promise<boolean> {
  const agent = new Agent({
    connections: flags.jobs,
    headersTimeout: 120_000,
    bodyTimeout: 120_000,
  });
  const tally = new Tally();
  const rows = flags.json === undefined ? undefined : new Rows(flags.json);
  const bar = new ProgressBar(around);
  const asking: Asking = { ...flags, base, agent, scorer: new Scorer() };
  try {
    await inFlight(readTraffic(file, flags.host), flags.jobs, async ({ recorded, done }) => {
      if (recorded === undefined) return tally.skip();
      const exhibit = await ask(recorded, asking);
      tally.add(exhibit);
      bar.show(done, tally.requests);
      await rows?.write(exhibit.outcome);
    });
  } finally {
    bar.end();
    await agent.close();
  }
  const summary = tally.summary();
  await rows?.end(summary);
  if (flags.html !== undefined) await writeFile(flags.html, reportHtml(summary, tally.worst()));
  around.out(summaryText(summary, tally.worst()));
  return summary.requests > 0 && summary.answered === summary.requests;
}

/** Runs `work` for every item, `count` at a time, without reading ahead of it. */
async function inFlight<T>(
  items: AsyncGenerator<T>,
  count: number,
  work: (item: T) => Promise<void> | void,
): Promise<void> {
  const one = async () => {
    for (let next = await items.next(); !next.done; next = await items.next())
      await work(next.value);
  };
  try {
    await Promise.all(Array.from({ length: count }, one));
  } finally {
    await items.return(undefined);
  }
}

/** A JSON file that is written row by row. */
class Rows {
  readonly #stream: WriteStream;
  readonly #failed: Promise<never>;
  #first = true;
  #drained: Promise<void> | undefined;

  constructor(path: string) {
    this.#stream = createWriteStream(path);
    this.#failed = once(this.#stream, 'error').then(([error]) => Promise.reject(error));
    // Seen by whoever writes next
    this.#failed.catch(() => undefined);
    this.#stream.write('{"rows":[\n');
  }

  async write(outcome: Outcome): Promise<void> {
    const text = `${this.#first ? '' : ',\n'}${JSON.stringify(outcome)}`;
    this.#first = false;
    if (this.#stream.write(text)) return;
    // One wait for all that write meanwhile
    this.#drained ??= once(this.#stream, 'drain').then(() => {
      this.#drained = undefined;
    });
    await Promise.race([this.#drained, this.#failed]);
  }

  async end(summary: object): Promise<void> {
    this.#stream.end(`\n],"summary":${JSON.stringify(summary, null, 2)}}\n`);
    await Promise.race([once(this.#stream, 'finish'), this.#failed]);
  }
}
