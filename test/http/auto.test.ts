/** `auto=enhance`, `auto=redeye` and `auto=true` through the real server. */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { still } from '../../src/raster/pixels.ts';
import { meanDeltaE } from '../support/delta-e.ts';
import {
  animation,
  committed,
  type Decoded,
  decode,
  distance,
  quadrants,
  SVG,
} from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** A photograph with half of its contrast. */
const dull = (bytes: Uint8Array) => sharp(bytes).linear(0.55, 57);

const raster = ({ width, height, data }: Decoded) => still(width, height, 4, data);

let server: TestServer;

beforeAll(async () => {
  const leaves = committed('leaves.jpg');
  const large = await sharp(leaves).resize(2400).jpeg({ quality: 92 }).toBuffer();
  server = await startServer({
    pictures: {
      'good.jpg': committed('elephant.jpg'),
      'good.png': committed('coffee.png'),
      'dull.png': await dull(committed('coffee.png')).png().toBuffer(),
      'large.jpg': await dull(large).jpeg({ quality: 95 }).toBuffer(),
      'turned.jpg': await dull(leaves).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
      'grey.jpg': await dull(leaves).toColorspace('b-w').jpeg().toBuffer(),
      'inks.jpg': await dull(leaves).toColorspace('cmyk').jpeg().toBuffer(),
      'deep.png': await dull(leaves).toColorspace('rgb16').png().toBuffer(),
      'palette.png': await dull(leaves).png({ palette: true, colors: 40 }).toBuffer(),
      'flat.png': await quadrants(64, 64).linear(0.5, 60).png().toBuffer(),
      'moving.gif': await animation(40, 30, 3, 'gif'),
      'moving.webp': await animation(40, 30, 3, 'webp'),
      'drawing.svg': SVG,
    },
  });
});

afterAll(() => server?.stop());

async function answer(target: string): Promise<Decoded> {
  const { status, body } = await server.ask(`/imgix/${target}`);
  expect([target, status]).toEqual([target, 200]);
  return decode(body);
}

function meanColor({ data }: Decoded): number[] {
  const sums = [0, 0, 0];
  for (let i = 0; i < data.length; i++) {
    if (i % 4 < 3) sums[i % 4]! += (4 * data[i]!) / data.length;
  }
  return sums;
}

/** A word of `auto` changes no pixel, and nothing is said of it. */
async function expectSame(name: string, query: string, word: string): Promise<void> {
  const plain = await server.ask(`/imgix/${name}?${query}`);
  const asked = await server.ask(`/imgix/${name}?${query}&auto=${word}`);
  expect([plain.status, asked.status]).toEqual([200, 200]);
  expect(asked.headers['fovea-warning']).toBe(plain.headers['fovea-warning']);
  const [one, two] = [await decode(plain.body), await decode(asked.body)];
  expect(Buffer.compare(one.data, two.data)).toBe(0);
}

/** Lowest and highest luma of a picture, but for its rarest hundredth. */
function range({ data }: Decoded): [number, number] {
  const lumas: number[] = [];
  for (let i = 0; i < data.length; i += 4) {
    lumas.push(0.2126 * data[i]! + 0.7152 * data[i + 1]! + 0.0722 * data[i + 2]!);
  }
  lumas.sort((a, b) => a - b);
  return [lumas[Math.floor(lumas.length / 100)]!, lumas[Math.floor(lumas.length * 0.99)]!];
}

