/**
 * The forms of an exchange over a real socket: validators, parts, HEAD,
 * uploads, negotiation, and sources that come from an HTTP origin.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { form } from '../support/client.ts';
import { type LocalOrigin, startOrigin } from '../support/origin.ts';
import { committed, decode, psnr } from '../support/pictures.ts';
import {
  ACCEPTS,
  DIALECTS,
  type DialectName,
  startServer,
  type TestServer,
  targetOf,
} from '../support/server.ts';

const LEAVES = committed('leaves.jpg');
const OPTIONS = { fastly: 'width=160&auto=webp', imgix: 'w=160&auto=format', imageoptim: '160' };

let server: TestServer;
let origin: LocalOrigin;

beforeAll(async () => {
  origin = await startOrigin({
    'photo.jpg': { body: LEAVES, headers: { 'cache-control': 'max-age=777777' } },
    'page.jpg': { body: Buffer.from('<html><body>404</body></html>') },
    'gone.jpg': { body: Buffer.from('gone'), status: 410 },
  });
  const allow = [`127.0.0.1:${origin.port}`];
  const http = { kind: 'http', base: `${origin.url}/` };
  server = await startServer({
    pictures: { 'leaves.jpg': LEAVES },
    sources: [
      { name: 'f', dialect: 'fastly', mount: '/far-fastly', origin: http },
      { name: 'i', dialect: 'imgix', mount: '/far-imgix', origin: http },
      {
        name: 'o',
        dialect: 'imageoptim',
        mount: '/far-imageoptim',
        accounts: ['visitor'],
        origin: { kind: 'web', allow },
      },
    ],
  });
});

afterAll(async () => {
  await server.stop();
  await origin.stop();
  expect(server.complaints).toEqual([]);
});

const headers = { accept: ACCEPTS.webp };

describe.each(DIALECTS)('%s', (dialect) => {
  const target = targetOf(dialect, 'leaves.jpg', OPTIONS[dialect]);

  test('a second visit with the ETag gets 304, no body, and the same validators', async () => {
    const first = await server.ask(target, { headers });
    const etag = String(first.headers.etag);
    const again = await server.ask(target, { headers: { ...headers, 'if-none-match': etag } });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    expect(again.headers.etag).toBe(etag);
    expect(again.headers.vary).toBe(first.headers.vary);
    expect(again.headers['cache-control']).toBe(first.headers['cache-control']);
    expect(again.headers['content-type']).toBeUndefined();
    const other = await server.ask(target, { headers: { ...headers, 'if-none-match': '"other"' } });
    expect([other.status, other.headers.etag]).toEqual([200, etag]);
    expect(other.headers['cache-status']).toMatch(/^Fovea; hit/);
  });

  test('HEAD says what GET says, without the bytes', async () => {
    const got = await server.ask(target, { headers });
    const head = await server.ask(target, { method: 'HEAD', headers });
    expect([head.status, head.body.length]).toEqual([200, 0]);
    for (const name of ['content-length', 'content-type', 'etag', 'vary', 'fovea'] as const) {
      expect(head.headers[name], name).toBe(got.headers[name]);
    }
  });

  test('parts put together are the whole', async () => {
    const whole = await server.ask(target, { headers });
    const part = (range: string) => server.ask(target, { headers: { ...headers, range } });
    const [first, rest] = [await part('bytes=0-99'), await part('bytes=100-')];
    expect([first.status, rest.status]).toEqual([206, 206]);
    expect(first.headers['content-range']).toBe(`bytes 0-99/${whole.body.length}`);
    expect(Buffer.concat([first.body, rest.body]).equals(whole.body)).toBe(true);
    const beyond = await part('bytes=9999999-');
    expect(beyond.status).toBe(416);
    expect(beyond.headers['content-range']).toBe(`bytes */${whole.body.length}`);
  });

  test('each class of client gets its own bytes, type and ETag of one picture', async () => {
    const formats = { ...OPTIONS, fastly: 'width=160&auto=avif' };
    const answers = [];
    for (const accept of Object.values(ACCEPTS)) {
      answers.push(
        await server.ask(targetOf(dialect, 'leaves.jpg', formats[dialect]), {
          headers: { accept },
        }),
      );
    }
    const types = answers.map((answer) => answer.headers['content-type']);
    const etags = answers.map((answer) => answer.headers.etag);
    expect(types[0]).toBe('image/avif');
    expect(types[2]).toBe('image/jpeg');
    // Equal type, equal bytes, equal tag; Fastly's auto=avif knows no WebP
    expect(new Set(etags).size).toBe(new Set(types).size);
    expect(new Set(types).size).toBe(dialect === 'fastly' ? 2 : 3);
    for (const { headers: own } of answers) expect(own.vary).toMatch(/\baccept\b/i);
    const [best, , base] = await Promise.all(answers.map(({ body }) => decode(body)));
    expect(psnr(best!, base!)).toBeGreaterThan(24);
  });

  test('a source that is not there is a 404 that may be cached briefly', async () => {
    const answer = await server.ask(targetOf(dialect, 'none.jpg', OPTIONS[dialect]), { headers });
    expect(answer.status).toBe(404);
    expect(answer.headers['cache-control']).toBe('public, max-age=30');
    expect(answer.headers['content-type']).toMatch(/^text\/plain/);
  });

  test('a picture from an HTTP origin is fetched once and keeps its age', async () => {
    const before = origin.asked.length;
    const answer = await server.ask(far(dialect, 'photo.jpg'), { headers });
    expect(answer.status).toBe(200);
    expect((await decode(answer.body)).width).toBe(160);
    expect(answer.headers['cache-control']).toBe('public, max-age=777777');
    const again = await server.ask(far(dialect, 'photo.jpg'), { headers });
    expect(again.headers['cache-status']).toMatch(/^Fovea; hit/);
    expect(origin.asked.length - before).toBeLessThanOrEqual(1);
  });

  test('an origin that has nothing is answered in the words of the dialect', async () => {
    const page = await server.ask(far(dialect, 'page.jpg'), { headers });
    // Fastly hands on what is no picture; it goes out as plain bytes, never as a page
    expect(page.status).toBe({ fastly: 200, imgix: 422, imageoptim: 400 }[dialect]);
    expect(page.headers['content-type']).not.toMatch(/html/);
    expect(page.headers['x-content-type-options']).toBe('nosniff');
    const gone = await server.ask(far(dialect, 'gone.jpg'), { headers });
    expect(gone.status).toBeGreaterThanOrEqual(400);
    expect(gone.status).toBeLessThan(500);
  });
});

function far(dialect: DialectName, name: string): string {
  return dialect === 'imageoptim'
    ? `/far-imageoptim/visitor/160/${origin.url}/${name}`
    : `/far-${dialect}/${name}?${OPTIONS[dialect]}`;
}

describe('uploads', () => {
  test('a form with a picture gets the picture back, smaller, for no cache', async () => {
    const answer = await server.ask('/far-imageoptim/visitor/160', form(LEAVES));
    expect(answer.status).toBe(200);
    const shown = await decode(answer.body);
    expect([shown.format, shown.width, shown.height]).toEqual(['jpeg', 160, 107]);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test('the bytes alone will do, and the family of the source is kept', async () => {
    const answer = await server.ask('/imageoptim/full', {
      method: 'POST',
      headers: { 'content-type': 'image/png', accept: ACCEPTS.avif },
      body: committed('coffee.png'),
    });
    const shown = await decode(answer.body);
    expect([shown.format, shown.width, shown.height]).toEqual(['png', 300, 200]);
    expect(answer.body.length).toBeLessThan(committed('coffee.png').length);
  });

  test('a POST without a body works on the address', async () => {
    const answer = await server.ask(`/far-imageoptim/visitor/160/${origin.url}/photo.jpg`, {
      method: 'POST',
    });
    expect(answer.status).toBe(200);
    expect((await decode(answer.body)).width).toBe(160);
  });

  test.each<[string, Uint8Array, string]>([
    ['text', Buffer.from('this is no picture'), 'no magic bytes'],
    ['half a picture', LEAVES.subarray(0, 40), 'cut within its header'],
  ])('%s is refused (%s)', async (_, bytes) => {
    const answer = await server.ask('/imageoptim/full', form(bytes));
    expect(answer.status).toBe(400);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test('other dialects take no POST', async () => {
    for (const dialect of ['fastly', 'imgix'] as const) {
      const answer = await server.ask(`/${dialect}/leaves.jpg`, form(LEAVES));
      expect(answer.status).toBe(405);
      expect(answer.headers.allow).toBe('GET, HEAD, OPTIONS');
    }
  });
});
