/** Requests to the server under measure, and its configuration. */
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { startServer } from './server.mjs';

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** What browsers of four generations send for an image. */
export const ACCEPT = {
  jxl: 'image/jxl,image/avif,image/webp,image/*,*/*;q=0.8',
  avif: 'image/avif,image/webp,image/*,*/*;q=0.8',
  webp: 'image/webp,image/*,*/*;q=0.8',
  jpeg: 'image/*,*/*;q=0.8',
};

/**
 * A server with one source for each dialect before `origin`; nothing is refined unless said. `more`: its
 * configuration; `settings`: those of each source; `when`: when it counts as started (server.mjs).
 */
export async function startFovea(origin, more = {}, settings = {}, when = {}) {
  const site = (dialect) => ({ name: dialect, dialect, mount: `/${dialect}`, origin, ...settings });
  const sources = [site('imgix'), site('fastly'), site('imageoptim')];
  return await startServer({ refine: false, sources, ...more }, when);
}

/** The origin of {@link startFovea} that reads from a bench's own. */
export const webOrigin = ({ base, host }) => ({ kind: 'http', base, allow: [host] });

/** One answer: its status, headers, body, and milliseconds. */
export function ask(port, path, accept = '*/*') {
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, agent, headers: { accept } }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode: status, headers } = response;
        if (status !== 200) return reject(new Error(`${path}: ${status} ${Buffer.concat(parts)}`));
        return resolve({ headers, body: Buffer.concat(parts), ms: performance.now() - begin });
      });
    })
      .on('error', reject)
      .end();
  });
}

/**
 * Milliseconds until `count` clients that are connected and ask for one address at the same moment all have their
 * answers. They read no more of an answer than its length: what a client does with it is not the server's.
 *
 * @throws for an answer that is no 200 or says no length
 */
export async function askAtOnce(port, path, count) {
  const sockets = Array.from({ length: count }, () => connect(port, '127.0.0.1'));
  try {
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    const begin = performance.now();
    await Promise.all(sockets.map((socket) => asked(socket, path)));
    return performance.now() - begin;
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

function asked(socket, path) {
  return new Promise((resolve, reject) => {
    let head = '';
    let left;
    socket.once('error', reject).once('close', () => reject(new Error(`${path}: cut off`)));
    socket.on('data', (part) => {
      if (left === undefined) {
        head += part.toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        const length = /^content-length: (\d+)/im.exec(head)?.[1];
        if (!head.startsWith('HTTP/1.1 200 ') || length === undefined)
          return reject(new Error(`${path}: ${head.slice(0, end)}`));
        left = Number(length) - (head.length - end - 4);
      } else left -= part.length;
      if (left <= 0) resolve();
    });
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n`);
  });
}

/** A field of the receipt; undefined where it is absent. */
export function receipt(answer, name) {
  return new RegExp(`\\b${name}=?([^,;]*)`).exec(answer.headers.fovea ?? '')?.[1];
}

/** Runs `work` for every item, `count` at a time. */
export async function inFlight(items, count, work) {
  const left = [...items];
  const one = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: count }, one));
}
