/**
 * Relay server: the server's end of the local socket, where fronts hand over what they cannot answer.
 */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { bodyLength, isFileBody } from '../../base/body.ts';
import type { HeldAnswer } from '../hits/hit-table.ts';
import type { Asked } from '../hits/plain-request.ts';
import type { Handle, HttpRequest, HttpResponse } from '../http/http-message.ts';
import { Departure } from '../node/departure.ts';
import {
  type AnswerHead,
  HEAD_HEADER,
  headersOf,
  headText,
  MAX_HEAD,
  type RequestHead,
  readRequestHead,
  TOKEN_HEADER,
} from './protocol.ts';

export interface RelayServerOptions {
  /** Path of the local socket, which is made anew. */
  readonly socket: string;
  readonly token: string;
  readonly handle: Handle;
  /** An answer to a request as a front may hold it. */
  readonly held: (asked: Asked) => HeldAnswer | undefined;
  /** Of what fronts hold now. */
  readonly generation: () => number;
}

export interface RelayServer {
  close(): Promise<void>;
}

/** Listens for fronts. @throws the system's error */
export async function startRelayServer(options: RelayServerOptions): Promise<RelayServer> {
  const { socket, token } = options;
  const server = createServer({
    maxHeaderSize: MAX_HEAD,
    requireHostHeader: false,
    // Fronts have their own limits of time, and their sockets are theirs to close
    headersTimeout: 0,
    requestTimeout: 0,
    keepAliveTimeout: 0,
  });
  const take = (message: IncomingMessage, response: ServerResponse, begin: () => void) => {
    if (message.headers[TOKEN_HEADER] !== token) return void response.writeHead(403).end();
    void answer(message, response, begin, options);
  };
  server.on('request', (message, response) => take(message, response, () => undefined));
  server.on('checkContinue', (message, response) =>
    take(message, response, () => response.writeContinue()),
  );
  rmSync(socket, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path: socket }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  chmodSync(socket, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  message: IncomingMessage,
  response: ServerResponse,
  begin: () => void,
  { handle, held, generation }: RelayServerOptions,
): Promise<void> {
  const departure = new Departure();
  response.on('close', () => {
    if (!response.writableFinished) departure.leave();
  });
  message.on('error', () => departure.leave());
  response.on('error', () => departure.leave());
  try {
    const request = requestOf(message, begin, departure);
    const given = await handle(request);
    if (departure.gone) return;
    const ready = mayBeHeld(given) ? held(request) : undefined;
    const lent = ready && isOf(ready, given) ? ready : undefined;
    await write(response, given, lent && { ...lent, generation: generation() });
  } catch {
    // Without a head it is no request of a front; with one, its front sees the answer break off
    response.destroy();
  }
}

/** Whether an answer may be one that stands ready here. */
function mayBeHeld({ status, body, picture }: HttpResponse): boolean {
  return status === 200 && picture?.cache === 'hit' && !isFileBody(body);
}

/**
 * Whether what stands ready is this answer: another rendition, or another configuration, may have
 * come meanwhile, and its head does not belong to this body.
 */
function isOf({ lines, bytes }: HeldAnswer, { headers, body }: HttpResponse): boolean {
  const etag = lines[lines.indexOf('etag') + 1];
  return etag === headers.etag && bytes === bodyLength(body);
}

/** @throws SyntaxError for what is no request of a front */
function requestOf(message: IncomingMessage, begin: () => void, departure: Departure): HttpRequest {
  const head: RequestHead = readRequestHead(String(message.headers[HEAD_HEADER] ?? ''));
  const { method, target, headers, remoteAddress } = head;
  return {
    method,
    target,
    headers: headersOf(headers),
    ...(remoteAddress === undefined ? {} : { remoteAddress }),
    get body() {
      return bodyOf(message, begin);
    },
    get signal() {
      return departure.signal;
    },
  };
}

/** The body, which its front sends when it is asked for. */
async function* bodyOf(message: IncomingMessage, begin: () => void): AsyncGenerator<Uint8Array> {
  begin();
  for await (const piece of message.iterator({ destroyOnReturn: false })) yield piece as Buffer;
}

async function write(
  response: ServerResponse,
  { status, headers, body, close, picture }: HttpResponse,
  held: AnswerHead['held'],
): Promise<void> {
  const bytes = bodyLength(body);
  const head: AnswerHead = {
    status,
    headers: Object.entries(headers),
    bytes,
    file: isFileBody(body),
    ...(close === undefined ? {} : { close }),
    ...(picture === undefined ? {} : { picture }),
    ...(held === undefined ? {} : { held }),
  };
  response.writeHead(200, { [HEAD_HEADER]: headText(head), 'content-length': bytes });
  if (isFileBody(body)) await pipeline(body.read(), response);
  else response.end(body);
}
