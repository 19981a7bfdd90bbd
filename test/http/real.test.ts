/**
 * Real requests for real pictures over a real socket, in each dialect: the
 * answer has the right size, shows the right part of the source, weighs less,
 * and says so in its headers.
 */
import { parseDictionary, type Token } from 'structured-headers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../support/client.ts';
import {
  animation,
  card,
  committed,
  type Decoded,
  decode,
  distance,
  pixel,
  psnr,
  QUADRANTS,
  quadrants,
} from '../support/pictures.ts';
import {
  ACCEPTS,
  DIALECTS,
  type DialectName,
  startServer,
  type TestServer,
  targetOf,
} from '../support/server.ts';

let server: TestServer;
let pictures: Readonly<Record<string, Uint8Array>>;

beforeAll(async () => {
  pictures = {
    'coffee.png': committed('coffee.png'),
    'leaves.jpg': committed('leaves.jpg'),
    'sprites.png': committed('sprites.png'),
    'card.png': await card(400, 300).png().toBuffer(),
    // Stored on its side: upright it is 120 by 80
    'turned.jpg': await quadrants(120, 80)
      .rotate(270)
      .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
      .withMetadata({ orientation: 6 })
      .toBuffer(),
    'moving.gif': await animation(60, 40, 5, 'gif'),
    'moving.webp': await animation(60, 40, 5, 'webp'),
  };
  server = await startServer({ pictures });
});

afterAll(async () => {
  await server.stop();
  expect(server.complaints).toEqual([]);
});

const get = (dialect: DialectName, name: string, options: string, accept: keyof typeof ACCEPTS) =>
  server.ask(targetOf(dialect, name, options), { headers: { accept: ACCEPTS[accept] } });

/** The pixels of a source as they should be shown. */
const reference = async (name: string, width: number, height: number): Promise<Decoded> => {
  const { default: sharp } = await import('sharp');
  return decode(
    await sharp(pictures[name]).resize(width, height, { fit: 'fill' }).png().toBuffer(),
  );
};

/** The headers of every picture that was made, and that they tell the truth. */
function checkHeaders(dialect: DialectName, answer: Answer, format: string, source: string) {
  const { headers, body } = answer;
  expect(headers['content-type']).toBe(`image/${format}`);
  expect(headers['content-length']).toBe(String(body.length));
  expect(headers.etag).toMatch(/^"[0-9a-f]{32}"$/);
  expect(headers['cache-control']).toMatch(/^public, max-age=\d{4,}$/);
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(headers['cache-status']).toMatch(/^Fovea; /);
  const receipt = parseDictionary(String(headers.fovea));
  const field = (name: string) => receipt.get(name)?.[0];
  expect(String((field('format') as Token).toString())).toBe(format);
  expect(field('bytes')).toBe(body.length);
  expect(field('source')).toBe(pictures[source]!.length);
  switch (dialect) {
    case 'fastly':
      expect(headers['fastly-io-info']).toContain(`ifsz=${pictures[source]!.length} `);
      expect(headers['fastly-io-info']).toContain(`ofsz=${body.length} `);
      expect(headers['fastly-stats']).toBe('io=1');
      break;
    case 'imgix':
      expect(headers['x-imgix-id']).toMatch(/^[0-9a-f]{40}$/);
      break;
    case 'imageoptim':
      expect(headers.via).toBe('1.1 imageoptim');
      break;
  }
}

