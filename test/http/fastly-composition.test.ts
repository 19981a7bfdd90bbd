/** Overlays and montages of Fastly's dialect over a real socket (docs/spec/fastly-io.md 8). */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decode, pixel } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

const solid = (width: number, height: number, background: string) =>
  sharp({ create: { width, height, channels: 4, background } })
    .png()
    .toBuffer();

const RED = [255, 0, 0, 255];
const BLUE = [0, 0, 255, 255];
const WHITE = [255, 255, 255, 255];
const GREEN = [0, 255, 0, 255];

let server: TestServer;

beforeAll(async () => {
  const own = { dialect: 'fastly', origin: { kind: 'folder', path: '.' } };
  server = await startServer({
    pictures: {
      'photo.png': await solid(200, 100, '#00f'),
      'red.png': await solid(40, 20, '#f00'),
      'logos/a b.png': await solid(40, 20, '#0f0'),
      'large.png': await solid(400, 400, '#f00'),
    },
    sources: [
      { name: 'on', mount: '/on', ...own, defaults: { header_features: 'true' } },
      { name: 'query', mount: '/query', ...own, defaults: { overlay_from_query: 'true' } },
    ],
  });
});

afterAll(() => server.stop());

const asked = (target: string, feature: 'Overlay' | 'Montage', fields: string) =>
  server.ask(target, { headers: { [`X-Fastly-ImageOpto-${feature}`]: fields } });

async function shown(fields: string, target = '/on/photo.png?format=png') {
  const answer = await asked(target, 'Overlay', fields);
  expect(answer.status, fields).toBe(200);
  return decode(answer.body);
}

