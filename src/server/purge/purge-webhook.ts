/**
 * Purge webhook: tells a URL of purges, so that a CDN in front can be purged as well.
 *
 * What fails is tried again, later and later, and given up with a line in the log: the purge itself holds whatever
 * becomes of it. Each has an id, by which who is told twice knows that.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Log } from '../telemetry/log.ts';
import type { Purged } from './purger.ts';

/** Attempts, and milliseconds before the second; each further wait is twice as long. */
const ATTEMPTS = 5;
const RETRY_AFTER = 500;
/** Longest wait for an answer, in milliseconds. */
const TIMEOUT = 10_000;
/** Purges that are being told; further ones are given up. */
const MOST_PENDING = 1000;

export interface WebhookOptions {
  readonly url: string;
  /** Absolute. */
  readonly tokenFile?: string | undefined;
  readonly log: Log;
  /** Milliseconds before the second attempt. */
  readonly retryAfter?: number;
}

/** A listener for purges. It resolves at once; telling goes on. */
export function purgeWebhook(options: WebhookOptions): (purged: Purged) => void {
  let pending = 0;
  return ({ order, report }) => {
    if (pending >= MOST_PENDING) {
      options.log.warn({ pending }, 'purge-not-told');
      return;
    }
    pending++;
    const { sources, renditions } = report;
    const text = JSON.stringify({ id: randomUUID(), order, sources, renditions });
    void tell(options, text).finally(() => {
      pending--;
    });
  };
}

async function tell(options: WebhookOptions, body: string): Promise<void> {
  const { url, tokenFile, log, retryAfter = RETRY_AFTER } = options;
  let reason = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await pause(retryAfter * 2 ** (attempt - 1));
    try {
      const token = tokenFile === undefined ? '' : (await readFile(tokenFile, 'utf8')).trim();
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT),
      });
      await response.body?.cancel();
      if (response.ok) return;
      reason = `status ${response.status}`;
      // What it refuses it will refuse again
      if (response.status < 500 && ![408, 425, 429].includes(response.status)) break;
    } catch (error) {
      reason = String(error instanceof Error ? (error.cause ?? error.message) : error);
    }
  }
  log.warn({ reason }, 'purge-not-told');
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
