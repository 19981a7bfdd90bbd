/**
 * Parts of the overload bench about time: passing a large source through,
 * deadlines of clients, and deadlines that are too short for anything.
 */
import { Agent } from 'node:http';
import {
  ask,
  closedLoop,
  counted,
  missPath,
  poolGauge,
  quantile,
  startLoad,
  warm,
} from './overload.client.mjs';
import { LARGE_BYTES, SMALL_BYTES, serve } from './overload.pictures.mjs';
import { bar, list, percent, row, show } from './overload.report.mjs';
import { pause } from './server.mjs';

/** Most that a large source may cost against a small one, where its bytes are not sent. */
const MOST_RATIO = 2;
/** Least share of answers within their limit, and most milliseconds beyond it. */
const LEAST_IN_TIME = 0.95;
const MOST_LATE = 150;
/** Least share of their throughput that ordinary misses keep beside short deadlines. */
const LEAST_KEPT = 1 / 3;
/** Workers that may come or go within the load, such as one that retires. */
const MOST_RESTARTS = 2;
const ACCEPTS = ['image/avif,image/webp', 'image/webp', '*/*'];

/** A stored source of 45 MB beside one of 45 kB, in turn; imgix passes sources without parameters through. */
export async function passthrough(pictures, { quick }) {
  const server = await serve(pictures);
  const agent = new Agent({ keepAlive: true });
  const rows = [];
  try {
    const small = await stored(server.port, '/p/small.jpg', SMALL_BYTES);
    const large = await stored(server.port, '/p/large.jpg', LARGE_BYTES);
    for (const [name, options] of [
      ['HEAD', () => ({ method: 'HEAD', expect: 200 })],
      ['304', ({ etag }) => ({ headers: { 'if-none-match': etag }, expect: 304 })],
      ['Range: bytes=0-1', () => ({ headers: { range: 'bytes=0-1' }, expect: 206 })],
      ['GET', () => ({ expect: 200 })],
    ]) {
      const times = { small: [], large: [] };
      for (let i = 0; i < (quick ? 7 : 21); i++) {
        for (const [size, source] of Object.entries({ small, large })) {
          const { expect, ...rest } = options(source);
          const { status, error, ms } = await ask(server.port, source.path, { agent, ...rest });
          if (status !== expect) {
            throw new Error(
              `expected ${expect} for ${name} ${source.path}, got ${status ?? error}`,
            );
          }
          times[size].push(ms);
        }
      }
      const [less, more] = [quantile(times.small, 0.5), quantile(times.large, 0.5)];
      const figure = `${show(more)} / ${show(less)} ms, ${show(more / less)} times`;
      rows.push(
        name === 'GET'
          ? row(name, figure)
          : bar(name, figure, 'at most 2 times', () => more <= MOST_RATIO * less),
      );
    }
    return {
      about: 'Median times for a stored source of 45 MB / of 45 kB, asked for in turn.',
      rows,
    };
  } finally {
    agent.destroy();
    await server.stop();
  }
}

/** Has a source stored; gives its path and entity tag. */
async function stored(port, path, bytes) {
  const { status, headers, error } = await ask(port, path);
  if (status !== 200 || Number(headers['content-length']) !== bytes) {
    throw new Error(`expected ${bytes} bytes for ${path}, got ${status ?? error}`);
  }
  return { path, etag: headers.etag };
}

/** ImageOptim's `timeout` on large pictures. */
export async function deadlines(pictures, { quick }) {
  const server = await serve(pictures, { refine: true });
  const { port } = server;
  const rows = [];
  let width = 500;
  try {
    await warm(
      port,
      pictures.large.map((name) => `/io/40/${name}`),
    );
    for (const clients of [1, 2]) {
      for (const limit of [0.5, 1, 2]) {
        const work = pictures.large.flatMap((name) => Array(quick ? 2 : 8).fill(name));
        const answers = [];
        const next = async () => {
          for (let name = work.pop(); name !== undefined; name = work.pop()) {
            const accept = ACCEPTS[work.length % ACCEPTS.length];
            const path = `/io/${width++},timeout=${limit}/${name}`;
            answers.push(await ask(port, path, { headers: { accept } }));
            await pause(50);
          }
        };
        await Promise.all(Array.from({ length: clients }, next));
        rows.push(...deadlineRows(`${limit} s, ${clients} at a time`, limit * 1000, answers));
      }
    }
    rows.push(row('workers killed', server.events['worker-killed'] ?? 0));
  } finally {
    await server.stop();
  }
  return { about: `New sizes of ${pictures.large.join(', ')}; times to the last byte.`, rows };
}

