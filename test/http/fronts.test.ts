/**
 * Several fronts: answers are those of one process, whoever gives them; what changes is told to
 * all; and a front that goes is replaced.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytesOf } from '../../src/base/body.ts';
import { type Answer, type Asking, exchange, form } from '../support/client.ts';
import { card, committed } from '../support/pictures.ts';
import { childrenOf } from '../support/processes.ts';
import { ACCEPTS, startServer, type TestServer } from '../support/server.ts';

const LEAVES = committed('leaves.jpg');
const TOKEN = 'open sesame';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({
    pictures: { 'leaves.jpg': LEAVES, 'page.jpg': Buffer.from('<html></html>') },
    settings: { 'listen.fronts': 2, 'metrics.token': TOKEN },
  });
});
afterAll(async () => {
  const { pid } = process;
  await server.stop();
  expect(frontsOf(pid)).toEqual([]);
});

const frontsOf = (pid: number) => childrenOf(pid, 'cli/front.js');

/** Headers that belong to one answer alone, or to its connection. */
const OWN = ['date', 'x-request-id', 'server-timing', 'connection', 'keep-alive', 'age'];

function said(status: number, headers: Readonly<Record<string, unknown>>, body: Uint8Array) {
  const lines = Object.entries(headers).filter(([name]) => !OWN.includes(name));
  return { status, headers: Object.fromEntries(lines), body: Buffer.from(body).toString('base64') };
}

const overSocket = ({ status, headers, body }: Answer) => said(status, headers, body);

/** The answer of the server itself, without a front. */
async function directly(target: string, asking: Asking) {
  const { status, headers, body } = await server.handle(
    exchange(target, {
      ...asking,
      headers: { host: `127.0.0.1:${server.port}`, ...asking.headers },
    }),
  );
  return said(status, headers, await bytesOf(body));
}

const target = fc.constantFrom(
  '/imgix/leaves.jpg?w=90&q=60',
  '/imgix/leaves.jpg?w=91&q=60&auto=format',
  '/imgix/leaves.jpg?w=91&q=60&dl=a.jpg',
  '/fastly/leaves.jpg?width=92&quality=60&format=auto',
  '/fastly/leaves.jpg?width=92&unknown=1',
  '/imageoptim/93,quality=low/leaves.jpg',
  '/imgix/leaves.jpg?fm=json',
  '/imgix/none.jpg',
  '/imgix/page.jpg?w=10',
  '/nowhere/at/all',
  '/healthz',
  '/readyz',
);
const headers = fc.record(
  {
    accept: fc.constantFrom(...Object.values(ACCEPTS)),
    range: fc.constantFrom('bytes=0-99', 'bytes=100-', 'bytes=9999999-'),
    'if-none-match': fc.constantFrom('*', '"other"'),
    'cache-control': fc.constantFrom('no-cache', 'only-if-cached'),
  },
  { requiredKeys: ['accept'] },
);
const method = fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'OPTIONS', 'POST', 'DELETE');

describe('with two fronts', () => {
  test('answers are those of the server, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ target, headers, method }), { minLength: 1, maxLength: 6 }),
        async (requests) => {
          for (const { target: to, ...asking } of requests) {
            // The first may make what the others find; a score may come in between
            await directly(to, asking);
            const before = await directly(to, asking);
            const given = [];
            for (let i = 0; i < 4; i++) given.push(overSocket(await server.ask(to, asking)));
            const after = await directly(to, asking);
            for (const one of given) expect([before, after]).toContainEqual(one);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  test('uploads pass through a front, and those that are too large are refused', async () => {
    const upload = form(LEAVES);
    const first = await server.ask('/imageoptim/80/', upload);
    expect(first.status).toBe(200);
    expect(overSocket(first)).toMatchObject({
      body: (await directly('/imageoptim/80/', upload)).body,
    });
    const refused = await server.ask('/imgix/leaves.jpg', upload);
    expect(refused.status).toBe(405);
  });

  test('hits are spread over both, and counted together', async () => {
    const hit = '/imgix/leaves.jpg?w=95&q=60&fm=jpg';
    const metrics = async () => {
      const asking = { headers: { authorization: `Bearer ${TOKEN}` } };
      return (await server.ask('/_fovea/metrics', asking)).body.toString();
    };
    const value = (text: string, row: string) =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${row} `))
          ?.slice(row.length) ?? 0,
      );
    const answers = 'fovea_requests_total{dialect="imgix",outcome="hit",status="2xx"}';
    expect((await server.ask(hit)).status).toBe(200);
    const before = value(await metrics(), answers);
    for (let i = 0; i < 60; i++) expect((await server.ask(hit)).status).toBe(200);
    const text = await metrics();
    expect(value(text, answers) - before).toBe(60);
    for (const front of [1, 2]) {
      expect(value(text, `fovea_front_answers_total{front="${front}"}`)).toBeGreaterThan(15);
    }
  });

  test('each request has its line in the log', async () => {
    const lines = () => server.events.filter((event) => event === 'request').length;
    // Lines are gathered for a moment: those of the requests before come first
    const settled = async () => {
      for (let before = -1; before !== lines(); ) {
        before = lines();
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      return lines();
    };
    const before = await settled();
    for (let i = 0; i < 20; i++) await server.ask('/imgix/leaves.jpg?w=95&q=60&fm=jpg');
    while (lines() < before + 20) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await settled()).toBe(before + 20);
  });

  test('a picture that is replaced is soon that of all fronts', async () => {
    server.put('changing.jpg', LEAVES);
    const to = '/imgix/changing.jpg?w=40&q=60&fm=png';
    const old = (await server.ask(to)).headers.etag;
    for (let i = 0; i < 8; i++) expect((await server.ask(to)).headers.etag).toBe(old);
    server.put('changing.jpg', await card(300, 200).jpeg().toBuffer());
    const tags = async () => {
      const answers = await Promise.all([1, 2, 3, 4].map(() => server.ask(to)));
      return new Set(answers.map((answer) => answer.headers.etag));
    };
    while ((await tags()).has(old)) await new Promise((resolve) => setTimeout(resolve, 50));
    expect([...(await tags())]).toEqual([(await directly(to, {})).headers.etag]);
  });

  test('one that is killed is replaced, and nobody who asks again is refused', async () => {
    const before = frontsOf(process.pid);
    expect(before).toHaveLength(2);
    process.kill(before[0]!, 'SIGKILL');
    const pids = () => frontsOf(process.pid).filter((pid) => pid !== before[0]);
    while (pids().length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    for (let i = 0; i < 10; i++) {
      expect((await server.ask('/imgix/leaves.jpg?w=90&q=60')).status).toBe(200);
    }
    expect(server.complaints.join()).toContain('front ended');
  });
});

test('a better rendition takes the place of the first in all fronts, with its cache headers', async () => {
  const own = await startServer({
    pictures: { 'leaves.jpg': LEAVES },
    refine: true,
    latency: '30ms',
    settings: { 'listen.fronts': 2 },
  });
  try {
    const to = '/imgix/leaves.jpg?w=120&fm=webp';
    const modes = async (answers: number) => {
      const given = await Promise.all(Array.from({ length: answers }, () => own.ask(to)));
      return new Set(given.map((answer) => /mode=(\w+)/.exec(String(answer.headers.fovea))?.[1]));
    };
    expect([...(await modes(1))]).toEqual(['online']);
    while ((await modes(4)).has('online')) await new Promise((resolve) => setTimeout(resolve, 30));
    // Whoever answers, none goes back
    for (let i = 0; i < 5; i++) expect([...(await modes(4))]).toEqual(['background']);
  } finally {
    await own.stop();
  }
});