describe('an overlay', () => {
  test.each<[string, [x: number, y: number, color: number[]][], string]>([
    [
      'overlay=/red.png',
      [
        [80, 40, RED],
        [119, 59, RED],
        [79, 40, BLUE],
        [120, 59, BLUE],
      ],
      'in the middle',
    ],
    [
      'overlay=/red.png&overlay-align=top,left',
      [
        [0, 0, RED],
        [39, 19, RED],
        [40, 20, BLUE],
      ],
      'words',
    ],
    [
      'overlay=/red.png&overlay-align=left,top',
      [
        [0, 0, RED],
        [40, 0, BLUE],
      ],
      'the other order',
    ],
    [
      'overlay=/red.png&overlay-align=bottom',
      [
        [80, 80, RED],
        [119, 99, RED],
        [80, 79, BLUE],
      ],
      'one word',
    ],
    [
      'overlay=/red.png&overlay-width=100p&overlay-align=top',
      [
        [0, 0, RED],
        [199, 99, RED],
      ],
      'as wide as the result',
    ],
    [
      'overlay=/red.png&overlay-width=80',
      [
        [60, 30, RED],
        [139, 69, RED],
        [59, 30, BLUE],
      ],
      'the other side follows',
    ],
    [
      'overlay=/red.png&overlay-width=20&overlay-height=20',
      [
        [90, 40, RED],
        [109, 59, RED],
        [89, 40, BLUE],
        [110, 59, BLUE],
      ],
      'a forced box',
    ],
    [
      'overlay=/red.png&overlay-align=bottom,right&overlay-pad=5,10',
      [
        [189, 94, RED],
        [150, 75, RED],
        [190, 94, BLUE],
        [189, 95, BLUE],
      ],
      'room around',
    ],
    [
      'overlay=/red.png&overlay-align=top,left&overlay-pad=10p',
      [
        [20, 10, RED],
        [19, 10, BLUE],
        [20, 9, BLUE],
      ],
      'room as a share of the result',
    ],
    [
      'overlay=/red.png&overlay-align=top,left&overlay-repeat=x',
      [
        [0, 0, RED],
        [199, 19, RED],
        [0, 20, BLUE],
      ],
      'along x',
    ],
    [
      'overlay=/red.png&overlay-align=top,left&overlay-repeat=y',
      [
        [0, 0, RED],
        [39, 99, RED],
        [40, 0, BLUE],
      ],
      'along y',
    ],
    [
      'overlay=/red.png&overlay-repeat=both',
      [
        [0, 0, RED],
        [199, 99, RED],
        [100, 50, RED],
      ],
      'everywhere',
    ],
    [
      'overlay=/red.png&overlay-align=top,left&overlay-repeat=x&overlay-pad=0,5',
      [
        [5, 0, RED],
        [44, 0, RED],
        [0, 0, BLUE],
        [45, 0, BLUE],
        [54, 0, BLUE],
        [55, 0, RED],
      ],
      'with room between',
    ],
    [
      'overlay=/large.png',
      [
        [0, 0, RED],
        [199, 99, RED],
      ],
      'a larger one is cut',
    ],
    ['overlay=%2Flogos%2Fa%20b.png', [[100, 50, GREEN]], 'a name that no URL could hold'],
    ['overlay-base64=L2xvZ29zL2EgYi5wbmc', [[100, 50, GREEN]], 'its twin in base64'],
    ['overlay-base64=L2xvZ29zL2EgYi5wbmc%3D', [[100, 50, GREEN]], 'with its padding'],
  ])('%s', async (fields, points) => {
    const picture = await shown(fields);
    expect([picture.width, picture.height]).toEqual([200, 100]);
    for (const [x, y, color] of points) {
      expect(pixel(picture, x, y), `${x},${y}`).toEqual(color);
    }
  });

  test('comes after the blur and before black and white', async () => {
    const blurred = await shown('overlay=/red.png', '/on/photo.png?format=png&blur=20');
    expect(pixel(blurred, 80, 40)).toEqual(RED);
    expect(pixel(blurred, 79, 40)).toEqual(BLUE);
    const black = await shown('overlay=/red.png', '/on/photo.png?format=png&bw=threshold,15');
    expect(pixel(black, 100, 50)).toEqual(WHITE);
    expect(pixel(black, 0, 0)).toEqual([0, 0, 0, 255]);
  });

  test('is laid on the result, not on the source', async () => {
    const picture = await shown('overlay=/red.png', '/on/photo.png?format=png&width=100');
    expect([picture.width, picture.height]).toEqual([100, 50]);
    expect(pixel(picture, 30, 15)).toEqual(RED);
    expect(pixel(picture, 29, 15)).toEqual(BLUE);
  });

  test.each([
    'overlay=https://elsewhere.example/a.png',
    'overlay=//elsewhere.example/a.png',
    'overlay=red.png',
    'overlay=/no-such.png',
    'overlay-base64=***',
    'overlay-width=20',
    `overlay=/${'a'.repeat(3000)}`,
  ])('%.60s gives the picture without it', async (fields) => {
    const picture = await shown(fields);
    expect(pixel(picture, 100, 50)).toEqual(BLUE);
  });

  test('that cannot be used is named', async () => {
    for (const [fields, text] of [
      ['overlay=https://elsewhere.example/a.png', /root-relative/],
      ['overlay=/red.png&overlay-align=up', /overlay-align/],
      ['overlay=/no-such.png', /overlay/],
    ] as const) {
      const { headers } = await asked('/on/photo.png?format=png', 'Overlay', fields);
      expect(headers['fovea-warning'], fields).toMatch(text);
    }
  });

  test('is not honoured where the source does not say so, and the answer says why', async () => {
    const plain = await server.ask('/fastly/photo.png?format=png');
    const given = await asked('/fastly/photo.png?format=png', 'Overlay', 'overlay=/red.png');
    expect(given.body.equals(plain.body)).toBe(true);
    expect(given.headers['fovea-warning']).toMatch(/header_features/);
    expect(plain.headers.vary ?? '').not.toMatch(/imageopto/i);
  });

  test('every answer of a source that honours it varies by it', async () => {
    const plain = await server.ask('/on/photo.png?format=png');
    const given = await asked('/on/photo.png?format=png', 'Overlay', 'overlay=/red.png');
    for (const { headers } of [plain, given]) {
      expect(headers.vary).toMatch(/x-fastly-imageopto-overlay/i);
      expect(headers.vary!.length).toBeLessThan(128);
    }
    expect(plain.headers.etag).not.toBe(given.headers.etag);
    // Again, from what is kept
    const again = await asked('/on/photo.png?format=png', 'Overlay', 'overlay=/red.png');
    expect(again.body.equals(given.body)).toBe(true);
    expect((await server.ask('/on/photo.png?format=png')).body.equals(plain.body)).toBe(true);
  });

  test('is read from the URL where the source says so', async () => {
    const fields = 'overlay=/red.png&overlay-align=top,left';
    const answer = await server.ask(`/query/photo.png?format=png&${fields}`);
    expect(pixel(await decode(answer.body), 0, 0)).toEqual(RED);
    const off = await server.ask(`/on/photo.png?format=png&${fields}`);
    expect(pixel(await decode(off.body), 0, 0)).toEqual(BLUE);
  });
});

