/** A CDN in front is told the tags that it has seen on answers, and nobody waits for it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { PurgeOrder } from '../../src/server/purge/purge-order.ts';
import { card } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

const told: string[][] = [];
let cdn: Server;
let server: TestServer;
/** Answers that the CDN does not give. */
const held: (() => void)[] = [];
let isSilent = false;

beforeAll(async () => {
  cdn = createServer(async (request, response) => {
    let body = '';
    for await (const bytes of request) body += bytes;
    told.push(JSON.parse(body).surrogate_keys);
    if (isSilent) held.push(() => response.end('{}'));
    else response.end('{}');
  });
  await new Promise<void>((resolve) => cdn.listen(0, '127.0.0.1', resolve));
  const { port } = cdn.address() as AddressInfo;
  const png = await card(30, 60).png().toBuffer();
  server = await startServer({
    pictures: { 'a.png': png, 'logo.png': png },
    settings: {
      'headers.tags': 'Surrogate-Key',
      'purge.fastlyService': 'SU1Z0isxPaozGVKXdv0eY',
      'purge.fastlyToken': 'a-token',
      'purge.fastlyApi': `http://127.0.0.1:${port}`,
      'metrics.token': 'a-token-of-metrics',
    },
  });
});

afterAll(async () => {
  await server.stop();
  cdn.close();
  cdn.closeAllConnections();
});

/** What the CDN is told of an order. */
async function toldOf(order: PurgeOrder): Promise<string[]> {
  const before = told.length;
  await server.server.purger.purge(order);
  await vi.waitFor(() => expect(told.length).toBe(before + 1), { timeout: 30_000, interval: 10 });
  return told[before]!;
}

const tagsOf = async (target: string) => {
  const { status, headers } = await server.ask(target);
  expect(status).toBe(200);
  return String(headers['surrogate-key']).split(' ');
};

test('an address: the tag that all sizes of its picture have, in no other picture', async () => {
  const tags = await tagsOf('/imgix/a.png?w=10');
  const [tag, ...more] = await toldOf({ url: '/imgix/a.png?w=20' });
  expect(more).toEqual([]);
  expect(tags).toContain(tag);
  expect(await tagsOf('/imgix/a.png?w=20')).toContain(tag);
  expect(await tagsOf('/imgix/logo.png?w=10')).not.toContain(tag);
});

test('an address with a second picture: the tags of both; a second picture alone: a tag of what has it', async () => {
  const target = '/imgix/a.png?w=10&mark=/logo.png';
  const tags = await tagsOf(target);
  const both = await toldOf({ url: target });
  expect(both).toHaveLength(2);
  expect(tags).toEqual(expect.arrayContaining(both));
  const [logo] = await toldOf({ url: '/imgix/logo.png' });
  expect(tags).toContain(logo);
});

test('an original: its tag in every source of the configuration that has it', async () => {
  const told = await toldOf({ source: 'a.png' });
  for (const target of ['/imgix/a.png?w=10', '/fastly/a.png?width=10']) {
    expect(told.filter((tag) => tag.startsWith('source-'))).toEqual(told);
    const tags = await tagsOf(target);
    expect(tags.filter((tag) => told.includes(tag))).toHaveLength(1);
  }
});

test('a tag: itself', async () => {
  expect(await toldOf({ tag: 'spring' })).toEqual(['spring']);
});

test('a prefix: the names of the sources that may have it', async () => {
  expect(await toldOf({ prefix: '/photos/', name: 'imgix' })).toEqual(['imgix']);
  expect(await tagsOf('/imgix/a.png?w=10')).toContain('imgix');
  expect((await toldOf({ prefix: '/' })).sort()).toEqual(['fastly', 'imageoptim', 'imgix']);
});

test('a CDN that does not answer holds no purge up', async () => {
  isSilent = true;
  const before = told.length;
  for (const tag of ['one', 'two', 'three']) await server.server.purger.purge({ tag });
  await vi.waitFor(() => expect(held).toHaveLength(1), { timeout: 30_000 });
  isSilent = false;
  for (const answer of held) answer();
  await vi.waitFor(() => expect(told.slice(before).flat()).toEqual(['one', 'two', 'three']), {
    timeout: 30_000,
  });
});

test('outcomes stand in the metrics', async () => {
  const headers = { authorization: 'Bearer a-token-of-metrics' };
  const { body } = await server.ask('/_fovea/metrics', { headers });
  expect(body.toString()).toMatch(
    /^fovea_cdn_purged_tags_total\{cdn="fastly",outcome="done"\} \d+$/m,
  );
});