describe('photographs', () => {
  test.each<[DialectName, string, keyof typeof ACCEPTS, string, number, number, string]>([
    // dialect, options, accept, format, size, why
    ['fastly', 'width=240&auto=avif', 'avif', 'avif', 240, 160, 'one side, negotiated'],
    ['fastly', 'width=240&auto=webp', 'webp', 'webp', 240, 160, 'one side, negotiated'],
    ['fastly', 'width=240&auto=webp', 'plain', 'jpeg', 240, 160, 'nothing listed: as the source'],
    ['fastly', 'width=50p&optimize=medium', 'avif', 'jpeg', 240, 160, 'half, by a target'],
    ['imgix', 'w=240&auto=format', 'avif', 'avif', 240, 160, 'one side, negotiated'],
    ['imgix', 'w=240&auto=format', 'webp', 'webp', 240, 160, 'one side, negotiated'],
    ['imgix', 'w=240&auto=compress', 'plain', 'jpeg', 240, 160, 'by a target'],
    ['imgix', 'w=120&dpr=2&fm=webp', 'plain', 'webp', 240, 160, 'density multiplies'],
    ['imageoptim', '240', 'avif', 'avif', 240, 160, 'the width alone'],
    ['imageoptim', '240x160', 'webp', 'webp', 240, 160, 'inside a box'],
    ['imageoptim', '120,2x', 'plain', 'jpeg', 240, 160, 'density multiplies'],
    ['imageoptim', '240x160,stretch,format=jpeg', 'avif', 'jpeg', 240, 160, 'format by name'],
  ])('%s %s for %s is a faithful %s (%d by %d: %s)', async (...row) => {
    const [dialect, options, accept, format, width, height] = row;
    const answer = await get(dialect, 'leaves.jpg', options, accept);
    expect(answer.status).toBe(200);
    const shown = await decode(answer.body);
    expect([shown.format, shown.width, shown.height]).toEqual([format, width, height]);
    expect(psnr(shown, await reference('leaves.jpg', width, height))).toBeGreaterThan(25);
    expect(answer.body.length).toBeLessThan(pictures['leaves.jpg']!.length / 2);
    checkHeaders(dialect, answer, format, 'leaves.jpg');
    const negotiated = /auto=(avif|webp|format)/.test(options) || dialect === 'imageoptim';
    const forced = options.includes('format=jpeg');
    const vary = answer.headers.vary ?? '';
    expect(/\baccept\b/i.test(vary), `Vary: ${vary}`).toBe(negotiated && !forced);
  });
});

describe('windows', () => {
  // The card is 400 by 300: red tells x, green tells y. A point of the answer shows a point of it.
  test.each<[DialectName, string, string, string, [number, number][]]>([
    // dialect, options, size, why, the source's points at the four quarter points
    ['fastly', 'crop=200,150,x100,y50', '200x150', 'a window', corners(100, 50, 200, 150)],
    ['fastly', 'width=100&height=100&fit=crop', '100x100', 'centre', corners(50, 0, 300, 300)],
    ['fastly', 'width=200&height=50&fit=cover', '200x150', 'at least', corners(0, 0, 400, 300)],
    ['fastly', 'precrop=100,100,x0,y0&width=50', '50x50', 'then scaled', corners(0, 0, 100, 100)],
    ['imgix', 'rect=100,50,200,150', '200x150', 'a window', corners(100, 50, 200, 150)],
    ['imgix', 'w=100&h=100&fit=crop', '100x100', 'centre', corners(50, 0, 300, 300)],
    ['imgix', 'w=100&h=100&fit=crop&crop=left', '100x100', 'left', corners(0, 0, 300, 300)],
    ['imgix', 'w=100&flip=h', '100x75', 'mirrored', corners(400, 0, -400, 300)],
    ['imageoptim', '100x100,crop', '100x100', 'centre', corners(50, 0, 300, 300)],
    ['imageoptim', '100x100,crop=right', '100x100', 'right', corners(100, 0, 300, 300)],
    ['imageoptim', '100x30,crop=0.5x1', '100x30', 'a point below', corners(0, 180, 400, 120)],
    ['imageoptim', '200x200', '200x150', 'inside the box', corners(0, 0, 400, 300)],
  ])('%s %s is %s of the right place (%s)', async (dialect, options, size, _, points) => {
    const words = { fastly: '&format=png', imgix: '&fm=png', imageoptim: ',format=png' }[dialect];
    const answer = await get(dialect, 'card.png', options + words, 'avif');
    expect(answer.status).toBe(200);
    const shown = await decode(answer.body);
    expect(`${shown.width}x${shown.height}`).toBe(size);
    const fractions = [0.25, 0.75].flatMap((y) => [0.25, 0.75].map((x) => [x, y] as const));
    fractions.forEach(([x, y], i) => {
      const [sourceX, sourceY] = points[i]!;
      const expected = [(255 * sourceX) / 400, (255 * sourceY) / 300, 128];
      // A pixel of the answer is up to four steps of color wide; a palette adds some
      expect(distance(pixel(shown, x, y), expected), `at ${x}, ${y}`).toBeLessThanOrEqual(14);
    });
    checkHeaders(dialect, answer, 'png', 'card.png');
  });

  function corners(left: number, top: number, width: number, height: number): [number, number][] {
    return [0.25, 0.75].flatMap((y) =>
      [0.25, 0.75].map((x): [number, number] => [left + x * width, top + y * height]),
    );
  }
});

