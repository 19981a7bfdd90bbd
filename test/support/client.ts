/**
 * A client that sends exactly what it is told: the raw target, no headers of
 * its own beside Host, one connection per request.
 */
import { type IncomingHttpHeaders, request } from 'node:http';
import type { HttpRequest } from '../../src/server/http/http-message.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** Sends a request to a loopback port and reads the whole answer. */
export function ask(port: number, target: string, asking: Asking = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = asking;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, path: target, method, headers, agent: false },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Seconds of `max-age`, which counts from when the source was asked for; NaN where there is none. */
export function maxAge({ headers }: Pick<Answer, 'headers'>): number {
  return Number(/max-age=(\d+)/.exec(headers['cache-control'] ?? '')?.[1]);
}

/**
 * Seconds that an answer may still be kept: `max-age` without Age. On a busy machine a source is a
 * second old before its answer leaves, and `max-age` alone is that much longer.
 */
export function secondsLeft(answer: Pick<Answer, 'headers'>): number {
  return maxAge(answer) - Number(answer.headers.age ?? 0);
}

/** A request as the server's function takes it, without a socket. */
export function exchange(
  target: string,
  { method = 'GET', headers = {}, body }: Asking = {},
): HttpRequest {
  return {
    method,
    target,
    headers: { host: 'test.invalid', ...headers },
    body: (async function* () {
      if (body !== undefined) yield body;
    })(),
    signal: new AbortController().signal,
  };
}

/** A multipart form with one picture in it. */
export function form(picture: Uint8Array, name = 'picture.jpg'): Asking {
  const boundary = 'fovea-test-boundary';
  const head =
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n` +
    'Content-Type: application/octet-stream\r\n\r\n';
  const body = Buffer.concat([Buffer.from(head), picture, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return {
    method: 'POST',
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': String(body.length),
    },
    body,
  };
}
