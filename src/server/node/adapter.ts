/**
 * Node adapter: the handler on real sockets, by `node:http` and nothing above.
 *
 * It hands over the raw target and all header lines, applies the limits that
 * concern connections (docs/spec/http.md 11.4 to 11.6 and 12.7), and leaves the
 * writing of answers to `write-response.ts`.
 */
import {
  createServer,
  type IncomingMessage,
  type Server as NodeServer,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { errorResponse } from '../errors.ts';
import type { Handle, HeaderPolicy, HttpResponse } from '../http-message.ts';
import { MAX_TARGET } from '../target.ts';
import { writeRaw, writeResponse } from './write-response.ts';

export interface AdapterOptions {
  readonly handle: Handle;
  readonly policy: HeaderPolicy;
  readonly now: () => number;
  /** Connections at once; more wait in the backlog of the system. */
  readonly connections: number;
  /** Longest wait for running answers when stopping, in milliseconds. */
  readonly grace: number;
}

export interface Listener {
  listen(address: { readonly host: string; readonly port: number }): Promise<AddressInfo>;
  /** Refuses new connections, lets running answers end, cuts what is left after the grace. */
  close(): Promise<void>;
  /** True from when `close` was called. */
  readonly draining: () => boolean;
}

/** Longest header block, in bytes, the request line not counted. */
const MAX_HEADERS = 16 * 1024;
/** What the parser takes before it gives up with 431: enough to tell a long target from long headers. */
const PARSER_LIMIT = 64 * 1024;
/** Bytes of an unwanted body that are read to keep the connection. */
const MAX_DRAIN = 64 * 1024;
/** How long and how much is read after an early answer, so that it arrives. */
const LINGER = 1000;
const MAX_LINGER = 64 * 1024 * 1024;
const HEADER_TIMEOUT = 10_000;
const REQUEST_TIMEOUT = 60_000;
/** Longer than that of the usual load balancers, so that they close first. */
const KEEP_ALIVE = 65_000;
/** A socket without a byte in either direction for this long is dropped. */
const IDLE_TIMEOUT = 120_000;

/** An HTTP server around a handler; it listens once told to. */
export function createListener(options: AdapterOptions): Listener {
  let draining = false;
  const server = createServer({
    maxHeaderSize: PARSER_LIMIT,
    headersTimeout: HEADER_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    keepAliveTimeout: KEEP_ALIVE,
    connectionsCheckingInterval: 1000,
    requireHostHeader: false,
    joinDuplicateHeaders: false,
  });
  // By default lines beyond the 2000th vanish; the bytes are the limit
  server.maxHeadersCount = 0;
  server.timeout = IDLE_TIMEOUT;
  server.maxConnections = options.connections;
  const serve =
    (expectsContinue: boolean) => (message: IncomingMessage, response: ServerResponse) =>
      void exchange(message, response, options, expectsContinue, () => draining);
  server.on('request', serve(false));
  server.on('checkContinue', serve(true));
  server.on('checkExpectation', (message: IncomingMessage, response: ServerResponse) =>
    write(response, early(message.method ?? 'GET', 417, 'expectation-failed', options), options),
  );
  server.on('connect', (_message: IncomingMessage, socket: Duplex) =>
    writeRaw(socket, early('CONNECT', 405, 'method-not-allowed', options)),
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
    onClientError(error, socket, options),
  );
  return {
    listen: ({ host, port }) => listen(server, host, port),
    close: () => {
      draining = true;
      return close(server, options.grace);
    },
    draining: () => draining,
  };
}

async function exchange(
  message: IncomingMessage,
  response: ServerResponse,
  options: AdapterOptions,
  expectsContinue: boolean,
  draining: () => boolean,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  // A client that resets its connection is no event of ours
  message.on('error', () => gone.abort());
  response.on('error', () => gone.abort());

  const { headers, problem } = readHeaders(message);
  const method = message.method ?? 'GET';
  let continued = !expectsContinue;
  const answer =
    problem === undefined
      ? await options.handle({
          method,
          target: message.url ?? '',
          headers,
          body: lazyBody(message, () => {
            if (!continued) response.writeContinue();
            continued = true;
          }),
          signal: gone.signal,
          ...(message.socket.remoteAddress ? { remoteAddress: message.socket.remoteAddress } : {}),
        })
      : early(method, problem, problem === 431 ? 'headers-too-large' : 'bad-request', options);
  if (gone.signal.aborted) return void response.destroy();

  // A body that was promised after a 100 we never sent may come or not: only closing is safe
  const unread = !message.complete && !message.readableEnded;
  const close = answer.close === true || problem !== undefined || draining() || !continued;
  if (!unread) return write(response, answer, options, close);
  finishUnread(message, response, answer, options, close);
}

/** Answers while a body is still arriving: reads a little of it to keep the connection, else closes. */
function finishUnread(
  message: IncomingMessage,
  response: ServerResponse,
  answer: HttpResponse,
  options: AdapterOptions,
  close: boolean,
): void {
  const { socket } = message;
  const tooLong = Number(message.headers['content-length'] ?? 0) > MAX_DRAIN;
  // Closing with bytes unread resets the connection and can take the answer along:
  // end our side, go on reading for a moment, then let go
  socket.destroySoon = () => {
    socket.end();
    setTimeout(() => socket.destroy(), LINGER).unref();
  };
  let drained = 0;
  message.on('data', (chunk: Buffer) => {
    drained += chunk.length;
    if (drained > (close || tooLong ? MAX_LINGER : MAX_DRAIN)) socket.destroy();
  });
  message.resume();
  write(response, answer, options, close || tooLong);
}

function write(
  response: ServerResponse,
  answer: HttpResponse,
  options: AdapterOptions,
  close = false,
): void {
  const { method = 'GET' } = response.req;
  writeResponse(response, answer, close, () => early(method, 503, 'body-unreadable', options));
}

/** All header lines, and the status of what is wrong with them. */
function readHeaders({ rawHeaders, httpVersion }: IncomingMessage): {
  readonly headers: Record<string, string>;
  readonly problem?: 400 | 431;
} {
  const headers: Record<string, string> = Object.create(null);
  let bytes = 0;
  let hosts = 0;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const line = rawHeaders[at] ?? '';
    const value = rawHeaders[at + 1] ?? '';
    const name = line.toLowerCase();
    // ": " and the line break
    bytes += line.length + value.length + 4;
    if (name === 'host') hosts += 1;
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  if (bytes > MAX_HEADERS) return { headers, problem: 431 };
  // RFC 9112 section 3.2: exactly one Host in HTTP/1.1
  const badHost = hosts > 1 || (hosts === 0 && httpVersion === '1.1');
  return badHost ? { headers, problem: 400 } : { headers };
}

/** The body, untouched until it is pulled. */
async function* lazyBody(message: IncomingMessage, begin: () => void): AsyncGenerator<Uint8Array> {
  begin();
  // The reader may stop early; the socket still has an answer to carry
  for await (const chunk of message.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
}

/** An answer from before the handler. */
function early(
  method: string,
  status: number,
  code: string,
  options: AdapterOptions,
): HttpResponse {
  const headers = status === 405 ? { allow: 'GET, HEAD, POST, OPTIONS' } : undefined;
  const answer = {
    status,
    code,
    message: EARLY[status] ?? 'The request cannot be read.',
    ttl: 0,
    close: true,
    ...(headers === undefined ? {} : { headers }),
  };
  return errorResponse({ method, headers: {} }, answer, options.now(), options.policy);
}

const EARLY: Readonly<Record<number, string>> = {
  405: 'This method is not answered here.',
  408: 'The request took too long to arrive.',
  414: `The address is longer than ${MAX_TARGET} bytes.`,
  417: 'Only the expectation 100-continue can be met.',
  431: `The headers are longer than ${MAX_HEADERS} bytes.`,
  501: 'This method is not known here.',
  503: 'The picture cannot be read at the moment.',
};

/** The parser refused a request: answer in its words, then close. */
function onClientError(
  error: NodeJS.ErrnoException,
  socket: Duplex,
  options: AdapterOptions,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  writeRaw(socket, early('GET', statusOf(error), 'bad-request', options));
}

function statusOf({ code }: NodeJS.ErrnoException): number {
  switch (code) {
    case 'HPE_INVALID_METHOD':
      return 501;
    case 'HPE_HEADER_OVERFLOW':
      return 431;
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 408;
    default:
      return 400;
  }
}

function listen(server: NodeServer, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

function close(server: NodeServer, grace: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), grace);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
