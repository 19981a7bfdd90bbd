/** Requests to the server under measure, and its configuration. */
import { Agent, request } from 'node:http';
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
 * configuration; `settings`: those of each source.
 */
export async function startFovea(origin, more = {}, settings = {}) {
  const site = (dialect) => ({ name: dialect, dialect, mount: `/${dialect}`, origin, ...settings });
  return await startServer({
    refine: false,
    sources: [site('imgix'), site('fastly'), site('imageoptim')],
    ...more,
  });
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
