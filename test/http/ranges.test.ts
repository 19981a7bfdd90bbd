/** Ranges of bytes, on every kind of answer there is. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { committed, noise } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

const DRAWING =
  '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"><rect width="30" height="20"/></svg>';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({
    pictures: {
      'leaves.jpg': committed('leaves.jpg'),
      'large.png': await noise(400, 300).png().toBuffer(),
      'drawing.svg': Buffer.from(DRAWING),
      'note.txt': Buffer.from('no picture at all, but a text of some length\n'),
    },
  });
});
afterAll(() => server.stop());

describe.each([
  ['a picture', '/imgix/leaves.jpg?w=60'],
  ['a negotiated picture', '/fastly/leaves.jpg?width=50&auto=webp'],
  ['a picture without loss', '/imageoptim/40/leaves.jpg'],
  ['a picture in a file of its own', '/imgix/large.png?fm=png&lossless=1'],
  ['data', '/imgix/leaves.jpg?fm=json'],
  ['a palette', '/imgix/leaves.jpg?palette=css'],
  ['a BlurHash', '/imgix/leaves.jpg?fm=blurhash'],
  ['an SVG', '/imgix/drawing.svg?w=9'],
  ['a source as it is', '/fastly/note.txt?width=9'],
])('%s', (_, target) => {
  const get = (headers = {}, method = 'GET') => server.ask(target, { method, headers });

  test('is sent in part', async () => {
    const { body, headers, status } = await get();
    expect([status, headers['accept-ranges']]).toEqual([200, 'bytes']);
    const end = body.length - 1;
    for (const [range, from, to] of [
      ['bytes=0-9', 0, 9],
      ['bytes=5-', 5, end],
      ['bytes=-7', end - 6, end],
      ['bytes=2-999999999', 2, end],
    ] as const) {
      const part = await get({ range });
      expect([range, part.status, part.headers['content-range']]).toEqual([
        range,
        206,
        `bytes ${from}-${to}/${body.length}`,
      ]);
      expect(part.body.equals(body.subarray(from, to + 1))).toBe(true);
      expect(part.headers['content-length']).toBe(String(part.body.length));
      expect(part.headers.etag).toBe(headers.etag);
    }
  });

  test('beyond its end is a 416 that says how long it is', async () => {
    const { body } = await get();
    const beyond = await get({ range: `bytes=${body.length}-` });
    expect([beyond.status, beyond.headers['content-range']]).toEqual([
      416,
      `bytes */${body.length}`,
    ]);
  });

  test.each(['bytes=0-1,3-4', 'bytes=9-2', 'pages=1-2', 'bytes=a-b'])(
    'is whole for %s',
    async (range) => {
      const { body } = await get();
      const whole = await get({ range });
      expect([whole.status, whole.headers['content-range']]).toEqual([200, undefined]);
      expect(whole.body.equals(body)).toBe(true);
    },
  );

  test('is sent in part only where If-Range still holds', async () => {
    const { headers } = await get();
    const range = 'bytes=0-3';
    const held = await get({ range, 'if-range': String(headers.etag) });
    const other = await get({ range, 'if-range': '"another"' });
    const weak = await get({ range, 'if-range': `W/${headers.etag}` });
    expect([held.status, other.status, weak.status]).toEqual([206, 200, 200]);
    expect((await get({ range, 'if-none-match': String(headers.etag) })).status).toBe(304);
  });

  test('has no parts for HEAD', async () => {
    const { body } = await get();
    const head = await get({ range: 'bytes=0-3' }, 'HEAD');
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([
      200,
      String(body.length),
      0,
    ]);
  });
});
