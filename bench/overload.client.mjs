/**
 * Clients of the overload bench: one request with its times, a steady stream
 * of hits, a watch on memory, and loads that run in a process of their own, so
 * that their work does not count as the server's.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { pause } from './server.mjs';

/** Hits per second of the steady stream. */
const HITS_PER_SECOND = 50;
/** Opens the metrics of a server of this bench. */
export const METRICS_TOKEN = 'bench';
/** A hit that takes longer counts as unanswered and as this long, in milliseconds. */
const HIT_TIMEOUT = 10_000;

/**
 * One request; never throws. `head` is the time to the status line and `ms` to
 * the last byte, in milliseconds; `error` stands in place of a status.
 */
export function ask(port, path, options = {}) {
  const { body, timeout = 150_000, ...rest } = options;
  return new Promise((resolve) => {
    const start = performance.now();
    const spent = () => performance.now() - start;
    const settle = (answer) => {
      clearTimeout(timer);
      resolve({ ...answer, ms: spent() });
    };
    const message = request({ host: '127.0.0.1', port, path, agent: false, ...rest }, (answer) => {
      const { statusCode: status, headers } = answer;
      const head = spent();
      answer.resume();
      answer.on('end', () => settle({ status, headers, head }));
      answer.on('error', (error) => settle({ error: error.code ?? 'broken off' }));
    });
    const timer = setTimeout(() => {
      settle({ error: 'timeout' });
      message.destroy();
    }, timeout);
    message.on('error', (error) => settle({ error: error.code ?? error.message }));
    message.end(body);
  });
}

/** The n-th of 1.9 million paths to small JPEGs that no other number gives. */
export function missPath(n) {
  const row = Math.floor(n / 4);
  const width = 200 + ((row * 317) % 800);
  const height = 200 + (Math.floor(row / 800) % 600);
  return `/p/p${n % 4}.jpg?w=${width}&h=${height}&fit=crop&fm=jpg`;
}

/** Paths of hits, once `warm` has asked for them. */
export const HITS = Array.from({ length: 16 }, (_, i) => `/p/p${i % 4}.jpg?w=${300 + i}&fm=jpg`);

export async function warm(port, paths = HITS) {
  for (const path of paths) {
    const { status, error } = await ask(port, path);
    if (status !== 200) throw new Error(`expected 200 for ${path}, got ${status ?? error}`);
  }
}

/** Asks for hits at a fixed rate over kept connections until stopped; gives their statistics. */
export function hitStream(port) {
  const agent = new Agent({ keepAlive: true });
  const asked = [];
  const timer = every(1000 / HITS_PER_SECOND, () => {
    asked.push(ask(port, HITS[asked.length % HITS.length], { agent, timeout: HIT_TIMEOUT }));
  });
  return async () => {
    clearInterval(timer);
    const answers = await Promise.all(asked);
    agent.destroy();
    const good = answers.filter(({ status }) => status === 200);
    const times = answers.map((answer) => (answer.status === 200 ? answer.ms : HIT_TIMEOUT));
    return {
      count: answers.length,
      unanswered: answers.length - good.length,
      p50: quantile(times, 0.5),
      p99: quantile(times, 0.99),
    };
  };
}

/** Statistics of hits over so many seconds. */
export async function hitsFor(port, seconds) {
  const stop = hitStream(port);
  await pause(seconds * 1000);
  return stop();
}

/** A gauge of the pool (`workers` that are ready, `queued`) from the metrics; undefined without an answer in time. */
export async function poolGauge(port, name, timeout = 2000) {
  const signal = AbortSignal.timeout(timeout);
  const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/_fovea/metrics`, { headers, signal });
    const text = await answer.text();
    const value = new RegExp(`^fovea_pool_${name} (\\d+)`, 'm').exec(text)?.[1];
    return value === undefined ? undefined : Number(value);
  } catch {
    return undefined;
  }
}

/** Watches the resident memory of the front; `stop` gives its first and highest value in MB. */
export function memoryWatch(server) {
  const samples = [server.memory()];
  const timer = setInterval(() => samples.push(server.memory()), 100);
  return () => {
    clearInterval(timer);
    samples.push(server.memory());
    const known = samples.filter((bytes) => bytes !== undefined).map((bytes) => bytes / 1e6);
    return { before: known[0], peak: known.length > 0 ? Math.max(...known) : undefined };
  };
}

/**
 * Starts a load of `overload.loads.mjs` in a process of its own.
 *
 * `heard(name)` resolves with the report of that name; `stop` tells the load to
 * end, where it has not yet, and gives its result.
 */
export function startLoad(load, options) {
  const program = fileURLToPath(new URL('./overload.loads.mjs', import.meta.url));
  const child = fork(program, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const cut = () => child.kill('SIGKILL');
  process.on('exit', cut);
  const exited = once(child, 'exit').then(() => process.off('exit', cut));
  const values = new Map();
  const heard = (wanted) =>
    new Promise((resolve, reject) => {
      if (values.has(wanted)) return resolve(values.get(wanted));
      child.on('message', ({ name, value }) => name === wanted && resolve(value));
      child.once('exit', () => reject(new Error(`the load ${load} ended without "${wanted}"`)));
    });
  child.on('message', ({ name, value }) => values.set(name, value));
  const result = heard('result');
  result.catch(() => {});
  child.send({ load, options });
  return {
    heard,
    async stop() {
      if (child.connected && !values.has('result')) child.send({ stop: true });
      try {
        return await result;
      } finally {
        cut();
        await exited;
      }
    },
  };
}

/** Calls `work` at a fixed rate, catching up after a delay. */
export function every(milliseconds, work) {
  const start = performance.now();
  let done = 0;
  return setInterval(
    () => {
      for (const due = (performance.now() - start) / milliseconds; done < due; done++) work();
    },
    Math.max(5, milliseconds),
  );
}

/** `clients` at once asking for `path(i)` in turn until the time is over; all answers. */
export async function closedLoop(port, clients, seconds, path, options) {
  const answers = [];
  const end = performance.now() + seconds * 1000;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() < end) answers.push(await ask(port, path(), options));
    }),
  );
  return answers;
}

/** How often each value occurs. */
export function counted(values) {
  const counts = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

/** A quantile by the nearest lower rank; undefined of nothing. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))];
}
