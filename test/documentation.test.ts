/** The documentation: pages that lead somewhere, and errors that name their page. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ERROR_GUIDES } from '../src/server/documentation/error-guides.ts';
import { ERROR_CODES } from '../src/server/http/error-codes.ts';
import { startServer, type TestServer } from './support/server.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const site = join(root, 'dist/docs');

const pages = readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.html'),
);
const html = new Map(pages.map((name) => [name, readFileSync(join(site, name), 'utf8')]));
const idsOf = (page: string) =>
  new Set([...(html.get(page) ?? '').matchAll(/ id="([^"]+)"/g)].map((m) => m[1]));

describe('pages', () => {
  test('are there for every chapter and every error', () => {
    expect(pages.length).toBeGreaterThan(100);
    expect(pages).toContain('index.html');
    for (const code of ERROR_CODES) expect(pages).toContain(`errors/${code}/index.html`);
  });

  test.each(pages)('%s has a title, a description and one heading of its own', (name) => {
    const page = html.get(name) ?? '';
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(/<title>([^<]{5,})<\/title>/.exec(page)?.[1]).toBeDefined();
    expect(/<meta name="description" content="([^"]{10,165})">/.exec(page)?.[1]).toBeDefined();
    expect(page.match(/<h1[ >]/g)).toHaveLength(1);
    expect(page).not.toMatch(/<(?:script|style)>|\son\w+="|style="/);
  });

  test('have titles of their own', () => {
    const titles = pages.map((name) => /<title>([^<]+)/.exec(html.get(name) ?? '')?.[1]);
    expect(titles.filter((title, i) => titles.indexOf(title) !== i)).toEqual([]);
  });

  test('lead nowhere in vain', () => {
    const dead = pages.flatMap((name) =>
      [...(html.get(name) ?? '').matchAll(/ (?:href|src)="([^"]+)"/g)]
        .map(([, to = '']) => to)
        .filter((to) => !/^[a-z]+:/i.test(to) && !leads(name, to))
        .map((to) => `${name}: ${to}`),
    );
    expect(dead).toEqual([]);
  });

  test('load nothing from elsewhere, and say what their pictures show', () => {
    for (const [name, page] of html) {
      for (const [tag] of page.matchAll(/<(?:img|script|link)[^>]*>/g)) {
        expect([name, tag]).toEqual([
          name,
          expect.not.stringMatching(/(?:src|href)="(?:[a-z]+:)?\/\//),
        ]);
      }
      for (const [tag] of page.matchAll(/<img[^>]*>/g)) {
        expect(tag).toMatch(/ alt="[^"]+"/);
        expect(tag).toMatch(/ width="\d+" height="\d+"/);
      }
    }
  });

  test('can be read in the dark and in the light', () => {
    const style = readFileSync(join(site, 'style.css'), 'utf8');
    const schemes = [...style.matchAll(/:root\s*\{([^}]*)\}/g)].map(([, text = '']) =>
      Object.fromEntries(
        [...text.matchAll(/--(\w+):\s*(#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value]),
      ),
    );
    expect(schemes).toHaveLength(2);
    for (const { ground = '', code = '', ink = '', calm = '', link = '' } of schemes) {
      for (const words of [ink, calm, link]) {
        for (const behind of [ground, code]) expect(contrast(words, behind)).toBeGreaterThan(4.5);
      }
    }
  });
});

function leads(from: string, to: string): boolean {
  const [path = '', anchor] = to.split('#', 2);
  const file = path === '' ? from : posix.normalize(posix.join(posix.dirname(from), path));
  if (!existsSync(join(site, file)) || file.endsWith('/')) return false;
  return anchor === undefined || idsOf(file).has(anchor);
}

/** The contrast of two colors (WCAG 2.2). */
function contrast(one: string, two: string): number {
  const light = (color: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const level = Number.parseInt(color.slice(at, at + 2), 16) / 255;
      return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [dark = 0, bright = 0] = [light(one), light(two)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}

describe('the pictures of targets', () => {
  test('are as long as the page says', () => {
    const page = readFileSync(join(root, 'docs/targets.md'), 'utf8');
    const rows = [
      ...page.matchAll(/^\| .*?\| ([\d,]+)(?: without loss)? \| !\[[^\]]+\]\(([^)]+)\)/gm),
    ];
    expect(rows).toHaveLength(6);
    for (const [, bytes = '', file = ''] of rows) {
      expect(readFileSync(join(root, 'docs', file)).length).toBe(Number(bytes.replaceAll(',', '')));
    }
  });
});

