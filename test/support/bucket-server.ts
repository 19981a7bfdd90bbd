/** A server on loopback that takes objects as S3 does and tells what it was asked; it believes every signature. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export interface BucketServer {
  readonly endpoint: string;
  readonly objects: Map<string, Buffer>;
  /** Method and path of each request, for a list with the prefix behind it, and who it says it is from. */
  readonly asked: { readonly line: string; readonly authorization: string }[];
  /** Milliseconds before every answer. */
  delay: number;
  stop(): Promise<void>;
}

export async function startBucketServer(): Promise<BucketServer> {
  const objects = new Map<string, Buffer>();
  const asked: { readonly line: string; readonly authorization: string }[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const path = decodeURIComponent(url.pathname);
    const { authorization = '' } = request.headers;
    const listed = url.searchParams.has('list-type') ? url.searchParams.get('prefix') : null;
    asked.push({ line: `${request.method} ${path}${listed ?? ''}`, authorization });
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    await wait(started.delay);
    if (request.method === 'PUT') {
      objects.set(path, Buffer.concat(pieces));
      response.end();
      return;
    }
    if (listed !== null) {
      const names = [...objects.keys()].filter((name) => name.startsWith(path + listed));
      const rows = names.map(
        (name) => `<Contents><Key>${name.slice(path.length)}</Key></Contents>`,
      );
      response.setHeader('content-type', 'application/xml');
      response.end(
        `<ListBucketResult><IsTruncated>false</IsTruncated>${rows.join('')}</ListBucketResult>`,
      );
      return;
    }
    const found = objects.get(path);
    if (request.method === 'DELETE') objects.delete(path);
    else if (found === undefined) response.statusCode = 404;
    else response.setHeader('etag', `"${found.length}"`);
    response.end(found ?? '<Error><Code>NoSuchKey</Code></Error>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const started: BucketServer = {
    endpoint: `http://127.0.0.1:${port}`,
    objects,
    asked,
    delay: 0,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return started;
}
