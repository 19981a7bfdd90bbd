/**
 * Loads of the overload bench, each run in a process of its own by `startLoad`.
 *
 * Every load is bounded in count and time. It reports by name over the channel
 * of the process, the last report being `result`.
 */
import { connect } from 'node:net';
import { setPriority } from 'node:os';
import { ask, closedLoop, counted, every, missPath, quantile } from './overload.client.mjs';
import { pause } from './server.mjs';

/** Clients have machines of their own: here they take the cores that the server and the hits leave them. */
setPriority(10);

/** A load that nobody stops ends by itself, in milliseconds. */
const LONGEST = 400_000;
/** Connections that are opened at the same time. */
const OPENING = 64;

/** Loads have an address of their own, hits and new clients others. */
const FROM = { localAddress: '127.0.0.3' };

const LOADS = { misses, sockets, pipelining, uploads, deadlines };

let stop = () => {};
const stopped = new Promise((resolve) => {
  stop = resolve;
});
setTimeout(() => process.exit(1), LONGEST).unref();
process.on('disconnect', () => process.exit(1));
process.on('message', (message) => {
  if (message.stop) return stop();
  LOADS[message.load](message.options).then(
    (value) => report('result', value),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
});

function report(name, value) {
  process.send({ name, value });
}

/** Distinct misses at a fixed rate, each on its own connection, whatever the answers; waits for all of them. */
async function misses({ port, rate, seconds, from }) {
  const asked = [];
  const most = Math.round(rate * seconds);
  const timer = every(1000 / rate, () => {
    // As many visitors, so that a limit per address does not meet all of them
    const localAddress = `127.0.1.${1 + (asked.length % 250)}`;
    if (asked.length < most) asked.push(ask(port, missPath(from + asked.length), { localAddress }));
  });
  await pause(seconds * 1000);
  clearInterval(timer);
  report('offered', asked.length);
  const answers = await Promise.all(asked);
  const served = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status === 503);
  const others = answers.filter(({ status }) => status !== 200 && status !== 503);
  const waits = refused.map(({ head }) => head);
  return {
    offered: answers.length,
    served: served.length,
    longest: Math.max(0, ...served.map(({ ms }) => ms)),
    refused: refused.length,
    withoutRetryAfter: refused.filter(({ headers }) => !headers['retry-after']).length,
    refusedP99: quantile(waits, 0.99),
    refusedMax: Math.max(0, ...waits),
    unanswered: counted(others.filter(({ error }) => error).map(({ error }) => error)),
    others: counted(others.filter(({ status }) => status).map(({ status }) => status)),
  };
}

/**
 * Connections that keep their place: `silent` ones say nothing, `half` ones
 * send half a request and never read nor close, `idle` ones have had an answer.
 */
async function sockets({ port, kind, count, path }) {
  const all = [];
  let next = 0;
  const open = () =>
    new Promise((resolve) => {
      const socket = connect({ ...FROM, host: '127.0.0.1', port, allowHalfOpen: true });
      all.push(socket);
      socket.on('error', () => {});
      socket.on('close', resolve);
      socket.on('connect', () => {
        if (kind === 'idle') {
          socket.write(`GET ${path} HTTP/1.1\r\nHost: bench\r\n\r\n`);
          socket.once('data', resolve);
          socket.on('end', () => socket.destroy());
          return;
        }
        if (kind === 'half') socket.write(`GET ${path} HTTP/1.1\r\nHost: bench\r\nX-Half: `);
        else socket.on('end', () => socket.destroy());
        if (kind === 'half') socket.pause();
        else socket.resume();
        resolve();
      });
    });
  await Promise.all(
    Array.from({ length: OPENING }, async () => {
      while (next < count) {
        next += 1;
        await Promise.race([open(), pause(2000)]);
      }
    }),
  );
  report('full');
  await stopped;
  for (const socket of all) socket.destroy();
}

/** Distinct misses on one connection, all at once, whose answers are never read. */
async function pipelining({ port, count, from }) {
  const socket = connect({ ...FROM, host: '127.0.0.1', port, allowHalfOpen: true });
  let closed = false;
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
  });
  socket.pause();
  const lines = Array.from(
    { length: count },
    (_, i) => `GET ${missPath(from + i)} HTTP/1.1\r\nHost: bench\r\n\r\n`,
  );
  socket.write(lines.join(''));
  await stopped;
  const taken = socket.bytesWritten - socket.writableLength;
  socket.destroy();
  return { taken, closed };
}

/** Uploads at once, half of them with the head of a JPEG before noise, half of them noise alone. */
async function uploads({ port, path, count, bytes, head }) {
  const { randomBytes } = await import('node:crypto');
  const noise = randomBytes(bytes);
  // A first byte that begins no format
  noise.fill(0x7a, 0, 64);
  const pictures = Buffer.concat([Buffer.from(head, 'base64'), noise]).subarray(0, bytes);
  const answers = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      ask(port, path, {
        ...FROM,
        method: 'POST',
        headers: { 'content-type': 'image/jpeg', 'content-length': bytes },
        body: i % 2 === 0 ? pictures : noise,
        timeout: 120_000,
      }),
    ),
  );
  return {
    statuses: counted(answers.map(({ status, error }) => status ?? error)),
    longest: Math.max(...answers.map(({ ms }) => ms)),
  };
}

/** Clients that ask for new sizes of a large picture with a deadline too short for any. */
async function deadlines({ port, clients, seconds, name, timeout }) {
  let width = 500;
  const path = () => `/io/${500 + (width++ % 1500)},timeout=${timeout}/${name}`;
  const answers = await closedLoop(port, clients, seconds, path, FROM);
  return { asked: answers.length, statuses: counted(answers.map((a) => a.status ?? a.error)) };
}
