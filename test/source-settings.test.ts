/**
 * Settings of a source that choose between what a service does and what is
 * kinder: SVG, sources that are no picture, and further names of parameters.
 */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { card } from './support/pictures.ts';
import { ACCEPTS, startServer, type TestServer } from './support/server.ts';

const DRAWING =
  '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200">' +
  '<script>alert(1)</script><rect width="300" height="200" fill="#3366cc"/></svg>';
const TEXT = 'no picture at all\n';
const NO_IMAGE = 'Not a supported image format';

let server: TestServer;

beforeAll(async () => {
  const pictures = {
    'drawing.svg': Buffer.from(DRAWING),
    'drawing.png': Buffer.from(DRAWING),
    'open.svg': Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><g>'),
    'note.txt': Buffer.from(TEXT),
    'card.jpg': await card(300, 200).jpeg().toBuffer(),
  };
  const source = (name: string, dialect: string, settings: object) => ({
    name,
    dialect,
    mount: `/${name}`,
    origin: { kind: 'folder', path: '.' },
    ...settings,
  });
  server = await startServer({
    pictures,
    sources: [
      source('imgix-drawn', 'imgix', { svg: 'rasterise' }),
      source('fastly-drawn', 'fastly', { svg: 'rasterise' }),
      source('imgix-open', 'imgix', { notPictures: 'pass' }),
      source('fastly-moved', 'fastly', {
        aliases: { w: 'width', h: 'height', q: 'quality', fm: 'format' },
      }),
    ],
  });
});

afterAll(() => server.stop());

const ask = (target: string, accept: string = ACCEPTS.avif) =>
  server.ask(target, { headers: { accept } });

describe('an SVG', () => {
  test.each<[string, string | undefined, string]>([
    ['/imgix/drawing.svg?w=150', undefined, 'a size'],
    ['/imgix/drawing.svg?w=150&auto=format,compress', undefined, 'negotiation'],
    ['/imgix/drawing.svg?auto=compress&fm=json', undefined, 'data'],
    ['/imgix/drawing.svg?palette=css', undefined, 'data'],
    ['/imgix/drawing.svg?fm=blurhash', undefined, 'data'],
    ['/imgix/drawing.png?w=9', undefined, 'another name'],
    ['/fastly/drawing.svg', NO_IMAGE, 'no parameters are work too'],
    ['/fastly/drawing.svg?width=150&format=webp', NO_IMAGE, 'a format'],
    ['/fastly/drawing.svg?auto=webp', NO_IMAGE, 'negotiation'],
  ])('%s passes, made safe (%s)', async (target, error) => {
    const { status, headers, body } = await ask(target);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('image/svg+xml');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toMatch(/^default-src 'none';/);
    expect(headers['fastly-io-error']).toBe(error);
    expect(headers['fastly-io-info']).toBeUndefined();
    expect(headers['fastly-stats']).toBeUndefined();
    expect(body.toString()).toMatch(/^<svg/);
    expect(body.toString()).toContain('rect');
    expect(body.toString()).not.toContain('script');
  });

  test.each([
    ['/imgix/drawing.svg?w=150&fm=png', 'png', 150, 'a format of pixels is named'],
    ['/imgix-drawn/drawing.svg?w=150', 'png', 150, 'its source says so'],
    ['/imgix-drawn/drawing.svg?w=150&auto=format', 'avif', 150, 'the same, negotiated'],
    ['/fastly-drawn/drawing.svg?width=60&format=webp', 'webp', 60, 'its source says so'],
    ['/imageoptim/60/drawing.svg', 'png', 60, 'ImageOptim draws it'],
  ])('%s is drawn as %s (%s)', async (target, format, width) => {
    const { status, headers, body } = await ask(target);
    expect(status).toBe(200);
    const drawn = await sharp(body).metadata();
    expect({ type: headers['content-type'], width: drawn.width }).toEqual({
      type: expect.stringMatching(format === 'png' ? /png|webp|avif/ : new RegExp(format)),
      width,
    });
    expect(headers['fastly-io-error']).toBeUndefined();
  });

  test('that cannot be made safe is never a document', async () => {
    const { status, headers, body } = await ask('/fastly/open.svg?width=9');
    expect([status, headers['content-type']]).toEqual([200, 'application/octet-stream']);
    expect(headers['fastly-io-error']).toBe('Image could not be parsed');
    expect(headers['fastly-io-info']).toBeUndefined();
    expect(body.length).toBe(Buffer.byteLength((await readOpen()).toString()));
    expect((await ask('/imgix/open.svg?w=9')).status).toBe(421);
  });

  const readOpen = async () => (await ask('/fastly/open.svg')).body;

  test('leaves a word on the parameters that did nothing', async () => {
    const { headers } = await ask('/imgix/drawing.svg?w=150');
    expect(headers['fovea-warning']).toContain('svg: rasterise');
    expect((await ask('/imgix/drawing.svg')).headers['fovea-warning']).toBeUndefined();
  });
});

