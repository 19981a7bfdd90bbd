/**
 * A local HTTP origin: pictures by path or whole target, with the headers a test gives them.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Served {
  readonly body: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status?: number;
  /** Milliseconds before the answer; Infinity for one that never comes. */
  readonly delay?: number;
}

export interface LocalOrigin {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** By path, "/photo.jpg", or by path and query; may change while it runs. */
  readonly files: Map<string, Served>;
  /** Targets that were asked for, in order. */
  readonly asked: readonly string[];
  /** Their `If-None-Match`, where they had one; a file with that `etag` is answered 304. */
  readonly conditions: readonly (string | undefined)[];
  /** Their `X-Request-Id`, where they had one. */
  readonly requestIds: readonly (string | undefined)[];
  /** Their `traceparent` and `tracestate`, where they had them. */
  readonly traceParents: readonly (string | undefined)[];
  readonly traceStates: readonly (string | undefined)[];
  stop(): Promise<void>;
}

export async function startOrigin(
  files: Readonly<Record<string, Uint8Array | Served>> = {},
): Promise<LocalOrigin> {
  const held = new Map<string, Served>();
  for (const [name, file] of Object.entries(files)) {
    held.set(`/${name}`, file instanceof Uint8Array ? { body: file } : file);
  }
  const asked: string[] = [];
  const requestIds: (string | undefined)[] = [];
  const traceParents: (string | undefined)[] = [];
  const traceStates: (string | undefined)[] = [];
  const conditions: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const target = request.url ?? '/';
    asked.push(target);
    requestIds.push(request.headers['x-request-id'] as string | undefined);
    traceParents.push(request.headers.traceparent as string | undefined);
    traceStates.push(request.headers.tracestate as string | undefined);
    const condition = request.headers['if-none-match'];
    conditions.push(condition);
    const file = held.get(target) ?? held.get(target.replace(/\?.*$/s, ''));
    if (file === undefined) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('none\n');
      return;
    }
    const { status = 200, headers = {}, body, delay } = file;
    const unchanged = condition !== undefined && condition === headers.etag && status === 200;
    const send = () => {
      if (unchanged) return response.writeHead(304, { ...headers }).end();
      return response.writeHead(status, { 'content-length': body.length, ...headers }).end(body);
    };
    if (delay === undefined) send();
    else if (Number.isFinite(delay)) setTimeout(send, delay).unref();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    files: held,
    asked,
    requestIds,
    traceParents,
    traceStates,
    conditions,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
