/**
 * The configurations of `deploy/nginx/` and `deploy/varnish/` in the real programs before the real server:
 * one copy per format, the cases of HTTP, what has aged, purges, and ImageOptim's own recipe. Skipped where
 * nginx or Varnish is not installed.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPlace, type Place, type Row, readTables } from '../conformance/index.mjs';
import { type Answer, ask } from '../support/client.ts';
import { type Front, HAS_NGINX, HAS_VARNISH, startNginx, startVarnish } from '../support/fronts.ts';
import { type LocalOrigin, startOrigin } from '../support/origin.ts';
import { card, committed, decode } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

const read = (path: string) =>
  readFileSync(new URL(`../../deploy/${path}`, import.meta.url), 'utf8');

/** A text with one place changed, which has to be there. */
function changed(text: string, ...places: readonly (readonly [string, string])[]): string {
  return places.reduce((result, [from, to]) => {
    if (!result.includes(from)) throw new Error(`expected ${JSON.stringify(from)} in the file`);
    return result.replaceAll(from, to);
  }, text);
}

/** The files as they are, but for where they listen, write and ask. */
const FRONTS = {
  nginx: (port: number) =>
    startNginx(
      changed(
        read('nginx/fovea.conf'),
        ['listen 80;', 'listen 127.0.0.1:{port};'],
        ['server_name images.example.com;', 'server_name _;'],
        ['127.0.0.1:8080', `127.0.0.1:${port}`],
        ['/var/cache/nginx/fovea', '{folder}/cache'],
        ["# 'a long secret' 1;", "'a long secret' 1;"],
      ),
    ),
  varnish: (port: number) =>
    startVarnish(changed(read('varnish/fovea.vcl'), ['.port = "8080"', `.port = "${port}"`])),
} as const;

type FrontName = keyof typeof FRONTS;
const INSTALLED: Readonly<Record<FrontName, boolean>> = { nginx: HAS_NGINX, varnish: HAS_VARNISH };

const CHROME = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8';

