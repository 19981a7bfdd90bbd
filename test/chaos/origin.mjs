/** An origin on loopback that misbehaves as its path says: `/{manner}/{anything}/{picture}`. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

let inflatable;

/** A manner answers in its own way; `file` are the bytes of the picture. */
const MANNERS = {
  good: ({ answer, file }) => send(answer, file),
  slow: ({ answer, file }) => setTimeout(() => send(answer, file), 1500),
  flaky: ({ answer, file }) => (Math.random() < 0.5 ? end(answer, 503) : send(answer, file)),
  silent: () => undefined,
  hangup: ({ request }) => request.socket.destroy(),
  error: ({ answer }) => end(answer, 500, '<h1>broken</h1>'),
  gone: ({ answer }) => end(answer, 404),
  empty: ({ answer }) => send(answer, Buffer.alloc(0)),
  page: ({ answer }) => send(answer, Buffer.from('<html><body>Not found, sorry</body></html>')),
  circle: ({ answer, request }) => end(answer, 302, '', { location: request.url }),
  inwards: ({ answer }) => end(answer, 302, '', { location: 'http://127.0.0.2/secret.jpg' }),
  short({ answer, file, request }) {
    answer.writeHead(200, { 'content-length': file.length + 5000 });
    answer.write(file);
    setTimeout(() => request.socket.destroy(), 100);
  },
  half({ answer, file, request }) {
    answer.writeHead(200, { 'content-type': 'image/jpeg' });
    answer.write(file.subarray(0, file.length >> 1));
    setTimeout(() => request.socket.destroy(), 100);
  },
  endless({ answer }) {
    answer.writeHead(200, { 'content-type': 'image/jpeg' });
    // The head of a picture first: what is no picture is not read on
    answer.write(readFileSync(new URL('../pictures/leaves.jpg', import.meta.url)));
    const piece = Buffer.alloc(256 * 1024, 0xaa);
    const more = () => {
      while (!answer.destroyed && answer.write(piece));
      if (!answer.destroyed) answer.once('drain', more);
    };
    more();
  },
  dripping({ answer, file }) {
    answer.writeHead(200, { 'content-length': file.length });
    let at = 0;
    const timer = setInterval(() => {
      if (answer.destroyed) return clearInterval(timer);
      answer.write(file.subarray(at, at + 10));
      at += 10;
    }, 100);
    answer.on('close', () => clearInterval(timer));
  },
  packed({ answer }) {
    inflatable ??= gzipSync(Buffer.alloc(200_000_000));
    answer.writeHead(200, { 'content-type': 'image/jpeg', 'content-encoding': 'gzip' });
    answer.end(inflatable);
  },
};

/** Manners after which a picture may be the answer. */
export const MAY_ANSWER = new Set(['good', 'slow', 'flaky']);
export const FAULTY = Object.keys(MANNERS).filter((name) => name !== 'good');

function send(answer, body) {
  if (answer.destroyed) return;
  const headers = { 'content-type': 'image/jpeg', 'cache-control': 'max-age=3600' };
  answer.writeHead(200, { ...headers, 'content-length': body.length }).end(body);
}

function end(answer, status, body = '', headers = {}) {
  answer.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body);
}

/** Starts it on a free port of 127.0.0.1 with the pictures of a folder. */
export async function startOrigin(folder) {
  const server = createServer((request, answer) => {
    const [, manner = '', ...rest] = request.url.split('?')[0].split('/');
    const path = join(folder, rest.at(-1) || 'none');
    answer.on('error', () => {});
    if (!(manner in MANNERS) || !existsSync(path)) return end(answer, 404);
    MANNERS[manner]({ request, answer, file: readFileSync(path) });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${server.address().port}`,
    connections: () =>
      new Promise((resolve) => server.getConnections((_, count) => resolve(count))),
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
