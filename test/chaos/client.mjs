/** One request and its whole answer; no retries. */
import { createHash } from 'node:crypto';
import { request } from 'node:http';

/** After so many milliseconds an answer counts as never coming. */
const PATIENCE = 100_000;

/** @throws where no whole answer comes in time */
export function ask(port, target, { headers = {}, method = 'GET', patience = PATIENCE } = {}) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const options = { host: '127.0.0.1', port, path: target, method, headers, agent: false };
    const asking = request(options, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        clearTimeout(timer);
        const body = Buffer.concat(chunks);
        const announced = answer.headers['content-length'];
        resolve({
          status: answer.statusCode,
          headers: answer.headers,
          body,
          isHit: /; hit/.test(answer.headers['cache-status'] ?? ''),
          isWhole:
            answer.complete && (announced === undefined || Number(announced) === body.length),
          milliseconds: performance.now() - started,
        });
      });
    });
    const timer = setTimeout(() => asking.destroy(new Error('no answer in time')), patience);
    asking.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    asking.end();
  });
}

export const hashOf = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** Works through a list, so many at once. */
export async function inParallel(list, width, work) {
  let next = 0;
  const lane = async () => {
    while (next < list.length) {
      const at = next++;
      await work(list[at], at);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
}

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The code of a failed connection. */
export const reasonOf = (error) => error.code ?? error.message;
