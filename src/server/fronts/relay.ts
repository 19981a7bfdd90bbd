/**
 * Relay: requests that a front cannot answer, handed to the server over its local socket.
 *
 * The body of a request is not touched before the server asks for it (by `100 Continue`), and that
 * of an answer in a file is read as fast as the client takes it.
 */
import { Agent, type ClientRequest, type IncomingMessage, request as send } from 'node:http';
import type { Body } from '../../base/body.ts';
import type { Clock } from '../../base/clock.ts';
import { errorResponse } from '../http/errors.ts';
import type { Handle, HeaderPolicy, HttpRequest, HttpResponse } from '../http/http-message.ts';
import { requestIdOf } from '../http/request-id.ts';
import {
  type AnswerHead,
  HEAD_HEADER,
  headText,
  MAX_HEAD,
  readAnswerHead,
  TOKEN_HEADER,
} from './protocol.ts';

export interface RelayOptions {
  /** Path of the local socket. */
  readonly socket: string;
  readonly token: string;
  /** Requests with the server at once; further ones wait here. */
  readonly requests: number;
  readonly clock: Clock;
  readonly policy: () => HeaderPolicy;
  /** Takes an answer in memory that may be held. */
  readonly keep: (
    request: HttpRequest,
    body: Uint8Array,
    held: NonNullable<AnswerHead['held']>,
  ) => void;
}

/** Sockets to the server that stay open without a request. */
const IDLE_SOCKETS = 64;

/** What is said where the server cannot be reached. */
const UNREACHED = {
  status: 503,
  code: 'overloaded',
  message: 'There is no room for this request at the moment.',
  ttl: 0,
} as const;

/** The server as a handle for a front. */
export function relay(options: RelayOptions): Handle {
  const { socket, token, requests, clock, policy, keep } = options;
  const agent = new Agent({
    keepAlive: true,
    maxSockets: requests,
    maxFreeSockets: IDLE_SOCKETS,
    scheduling: 'lifo',
  });
  return async (request) => {
    const withBody = announcesBody(request.headers);
    const asked = send({
      socketPath: socket,
      // A body that is never asked for is in the way of the next request
      agent: withBody ? false : agent,
      method: 'POST',
      maxHeaderSize: MAX_HEAD,
      headers: {
        [TOKEN_HEADER]: token,
        [HEAD_HEADER]: headText(requestHead(request)),
        ...(withBody
          ? { expect: '100-continue', 'transfer-encoding': 'chunked' }
          : { 'content-length': '0' }),
      },
    });
    const gone = () => void asked.destroy();
    request.signal.addEventListener('abort', gone, { once: true });
    try {
      const answer = await answerTo(asked, withBody ? request.body : undefined);
      const head = readAnswerHead(String(answer.headers[HEAD_HEADER]));
      const body = await bodyOf(answer, head);
      if (head.held !== undefined && body instanceof Uint8Array) keep(request, body, head.held);
      return responseOf(head, body);
    } catch {
      const failed = errorResponse(request, UNREACHED, clock.now(), policy());
      failed.headers['x-request-id'] = requestIdOf(request.headers['x-request-id']);
      return failed;
    }
  };
}

function announcesBody(headers: HttpRequest['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function requestHead({ method, target, headers, remoteAddress }: HttpRequest) {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return {
    method,
    target,
    headers: entries,
    ...(remoteAddress === undefined ? {} : { remoteAddress }),
  };
}

/** Sends a request, its body only when that is asked for. @throws the system's error */
function answerTo(
  asked: ClientRequest,
  body: AsyncIterable<Uint8Array> | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let answered = false;
    asked.on('error', reject);
    asked.on('response', (answer) => {
      answered = true;
      resolve(answer);
      if (body !== undefined) answer.once('close', () => asked.destroy());
    });
    if (body === undefined) asked.end();
    else asked.on('continue', () => void sendBody(asked, body, () => answered));
  });
}

/** Sends a body as it comes, until it ends or is answered early. */
async function sendBody(
  asked: ClientRequest,
  body: AsyncIterable<Uint8Array>,
  answered: () => boolean,
): Promise<void> {
  try {
    for await (const piece of body) {
      if (answered() || asked.destroyed) return;
      if (!asked.write(piece)) await drained(asked);
    }
    if (!answered()) asked.end();
  } catch {
    // The client broke off: so does what was handed on
    asked.destroy();
  }
}

function drained(asked: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of ['drain', 'close', 'response']) asked.off(event, done);
      resolve();
    };
    for (const event of ['drain', 'close', 'response']) asked.once(event, done);
  });
}

/** The body of an answer: read now, or as it is sent. @throws where the answer breaks off */
async function bodyOf(answer: IncomingMessage, { bytes, file }: AnswerHead): Promise<Body> {
  if (file) return { bytes, read: () => pieces(answer, bytes) };
  // Not from a pool that others keep alive: it may be held
  const body = Buffer.allocUnsafeSlow(bytes);
  let at = 0;
  for await (const piece of answer) {
    at += (piece as Buffer).copy(body, at);
  }
  if (at !== bytes || !answer.complete) throw new Error('expected the whole answer of the server');
  return body;
}

async function* pieces(answer: IncomingMessage, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const piece of answer) {
    left -= (piece as Buffer).length;
    yield piece as Buffer;
  }
  if (left !== 0) throw new Error('expected the whole body from the server');
}

function responseOf({ status, headers, close, picture }: AnswerHead, body: Body): HttpResponse {
  return {
    status,
    headers: Object.fromEntries(headers),
    body,
    ...(close === undefined ? {} : { close }),
    ...(picture === undefined ? {} : { picture }),
  };
}
