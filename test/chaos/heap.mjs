#!/usr/bin/env node
/**
 * What the front holds after each kind of request: its heap, its buffers and its memory per thousand of requests.
 *
 *   npm run soak:heap -- [--kinds misses,hits] [--requests N] [--every N] [--live] [--snapshot]
 *
 * Each kind has a server of its own, which is asked for it alone, under another address each time but for
 * hits. After every so many requests the front is told by its inspector to collect what is not in use, so that
 * what is left is held by something; `--live` leaves that to the front itself, as in a soak, and shows what it
 * takes from the system. `--snapshot` writes heaps before and after, for the tools of a browser. Prints; the
 * judgement is the reader's: a map that is full shows as rows that do not grow any more.
 */
import { createWriteStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'undici';
import { argumentsOf } from '../support/summary.mjs';
import { inParallel } from './client.mjs';
import { HEADERS, openPlace } from './place.mjs';
import { folderConfiguration } from './server.mjs';

const DIALECTS = ['fastly', 'imgix', 'imageoptim'];

/** Requests at once. */
const AT_ONCE = 8;

/** The address of one request of each kind, by its number. */
const KINDS = {
  misses: (i, names) =>
    `/imgix/${pick(names, i)}?w=${20 + (i % 97)}&h=${20 + Math.floor(i / 97)}&fit=crop&fm=jpg&q=50`,
  hits: (i, names) => `/imgix/${pick(names, i)}?w=${40 + (i % 3)}&fm=jpg&q=50`,
  json: (i, names) => `/imgix/${pick(names, i)}?w=${i}&fm=json`,
  missing: (i) => `/${pick(DIALECTS, i)}/${i % 3 === 2 ? '20/' : ''}none-${i}.jpg`,
  refused: (i, names) =>
    [
      `/fastly/${names[0]}?crop=20000,20000,x${i},y0`,
      `/imgix/~text?w=${i + 1}`,
      `/imageoptim/nonsense${i}/${names[0]}`,
    ][i % 3],
  unknown: (i) => `/nowhere/${i}.jpg`,
  mixed: (i, names) => {
    const name = pick(names, 7 * i);
    const width = 40 + ((i * 331) % 491);
    return [
      `/fastly/${name}?width=${width}&height=${1 + (i % 2000)}&auto=webp&optimize=medium`,
      `/imgix/${name}?w=${width}&auto=compress,format&v=${i}`,
      `/imgix/${name}?w=${width}&h=${width}&fit=crop&auto=format&v=${i}`,
      `/imageoptim/${width}/${name}?v=${i}`,
      `/imgix/${name}?w=${width}&fm=json&v=${i}`,
      `/imgix/${names[i % 10]}?w=${40 + (i % 60)}`,
      `/fastly/none-${i}.jpg?width=20`,
    ][i % 7];
  },
};

const usage = 'npm run soak:heap -- [--kinds a,b] [--requests N] [--every N] [--live] [--snapshot]';
const args = argumentsOf(usage, {
  ...{ kinds: Object.keys(KINDS).join(','), requests: 10_000, every: 1000 },
  ...{ live: false, snapshot: false },
});
for (const kind of args.kinds.split(',')) await measure(kind);

async function measure(kind) {
  const place = openPlace(`heap-${kind}`);
  try {
    const cache = join(place.home, 'cache');
    const configuration = folderConfiguration({
      ...{ images: place.images, cache, size: '60MB', memory: '8MB', refine: kind === 'mixed' },
    });
    const server = await place.start(configuration, { NODE_OPTIONS: '--inspect=127.0.0.1:0' });
    const front = await inspect(/ws:\/\/\S+/.exec(server.output())?.[0]);
    console.log(`\n${kind}\n asked     heap  reserved  buffers   resident  answers`);
    const answers = {};
    for (let from = 0; ; from += args.every) {
      if (!args.live) await front.collect();
      const { heapUsed, heapTotal, arrayBuffers, rss } = await front.memory();
      const sizes = [heapUsed, heapTotal, arrayBuffers, rss].map((size) => show(size, 9));
      console.log(`${String(from).padStart(6)}${sizes.join('')}  ${JSON.stringify(answers)}`);
      const last = from >= args.requests;
      if (args.snapshot && (from === args.every || last)) {
        await front.snapshot(join(tmpdir(), `fovea-${kind}-${from}.heapsnapshot`));
      }
      if (last) break;
      const numbers = Array.from({ length: args.every }, (_, i) => from + i);
      await inParallel(numbers, AT_ONCE, async (i) => {
        const { status, isHit } = await server.ask(KINDS[kind](i, place.names), {
          headers: HEADERS,
        });
        const what = `${status}${isHit ? ' hit' : ''}`;
        answers[what] = (answers[what] ?? 0) + 1;
      });
    }
    front.close();
  } finally {
    await place.close();
  }
}

function pick(list, number) {
  return list[number % list.length];
}

/** Bytes in megabytes. */
function show(bytes, width) {
  return (bytes / 1e6).toFixed(2).padStart(width);
}

/** The inspector of a process, by the address that it has written. */
function inspect(url) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    const waiting = new Map();
    let calls = 0;
    let chunk = () => {};
    const call = (method, params = {}) =>
      new Promise((done) => {
        waiting.set(++calls, done);
        socket.send(JSON.stringify({ id: calls, method, params }));
      });
    socket.addEventListener('error', () => reject(new Error(`expected an inspector at ${url}`)));
    socket.addEventListener('message', ({ data }) => {
      const { id, method, params, result } = JSON.parse(data);
      if (method === 'HeapProfiler.addHeapSnapshotChunk') chunk(params.chunk);
      waiting.get(id)?.(result);
      waiting.delete(id);
    });
    socket.addEventListener('open', () =>
      resolve({
        async collect() {
          await call('HeapProfiler.enable');
          // What the first leaves to finalizers goes with the second
          for (const _ of [1, 2]) await call('HeapProfiler.collectGarbage');
        },
        async memory() {
          const expression = 'process.memoryUsage()';
          return (await call('Runtime.evaluate', { expression, returnByValue: true })).result.value;
        },
        async snapshot(file) {
          const stream = createWriteStream(file);
          chunk = (text) => stream.write(text);
          await call('HeapProfiler.takeHeapSnapshot');
          await new Promise((done) => stream.end(done));
          console.log(`       ${file}`);
        },
        close: () => socket.close(),
      }),
    );
  });
}