describe('a server that shows its documentation', () => {
  let open: TestServer;
  let shut: TestServer;
  beforeAll(async () => {
    [open, shut] = await Promise.all([startServer({ settings: { docs: 'true' } }), startServer()]);
  });
  afterAll(async () => void (await Promise.all([open.stop(), shut.stop()])));

  test('answers pages, their style and their pictures, by a strict policy', async () => {
    for (const [path, type] of [
      ['/_fovea/docs/', 'text/html; charset=utf-8'],
      ['/_fovea/docs/reference/imgix/', 'text/html; charset=utf-8'],
      ['/_fovea/docs/reference/imgix/index.html', 'text/html; charset=utf-8'],
      ['/_fovea/docs/style.css', 'text/css; charset=utf-8'],
      ['/_fovea/docs/search.js', 'text/javascript; charset=utf-8'],
      ['/_fovea/docs/targets/leaves-75.jpg', 'image/jpeg'],
    ] as const) {
      const { status, headers, body } = await open.ask(path);
      expect([path, status, headers['content-type']]).toEqual([path, 200, type]);
      expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
      expect(body.length).toBe(Number(headers['content-length']));
    }
  });

  test('packs text for those who take that, and sends what is known no second time', async () => {
    const script = '/_fovea/docs/search-index.js';
    const plain = await open.ask(script);
    const packed = await open.ask(script, { headers: { 'accept-encoding': 'br, gzip;q=0.5' } });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
    expect(packed.body.length).toBeLessThan(plain.body.length / 2);
    expect(packed.headers.etag).not.toBe(plain.headers.etag);
    for (const { headers } of [plain, packed]) expect(headers.vary).toContain('Accept-Encoding');
    const refused = await open.ask(script, { headers: { 'accept-encoding': 'gzip;q=0, *' } });
    expect(refused.headers['content-encoding']).toBeUndefined();
    const picture = '/_fovea/docs/targets/leaves-75.jpg';
    const shown = await open.ask(picture, { headers: { 'accept-encoding': 'gzip' } });
    expect(shown.headers['content-encoding']).toBeUndefined();

    for (const [path, { headers }, asked] of [
      [script, plain, {}],
      [script, packed, { 'accept-encoding': 'gzip' }],
      [picture, shown, { 'accept-encoding': 'gzip' }],
    ] as const) {
      const known = { ...asked, 'if-none-match': String(headers.etag) };
      const { status, body } = await open.ask(path, { headers: known });
      expect([path, status, body.length]).toEqual([path, 304, 0]);
    }
    const other = await open.ask(script, {
      headers: { 'if-none-match': `${packed.headers.etag}` },
    });
    expect(other.status).toBe(200);
    const head = await open.ask(script, { method: 'HEAD' });
    expect([head.headers.etag, head.body.length]).toEqual([plain.headers.etag, 0]);
  });

  test('leads to the address of a page that lacks its slash, and to nothing else', async () => {
    for (const path of ['/_fovea/docs', '/_fovea/docs/purge']) {
      const { status, headers } = await open.ask(path);
      expect([status, headers.location]).toEqual([308, `${path}/`]);
    }
    for (const path of [
      '/_fovea/docs/nothing',
      '/_fovea/docs/../package.json',
      '/_fovea/docs/..%2f..%2fpackage.json',
      '/_fovea/docs//',
    ]) {
      expect([path, (await open.ask(path)).status]).toEqual([path, 404]);
    }
    expect((await open.ask('/_fovea/docs/', { method: 'POST' })).status).toBe(405);
  });

  test.each([
    ['/imgix/none.jpg?w=10', 'source-not-found'],
    ['/fastly/none.jpg?width=10', 'source-not-found'],
    ['/imageoptim/10/none.jpg', 'source-not-found'],
    ['/imgix/~text?w=10', 'bad-parameter'],
    ['/elsewhere/none.jpg', 'mount-unknown'],
  ])('names the page of the error of %s', async (target, code) => {
    const page = `/_fovea/docs/errors/${code}/`;
    const words = await open.ask(target);
    expect(words.headers.link).toBe(`<${page}>; rel="help"`);
    expect((await open.ask(page)).status).toBe(200);
    const problem = await open.ask(target, { headers: { accept: 'application/problem+json' } });
    if (problem.headers['content-type']?.startsWith('application/problem+json')) {
      expect(JSON.parse(problem.body.toString())).toMatchObject({ type: page, code });
      expect(words.body.toString()).toContain(`See ${page}\n`);
    }
    const silent = await shut.ask(target);
    expect(silent.headers.link).toBeUndefined();
    expect(silent.body.toString()).not.toContain('_fovea');
  });

  test('is another than one that does not', async () => {
    expect((await shut.ask('/_fovea/docs/')).status).toBe(404);
  });
});

describe('guides of errors', () => {
  test('name options and settings that exist', () => {
    const reference = ['configuration', 'fastly', 'imgix', 'imageoptim']
      .map((name) => readFileSync(join(root, `docs/reference/${name}.md`), 'utf8'))
      .join('\n');
    const named = Object.values(ERROR_GUIDES).flatMap(({ causes, helps }) =>
      [...causes, helps].flatMap((text) =>
        [...text.matchAll(/`([a-z]\w*(?:\.\w+)*)(?::[^`]*)?`/g)].map((m) => m[1] ?? ''),
      ),
    );
    expect(named.length).toBeGreaterThan(15);
    /** Programs, and a word of a value. */
    const OTHERS = new Set(['ffmpeg', 'fovea', 'safe']);
    const unknown = named.filter((name) => !OTHERS.has(name) && !reference.includes(`\`${name}`));
    expect(unknown).toEqual([]);
  });
});
