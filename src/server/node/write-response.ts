/**
 * Writing answers: a response put on its connection.
 *
 * The length is always declared, so nothing is ever chunked. A body in a file
 * is read as fast as the client takes it and no faster; a file that fails
 * before its first byte becomes an error answer, and one that fails later ends
 * the connection, so that a short body is never taken for a whole one.
 */
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { bodyLength, type FileBody, isFileBody } from '../../base/body.ts';
import { type HttpResponse, headerText } from '../http/http-message.ts';

/** What becomes of a file that cannot be read. */
export interface FileFailure {
  /** Told of the failure, whenever it happens. */
  noted(error: unknown): void;
  /** The answer in place of one that has not begun. */
  instead(): HttpResponse;
}

/** Bytes that the system takes at once, whether the client reads or not. */
const AT_ONCE = 16 * 1024;
/** Longest time without a byte taken by the client, in milliseconds, while a body is being sent. */
export const STALL = 30_000;

/**
 * Puts an answer on its connection.
 *
 * @param close whether the connection ends with it
 */
export function writeResponse(
  response: ServerResponse,
  answer: HttpResponse,
  close: boolean,
  failure: FileFailure,
): void {
  if (isFileBody(answer.body)) void writeFile(response, answer, answer.body, close, failure);
  else {
    writeHead(response, answer, close);
    response.end(answer.body);
  }
  if (bodyLength(answer.body) > AT_ONCE) hurry(response);
}

/** Gives up on a client that takes nothing of a body for STALL milliseconds. */
export function hurry(response: ServerResponse): void {
  if (response.socket === null) response.once('socket', (socket) => socket.setTimeout(STALL));
  else response.socket.setTimeout(STALL);
}

async function writeFile(
  response: ServerResponse,
  answer: HttpResponse,
  body: FileBody,
  close: boolean,
  failure: FileFailure,
): Promise<void> {
  // Behind other answers of its connection it holds no file open
  if (response.socket === null) await turn(response);
  if (response.destroyed) return;
  const pieces = body.read()[Symbol.asyncIterator]();
  let first: IteratorResult<Uint8Array>;
  try {
    first = await pieces.next();
  } catch (error) {
    if (response.destroyed) return;
    failure.noted(error);
    return writeResponse(response, failure.instead(), close, failure);
  }
  if (response.destroyed) return void (await pieces.return?.());
  writeHead(response, answer, close);
  try {
    // Destroys the response where either side fails, and returns the pieces where the client leaves
    await pipeline(startingWith(first, pieces, failure), response);
  } catch {
    response.destroy();
  }
}

/** Resolves when the response has its connection, or never will. */
function turn(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('socket', () => resolve());
    response.once('close', () => resolve());
  });
}

async function* startingWith(
  first: IteratorResult<Uint8Array>,
  rest: AsyncIterator<Uint8Array>,
  failure: FileFailure,
): AsyncGenerator<Uint8Array> {
  const following = () =>
    rest.next().catch((error: unknown) => {
      failure.noted(error);
      throw error;
    });
  try {
    for (let next = first; !next.done; next = await following()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

function writeHead(response: ServerResponse, answer: HttpResponse, close: boolean): void {
  // A flat list of names and values, as Node takes it without making another object
  const headers: string[] = [];
  for (const name in answer.headers) {
    const value = answer.headers[name];
    if (value !== undefined) headers.push(name, headerText(value));
  }
  if (close || answer.close) headers.push('connection', 'close');
  response.writeHead(answer.status, headers);
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  414: 'URI Too Long',
  431: 'Request Header Fields Too Large',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};

/** An answer with its body in memory for a connection that no request could be read from. */
export function writeRaw(socket: Duplex, { status, headers, body }: HttpResponse): void {
  const lines = Object.entries({ ...headers, connection: 'close' }).map(
    ([name, value]) => `${name}: ${headerText(value)}\r\n`,
  );
  socket.on('error', () => socket.destroy());
  socket.write(`HTTP/1.1 ${status} ${REASONS[status] ?? 'Error'}\r\n${lines.join('')}\r\n`);
  socket.end(body);
}
