/** Pictures that an origin tells apart by their queries alone (docs/spec/fastly-io.md 1.3, 8.2). */
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalOrigin, startOrigin } from '../support/origin.ts';
import { decode, pixel } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

const solid = (background: string) =>
  sharp({ create: { width: 40, height: 20, channels: 4, background } })
    .png()
    .toBuffer();

const RED = [255, 0, 0, 255];
const GREEN = [0, 255, 0, 255];
const BLUE = [0, 0, 255, 255];

let server: TestServer;
let origin: LocalOrigin;

beforeAll(async () => {
  origin = await startOrigin({
    'picture?id=1': await solid('#f00'),
    'picture?id=2': await solid('#0f0'),
    picture: await solid('#00f'),
  });
  const allow = [`127.0.0.1:${origin.port}`];
  server = await startServer({
    sources: [
      {
        name: 'far',
        dialect: 'fastly',
        mount: '/far',
        origin: { kind: 'http', base: `${origin.url}/`, allow },
        defaults: { header_features: 'true', origin_query: 'unknown' },
      },
    ],
  });
});

afterAll(async () => {
  await server.stop();
  await origin.stop();
});

async function shown(target: string, headers: Record<string, string> = {}) {
  const { status, body } = await server.ask(target, { headers });
  expect(status).toBe(200);
  return decode(body);
}

test('a source is the one of its query, also when it is asked for again', async () => {
  for (let round = 0; round < 2; round++) {
    for (const [query, color] of [
      ['id=1', RED],
      ['id=2', GREEN],
      ['', BLUE],
    ] as const) {
      const picture = await shown(`/far/picture?format=png&${query}`);
      expect(pixel(picture, 20, 10), query).toEqual(color);
    }
  }
});

test('so is an overlay', async () => {
  for (const [url, color] of [
    ['/picture?id=1', RED],
    ['/picture?id=2', GREEN],
  ] as const) {
    const picture = await shown('/far/picture?format=png', {
      'X-Fastly-ImageOpto-Overlay': `overlay=${encodeURIComponent(url)}`,
    });
    expect(pixel(picture, 20, 10), url).toEqual(color);
  }
});

test('and so are the pictures of a montage', async () => {
  const picture = await shown('/far/any', {
    'X-Fastly-ImageOpto-Montage':
      'width=90&height=30&layout=3a&format=png&images=/picture?id=1;/picture?id=2;/picture',
  });
  expect([15, 45, 75].map((x) => pixel(picture, x, 15))).toEqual([RED, GREEN, BLUE]);
});