describe('a montage', () => {
  const FIELDS = 'width=100&height=100&layout=2a&images=/photo.png;/red.png&format=png';

  async function montage(fields: string, target = '/on/whatever.jpg?width=3&blur=9') {
    const answer = await asked(target, 'Montage', fields);
    expect(answer.status, fields).toBe(200);
    return answer;
  }

  test('takes the place of the picture and of every other parameter', async () => {
    const { headers, body } = await montage(FIELDS);
    expect(headers['content-type']).toBe('image/png');
    const picture = await decode(body);
    expect([picture.width, picture.height]).toEqual([100, 100]);
    for (const [x, y, color] of [
      [0, 0, BLUE],
      [49, 99, BLUE],
      [50, 0, RED],
      [99, 99, RED],
    ] as const) {
      expect(pixel(picture, x, y)).toEqual(color);
    }
  });

  test('keeps padding between its cells, in its own color', async () => {
    const picture = await decode((await montage(`${FIELDS}&padding=10&bg-color=0f0`)).body);
    for (const [x, color] of [
      [0, BLUE],
      [44, BLUE],
      [45, GREEN],
      [54, GREEN],
      [55, RED],
      [99, RED],
    ] as const) {
      expect(pixel(picture, x, 50), String(x)).toEqual(color);
    }
  });

  test('is as many times larger as dpr says, and a JPEG where nothing is said', async () => {
    const { headers, body } = await montage(
      'width=60&height=40&dpr=2&layout=2b&images=/photo.png;/red.png',
    );
    expect(headers['content-type']).toBe('image/jpeg');
    const { width, height } = await decode(body);
    expect([width, height]).toEqual([120, 80]);
  });

  test.each(['2a', '2b', '3a', '3b', '3c', '3d', '4a', '4b', '4c', '4d', '4e'])(
    'layout %s covers its canvas',
    async (layout) => {
      const images = Array(Number(layout[0])).fill('/red.png').join(';');
      const fields = `width=97&height=61&layout=${layout}&images=${images}&format=png&bg-color=00f`;
      const picture = await decode((await montage(fields)).body);
      for (let y = 0; y < 61; y += 3) {
        for (let x = 0; x < 97; x += 3) expect(pixel(picture, x, y), `${x},${y}`).toEqual(RED);
      }
    },
  );

  test('leaves the cell of a picture that is not there in its color', async () => {
    const { headers, body } = await montage(FIELDS.replace('/red.png', '/no-such.png'));
    expect(pixel(await decode(body), 75, 50)).toEqual(WHITE);
    expect(headers['fovea-warning']).toMatch(/montage/);
  });

  test.each([
    'width=100&height=100&layout=9z&images=/red.png',
    'width=100&layout=2a&images=/red.png',
    'width=100&height=100&layout=2a',
    'width=9000&height=100&layout=2a&images=/red.png',
    'width=100&height=100&layout=2a&images=http://elsewhere.example/a.png',
    `width=100&height=100&layout=4a&images=${Array(5).fill('/red.png').join(';')}`,
  ])('%.70s is none: the picture of the URL is answered, with a word', async (fields) => {
    const answer = await montage(fields, '/on/photo.png?format=png');
    expect(pixel(await decode(answer.body), 0, 0)).toEqual(BLUE);
    expect(answer.headers['fovea-warning']).toMatch(/montage/);
  });
});
