/**
 * Purge webhook: tells a URL of purges, so that a CDN in front can be purged as well.
 *
 * What fails is tried again, later and later, and given up with a line in the log: the purge itself holds whatever
 * becomes of it. Each has an id, by which who is told twice knows that.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Log } from '../telemetry/log.ts';
import { postAgain } from './post-again.ts';
import type { Purged } from './purger.ts';

const ATTEMPTS = 5;
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
  const { url, tokenFile, log, retryAfter } = options;
  const post = async () => {
    const token = tokenFile === undefined ? '' : (await readFile(tokenFile, 'utf8')).trim();
    const authorization = token === '' ? {} : { authorization: `Bearer ${token}` };
    return { url, headers: { 'content-type': 'application/json', ...authorization }, body };
  };
  const reason = await postAgain(post, { attempts: ATTEMPTS, retryAfter });
  if (reason !== undefined) log.warn({ reason }, 'purge-not-told');
}
