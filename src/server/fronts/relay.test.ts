/** Both ends of the local socket between fronts and the server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { request as send } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { bytesOf, isFileBody } from '../../base/body.ts';
import { systemClock } from '../../base/clock.ts';
import { BODY, request } from '../exchange.suite.ts';
import type { HeldAnswer } from '../hits/hit-table.ts';
import type { Handle, HttpRequest, HttpResponse } from '../http/http-message.ts';
import { relay } from './relay.ts';
import { type RelayServer, startRelayServer } from './relay-server.ts';

let server: RelayServer | undefined;
let folder = '';
afterEach(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const HELD: HeldAnswer = {
  serial: 1,
  host: undefined,
  accept: undefined,
  read: [],
  lines: ['date', '', 'etag', '"a"', 'x-request-id', ''],
  places: { date: 1, id: 5, timing: 0 },
  picture: { source: 'p', dialect: 'imgix', cache: 'hit' },
  dialect: 'imgix',
  shortfalls: [],
  bytes: BODY.length,
  sourceBytes: 5000,
  key: 'key',
  until: Date.now() + 1000,
};

/** A front whose server is `handle`; `kept` is what it was lent. */
async function start(handle: Handle, held: () => HeldAnswer | undefined = () => undefined) {
  folder = mkdtempSync(join(tmpdir(), 'fovea-relay-'));
  const socket = join(folder, 's');
  server = await startRelayServer({ socket, token: 't', handle, held, generation: () => 7 });
  const kept: unknown[] = [];
  const front = relay({
    ...{ socket, token: 't', requests: 10, clock: systemClock },
    policy: () => ({ resourcePolicy: 'cross-origin', timing: false }),
    keep: (_, __, { generation, key }) => kept.push([generation, key]),
  });
  return { front, kept, socket };
}

const hit = (etag: string): HttpResponse => ({
  status: 200,
  headers: { etag, 'content-length': String(BODY.length) },
  body: BODY,
  picture: { source: 'p', dialect: 'imgix', cache: 'hit' },
});

describe('the relay', () => {
  test('hands on a request and its answer as they are', async () => {
    let seen: HttpRequest | undefined;
    const given: HttpResponse = {
      status: 418,
      headers: { b: '1', a: '\u00e9"\\' },
      body: BODY,
      close: true,
    };
    const { front } = await start(async (asked) => {
      seen = asked;
      return given;
    });
    const headers = { accept: 'image/webp', 'x-odd': '\u00e9\u00ff', ['__proto__']: 'x' };
    const asked = request('/i/a?b=%zz', headers, { method: 'PATCH', remoteAddress: '192.0.2.7' });
    const got = await front(asked);
    expect([got.status, Object.entries(got.headers), got.close]).toEqual([
      418,
      Object.entries(given.headers),
      true,
    ]);
    expect(Buffer.from(got.body as Uint8Array).equals(BODY)).toBe(true);
    expect([seen?.method, seen?.target, seen?.remoteAddress]).toEqual([
      'PATCH',
      '/i/a?b=%zz',
      '192.0.2.7',
    ]);
    expect({ ...seen?.headers }).toMatchObject({ 'x-odd': '\u00e9\u00ff', accept: 'image/webp' });
  });

  test('sends a body only when it is asked for, and all of it', async () => {
    const pieces = [BODY, BODY.subarray(0, 10), new Uint8Array(200_000).fill(7)];
    let pulled = 0;
    const body = async function* () {
      for (const piece of pieces) {
        pulled += 1;
        yield piece;
      }
    };
    const post = () =>
      request('/i/up', { 'content-length': '201010' }, { method: 'POST', body: body() });
    const { front } = await start(async (asked) => {
      if (asked.target === '/i/up') {
        const parts = [];
        for await (const piece of asked.body) parts.push(piece);
        return { status: 200, headers: {}, body: Buffer.concat(parts) };
      }
      return { status: 403, headers: {}, body: BODY };
    });
    const refused = { ...post(), target: '/i/no' };
    expect((await front(refused)).status).toBe(403);
    expect(pulled).toBe(0);
    const { body: echoed } = await front(post());
    expect(Buffer.from(echoed as Uint8Array).equals(Buffer.concat(pieces))).toBe(true);
  });

  test('reads a file as it is sent, and takes none that breaks off for a whole one', async () => {
    const file = (broken: boolean): HttpResponse => ({
      status: 200,
      headers: {},
      body: {
        bytes: 3000,
        async *read() {
          yield BODY;
          if (broken) throw new Error('the disk failed');
          yield BODY;
          yield BODY;
        },
      },
    });
    const { front } = await start(async ({ target }) => file(target === '/i/broken'));
    const whole = await front(request('/i/whole'));
    expect(isFileBody(whole.body)).toBe(true);
    expect((await bytesOf(whole.body)).length).toBe(3000);
    const broken = await front(request('/i/broken'));
    // Told apart by whether its head was on its way already
    const failed = bytesOf(broken.body).then(
      () => broken.status === 503,
      () => true,
    );
    expect(await failed).toBe(true);
  });

  test('tells the server of a client that left', async () => {
    let left: () => void = () => {};
    const leaving = new Promise<void>((resolve) => {
      left = resolve;
    });
    const { front } = await start(async ({ signal }) => {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      left();
      return { status: 499, headers: {}, body: BODY };
    });
    const client = new AbortController();
    const answer = front(request('/i/a', {}, { signal: client.signal }));
    setTimeout(() => client.abort(), 20);
    await leaving;
    await answer;
  });

  test('lends an answer with its own head, and none with that of another', async () => {
    const { front, kept } = await start(
      async ({ target }) => hit(target),
      () => HELD,
    );
    await front(request('"a"'));
    expect(kept).toEqual([[7, 'key']]);
    // Another rendition, or another configuration, stands ready by now
    await front(request('"b"'));
    expect(kept).toHaveLength(1);
  });

  test('answers 503 where there is no server any more', async () => {
    const { front } = await start(async () => hit('"a"'));
    await server?.close();
    expect((await front(request('/i/a'))).status).toBe(503);
  });

  test('lets nobody in without the token', async () => {
    let asked = false;
    const { socket } = await start(async () => {
      asked = true;
      return hit('"a"');
    });
    const status = await new Promise((resolve) => {
      send({ socketPath: socket, method: 'POST', headers: { 'fovea-head': 'e30=' } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).end();
    });
    expect([status, asked]).toEqual([403, false]);
  });
});
