/**
 * Parts of the overload bench about many clients: misses beyond capacity,
 * connections that keep their place, pipelining and uploads.
 *
 * A part gives its sentences and rows; a row with `met` stands for a bar.
 */
import { readFileSync } from 'node:fs';
import {
  ask,
  closedLoop,
  HITS,
  hitStream,
  hitsFor,
  memoryWatch,
  missPath,
  poolGauge,
  quantile,
  startLoad,
  warm,
} from './overload.client.mjs';
import { LARGE_BYTES, serve } from './overload.pictures.mjs';
import { bar, list, percent, row, show } from './overload.report.mjs';
import { pause } from './server.mjs';

/** Most that the p99 of hits may grow, most memory of the front in MB, longest wait for a 503 in ms. */
const MOST_RATIO = 3;
const MOST_MEMORY = 400;
const MOST_WAIT = 1000;
/** Misses per second that are offered at most, whatever the capacity. */
const MOST_RATE = 400;
/** Least share of new clients that are served within a second. */
const LEAST_SERVED = 0.95;

/** Ten times as many misses as can be made, offered whatever the answers. */
export async function misses(pictures, { quick }) {
  const server = await serve(pictures);
  try {
    const { port } = server;
    let next = 0;
    const fresh = () => missPath(next++);
    await warm(port);
    await closedLoop(port, 4, quick ? 2 : 5, fresh);
    const seconds = quick ? 4 : 10;
    const capacity = (await closedLoop(port, 4, seconds, fresh)).length / seconds;
    const normal = quantile(
      (await closedLoop(port, 1, quick ? 2 : 4, fresh)).map(({ ms }) => ms),
      0.5,
    );
    const alone = await hitsFor(port, quick ? 8 : 20);

    const rate = Math.min(MOST_RATE, 10 * capacity);
    const load = startLoad('misses', { port, rate, seconds: quick ? 10 : 60, from: next });
    next += 500_000;
    const stop = hitStream(port);
    await load.heard('offered');
    const during = await stop();
    const recovered = await recovery(port, fresh, 2 * normal);
    const seen = await load.stop();
    return {
      about: `Capacity ${show(capacity)} misses/s (4 clients); offered ${show(rate)}/s for ${quick ? 10 : 60} s.`,
      rows: [
        ...hitRows(alone, during),
        row(
          'misses offered, served, refused',
          [seen.offered, seen.served, seen.refused].join(', '),
        ),
        row('share refused', percent(seen.refused / seen.offered)),
        row('time to a 503, p99', `${show(seen.refusedP99)} ms`),
        bar('time to a 503, longest', `${show(seen.refusedMax)} ms`, 'at most 1 s', () => {
          return seen.refusedMax <= MOST_WAIT;
        }),
        bar('503 without Retry-After', seen.withoutRetryAfter, '0', (n) => n === 0),
        bar('misses without an answer', list(seen.unanswered), '0', (text) => text === '0'),
        row('other statuses', list(seen.others)),
        row('longest wait of a served miss', `${show(seen.longest)} ms`),
        row('fresh miss below twice its normal time', `${recovered} (normal ${show(normal)} ms)`),
      ],
    };
  } finally {
    await server.stop();
  }
}

/** How long after the load a fresh miss takes less than `most` milliseconds again. */
async function recovery(port, fresh, most) {
  const start = performance.now();
  const spent = () => performance.now() - start;
  while (spent() < 150_000) {
    const { status, ms } = await ask(port, fresh());
    if (status === 200 && ms < most) return `after ${show(spent() / 1000)} s`;
    await pause(100);
  }
  return 'not within 150 s';
}

/** All connections taken by clients that do not go on. */
export async function silent(pictures, { quick }) {
  const rows = [];
  for (const connections of [200, 4096]) {
    const room = 1.1 * connections;
    if (descriptors() < room + 500) {
      console.log(`silent: ${connections} connections skipped, too few descriptors.`);
      continue;
    }
    for (const kind of ['silent', 'half', 'idle']) {
      const name = `${connections} ${kind}`;
      // The default is left to the server itself
      const listen = connections === 4096 ? undefined : { connections };
      const seen = await besideSockets(pictures, listen, { kind, count: Math.round(room), quick });
      rows.push(
        bar(
          `${name}: new clients served within 1 s`,
          `${seen.served} of ${seen.asked}`,
          `at least ${percent(LEAST_SERVED)}`,
          () => seen.served >= LEAST_SERVED * seen.asked,
        ),
        row(`${name}: the others`, seen.others),
        row(`${name}: sockets that the front held when full, at the end`, seen.held.join(', ')),
      );
    }
  }
  return {
    about:
      '`silent` sends nothing, `half` sends half a request, never reads and never closes, `idle` has had one answer. ' +
      `A tenth more sockets than \`connections\`; four new clients a second from another address, for at most ${quick ? 20 : 150} s, ` +
      'until all of the last 3 s were served.',
    rows,
  };
}

