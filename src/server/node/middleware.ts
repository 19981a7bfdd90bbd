/**
 * Middleware: the server inside another one, as programs around `node:http` mount such things (Express, Connect,
 * Fastify by its raw request, `node:http` itself).
 *
 * It answers what belongs to a source and hands everything else on. Limits of connections are those of the program
 * around it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Handle, HeaderPolicy, HttpResponse } from '../http/http-message.ts';
import { earlyAnswer } from './early-answers.ts';
import { readHeaders } from './read-headers.ts';
import { writeResponse } from './write-response.ts';

/** A request that another program may have written anew on its way here. */
type Message = IncomingMessage & {
  /** The target as it came, where the program cuts its own prefix off `url`. */
  readonly originalUrl?: string;
};

/**
 * Answers a request, or calls `next` where no source is asked. Without `next` it answers 404 itself.
 *
 * A signature covers the target as the client sent it, so that one counts, whatever the program made of `url`.
 */
export type Middleware = (
  message: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

export interface MiddlewareParts {
  readonly handle: Handle;
  /** Whether a source answers a target at a host. */
  readonly answers: (target: string, host: string | undefined) => boolean;
  readonly policy: () => HeaderPolicy;
  readonly now: () => number;
  /** Told of a body that broke off. */
  readonly noted: (error: unknown, id: string | undefined) => void;
}

export function createMiddleware(parts: MiddlewareParts): Middleware {
  return (message: Message, response, next) => {
    const target = message.originalUrl ?? message.url ?? '/';
    if (next !== undefined && !parts.answers(target, message.headers.host)) return next();
    void answer(parts, message, response, target);
  };
}

async function answer(
  { handle, policy, now, noted }: MiddlewareParts,
  message: Message,
  response: ServerResponse,
  target: string,
): Promise<void> {
  const method = message.method ?? 'GET';
  const left = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) left.abort();
  });
  const { headers, problem } = readHeaders(message);
  const { remoteAddress } = message.socket;
  const given: HttpResponse =
    problem === undefined
      ? await handle({
          ...{ method, target, headers, signal: left.signal, body: message },
          ...(remoteAddress === undefined ? {} : { remoteAddress }),
        })
      : earlyAnswer(method, problem, now(), policy());
  if (response.destroyed || response.headersSent) return;
  // What is not read of a body would stay before the next request of the connection
  const close = given.close === true || !message.complete;
  writeResponse(response, given, close, {
    noted: (error) => noted(error, given.headers['x-request-id']),
    instead: () => earlyAnswer(method, 503, now(), policy()),
  });
}
