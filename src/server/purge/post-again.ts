/**
 * Post again: a POST that is tried again where its failure speaks of the moment.
 *
 * `Retry-After` of the answer is honoured up to a bound; without it each wait is twice the one before. Nothing
 * is logged here, and no reason holds a header or a body of what was sent.
 */
import { retryAfterSeconds } from '../../origins/retry.ts';

/** Longest wait for an answer, in milliseconds. */
const TIMEOUT = 10_000;
/** Milliseconds before the second attempt; longest wait by doubling, and longest that is waited because an answer says so. */
const RETRY_AFTER = 500;
const LONGEST_WAIT = 60_000;
const LONGEST_ASKED = 300_000;
/** Bytes of an answer that are read. */
const MOST_READ = 65_536;

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface PostOptions {
  /** Times that it is tried in all. */
  readonly attempts: number;
  /** Milliseconds before the second attempt. */
  readonly retryAfter?: number | undefined;
  /** Why an answer with a good status is none, by its body; undefined where it is one. */
  readonly refusal?: ((body: string) => string | undefined) | undefined;
}

/**
 * @param post made for each attempt, so that a token may have changed meanwhile
 * @returns undefined once it was taken, else why it was given up. Never rejects
 */
export async function postAgain(
  post: () => Promise<Post>,
  { attempts, retryAfter = RETRY_AFTER, refusal }: PostOptions,
): Promise<string | undefined> {
  let reason = 'not tried';
  for (let attempt = 1; attempt <= attempts; attempt++) {
    let wait = Math.min(LONGEST_WAIT, retryAfter * 2 ** (attempt - 1));
    try {
      const { url, headers, body } = await post();
      const response = await fetch(url, {
        ...{ method: 'POST', headers, body, redirect: 'error' },
        signal: AbortSignal.timeout(TIMEOUT),
      });
      if (response.ok && refusal !== undefined) return refusal(await beginOf(response));
      await response.body?.cancel();
      if (response.ok) return undefined;
      reason = `status ${response.status}`;
      // What it refuses it will refuse again
      if (response.status < 500 && ![408, 425, 429].includes(response.status)) return reason;
      const asked = retryAfterSeconds(response.headers.get('retry-after') ?? undefined, Date.now());
      if (asked !== undefined) wait = Math.min(LONGEST_ASKED, asked * 1000);
    } catch (error) {
      reason = String(error instanceof Error ? (error.cause ?? error.message) : error);
    }
    if (attempt < attempts) await pause(wait);
  }
  return reason;
}

/** The first bytes of an answer; the rest is not waited for. */
async function beginOf({ body }: Response): Promise<string> {
  if (body === null) return '';
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body as unknown as AsyncIterable<Uint8Array>) {
    pieces.push(piece);
    length += piece.length;
    if (length >= MOST_READ) break;
  }
  return Buffer.concat(pieces).toString('utf8', 0, MOST_READ);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