async function besideSockets(pictures, listen, { kind, count, quick }) {
  const server = await serve(pictures, { listen });
  try {
    const { port } = server;
    await warm(port);
    const before = server.descriptors();
    const load = startLoad('sockets', { port, kind, count, path: HITS[0] });
    await load.heard('full');
    const held = [Math.max(0, server.descriptors() - before)];
    const start = performance.now();
    const spent = () => (performance.now() - start) / 1000;
    const asked = [];
    const clients = [];
    let trouble = 0;
    while (spent() < (quick ? 20 : 150)) {
      if (spent() > (quick ? 8 : 15) && spent() - trouble > 3) break;
      asked.push(
        ask(port, HITS[1], { localAddress: '127.0.0.2', timeout: MOST_WAIT }).then((answer) => {
          const ok = answer.status === 200;
          if (!ok) trouble = spent();
          clients.push(ok ? 'served' : String(answer.status ?? answer.error));
        }),
      );
      await pause(250);
    }
    await Promise.all(asked);
    held.push(Math.max(0, server.descriptors() - before));
    await load.stop();
    const failed = clients.filter((client) => client !== 'served');
    const reasons = [...new Set(failed)].map(
      (reason) => `${failed.filter((one) => one === reason).length} × ${reason}`,
    );
    return {
      asked: clients.length,
      served: clients.length - failed.length,
      others: failed.length === 0 ? 'none' : `${reasons.join(', ')}, until ${show(trouble)} s`,
      held,
    };
  } finally {
    await server.stop();
  }
}

/** Twenty thousand misses in a row on one connection that is never read. */
export async function pipelining(pictures, { quick }) {
  const server = await serve(pictures);
  try {
    const { port } = server;
    await warm(port);
    const alone = await hitsFor(port, quick ? 5 : 15);
    const watch = memoryWatch(server);
    const load = startLoad('pipelining', { port, count: 20_000, from: 0 });
    const stop = hitStream(port);
    const queued = [];
    for (const end = Date.now() + (quick ? 8000 : 15_000); Date.now() < end; await pause(500)) {
      queued.push(await poolGauge(port, 'queued', 10_000));
    }
    const seen = queued.filter((length) => length !== undefined);
    const during = await stop();
    const { taken, closed } = await load.stop();
    const memory = watch();
    return {
      about: `20,000 distinct misses pipelined and never read, for ${quick ? 8 : 15} s.`,
      rows: [
        ...hitRows(alone, during),
        ...memoryRows(memory),
        row(
          'longest queue seen',
          `${Math.max(0, ...seen)} (${seen.length} of ${queued.length} looks answered)`,
        ),
        row('written by the client; closed', `${show(taken / 1e6)} MB; ${closed ? 'yes' : 'no'}`),
      ],
    };
  } finally {
    await server.stop();
  }
}

/** Forty large uploads at once. */
export async function uploads(pictures, { quick }) {
  const server = await serve(pictures);
  try {
    const { port } = server;
    await warm(port);
    const alone = await hitsFor(port, quick ? 5 : 15);
    const watch = memoryWatch(server);
    const stop = hitStream(port);
    const load = startLoad('uploads', {
      port,
      path: '/io/full',
      count: 40,
      bytes: LARGE_BYTES,
      head: pictures.head,
    });
    await load.heard('result');
    const during = await stop();
    const { statuses, longest } = await load.stop();
    await pause(10_000);
    const memory = watch();
    return {
      about:
        '40 uploads of 45 MB at once: half are noise behind the head of a JPEG, half are no picture.',
      rows: [
        ...hitRows(alone, during),
        ...memoryRows(memory),
        row('front memory after 10 s', `${show(server.memory() / 1e6)} MB`),
        row('answers', list(statuses)),
        row('longest upload', `${show(longest)} ms`),
      ],
    };
  } finally {
    await server.stop();
  }
}

function hitRows(alone, during) {
  const ratio = during.p99 / alone.p99;
  return [
    row('hits alone, p50 / p99', `${show(alone.p50)} / ${show(alone.p99)} ms`),
    row('hits during, p50 / p99', `${show(during.p50)} / ${show(during.p99)} ms`),
    bar('hits, p99 against alone', `${show(ratio)} times`, 'at most 3 times', () => {
      return ratio <= MOST_RATIO;
    }),
    bar('hits without an answer in 10 s', during.unanswered, '0', (n) => n === 0),
  ];
}

function memoryRows({ before, peak }) {
  if (peak === undefined) return [row('front memory', 'not told by this system')];
  return [
    row('front memory before', `${show(before)} MB`),
    bar('front memory, peak', `${show(peak)} MB`, 'at most 400 MB', () => peak <= MOST_MEMORY),
  ];
}

/** Files that a process here may have open. */
function descriptors() {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const [, , hard] = /^Max open files\s+(\S+)\s+(\S+)/m.exec(limits) ?? [];
    return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard);
  } catch {
    return 0;
  }
}