describe('auto=enhance', () => {
  test.each(['good.jpg', 'good.png'])('%s, which is well exposed, is the same', async (name) => {
    await expectSame(name, 'w=200&fm=png', 'enhance');
  });

  test('at its own size such a picture takes no more bytes than it has', async () => {
    const { body } = await server.ask('/imgix/good.jpg?auto=enhance');
    expect(body.length).toBeLessThanOrEqual(committed('elephant.jpg').length);
  });

  test('a dull picture comes back to what it was', async () => {
    const good = raster(await answer('good.png?fm=png&w=300'));
    const before = raster(await answer('dull.png?fm=png&w=300'));
    const after = raster(await answer('dull.png?fm=png&w=300&auto=enhance'));
    expect(meanDeltaE(good, after)).toBeLessThan(0.4 * meanDeltaE(good, before));
  });

  test('true is the same, and compress goes with it', async () => {
    const enhanced = await answer('dull.png?w=100&fm=png&auto=enhance');
    const word = await answer('dull.png?w=100&fm=png&auto=true');
    expect(Buffer.compare(word.data, enhanced.data)).toBe(0);
    expect((await answer('dull.png?w=100&auto=enhance,compress')).format).toBe('jpeg');
  });

  test('200 and 2000 pixels, a crop and a turn have one curve', async () => {
    const large = await answer('large.jpg?w=2000&fm=png&auto=enhance');
    const pixels = { raw: { width: large.width, height: large.height, channels: 4 } } as const;
    const reduced = await sharp(large.data, pixels).resize(200).png().toBuffer();
    const small = await answer('large.jpg?w=200&fm=png&auto=enhance');
    const one = raster(small);
    expect(meanDeltaE(one, raster(await decode(reduced)))).toBeLessThan(1.2);

    const left = await answer('large.jpg?rect=0,0,1200,1600&w=100&fm=png&auto=enhance');
    const cut = await sharp(one.data, { raw: { width: 200, height: one.height, channels: 4 } })
      .extract({ left: 0, top: 0, width: 100, height: left.height })
      .png()
      .toBuffer();
    const [here, there] = [meanColor(left), meanColor(await decode(cut))];
    expect(distance(here, there)).toBeLessThan(1.5);

    const turned = await answer('large.jpg?w=200&rot=180&fm=png&auto=enhance');
    const back = await sharp(turned.data, {
      raw: { width: turned.width, height: turned.height, channels: 4 },
    })
      .rotate(180)
      .png()
      .toBuffer();
    expect(meanDeltaE(one, raster(await decode(back)))).toBeLessThan(0.1);
  });

  test.each(['turned.jpg', 'grey.jpg', 'inks.jpg', 'deep.png'])('%s gains range', async (name) => {
    const before = range(await answer(`${name}?w=160&fm=png`));
    const after = range(await answer(`${name}?w=160&fm=png&auto=enhance`));
    expect(after[1] - after[0]).toBeGreaterThan(1.3 * (before[1] - before[0]));
  });

  test('a grey picture stays grey', async () => {
    const { data } = await answer('grey.jpg?w=160&fm=png&auto=enhance');
    for (let i = 0; i < data.length; i += 4) expect(data[i]).toBe(data[i + 2]);
  });

  test.each(['palette.png', 'flat.png', 'moving.gif', 'moving.webp', 'drawing.svg'])(
    '%s stays as it is',
    async (name) => {
      await expectSame(name, 'w=32&fm=webp&lossless=1', 'enhance');
    },
  );
});

describe('auto=redeye', () => {
  test.each(['good.jpg', 'moving.gif', 'drawing.svg'])(
    '%s without eyes is the same',
    async (name) => {
      await expectSame(name, 'w=32&fm=png', 'redeye');
    },
  );
});

describe('what is added around a picture keeps the color it was given', () => {
  const RED = [250, 20, 30, 255];
  test.each([
    ['fit=fill&fill-color=fa141e', 'the bars of a fill'],
    ['fit=fill&bg=fa141e', 'an old URL: the background fills'],
    ['fit=fillmax&fill-color=fa141e', 'bars around a picture that is not enlarged'],
    ['fit=facearea,fill&fill-color=fa141e', 'a fill in place of faces that are not there'],
    ['fit=facearea,fillmax&bg=fa141e', 'the same by its background'],
    ['fit=facearea,fill&facepad=2&fill-color=fa141e&dpr=2', 'the same at twice the density'],
    ['fit=crop&pad=6&bg=fa141e', 'padding'],
    ['fit=crop&border=6,fa141e', 'a border'],
    ['fit=crop&mask=ellipse&mask-bg=fa141e', 'what a mask hides'],
    ['fit=crop&rot=30&rot-type=pivot&bg=fa141e', 'the corners of a turned picture'],
    ['fit=fill&fill-color=fa141e&rot=30&rot-type=pivot&bg=fa141e', 'bars and corners'],
  ])('%s (%s)', async (query, _) => {
    for (const adjust of ['auto=enhance', 'auto=enhance&sat=-80&bri=20', 'monochrome=00f']) {
      const shown = await answer(`dull.png?w=90&h=90&fm=png&${query}&${adjust}`);
      expect([adjust, ...shown.data.subarray(0, 4)]).toEqual([adjust, ...RED]);
    }
    // The picture itself is enhanced all the same.
    const [enhanced, plain] = [
      await answer(`dull.png?w=90&h=90&fm=png&${query}&auto=enhance`),
      await answer(`dull.png?w=90&h=90&fm=png&${query}`),
    ];
    const { width, height } = enhanced;
    const middle = 4 * (width * (height >> 1) + (width >> 1));
    expect(enhanced.data.subarray(middle, middle + 3)).not.toEqual(
      plain.data.subarray(middle, middle + 3),
    );
  });
});
