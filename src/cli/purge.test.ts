/** The commands `purge` and `warm` against servers on loopback that remember what they are told. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { command } from './command.suite.ts';
import { sitemapAddresses } from './warm/read-addresses.ts';
import { targetOf } from './warm/warm.ts';

const TOKEN = 'a-token-of-some-length';
const folder = mkdtempSync(join(tmpdir(), 'fovea-cli-'));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

interface Told {
  readonly method: string | undefined;
  readonly target: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
const told: Told[] = [];
let server: Server;
let base: string;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const { method, url: target, headers } = request;
    told.push({ method, target, headers, body });
    if (headers.authorization !== undefined && headers.authorization !== `Bearer ${TOKEN}`) {
      return void response.writeHead(401).end('A token is needed.\n');
    }
    if (target?.includes('missing')) return void response.writeHead(404).end('none\n');
    const stored = target?.includes('stored') === true;
    response.setHeader(
      'cache-status',
      stored ? 'Fovea; hit; ttl=9' : 'Fovea; fwd=uri-miss; stored',
    );
    response.end('{"sources":1,"renditions":2,"durable":true}\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  told.length = 0;
});

describe('fovea purge', () => {
  const env = { FOVEA_ADMIN_TOKEN: TOKEN };
  const purge = (...flags: string[]) => command(['purge', '--admin', base, ...flags], env);

  test.each<[string[], object]>([
    [['--url', '/shop/a.jpg?w=3'], { url: '/shop/a.jpg?w=3' }],
    [['--source', 'a.jpg', '--name', 'shop'], { source: 'a.jpg', name: 'shop' }],
    [['--tag', 'spring', '--soft'], { tag: 'spring', soft: true }],
    [['--prefix', '/', '--name', 'shop'], { prefix: '/', name: 'shop' }],
  ])('%j is told to the admin listener', async (flags, order) => {
    const { code, out, err } = await purge(...flags);
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toEqual({ sources: 1, renditions: 2, durable: true });
    const [one] = told;
    expect([one?.method, one?.target, JSON.parse(one?.body ?? '')]).toEqual([
      'POST',
      '/purge',
      order,
    ]);
    expect(one?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });

  test('takes the token from a file, and the listener from the environment', async () => {
    const path = file('token', `${TOKEN}\n`);
    const { code } = await command(['purge', '--tag', 'x', '--token-file', path], {
      FOVEA_ADMIN: base,
    });
    expect([code, told.length]).toEqual([0, 1]);
  });

  test('says why nothing was purged, and never the token', async () => {
    const wrong = { FOVEA_ADMIN_TOKEN: 'another-token-of-some-length' };
    const refused = await command(['purge', '--admin', base, '--tag', 'x'], wrong);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('401: A token is needed.');
    expect(refused.err).not.toContain('another');
  });

  test.each<[string, string[], Record<string, string>, RegExp]>([
    ['nothing to purge', ['--admin', 'http://a.test'], env, /one of --url/],
    ['two things', ['--admin', 'http://a.test', '--tag', 'x', '--url', '/a'], env, /one of --url/],
    ['a name with a tag', ['--admin', 'http://a.test', '--tag', 'x', '--name', 'y'], env, /--name/],
    ['no listener', ['--tag', 'x'], env, /--admin URL/],
    ['no plain address', ['--admin', 'http://a.test/x', '--tag', 'x'], env, /HOST:PORT/],
    ['no token', ['--admin', 'http://a.test', '--tag', 'x'], {}, /expected a token/],
    ['nobody there', ['--admin', 'http://127.0.0.1:1', '--tag', 'x'], env, /admin listener at/],
  ])('refuses %s', async (_, flags, given, problem) => {
    const { code, out, err } = await command(['purge', ...flags], given);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(problem);
  });
});

describe('fovea warm', () => {
  const warm = (...flags: string[]) => command(['warm', '--base', base, ...flags]);
  const targets = () => told.map(({ target }) => target).sort();

  test('asks for the addresses of a list, with their hosts', async () => {
    const list = file(
      'list',
      '# pictures\n/a.jpg?w=1\n\nhttps://img.test/b%20c.jpg#x\r\n/stored.jpg\n',
    );
    const { code, out } = await warm(list);
    expect([code, targets()]).toEqual([0, ['/a.jpg?w=1', '/b%20c.jpg', '/stored.jpg']]);
    expect(told.find(({ target }) => target === '/b%20c.jpg')?.headers.host).toBe('img.test');
    expect(out).toBe('3 asked for, 2 made, 1 there already, 0 failed, 0.0 MB\n');
  });

  test('asks once with each Accept', async () => {
    const list = file('one', '/a.jpg');
    await warm(list, '--accept', 'image/avif', '*/*', '--jobs', '1');
    expect(told.map(({ headers }) => headers.accept)).toEqual(['image/avif', '*/*']);
  });

  test('fails where an address does, and says which', async () => {
    const list = file('bad', '/missing.jpg\n/a.jpg\nnonsense\n');
    const { code, out, err } = await warm(list, '--json');
    expect(code).toBe(1);
    expect(err).toMatch(/status 404: \/missing\.jpg\n/);
    expect(err).toMatch(/no address of a picture: nonsense\n/);
    expect(JSON.parse(out)).toEqual({ requests: 2, made: 1, stored: 0, failed: 2, bytes: 44 });
  });

  test('reads the pictures of a sitemap', async () => {
    const map = file(
      'map.xml',
      '<?xml version="1.0"?>\n<urlset><url><loc>https://a.test/page</loc>' +
        '<image:image><image:loc> https://img.test/a.jpg?w=1&amp;h=2 </image:loc></image:image>' +
        '<image:image><image:loc><![CDATA[https://img.test/b.jpg]]></image:loc></image:image></url></urlset>',
    );
    const { code } = await warm(map);
    expect([code, targets()]).toEqual([0, ['/a.jpg?w=1&h=2', '/b.jpg']]);
  });

  test('keeps to a rate', async () => {
    const list = file('many', '/a.jpg\n/b.jpg\n/c.jpg\n');
    expect((await warm(list, '--rate', '200/s', '--jobs', '3')).code).toBe(0);
    expect(told).toHaveLength(3);
  });

  test('of nothing is a failure', async () => {
    expect((await warm(file('empty', '\n'))).code).toBe(1);
    expect((await warm(join(folder, 'nowhere'))).code).toBe(1);
  });

  test.each([
    ['--rate', 'fast', /such as 5\/s/],
    ['--rate', '0', /such as 5\/s/],
    ['--jobs', '0', /from 1 to 64/],
    ['--base', 'ftp://a.test', /HOST:PORT/],
  ])('refuses %s %s', async (flag, value, problem) => {
    const { code, err } = await warm(file('list2', '/a.jpg'), flag, value);
    expect(code).toBe(2);
    expect(err).toMatch(problem);
  });
});

