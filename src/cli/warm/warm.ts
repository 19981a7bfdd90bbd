/**
 * The command `warm`: asks a running Fovea for pictures, so that visitors find them made.
 *
 * Requests go to the server that was named and to nobody else; the host of an address goes along, since it may
 * choose the source. Redirects are answers, not addresses to follow.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Agent } from 'undici';
import { ProgressBar } from '../replay/progress-bar.ts';
import type { Surroundings } from '../surroundings.ts';

export interface WarmFlags {
  /** Scheme, host and port of the Fovea. */
  readonly base: string;
  /** Each address is asked for once with each of these. */
  readonly accepts: readonly string[];
  /** Requests at once, 1..64. */
  readonly jobs: number;
  /** Requests a second at most. */
  readonly rate: number | undefined;
  /** Print the summary as JSON. */
  readonly json: boolean;
}

export interface WarmSummary {
  requests: number;
  /** They were made now. */
  made: number;
  /** They were there. */
  stored: number;
  failed: number;
  bytes: number;
}

/** Failures that are shown one by one. */
const SHOWN = 20;

/** Asks for all addresses; true where each was answered with a picture. @throws Error, system errors */
export async function warm(
  addresses: AsyncIterable<string>,
  flags: WarmFlags,
  around: Surroundings,
): Promise<boolean> {
  const { base, accepts, jobs, rate, json } = flags;
  const agent = new Agent({ connections: jobs, headersTimeout: 120_000, bodyTimeout: 120_000 });
  const summary: WarmSummary = { requests: 0, made: 0, stored: 0, failed: 0, bytes: 0 };
  const bar = new ProgressBar(around);
  const turn = pacer(rate);
  const asked = each(addresses, accepts);
  const failed = (address: string, problem: string) => {
    summary.failed++;
    if (summary.failed <= SHOWN) around.err(`${problem}: ${address.slice(0, 300)}\n`);
  };
  const worker = async () => {
    for (let next = await asked.next(); !next.done; next = await asked.next()) {
      const { address, accept } = next.value;
      const target = targetOf(address);
      if (target === undefined) {
        failed(address, 'no address of a picture');
        continue;
      }
      await turn();
      summary.requests++;
      await askFor(agent, base, target, accept, summary).catch((error: unknown) =>
        failed(address, error instanceof Error ? error.message : String(error)),
      );
      bar.count(summary.requests);
    }
  };
  try {
    await Promise.all(Array.from({ length: jobs }, worker));
  } finally {
    bar.end();
    await asked.return(undefined);
    await agent.close();
  }
  around.out(json ? `${JSON.stringify(summary)}\n` : summaryText(summary));
  return summary.failed === 0 && summary.requests > 0;
}

function summaryText({ requests, made, stored, failed, bytes }: WarmSummary): string {
  const megabytes = (bytes / 1e6).toFixed(1);
  return `${requests} asked for, ${made} made, ${stored} there already, ${failed} failed, ${megabytes} MB\n`;
}

async function* each(addresses: AsyncIterable<string>, accepts: readonly string[]) {
  for await (const address of addresses) for (const accept of accepts) yield { address, accept };
}

interface Target {
  readonly host?: string;
  readonly path: string;
}

/** Host and raw path of an absolute address or of a path; no URL object, which would write it anew. */
export function targetOf(address: string): Target | undefined {
  const [bare = ''] = address.split('#', 1);
  if (/[\s\p{Cc}]/u.test(bare)) return undefined;
  if (bare.startsWith('/') && !bare.startsWith('//')) return { path: bare };
  const absolute = /^https?:\/\/(?:[^/?@]*@)?([^/?@]+)/i.exec(bare);
  if (absolute === null) return undefined;
  const [start, host = ''] = absolute;
  const rest = bare.slice(start.length);
  return { host, path: rest.startsWith('/') ? rest : `/${rest}` };
}

/** @throws Error where there is no picture */
async function askFor(
  agent: Agent,
  base: string,
  { host, path }: Target,
  accept: string,
  summary: WarmSummary,
): Promise<void> {
  const headers = { accept, ...(host === undefined ? {} : { host }) };
  const answer = await agent.request({ origin: base, path, method: 'GET', headers });
  let length = 0;
  for await (const piece of answer.body) length += (piece as Uint8Array).length;
  if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}`);
  summary.bytes += length;
  if (/; hit/.test(String(answer.headers['cache-status'] ?? ''))) summary.stored++;
  else summary.made++;
}

/** Waits so that at most so many calls a second go on. */
function pacer(rate: number | undefined): () => Promise<void> {
  if (rate === undefined) return async () => undefined;
  let next = performance.now();
  return async () => {
    const now = performance.now();
    const mine = Math.max(now, next);
    next = mine + 1000 / rate;
    if (mine > now) await pause(mine - now);
  };
}
