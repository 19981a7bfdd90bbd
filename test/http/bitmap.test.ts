/**
 * BMP and ICO sources: read like other pictures by the services that take them,
 * handed on under their own media type where nothing is asked for or where the
 * service does not take them.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decode, distance, pixel, QUADRANTS, quadrants } from '../support/pictures.ts';
import { ACCEPTS, startServer, type TestServer } from '../support/server.ts';

let server: TestServer;

const WIDTH = 80;
const HEIGHT = 60;

/** A bitmap of 24 or 32 bits behind its header; in an icon the height counts the mask. */
async function bitmap(
  width: number,
  height: number,
  bits: 24 | 32,
  mask?: Uint8Array,
): Promise<Buffer> {
  const { data } = await quadrants(width, height).raw().toBuffer({ resolveWithObject: true });
  const head = Buffer.alloc(40);
  head.writeUInt32LE(40, 0);
  head.writeInt32LE(width, 4);
  head.writeInt32LE(mask ? 2 * height : height, 8);
  head.writeUInt16LE(1, 12);
  head.writeUInt16LE(bits, 14);
  const row = Math.ceil((width * bits) / 32) * 4;
  const pixels = Buffer.alloc(row * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3;
      const to = (height - 1 - y) * row + (x * bits) / 8;
      pixels.set([data[from + 2]!, data[from + 1]!, data[from]!], to);
    }
  }
  return Buffer.concat([head, pixels, mask ?? Buffer.alloc(0)]);
}

async function bmp(width: number, height: number): Promise<Buffer> {
  const body = await bitmap(width, height, 24);
  const file = Buffer.alloc(14);
  file.write('BM');
  file.writeUInt32LE(14 + body.length, 2);
  file.writeUInt32LE(54, 10);
  return Buffer.concat([file, body]);
}

function ico(...pictures: readonly (readonly [side: number, bytes: Uint8Array])[]): Buffer {
  const directory = Buffer.alloc(6 + 16 * pictures.length);
  directory.writeUInt16LE(1, 2);
  directory.writeUInt16LE(pictures.length, 4);
  let at = directory.length;
  pictures.forEach(([side, bytes], i) => {
    directory.writeUInt16LE((side & 255) * 257, 6 + 16 * i);
    directory.writeUInt32LE(bytes.length, 14 + 16 * i);
    directory.writeUInt32LE(at, 18 + 16 * i);
    at += bytes.length;
  });
  return Buffer.concat([directory, ...pictures.map(([, bytes]) => bytes)]);
}

beforeAll(async () => {
  // The left half of each row of the mask is clear.
  const mask = Buffer.alloc(32 * 4);
  for (let y = 0; y < 32; y++) mask.fill(0xff, y * 4, y * 4 + 2);
  const small = await bitmap(16, 16, 24, Buffer.alloc(64));
  const png = await quadrants(256, 256).png().toBuffer();
  const whole = await bmp(WIDTH, HEIGHT);
  const huge = Buffer.from(whole);
  huge.writeInt32LE(100_000, 18);
  huge.writeInt32LE(100_000, 22);
  server = await startServer({
    pictures: {
      'x.bmp': whole,
      'x.ico': ico([16, small], [32, await bitmap(32, 32, 24, mask)]),
      'png.ico': ico([16, small], [256, png]),
      'cut.bmp': whole.subarray(0, whole.length / 2),
      'huge.bmp': huge,
      'text.bmp': Buffer.from('BMW is no bitmap, whatever it is called'),
    },
  });
});

afterAll(() => server.stop());

async function shown(target: string, accept: string = ACCEPTS.plain) {
  const { status, headers, body } = await server.ask(target, { headers: { accept } });
  expect([target, status]).toEqual([target, 200]);
  const picture = await decode(body);
  return { type: headers['content-type'], picture, body };
}

const corners = {
  red: [0.2, 0.2],
  green: [0.8, 0.2],
  blue: [0.2, 0.8],
  yellow: [0.8, 0.8],
} as const;

describe.each([
  ['/imgix/x.bmp?w=40', 40, 30, 'image/jpeg'],
  ['/imgix/x.bmp?fm=png', 80, 60, 'image/png'],
  ['/imgix/x.bmp?rect=0,0,80,60&w=20', 20, 15, 'image/jpeg'],
  ['/imgix/png.ico?w=64', 64, 64, 'image/jpeg'],
  ['/imageoptim/full/x.bmp', 80, 60, 'image/png'],
  ['/imageoptim/40/x.bmp', 40, 30, 'image/png'],
  ['/imageoptim/full,quality=lossless/x.bmp', 80, 60, 'image/png'],
  ['/imageoptim/full/png.ico', 256, 256, 'image/png'],
])('%s', (target, width, height, type) => {
  test('shows the picture', async () => {
    const answer = await shown(target);
    expect(answer.type).toBe(type);
    expect([answer.picture.width, answer.picture.height]).toEqual([width, height]);
    for (const [name, [x, y]] of Object.entries(corners)) {
      const color = pixel(answer.picture, x, y).slice(0, 3);
      expect(distance(color, QUADRANTS[name as keyof typeof QUADRANTS])).toBeLessThan(14);
    }
  });
});

test('the mask of an icon is alpha', async () => {
  for (const target of ['/imgix/x.ico?fm=png', '/imgix/x.ico?w=32', '/imageoptim/full/x.ico']) {
    const { picture, type } = await shown(target);
    expect([target, type, picture.width, picture.height]).toEqual([target, 'image/png', 32, 32]);
    expect([pixel(picture, 0.2, 0.2)[3], pixel(picture, 0.8, 0.2)[3]]).toEqual([0, 255]);
    expect(distance(pixel(picture, 0.8, 0.8).slice(0, 3), QUADRANTS.yellow)).toBeLessThan(4);
  }
});

test('negotiated formats are made of them', async () => {
  const { type } = await shown('/imgix/x.bmp?auto=format', ACCEPTS.avif);
  expect(['image/avif', 'image/webp']).toContain(type);
});

test.each([
  ['/imgix/x.bmp', 'image/bmp'],
  ['/imgix/x.ico', 'image/x-icon'],
  ['/fastly/x.bmp', 'image/bmp'],
  ['/fastly/x.bmp?width=40&format=png', 'image/bmp'],
  ['/fastly/png.ico?width=40', 'image/x-icon'],
])('%s is handed on as %s', async (target, type) => {
  const { status, headers, body } = await server.ask(target);
  expect([status, headers['content-type']]).toEqual([200, type]);
  expect(body.subarray(0, 2).toString('latin1')).toBe(type === 'image/bmp' ? 'BM' : '\0\0');
  expect(headers['fastly-io-error']).toBe(
    target.startsWith('/fastly') ? 'Not a supported image format' : undefined,
  );
});

test('facts', async () => {
  expect(JSON.parse((await server.ask('/imageoptim/meta/x.bmp')).body.toString())).toMatchObject({
    width: WIDTH,
    height: HEIGHT,
    format: 'bmp',
  });
  expect(JSON.parse((await server.ask('/imgix/png.ico?fm=json')).body.toString())).toMatchObject({
    PixelWidth: 256,
    PixelHeight: 256,
    'Content-Type': 'image/x-icon',
  });
});

test.each([
  ['/imgix/cut.bmp?w=40', 421],
  ['/imgix/huge.bmp?w=40', 422],
  ['/imgix/text.bmp?w=40', 422],
  ['/imageoptim/40/cut.bmp', 400],
  ['/imageoptim/40/huge.bmp', 400],
])('%s is %i', async (target, status) => {
  expect((await server.ask(target)).status).toBe(status);
});