test.each([
  [
    '<urlset><url><loc>https://a.test/a.jpg</loc></url></urlset>',
    ['https://a.test/a.jpg'],
    'no pictures',
  ],
  ['<urlset><!-- <loc>https://a.test/no</loc> --></urlset>', [], 'a comment'],
  ['<loc>a&#38;b&#x26;c&lt;&unknown;</loc>', ['a&b&c<&unknown;'], 'entities'],
  ['<loc></loc><loc> </loc>', [], 'nothing'],
])('sitemapAddresses of %s (%#)', (xml, expected) => {
  expect(sitemapAddresses(xml)).toEqual(expected);
});

test('a list of sitemaps is none', () => {
  expect(() =>
    sitemapAddresses('<sitemapindex><sitemap><loc>a</loc></sitemap></sitemapindex>'),
  ).toThrow(/list of sitemaps/);
});

test.each([
  ['/a{b}.jpg?w=1', { path: '/a{b}.jpg?w=1' }],
  ['https://user:pass@img.test:8443/a.jpg', { host: 'img.test:8443', path: '/a.jpg' }],
  ['http://img.test', { host: 'img.test', path: '/' }],
  ['http://img.test?w=1', { host: 'img.test', path: '/?w=1' }],
  ['//img.test/a', undefined],
  ['/a b', undefined],
  ['mailto:a', undefined],
])('targetOf %s', (address, expected) => {
  expect(targetOf(address)).toEqual(expected);
});
