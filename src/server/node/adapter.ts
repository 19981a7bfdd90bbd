/**
 * Node adapter: the handler on real sockets, by `node:http` and nothing above.
 *
 * It hands over the raw target and all header lines, applies the limits that
 * concern requests (docs/spec/http.md 11.4 to 11.6 and 12.7), and leaves places
 * and turns to `connections.ts` and the writing of answers to `write-response.ts`.
 */
import {
  createServer,
  type IncomingMessage,
  type Server as NodeServer,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { bodyLength } from '../../base/body.ts';
import type { Ready } from '../hits/hit-table.ts';
import type { Handle, HeaderPolicy, HttpRequest, HttpResponse } from '../http/http-message.ts';
import { requestIdOf } from '../http/request-id.ts';
import type { AccessLog } from '../telemetry/access-log.ts';
import { type Log, loggable } from '../telemetry/log.ts';
import { type Exchange, IDLE_TIMEOUT } from './connection.ts';
import { Connections } from './connections.ts';
import { type EarlyStatus, earlyAnswer, statusOfParserError } from './early-answers.ts';
import { type ReadHeaders, readHeaders } from './read-headers.ts';
import { writeResponse } from './write-response.ts';

export interface AdapterOptions {
  readonly handle: Handle;
  /** Asked before the handle. */
  readonly ready?: Ready;
  readonly policy: HeaderPolicy;
  readonly now: () => number;
  /** Told of answers that break off. */
  readonly log?: Log;
  /** Takes a line per request that never got to the handler. */
  readonly access?: AccessLog;
  /** Connections at once; above it idle ones are closed, else new ones are told to come again. */
  readonly connections: number;
  /** Connections at once of one client address; 0 for no limit. */
  readonly connectionsPerAddress?: number;
  /** Longest wait for running answers when stopping, in milliseconds. */
  readonly grace: number;
}

export interface Listener {
  listen(address: { readonly host: string; readonly port: number }): Promise<AddressInfo>;
  /** Refuses new connections, lets running answers end, cuts what is left after the grace. */
  close(): Promise<void>;
  /** True from when `close` was called. */
  readonly draining: () => boolean;
  /** Connections that have a place now. */
  readonly connections: () => number;
}

/** What the parser takes of request line and headers before it gives up. */
const PARSER_LIMIT = 32 * 1024;
/** Bytes of an unwanted body that are read to keep the connection. */
const MAX_DRAIN = 64 * 1024;
/** Rest between two pieces of a body that is thrown away, in milliseconds: about 2 MB a second. */
const DRAIN_PAUSE = 30;

/** Bytes that are read after an early answer, so that it arrives. */
const MAX_LINGER = 64 * 1024 * 1024;
const HEADER_TIMEOUT = 10_000;
const REQUEST_TIMEOUT = 60_000;
/** Longer than that of the usual load balancers, so that they close first. */
const KEEP_ALIVE = 65_000;
/** The same where places are becoming few. */
const SHORT_KEEP_ALIVE = 5000;

/** What every exchange of a listener shares. */
interface Context extends AdapterOptions {
  readonly draining: () => boolean;
  readonly early: (status: EarlyStatus, to?: EarlyRequest) => HttpResponse;
}

/** What could be read of a request that is answered early. */
interface EarlyRequest {
  readonly method?: string | undefined;
  readonly target?: string | undefined;
  /** Its `X-Request-Id`. */
  readonly id?: string | undefined;
}

/** An HTTP server around a handler; it listens once told to. */
export function createListener(options: AdapterOptions): Listener {
  let draining = false;
  const early: Context['early'] = (status, { method = 'GET', target, id } = {}) => {
    const requestId = requestIdOf(id);
    const given = named(earlyAnswer(method, status, options.now(), options.policy), requestId);
    const known = target === undefined ? {} : { method, target: loggable(target) };
    options.access?.({ requestId, ...known, status, bytes: bodyLength(given.body) });
    return given;
  };
  const context: Context = {
    ...options,
    // It may be another one by then
    get policy() {
      return options.policy;
    },
    early,
    draining: () => draining,
  };
  const connections = new Connections(
    { total: options.connections, perClient: options.connectionsPerAddress ?? 0 },
    () => performance.now(),
    (method) => early(503, { method }),
  );
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
  admitFirst(server, (socket) => {
    const admitted = connections.admit(socket);
    server.keepAliveTimeout = connections.nearlyFull ? SHORT_KEEP_ALIVE : KEEP_ALIVE;
    return admitted;
  });
  const take =
    (work: (exchange: Exchange) => void) => (message: IncomingMessage, response: ServerResponse) =>
      connections.of(message.socket)?.take(message, response, work);
  server.on('request', (message, response) => {
    const connection = connections.of(message.socket);
    if (connection === undefined) return;
    const given = readHeaders(message);
    if (connection.free && answerAtOnce(message, response, given, context)) {
      return connection.answered(message, response);
    }
    connection.take(message, response, (exchange) => void answer(exchange, given, context, false));
  });
  server.on(
    'checkContinue',
    take((exchange) => void answer(exchange, readHeaders(exchange.message), context, true)),
  );
  server.on(
    'checkExpectation',
    take((exchange) => {
      const { method, url: target } = exchange.message;
      write(exchange, context, early(417, { method, target }), true);
    }),
  );
  server.on('connect', (_message: IncomingMessage, socket: Socket) => {
    socket.on('error', () => socket.destroy());
    connections.of(socket)?.fail(() => early(405, { method: 'CONNECT' }));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const connection = connections.of(socket);
    if (error.code === 'ECONNRESET' || connection === undefined) return void socket.destroy();
    const status = statusOfParserError(error);
    if (status === 408) connection.headersLate(() => early(status), HEADER_TIMEOUT);
    else connection.fail(() => early(status));
  });
  return {
    listen: ({ host, port }) => listen(server, host, port),
    close: () => {
      draining = true;
      return close(server, connections, options.grace);
    },
    draining: () => draining,
    connections: () => connections.count,
  };
}

/** Lets the HTTP server have only the sockets that are admitted. */
function admitFirst(server: NodeServer, admit: (socket: Socket) => boolean): void {
  const attach = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    if (admit(socket)) for (const listener of attach) listener.call(server, socket);
  });
}

