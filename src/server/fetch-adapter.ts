/**
 * Fetch adapter: the server as a function from a web `Request` to a web
 * `Response`, for programs that have a server of their own.
 *
 * `Request` parses its URL, and that changes some targets. Signatures cover
 * the bytes that the client sent, so a program that has them hands them on.
 */
import { type Body, isFileBody } from '../base/body.ts';
import { type Handle, headerText, noBody } from './http/http-message.ts';

/** What a `Request` does not say. */
export interface FetchOptions {
  /** The target as it stood in the request line, such as `/a{b}.jpg?w=1`; by default path and query of the parsed URL. */
  readonly target?: string;
  /** Address of the client. */
  readonly remoteAddress?: string;
}

/** Answers a web `Request`; never rejects. A client that left is answered 499, for nobody to read. */
export type FetchHandle = (request: Request, options?: FetchOptions) => Promise<Response>;

export function fetchHandle(handle: Handle): FetchHandle {
  return async (request, options = {}) => {
    const [authority = '', target = '/'] = splitUrl(request.url);
    const headers: Record<string, string> = { host: authority };
    for (const [name, value] of request.headers) headers[name] = value;
    // Programs give a body without its length, which the client of a socket would have announced
    const announced = 'content-length' in headers || 'transfer-encoding' in headers;
    if (request.body !== null && !announced) headers['transfer-encoding'] = 'chunked';
    const {
      status,
      headers: given,
      body,
    } = await handle({
      method: request.method,
      target: options.target ?? target,
      headers,
      body: request.body ?? noBody(),
      signal: request.signal,
      ...(options.remoteAddress === undefined ? {} : { remoteAddress: options.remoteAddress }),
    });
    const sent: Record<string, string> = {};
    for (const [name, value] of Object.entries(given)) sent[name] = headerText(value);
    return new Response(bodyInit(request.method, status, body), { status, headers: sent });
  };
}

/** `http://host:1/a?b#c` is `host:1` and `/a?b`. */
function splitUrl(url: string): string[] {
  return /^\w+:\/\/(?:[^/?#@]*@)?([^/?#]*)([^#]*)/.exec(url)?.slice(1) ?? [];
}

function bodyInit(method: string, status: number, body: Body): Uint8Array | ReadableStream | null {
  if (method === 'HEAD' || status === 204 || status === 304) return null;
  return isFileBody(body) ? streamOf(body.read()) : body;
}

/** Pieces as they are asked for; whoever cancels the stream closes the file. */
function streamOf(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
