/**
 * Plain sharp in a process of its own: one step of `resize`, one encode, as its
 * documentation shows it. The benches compare the server with it.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

/** Options of sharp for each format; `quality` is given per encode, on the encoder's own scale. */
const ENCODE = {
  jpeg: (pipe, quality) => pipe.jpeg({ quality, mozjpeg: true }),
  webp: (pipe, quality) => pipe.webp({ quality }),
  // The settings of the server's own first answers: filters, level 3; the effort of AVIF
  png: (pipe) => pipe.png({ compressionLevel: 3, adaptiveFiltering: true }),
  avif: (pipe, quality) => pipe.avif({ quality, effort: 1 }),
};

/** One picture within a square of `side` pixels, or of the width `width`. */
export async function plainly({ file, side, width, format, quality }) {
  const pipe = sharp(file).resize(width ?? side, side, { fit: 'inside', withoutEnlargement: true });
  return await ENCODE[format](pipe, quality).toBuffer();
}

if (process.send !== undefined) answerParent();
else if (process.argv[2] === '--serve') await serve();

/** Jobs of the parent, each answered with the length of what was made. */
function answerParent() {
  process.on('message', async ({ id, job }) => {
    try {
      process.send({ id, bytes: (await plainly(job)).length });
    } catch (error) {
      process.send({ id, error: String(error) });
    }
  });
}

/** The least that can be called an image server, for the time it takes to start. */
async function serve() {
  const server = createServer(async (_, response) => {
    const body = await plainly({ file: process.argv[3], side: 512, format: 'jpeg', quality: 80 });
    response.writeHead(200, { 'content-type': 'image/jpeg' }).end(body);
  });
  server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
}

/** Plain sharp as a process: `make(job)` gives the bytes of a picture. */
export function startPlain() {
  const child = fork(fileURLToPath(import.meta.url), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const waiting = new Map();
  let last = 0;
  child.on('message', ({ id, bytes, error }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) resolve(bytes);
    else reject(new Error(error));
  });
  return {
    pid: child.pid,
    make: (job) =>
      new Promise((resolve, reject) => {
        waiting.set(++last, { resolve, reject });
        child.send({ id: last, job });
      }),
    async stop() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