describe('what must survive', () => {
  const HALF = { fastly: 'width=60', imgix: 'w=60', imageoptim: '60' } as const;

  test.each(DIALECTS)('%s: a picture on its side (EXIF 6) is upright', async (dialect) => {
    const answer = await get(dialect, 'turned.jpg', HALF[dialect], 'plain');
    const shown = await decode(answer.body);
    expect([shown.width, shown.height, shown.orientation]).toEqual([60, 40, undefined]);
    const seen = [0.2, 0.8].flatMap((y) => [0.2, 0.8].map((x) => pixel(shown, x, y)));
    const { red, green, blue, yellow } = QUADRANTS;
    [red, green, blue, yellow].forEach((color, i) => {
      expect(distance(seen[i]!, color)).toBeLessThan(25);
    });
  });

  test.each<[DialectName, string, keyof typeof ACCEPTS, string]>([
    ['fastly', 'width=112&auto=webp', 'webp', 'webp'],
    ['fastly', 'width=112', 'avif', 'png'],
    ['imgix', 'w=112&auto=format', 'avif', 'avif'],
    ['imgix', 'w=112', 'webp', 'png'],
    ['imageoptim', '112', 'avif', 'any'],
    ['imageoptim', '112', 'plain', 'png'],
  ])('%s %s for %s keeps what is clear (%s)', async (dialect, options, accept, format) => {
    const answer = await get(dialect, 'sprites.png', options, accept);
    const shown = await decode(answer.body);
    if (format !== 'any') expect(shown.format).toBe(format);
    expect([shown.width, shown.height, shown.hasAlpha]).toEqual([112, 112, true]);
    const wanted = await reference('sprites.png', 112, 112);
    let difference = 0;
    for (let i = 3; i < wanted.data.length; i += 4) {
      difference += Math.abs(wanted.data[i]! - shown.data[i]!);
    }
    expect(difference / (112 * 112), 'mean difference of alpha').toBeLessThan(4);
  });

  test.each<[DialectName, string, string, keyof typeof ACCEPTS, string]>([
    ['fastly', 'moving.gif', 'width=30', 'plain', 'gif'],
    ['fastly', 'moving.gif', 'width=30&auto=webp', 'webp', 'gif'],
    ['fastly', 'moving.webp', 'width=30', 'webp', 'webp'],
    ['imgix', 'moving.gif', 'w=30', 'plain', 'gif'],
    ['imgix', 'moving.gif', 'w=30&auto=format', 'avif', 'any'],
    ['imgix', 'moving.webp', 'w=30', 'webp', 'webp'],
    ['imageoptim', 'moving.gif', '30', 'plain', 'gif'],
    ['imageoptim', 'moving.gif', '30', 'avif', 'any'],
  ])('%s %s?%s for %s still moves (%s)', async (dialect, name, options, accept, format) => {
    const answer = await get(dialect, name, options, accept);
    expect(answer.status).toBe(200);
    const shown = await decode(answer.body);
    if (format !== 'any') expect(shown.format).toBe(format);
    expect([shown.width, shown.height, shown.frames]).toEqual([30, 20, 5]);
    expect(shown.delay).toEqual([100, 100, 100, 100, 100]);
    // The square has gone from the left of the first frame to the right of the last
    const last = shown.data.subarray(4 * 30 * 20 * 4);
    const frame = { ...shown, data: last };
    expect(pixel(shown, 2, 4)[3]).toBeGreaterThan(200);
    expect(pixel(frame, 2, 4)[3]).toBeLessThan(50);
    expect(pixel(frame, 27, 4)[3]).toBeGreaterThan(200);
    expect(distance(pixel(frame, 27, 4), QUADRANTS.red)).toBeLessThan(40);
  });
});
