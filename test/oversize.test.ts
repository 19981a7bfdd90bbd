/**
 * Sources with more bytes than are read: Fastly hands them on as they come,
 * the other dialects refuse them, and nothing of them stays here.
 */
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { card } from './support/pictures.ts';
import { startServer, type TestServer } from './support/server.ts';

const LIMIT = 1_000_000;
const LENGTH = 24_000_000;
const TOO_LONG = 'Body exceeds maximum length';

/** A whole JPEG with much behind its end. */
let large: Buffer;
let server: TestServer;
let origin: Server;
/** Answers of the origin that are under way. */
let running = 0;

const sum = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

beforeAll(async () => {
  large = Buffer.alloc(LENGTH, 7);
  large.set(await card(300, 200).jpeg().toBuffer());
  origin = createServer((request, response) => {
    running += 1;
    response.once('close', () => {
      running -= 1;
    });
    const path = request.url ?? '';
    const etag = path.startsWith('/plain') ? {} : { etag: '"one"' };
    if (path.startsWith('/monster')) {
      response.writeHead(200, { 'content-length': 500_000_001, ...etag });
      response.flushHeaders();
      return;
    }
    const length = path.startsWith('/chunked') ? {} : { 'content-length': LENGTH };
    response.writeHead(200, { 'cache-control': 'max-age=60', ...length, ...etag });
    let at = 0;
    const more = () => {
      while (at < LENGTH && !response.destroyed) {
        const goesOn = response.write(large.subarray(at, at + 65_536));
        at += 65_536;
        if (!goesOn) return void response.once('drain', more);
      }
      response.end();
    };
    more();
  });
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
  const { port } = origin.address() as AddressInfo;
  const far = { kind: 'http', base: `http://127.0.0.1:${port}/`, allow: [`127.0.0.1:${port}`] };
  server = await startServer({
    pictures: { 'large.jpg': large },
    limits: { sourceBytes: '1MB' },
    sources: [{ name: 'far', dialect: 'fastly', mount: '/far', origin: far }],
  });
});

afterAll(async () => {
  await server.stop();
  origin.closeAllConnections();
  await new Promise((resolve) => origin.close(resolve));
});

const stored = () =>
  readdirSync(join(server.home, 'cache'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).size)
    .filter((size) => size > LIMIT);

describe.each(['/fastly/large.jpg', '/far/large.jpg', '/far/plain.jpg'])('Fastly: %s', (path) => {
  test('is delivered as it is, and nothing of it is kept', async () => {
    const { status, headers, body } = await server.ask(`${path}?width=100&format=webp`);
    expect([status, body.length, sum(body)]).toEqual([200, LENGTH, sum(large)]);
    expect(headers['content-type']).toBe('image/jpeg');
    expect(headers['content-length']).toBe(String(LENGTH));
    expect(headers['fastly-io-error']).toBe(TOO_LONG);
    expect(headers['fastly-io-info']).toBeUndefined();
    expect(headers['fastly-stats']).toBeUndefined();
    expect(stored()).toEqual([]);
  });

  test('has parts', async () => {
    const { status, headers, body } = await server.ask(`${path}?width=100`, {
      headers: { range: 'bytes=70000-70009' },
    });
    expect(status).toBe(206);
    expect(headers['content-range']).toBe(`bytes 70000-70009/${LENGTH}`);
    expect(body.equals(large.subarray(70_000, 70_010))).toBe(true);
  });

  test('has a head without a body', async () => {
    const { status, headers, body } = await server.ask(path, { method: 'HEAD' });
    expect([status, headers['content-length'], body.length]).toEqual([200, String(LENGTH), 0]);
    await vi.waitFor(() => expect(running).toBe(0), { timeout: 10_000 });
  });
});

test.each([
  ['/fastly/large.jpg', 304, 'a file is known again by its times'],
  ['/far/large.jpg', 304, 'its origin gave a strong tag'],
  ['/far/plain.jpg', 200, 'nothing says that it is the same'],
])('asked again with its tag, %s answers %i: %s', async (path, expected) => {
  const { headers } = await server.ask(path, { method: 'HEAD' });
  const again = await server.ask(path, { headers: { 'if-none-match': headers.etag ?? '' } });
  expect(again.status).toBe(expected);
});

test('a client that leaves ends the transfer from the origin', async () => {
  const controller = new AbortController();
  const answer = await fetch(`http://127.0.0.1:${server.port}/far/leaving.jpg`, {
    signal: controller.signal,
  });
  await answer.body?.getReader().read();
  expect(running).toBe(1);
  controller.abort();
  await vi.waitFor(() => expect(running).toBe(0), { timeout: 10_000 });
});

test.each([
  ['/far/chunked.jpg', 413, 'its length is not known before'],
  ['/far/monster.jpg', 413, 'it is far above what is handed on'],
  ['/imgix/large.jpg?w=100', 413, 'imgix refuses it'],
  ['/imageoptim/100/large.jpg', 413, 'ImageOptim refuses it'],
])('%s answers %i (%s)', async (target, status) => {
  expect((await server.ask(target)).status).toBe(status);
});