function deadlineRows(name, limit, answers) {
  const late = answers.map(({ ms }) => ms - limit);
  const intime = answers.filter(({ status, ms }) => status === 200 && ms <= limit).length;
  const worst = Math.max(...late);
  const made = answers.filter(({ headers }) => /score=/.test(headers?.fovea ?? '')).length;
  return [
    bar(
      `${name}: within the limit`,
      `${intime} of ${answers.length}, encoded to a score ${made}`,
      'at least 95 %',
      () => intime >= LEAST_IN_TIME * answers.length,
    ),
    bar(`${name}: worst lateness`, `${show(Math.max(0, worst))} ms`, 'at most 150 ms', () => {
      return worst <= MOST_LATE;
    }),
  ];
}

/** Two clients whose deadlines no render can meet, beside ordinary misses. */
export async function shortDeadlines(pictures, { quick }) {
  const server = await serve(pictures, { refine: true });
  const { port } = server;
  const seconds = 10;
  let next = 0;
  const fresh = () => missPath(next++);
  try {
    const [name] = pictures.large;
    await warm(port, [`/io/40/${name}`]);
    await closedLoop(port, 2, quick ? 2 : 5, fresh);
    const before = await ordinary(port, quick ? 5 : 10, fresh);
    const load = startLoad('deadlines', { port, clients: 2, seconds, name, timeout: 0.05 });
    const watch = watchWorkers(server);
    const during = await ordinary(port, seconds, fresh);
    const { changes, samples, unready } = await watch();
    const { asked, statuses } = await load.stop();
    const kept = during.rate / before.rate;
    return {
      about: `Two clients loop \`/io/500…1999,timeout=0.05/${name}\` for ${seconds} s; two others ask for ordinary misses.`,
      rows: [
        row('short deadlines asked, answers', `${asked}, ${list(statuses)}`),
        row('ordinary misses before', `${show(before.rate)}/s, p50 ${show(before.p50)} ms`),
        row('ordinary misses during', `${show(during.rate)}/s, p50 ${show(during.p50)} ms`),
        bar('throughput kept', percent(kept), 'at least a third', () => kept >= LEAST_KEPT),
        row('ordinary misses not served', list(during.failed)),
        bar('workers that went', changes, `at most ${MOST_RESTARTS}`, (n) => n <= MOST_RESTARTS),
        row('of these killed at a limit', server.events['worker-killed'] ?? 0),
        bar('samples with no worker ready', `${unready} of ${samples}`, 'at most 5 %', () => {
          return unready <= 0.05 * samples;
        }),
      ],
    };
  } finally {
    await server.stop();
  }
}

async function ordinary(port, seconds, fresh) {
  const answers = await closedLoop(port, 2, seconds, fresh);
  const served = answers.filter(({ status }) => status === 200);
  const failed = counted(
    answers.filter(({ status }) => status !== 200).map(({ status, error }) => status ?? error),
  );
  return {
    rate: served.length / seconds,
    p50: quantile(
      served.map(({ ms }) => ms),
      0.5,
    ),
    failed,
  };
}

/** Process ids of the workers and how many are ready, ten times a second, until told to stop. */
function watchWorkers(server) {
  let known = server.workers();
  let [changes, samples, unready] = [0, 0, 0];
  const timer = setInterval(async () => {
    const now = server.workers();
    changes += known.filter((pid) => !now.includes(pid)).length;
    known = now;
    const ready = await poolGauge(server.port, 'workers');
    if (ready === undefined) return;
    samples += 1;
    if (ready === 0) unready += 1;
  }, 100);
  return async () => {
    clearInterval(timer);
    await pause(500);
    return { changes, samples, unready };
  };
}
