/** A server whose machine has broken encoders finds that out, says so, and answers in the next format. */
import sharp from 'sharp';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Break, brokenWorker } from '../support/broken-worker.ts';
import { committed } from '../support/pictures.ts';
import { ACCEPTS, startServer, type TestServer, targetOf } from '../support/server.ts';

const LEAVES = committed('leaves.jpg');
const TOKEN = 'open sesame';

// The process of the test has the lowest priority, and a busy machine leaves it little
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const over: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of over.splice(0)) await end();
});

/** A server with broken encoders that has made its self-test. */
async function tested(breaks: Readonly<Record<string, Break>>): Promise<TestServer> {
  const { program, remove } = brokenWorker(breaks);
  const server = await startServer({
    pictures: {
      'leaves.jpg': LEAVES,
      'leaves.avif': await sharp(LEAVES).resize(120).avif({ effort: 0 }).toBuffer(),
    },
    worker: program,
    settings: { 'metrics.token': TOKEN },
  });
  over.push(async () => {
    await server.stop();
    remove();
  });
  await expect
    .poll(async () => (await metrics(server)).get('gif'), { timeout: 120_000, interval: 200 })
    .toBeDefined();
  return server;
}

/** What the metrics say of each part. */
async function metrics(server: TestServer): Promise<ReadonlyMap<string, string>> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const { body } = await server.ask('/_fovea/metrics', { headers });
  const samples = body.toString().matchAll(/^fovea_self_test_passed\{part="(\w+)"\} (\d)$/gm);
  return new Map([...samples].map(([, part = '', value = '']) => [part, value]));
}

async function typeOf(server: TestServer, target: string, accept: string = ACCEPTS.avif) {
  const { status, headers } = await server.ask(target, { headers: { accept } });
  return [status, headers['content-type']];
}

describe.each([
  ['throws', 'this encoder is broken'],
  ['wrong', 'off by'],
  ['ends', 'SIGILL'],
] as const)('where AVIF %s', (how, reason) => {
  test('the next format is the answer, and the server says why and stays ready', async () => {
    const server = await tested({ avif: how });
    const parts = await metrics(server);
    expect([...parts].filter(([, value]) => value === '0')).toEqual([['avif', '0']]);
    expect(server.complaints).toEqual([expect.stringContaining('self-test failed')]);
    expect(server.complaints[0]).toContain(reason);
    const negotiated = [
      targetOf('imgix', 'leaves.jpg', 'w=90&auto=format'),
      targetOf('fastly', 'leaves.jpg', 'width=90&auto=avif'),
      targetOf('imageoptim', 'leaves.jpg', '90'),
    ];
    for (const target of negotiated) {
      const answers = target.includes('auto=avif') ? 'image/jpeg' : 'image/webp';
      expect([target, ...(await typeOf(server, target))]).toEqual([target, 200, answers]);
    }
    const named = [
      targetOf('imgix', 'leaves.jpg', 'w=90&fm=avif'),
      targetOf('fastly', 'leaves.jpg', 'width=90&format=avif'),
      targetOf('imgix', 'leaves.avif', 'w=60'),
    ];
    for (const target of named) {
      expect([target, ...(await typeOf(server, target))]).toEqual([target, 200, 'image/jpeg']);
    }
    const ready = await server.ask('/readyz?verbose', {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(JSON.parse(ready.body.toString())).toMatchObject({ ready: true, failedParts: ['avif'] });
  });
});

test('where every negotiated format fails, clients of all of them are sent a JPEG, and a reload keeps that', async () => {
  const server = await tested({ avif: 'throws', webp: 'wrong' });
  const target = targetOf('imgix', 'leaves.jpg', 'w=91&auto=format');
  expect(await typeOf(server, target)).toEqual([200, 'image/jpeg']);
  await server.server.reload(server.config);
  expect(await typeOf(server, `${target}&x=1`)).toEqual([200, 'image/jpeg']);
  expect(await typeOf(server, targetOf('imageoptim', 'leaves.jpg', '92'))).toEqual([
    ...[200, 'image/jpeg'],
  ]);
});

test('where PNG fails, which nothing stands in for, the server is not ready and says so', async () => {
  // A worker shows that it can write a PNG before it comes up, so it writes a wrong one
  const server = await tested({ png: 'wrong' });
  const { status, body } = await server.ask('/readyz');
  expect([status, body.toString()]).toEqual([503, 'self-test\n']);
  expect((await server.ask('/healthz')).status).toBe(200);
});

test('where nothing is broken, all parts pass and nobody is told anything', async () => {
  const server = await tested({});
  expect([...(await metrics(server)).values()]).toEqual(Array(7).fill('1'));
  expect(server.complaints).toEqual([]);
  const avif = await typeOf(server, targetOf('imgix', 'leaves.jpg', 'w=90&auto=format'));
  expect(avif).toEqual([200, 'image/avif']);
});