/** Sends an answer that is ready; false where there is none. */
function answerAtOnce(
  message: IncomingMessage,
  response: ServerResponse,
  { headers, problem }: ReadHeaders,
  { ready, draining }: Context,
): boolean {
  if (ready === undefined || problem !== undefined || draining()) return false;
  const { method = 'GET', url: target = '' } = message;
  const given = ready({ method, target, headers }, message.socket);
  if (given === undefined) return false;
  response.writeHead(200, given.head as string[]);
  response.end(given.body);
  return true;
}

async function answer(
  exchange: Exchange,
  { headers, problem }: ReadHeaders,
  context: Context,
  expectsContinue: boolean,
) {
  const { message, response, departure } = exchange;
  const method = message.method ?? 'GET';
  let continued = !expectsContinue;
  const given =
    problem === undefined
      ? await context.handle(
          new SocketRequest(exchange, headers, () => {
            if (!continued) response.writeContinue();
            continued = true;
          }),
        )
      : context.early(problem, { method, target: message.url, id: headers['x-request-id'] });
  // Nobody waits for it: the client left, or its request broke off and is answered elsewhere
  if (departure.gone) return;

  // A body that was promised after a 100 we never sent may come or not: only closing is safe
  const unread = !message.complete && !message.readableEnded;
  const close = given.close === true || context.draining() || !continued;
  if (unread) finishUnread(exchange, context, given, close);
  else write(exchange, context, given, close);
}

/** A request as its connection gave it; what is seldom asked for is made when it is. */
class SocketRequest implements HttpRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: HttpRequest['headers'];
  readonly remoteAddress?: string;
  readonly #exchange: Exchange;
  readonly #begin: () => void;

  /** @param begin called before anything of the body is read */
  constructor(exchange: Exchange, headers: HttpRequest['headers'], begin: () => void) {
    const { method = 'GET', url = '', socket } = exchange.message;
    this.method = method;
    this.target = url;
    this.headers = headers;
    if (socket.remoteAddress !== undefined) this.remoteAddress = socket.remoteAddress;
    this.#exchange = exchange;
    this.#begin = begin;
  }

  get body(): AsyncIterable<Uint8Array> {
    return lazyBody(this.#exchange.message, this.#begin);
  }

  get signal(): AbortSignal {
    return this.#exchange.departure.signal;
  }
}

/** Answers while a body is still arriving: reads a little of it to keep the connection, else closes. */
function finishUnread(
  exchange: Exchange,
  context: Context,
  given: HttpResponse,
  close: boolean,
): void {
  const { message, connection } = exchange;
  const { socket } = message;
  const tooLong = Number(message.headers['content-length'] ?? 0) > MAX_DRAIN;
  // Closing with bytes unread resets the connection and can take the answer along:
  // end our side, go on reading for a moment, then let go
  socket.destroySoon = () => {
    socket.end();
    connection.destroySoon();
  };
  let drained = 0;
  message.on('data', (chunk: Buffer) => {
    drained += chunk.length;
    if (drained > (close || tooLong ? MAX_LINGER : MAX_DRAIN)) return void socket.destroy();
    // Many large bodies that nobody wants may not keep the server from its answers
    if (drained <= MAX_DRAIN) return;
    message.pause();
    setTimeout(() => message.resume(), DRAIN_PAUSE).unref();
  });
  message.resume();
  write(exchange, context, given, close || tooLong);
}

function write(
  { connection, message, response }: Exchange,
  { log, now, policy }: Context,
  given: HttpResponse,
  close: boolean,
): void {
  if (close) connection.end();
  const id = given.headers['x-request-id'];
  writeResponse(response, given, close, {
    noted: (error) => log?.warn({ requestId: id, error: String(error) }, 'body broke off'),
    instead: () => named(earlyAnswer(message.method ?? 'GET', 503, now(), policy), id),
  });
}

function named(given: HttpResponse, id: string | undefined): HttpResponse {
  return id === undefined ? given : { ...given, headers: { ...given.headers, 'x-request-id': id } };
}

/** The body, untouched until it is pulled. */
async function* lazyBody(message: IncomingMessage, begin: () => void): AsyncGenerator<Uint8Array> {
  begin();
  // The reader may stop early; the socket still has an answer to carry
  for await (const chunk of message.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
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

function close(server: NodeServer, connections: Connections, grace: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => connections.destroyAll(), grace);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
    connections.destroyRefused();
  });
}