describe('what is no picture', () => {
  test('is refused by imgix, or passed as bytes where its source says so', async () => {
    expect((await ask('/imgix/note.txt?w=9')).status).toBe(422);
    const { status, headers, body } = await ask('/imgix-open/note.txt?w=9&auto=format');
    expect([status, body.toString()]).toEqual([200, TEXT]);
    expect(headers['content-type']).toBe('application/octet-stream');
    expect(headers['cache-control']).toMatch(/max-age=31536000$/);
    expect((await ask('/imgix-open/card.jpg?w=9')).headers['content-type']).toBe('image/jpeg');
  });

  test('passes through Fastly without facts of a transformation', async () => {
    const { status, headers, body } = await ask('/fastly/note.txt?width=9');
    expect([status, body.toString()]).toEqual([200, TEXT]);
    expect(headers['fastly-io-error']).toBe(NO_IMAGE);
    expect(headers['fastly-io-info']).toBeUndefined();
    expect(headers['fastly-io-transform-stats']).toBeUndefined();
  });
});

describe('headers', () => {
  test('Fastly tells what it did', async () => {
    const { headers, body } = await ask('/fastly/card.jpg?width=60&format=webp');
    const size = (await server.ask('/imgix/card.jpg')).body.length;
    expect(headers['fastly-io-info']).toBe(
      `ifsz=${size} idim=300x200 ifmt=jpeg ofsz=${body.length} odim=60x40 ofmt=webp`,
    );
    expect(headers['fastly-io-transform-stats']).toBe(
      `ifsz=${size} ofsz=${body.length} ifmt=jpeg ofmt=webp`,
    );
  });

  test('imgix names downloads alone', async () => {
    const named = async (target: string) => (await ask(target)).headers['content-disposition'];
    expect(await named('/imgix/card.jpg?w=9')).toBeUndefined();
    expect(await named('/imgix/card.jpg')).toBeUndefined();
    expect(await named('/imgix/card.jpg?w=9&dl=my.png')).toBe('attachment; filename="my.png"');
    expect(await named('/imgix/card.jpg?dl=')).toBe('attachment; filename="card.jpg"');
    expect(await named('/fastly/card.jpg?width=9')).toBe('inline; filename="card.jpg"');
  });
});

test('a Fastly source may read the names of imgix', async () => {
  const { headers, body } = await ask('/fastly-moved/card.jpg?w=90&fm=webp&q=40');
  expect([headers['content-type'], (await sharp(body).metadata()).width]).toEqual([
    'image/webp',
    90,
  ]);
  expect(headers['fovea-warning']).toBeUndefined();
  const plain = await ask('/fastly/card.jpg?w=90');
  expect((await sharp(plain.body).metadata()).width).toBe(300);
});

test('a bare stretch of ImageOptim is a picture with a warning', async () => {
  const { status, headers, body } = await ask('/imageoptim/stretch/card.jpg');
  expect([status, (await sharp(body).metadata()).width]).toEqual([200, 300]);
  expect(headers.warning).toContain('stretch has no effect without a size.');
  expect(headers['access-control-allow-origin']).toBe('*');
});