describe.each(['nginx', 'varnish'] as const)('%s', (name) => {
  describe.skipIf(!INSTALLED[name])('before the server', () => {
    let origin: LocalOrigin;
    let server: TestServer;
    let front: Front;
    const get = (target: string, headers: Record<string, string> = {}, method = 'GET') =>
      ask(front.port, target, { method, headers: { host: 'images.example.com', ...headers } });

    beforeAll(async () => {
      origin = await startOrigin({
        'long.jpg': { body: committed('leaves.jpg'), headers: { 'cache-control': 'max-age=3600' } },
      });
      const allow = [`127.0.0.1:${origin.port}`];
      server = await startServer({
        pictures: {
          'leaves.jpg': committed('leaves.jpg'),
          'card.png': await card(60, 40).png().toBuffer(),
        },
        sources: [
          {
            ...{ name: 'remote', dialect: 'imgix', mount: '/remote' },
            origin: { kind: 'http', base: `${origin.url}/`, allow },
          },
        ],
        settings: {
          'headers.age': 'subtract',
          'listen.connectionsPerAddress': 0,
          'headers.tags': 'Cache-Tag',
        },
      });
      front = await FRONTS[name](server.port);
    });
    afterAll(async () => {
      await front?.stop();
      await server.stop();
      await origin.stop();
    });

    const seen = ({ headers }: Answer) => `${headers['content-type']} ${headers['x-cache']}`;

    test('keeps one copy per format, whatever browsers send', async () => {
      const rows: string[] = [];
      for (const accept of [
        CHROME,
        'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
        'text/html,image/avif;q=0.9,image/webp,*/*',
        'image/webp,image/apng,*/*;q=0.8',
        'image/avif;q=0,image/webp',
        'image/avif; q=0.000, IMAGE/WEBP',
        '*/*',
        'text/html,application/xhtml+xml,*/*;q=0.8',
      ]) {
        rows.push(seen(await get('/imgix/leaves.jpg?w=160&auto=format', { accept })));
      }
      expect(rows).toEqual([
        ...['image/avif MISS', 'image/avif HIT', 'image/avif HIT'],
        ...['image/webp MISS', 'image/webp HIT', 'image/webp HIT'],
        ...['image/jpeg MISS', 'image/jpeg HIT'],
      ]);
    });

    test('tells the pictures of one address apart by what their URLs say alone', async () => {
      const one = await get('/imgix/card.png?w=30', { dpr: '2', cookie: 'a=b' });
      const other = await get('/imgix/card.png?w=30', { dpr: '3' });
      expect([seen(one), seen(other)]).toEqual(['image/png MISS', 'image/png HIT']);
      const widths: number[] = [];
      for (const width of ['130', '300']) {
        const answer = await get('/imgix/leaves.jpg?ch=Width&w=30&fm=jpg', { width });
        widths.push((await decode(answer.body)).width);
      }
      // Hints go up a ladder of widths
      expect(widths).toEqual([135, 328]);
    });

    test('gives parts, 304 and HEAD from its copy', async () => {
      const target = '/imgix/leaves.jpg?w=90&fm=jpg';
      const whole = await get(target);
      const part = await get(target, { range: 'bytes=0-99' });
      expect([part.status, part.headers['x-cache']]).toEqual([206, 'HIT']);
      expect(part.body.equals(whole.body.subarray(0, 100))).toBe(true);
      const again = await get(target, { 'if-none-match': String(whole.headers.etag) });
      expect([again.status, again.headers['x-cache']]).toEqual([304, 'HIT']);
      const head = await get(target, {}, 'HEAD');
      expect([head.status, head.headers['content-length']]).toEqual([
        200,
        String(whole.body.length),
      ]);
    });

    test('asks once for a picture that many ask for', async () => {
      const target = '/remote/long.jpg?w=210&fm=webp';
      const answers = await Promise.all(Array.from({ length: 20 }, () => get(target)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(answers.map(({ body }) => body.toString('base64'))).size).toBe(1);
      expect(answers.filter(({ headers }) => headers['x-cache'] === 'MISS').length).toBeLessThan(
        20,
      );
      expect(origin.asked.filter((path) => path === '/long.jpg')).toHaveLength(1);
    });

    test('keeps uploads and errors apart', async () => {
      const body = await card(40, 30).png().toBuffer();
      const headers = { 'content-type': 'image/png', host: 'images.example.com' };
      for (let turn = 0; turn < 2; turn++) {
        const answer = await ask(front.port, '/imageoptim/20', { method: 'POST', headers, body });
        expect(answer.status).toBe(200);
        expect(answer.headers['x-cache']).not.toBe('HIT');
        expect((await decode(answer.body)).width).toBe(20);
      }
      expect((await get('/imgix/none.jpg?w=3')).status).toBe(404);
      expect((await get('/_fovea/metrics')).status).toBe(404);
    });

    test('sends what has aged where the server is gone', async () => {
      const short = { body: committed('leaves.jpg'), headers: { 'cache-control': 'max-age=1' } };
      origin.files.set('/short.jpg', short);
      const base = `${origin.url}/`;
      const allow = [`127.0.0.1:${origin.port}`];
      const going = await startServer({
        sources: [
          { name: 'a', dialect: 'imgix', mount: '/a', origin: { kind: 'http', base, allow } },
        ],
      });
      const before = await FRONTS[name](going.port);
      try {
        const visit = () => ask(before.port, '/a/short.jpg?w=40&fm=jpg');
        const first = await visit();
        expect([first.status, first.headers['x-cache']]).toEqual([200, 'MISS']);
        await going.stop();
        await new Promise((resolve) => setTimeout(resolve, 2500));
        for (let turn = 0; turn < 3; turn++) {
          const later = await visit();
          expect(later.status).toBe(200);
          expect(later.body.equals(first.body)).toBe(true);
        }
      } finally {
        await before.stop();
      }
    });

    test('takes a new picture in the place of a purged one', async () => {
      const target = '/imgix/purged.png?w=20';
      server.put('purged.png', await card(40, 30).png().toBuffer());
      const before = await get(target);
      server.put('purged.png', await card(40, 20).png().toBuffer());
      expect((await get(target)).body.equals(before.body)).toBe(true);
      // The server itself looks at a folder again after a second
      await new Promise((resolve) => setTimeout(resolve, 1200));
      if (name === 'nginx') {
        const refused = await get(target, { 'fovea-refresh': 'a guess' });
        expect(refused.headers['x-cache']).toBe('HIT');
        await get(target, { 'fovea-refresh': 'a long secret' });
      } else {
        expect((await get(target, {}, 'PURGE')).status).toBe(200);
      }
      const after = await get(target);
      expect(after.body.equals(before.body)).toBe(false);
      expect((await decode(after.body)).height).toBe(10);
    });

    test.runIf(name === 'varnish')('forgets all that carry a tag, and nothing else', async () => {
      const [one, two] = ['/imgix/card.png?w=31', '/remote/long.jpg?w=32&fm=jpg'] as const;
      const states = async () => [seen(await get(one)), seen(await get(two))];
      await states();
      expect(await states()).toEqual(['image/png HIT', 'image/jpeg HIT']);
      for (const tag of ['img', 'imgi.', 'nobody']) {
        expect((await get('/', { 'cache-tag': tag }, 'PURGE')).status).toBe(200);
      }
      expect(await states()).toEqual(['image/png HIT', 'image/jpeg HIT']);
      expect((await get('/', { 'cache-tag': '.*' }, 'PURGE')).status).toBe(400);
      expect((await get('/', { 'cache-tag': 'imgix' }, 'PURGE')).status).toBe(200);
      expect(await states()).toEqual(['image/png MISS', 'image/jpeg HIT']);
    });
  });
});

const REDUCED =
  'Accept is reduced to formats of pictures, whatever else it lists and however long it is';
const BROKEN = 'nginx answers what it does not understand itself';

/** Rows of HTTP that a cache in front answers itself, or cannot know of, each with why. */
const OWN: Readonly<Record<FrontName, Readonly<Record<string, string>>>> = {
  nginx: {
    'http.accept.several-lines': 'nginx before 1.23 sees the first of several lines',
    'http.accept.too-long': REDUCED,
    'http.error.problem': REDUCED,
    'http.target.nul': BROKEN,
    'http.traversal.passwd': BROKEN,
  },
  varnish: {
    'http.accept.too-long': REDUCED,
    'http.error.problem': REDUCED,
    'http.etag.not-modified':
      'Varnish compares with one tag, and sends the whole to who lists several',
  },
};

describe.each(['nginx', 'varnish'] as const)('the cases of HTTP through %s', (name) => {
  describe.skipIf(!INSTALLED[name])('before the server', () => {
    const rows = readTables().filter(({ dialect }) => dialect === 'http');
    let place: Place;
    beforeAll(async () => {
      place = await openPlace({ corpus: '', through: FRONTS[name] });
    });
    afterAll(() => place?.close());

    test.each(rows)('$id', async (row: Row) => {
      const { complaints } = await place.run(row);
      const reason = OWN[name][row.id];
      if (reason === undefined) expect(complaints).toEqual([]);
      else expect(complaints, `no exception is needed: ${reason}`).not.toEqual([]);
    });
  });
});

describe.skipIf(!HAS_NGINX)("ImageOptim's recipe for the nginx of a site", () => {
  let origin: LocalOrigin;
  let server: TestServer;
  let front: Front;

  beforeAll(async () => {
    origin = await startOrigin({
      'assets/hero.png': await card(120, 80).png().toBuffer(),
      'a%20b.png': await card(60, 90).png().toBuffer(),
    });
    const site = `127.0.0.1:${origin.port}`;
    server = await startServer({
      sources: [
        {
          ...{
            name: 'account',
            dialect: 'imageoptim',
            hosts: ['img.internal'],
            accounts: ['fovea1'],
          },
          origin: { kind: 'web', allow: [site] },
        },
      ],
    });
    const recipe = changed(
      read('nginx/imageoptim.conf'),
      ['listen 80;', 'listen 127.0.0.1:{port};'],
      ['http://127.0.0.1:8080$', `http://127.0.0.1:${server.port}$`],
      ['/https://www.example.com/$2', `/http://${site}/$2`],
      ['root /var/www/html;', `location = /readyz { proxy_pass http://127.0.0.1:${server.port}; }`],
    );
    front = await startNginx(recipe);
  });
  afterAll(async () => {
    await front?.stop();
    await server.stop();
    await origin.stop();
  });

  test.each<[string, number, number, string]>([
    // target below /imageoptim/, width, height, what the origin is asked for
    ['30x20,crop/assets/hero.png', 30, 20, '/assets/hero.png'],
    ['full/assets/hero.png', 120, 80, '/assets/hero.png'],
    ['30/a%20b.png', 30, 45, '/a%20b.png'],
    ['15/assets/hero.png?x=1&y=%2F', 15, 10, '/assets/hero.png?x=1&y=%2F'],
  ])('%s', async (target, width, height, asked) => {
    const answer = await ask(front.port, `/imageoptim/${target}`);
    expect([answer.status, origin.asked.at(-1)]).toEqual([200, asked]);
    const shown = await decode(answer.body);
    expect([shown.width, shown.height]).toEqual([width, height]);
  });

  test('without a path nobody is asked', async () => {
    expect((await ask(front.port, '/imageoptim/full')).status).toBe(404);
    expect((await ask(front.port, '/imageoptim/')).status).toBe(404);
  });
});
