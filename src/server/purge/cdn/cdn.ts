/**
 * CDN: how a service in front is told of purges, by tags that it has seen on answers.
 */
import type { Post } from '../post-again.ts';

export type CdnName = 'fastly' | 'cloudflare';

/** `done`: it was taken; `given_up`: refused, or failed too often; `dropped`: too many waited, or the server ended. */
export type CdnOutcome = 'done' | 'given_up' | 'dropped';

export interface Cdn {
  readonly name: CdnName;
  /** Most tags of one request. */
  readonly together: number;
  /** The request for so many tags at most. `soft`: what has them may be served while it is asked for again, where the service knows that. */
  request(tags: readonly string[], soft: boolean, token: string): Post;
  /** Why an answer with a good status is a refusal; undefined where it is none. */
  readonly refusal?: (body: string) => string | undefined;
}
