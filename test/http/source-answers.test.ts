/**
 * What the configuration of a source says about its answers, over a real
 * socket: how long they may be kept, and pictures in place of errors.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalOrigin, startOrigin } from '../support/origin.ts';
import { card, committed, decode } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

const LEAVES = committed('leaves.jpg');
let server: TestServer;
let origin: LocalOrigin;

beforeAll(async () => {
  origin = await startOrigin({
    'hour.jpg': { body: LEAVES, headers: { 'cache-control': 'max-age=3600' } },
    'silent.jpg': { body: LEAVES },
    'secret.jpg': { body: LEAVES, headers: { 'cache-control': 'private, max-age=3600' } },
    'broken.jpg': { body: LEAVES.subarray(0, 300) },
    'down.jpg': { body: Buffer.from('down'), status: 500 },
    'none.png': await card(90, 60).png().toBuffer(),
    'sorry.png': await card(60, 90).png().toBuffer(),
  });
  const from = (name: string, fields: object) => ({
    name,
    dialect: 'imgix',
    mount: `/${name}`,
    origin: { kind: 'http', base: `${origin.url}/`, allow: [`127.0.0.1:${origin.port}`] },
    ...fields,
  });
  const images = { defaultImage: 'none.png', errorImage: 'sorry.png' };
  server = await startServer({
    sources: [
      from('respect', { ttl: '10m' }),
      from('override', { ttl: '10m', ttlMode: 'override' }),
      from('minimum', { ttl: '10m', ttlMode: 'minimum' }),
      from('floor', { minTtl: '2h' }),
      from('ceiling', { maxTtl: '1m' }),
      from('errors', { errorTtl: '5m' }),
      from('shown', { ...images, errorTtl: '5m' }),
      from('good', { ...images, imageStatus: 'ok' }),
      from('fastly-shown', { ...images, dialect: 'fastly' }),
      from('lost', { defaultImage: 'not-there-either.png' }),
    ],
  });
});

afterAll(async () => {
  await server.stop();
  await origin.stop();
});

const control = async (target: string) => (await server.ask(target)).headers['cache-control'];

describe('how long an answer may be kept', () => {
  test.each([
    ['respect', 3600, 600],
    ['override', 600, 600],
    ['minimum', 600, 600],
    ['floor', 7200, 31_536_000],
    ['ceiling', 60, 60],
    ['errors', 3600, 31_536_000],
  ])(
    '%s: %d s where the origin says an hour, %d s where it says nothing',
    async (name, hour, silent) => {
      expect(await control(`/${name}/hour.jpg?w=9`)).toBe(`public, max-age=${hour}`);
      expect(await control(`/${name}/silent.jpg?w=9`)).toBe(`public, max-age=${silent}`);
    },
  );

  test('no mode makes public what the origin calls private', async () => {
    for (const name of ['override', 'minimum', 'floor']) {
      expect(await control(`/${name}/secret.jpg?w=9`)).toMatch(/^(?:private|no-store)/);
    }
  });

  test('an error as long as its source says', async () => {
    expect(await control('/errors/nowhere.jpg?w=9')).toBe('public, max-age=300');
    expect(await control('/respect/nowhere.jpg?w=9')).toBe('public, max-age=30');
  });
});

describe('a picture in place of an error', () => {
  const show = async (target: string, headers = {}) => {
    const answer = await server.ask(target, { headers });
    const { width, height } = await decode(answer.body);
    return { ...answer, size: `${width}x${height}` };
  };

  test('has the status of the error, the size that was asked for, and no validators', async () => {
    const missing = await show('/shown/nowhere.jpg?w=30', {
      'if-none-match': '*',
      range: 'bytes=0-1',
    });
    expect([missing.status, missing.size]).toEqual([404, '30x20']);
    expect(missing.headers['cache-control']).toBe('public, max-age=300');
    for (const name of ['etag', 'last-modified', 'accept-ranges']) {
      expect(missing.headers[name], name).toBeUndefined();
    }
    const head = await server.ask('/shown/nowhere.jpg?w=30', { method: 'HEAD' });
    expect([head.status, head.body.length]).toEqual([404, 0]);
    expect(head.headers['content-length']).toBe(String(missing.body.length));
  });

  test.each(['broken.jpg', 'down.jpg'])('is the error image for %s', async (name) => {
    const answer = await show(`/shown/${name}?w=30`);
    expect(answer.size).toBe('30x45');
    expect(answer.status).toBeGreaterThanOrEqual(400);
  });

  test('may be sent as a success, that can be asked for again', async () => {
    const shown = await show('/good/nowhere.jpg?w=30');
    expect([shown.status, shown.size]).toEqual([200, '30x20']);
    expect(shown.headers['cache-control']).toBe('public, max-age=30');
    const etag = String(shown.headers.etag);
    const again = await server.ask('/good/nowhere.jpg?w=30', {
      headers: { 'if-none-match': etag },
    });
    expect(again.status).toBe(304);
  });

  test('is there in other dialects too', async () => {
    expect((await show('/fastly-shown/nowhere.jpg?width=30')).size).toBe('30x20');
  });

  test('is not sent for a request that is wrong itself, or for data', async () => {
    expect((await server.ask('/shown/hour.jpg?w=9&expires=1')).headers['content-type']).toMatch(
      /^text/,
    );
    expect((await server.ask('/shown/nowhere.jpg?fm=json')).headers['content-type']).toMatch(
      /^text/,
    );
  });

  test('gives way to the error itself where it is not there', async () => {
    const answer = await server.ask('/lost/nowhere.jpg?w=9');
    expect([answer.status, answer.headers['content-type']]).toEqual([
      404,
      'text/plain; charset=utf-8',
    ]);
  });
});
