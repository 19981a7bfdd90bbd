/**
 * `fovea replay` on traffic of a real browser, and on a long log.
 *
 * The vendor is a server of the test that makes its pictures with sharp alone. The HAR file is
 * Chromium's own, and that part is skipped where there is none.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Outcome } from '../src/cli/replay/outcome.ts';
import type { Summary } from '../src/cli/replay/tally.ts';
import type { Surroundings } from '../src/cli/surroundings.ts';
import { committed } from './support/pictures.ts';
import { startServer, type TestServer } from './support/server.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
);
const folder = mkdtempSync(join(tmpdir(), 'fovea-replay-'));
const PICTURES = 60;
const photo = committed('leaves.jpg');

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ pictures: { 'leaves.jpg': photo }, workers: 2 });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the built command, whose kernel stands beside it. */
async function replay(args: readonly string[]) {
  const main = new URL('../dist/cli/run.js', import.meta.url).href;
  const { run }: typeof import('../src/cli/run.ts') = await import(main);
  let out = '';
  let err = '';
  const around: Surroundings = {
    env: {},
    out: (text) => (out += text),
    err: (text) => (err += text),
    stopped: Promise.resolve(),
  };
  const code = await run(['replay', ...args], around);
  return { code, out, err };
}

function listening(
  answer: Parameters<typeof createServer>[1],
): Promise<{ web: Server; port: number }> {
  const web = createServer(answer as Parameters<typeof createServer>[0]);
  return new Promise((resolve) => {
    web.listen(0, '127.0.0.1', () => resolve({ web, port: (web.address() as AddressInfo).port }));
  });
}

async function closed(web: Server): Promise<void> {
  web.closeAllConnections();
  await new Promise((resolve) => web.close(resolve));
}

/** Width of picture `n` on the page. */
const widthOf = (n: number) => 80 + 2 * n;
const OTHER_SIZE = 7;
const MISSING = 11;
const ODD_WORD = 13;

describe.skipIf(CHROMIUM === undefined)('traffic of Chromium', () => {
  let har: string;
  let vendor: { web: Server; port: number };
  const sent = new Map<string, { width: number; height: number; bytes: number }>();

  beforeAll(async () => {
    vendor = await listening(async (request, response) => {
      const url = new URL(request.url ?? '/', 'http://vendor');
      if (url.pathname === '/') {
        const pictures = Array.from({ length: PICTURES }, (_, n) => `<img src="${targetOf(n)}">`);
        response.setHeader('content-type', 'text/html').end(`<!doctype html>${pictures.join('')}`);
        return;
      }
      const width = Number(url.searchParams.get('w') ?? 1);
      const wide = width === widthOf(OTHER_SIZE) ? width + 5 : width;
      const { data, info } = await sharp(photo)
        .resize(wide)
        .jpeg({ quality: 75 })
        .toBuffer({ resolveWithObject: true });
      sent.set(request.url ?? '', { width: info.width, height: info.height, bytes: data.length });
      response.setHeader('content-type', 'image/jpeg').end(data);
    });
    har = join(folder, 'page.har');
    const browser = await chromium.launch({
      ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }),
      args: ['--no-sandbox'],
    });
    try {
      const context = await browser.newContext({ recordHar: { path: har, content: 'embed' } });
      const page = await context.newPage();
      await page.goto(`http://127.0.0.1:${vendor.port}/`, { waitUntil: 'networkidle' });
      await context.close();
    } finally {
      await browser.close();
    }
  }, 120_000);
  afterAll(() => closed(vendor.web));

  function targetOf(n: number): string {
    const name = n === MISSING ? 'gone.jpg' : 'leaves.jpg';
    return `/${name}?w=${widthOf(n)}&amp;q=75${n === ODD_WORD ? '&amp;sharp=very' : ''}`;
  }

  test('every row of the report is right', { timeout: 120_000 }, async () => {
    const [json, html] = [join(folder, 'out.json'), join(folder, 'out.html')];
    const to = `http://127.0.0.1:${server.port}`;
    const asked = sent.size;
    const { code, out } = await replay([
      har,
      '--to',
      to,
      '--mount',
      '/imgix',
      '--json',
      json,
      '--html',
      html,
    ]);
    // Not one request to the vendor
    expect(sent.size).toBe(asked);
    expect(code).toBe(1);
    const { rows, summary } = JSON.parse(readFileSync(json, 'utf8')) as {
      rows: Outcome[];
      summary: Summary;
    };
    expect(rows).toHaveLength(PICTURES);
    for (const row of rows) {
      const width = Number(/w=(\d+)/.exec(row.target)?.[1]);
      const theirs = sent.get(row.target);
      expect(row.vendor).toEqual({ status: 200, type: 'image/jpeg', ...theirs });
      if (row.target.startsWith('/gone')) {
        expect(row).toMatchObject({ status: 404, problem: 'There is no such source.' });
        continue;
      }
      expect(row).toMatchObject({ status: 200, type: 'image/jpeg', width });
      const other = width === widthOf(OTHER_SIZE);
      if (other) expect(row.score).toBeUndefined();
      // Two ways of making a picture smaller, both at quality 75: near, and not the same
      else expect(row.score).toBeGreaterThan(30);
      expect(row.remarks).toHaveLength(row.target.includes('sharp=very') ? 1 : 0);
    }
    expect(summary).toMatchObject({
      requests: PICTURES,
      answered: PICTURES - 1,
      understood: PICTURES - 2,
      sizes: { same: PICTURES - 2, other: 1 },
      statuses: { 200: PICTURES - 1, 404: 1 },
    });
    expect(summary.scores?.count).toBe(PICTURES - 2);
    expect(out).toContain(`${PICTURES} requests replayed`);
    const page = readFileSync(html, 'utf8');
    expect(page.match(/<article>/g)).toHaveLength(20);
    expect(page.match(/src="data:image\/jpeg;base64,/g)).toHaveLength(39);
    // The worst first: what is missing, then the other size, then the word without effect
    const order = [...page.matchAll(/<code>[^<]*?w=(\d+)/g)].map(([, width]) => Number(width));
    expect(order.slice(0, 3)).toEqual([MISSING, OTHER_SIZE, ODD_WORD].map(widthOf));
    expect(page).not.toMatch(/<script|https?:\/\/(?!127)/);
  });
});

test('10,000 lines of a log take no more memory than 2,000', { timeout: 120_000 }, async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used: number[] = [];
  let count = 0;
  const { web, port } = await listening((_, response) => {
    count++;
    if (count % 4_000 === 2_000) {
      collect();
      used.push(process.memoryUsage().heapUsed);
    }
    response.setHeader('content-type', 'image/jpeg');
    response.setHeader('fovea-warning', `"remark ${count} has no effect."`);
    response.end(photo);
  });
  try {
    const log = join(folder, 'access.log');
    const line = (i: number) =>
      `203.0.113.7 - - [12/Nov/2026:10:00:00 +0000] "GET /a${i}.jpg?w=${i} HTTP/1.1" 200 512 "-" "-"\n`;
    writeFileSync(log, Array.from({ length: 10_000 }, (_, i) => line(i)).join(''));
    const json = join(folder, 'log.json');
    const { code, out, err } = await replay([
      log,
      '--to',
      `http://127.0.0.1:${port}`,
      '--jobs',
      '16',
      '--json',
      json,
    ]);
    expect(err).not.toContain('mistake');
    expect(code).toBe(0);
    expect(out).toContain('10000 requests replayed');
    expect(JSON.parse(readFileSync(json, 'utf8')).rows).toHaveLength(10_000);
    const [first = 0, , last = 0] = used;
    expect(used).toHaveLength(3);
    expect(last - first).toBeLessThan(6e6);
  } finally {
    await closed(web);
  }
});

test('a Fovea of its own is started from a configuration and ended', async () => {
  const pictures = join(folder, 'pictures.json');
  const list = join(folder, 'list.txt');
  const source = {
    name: 'shop',
    dialect: 'fastly',
    hosts: ['img.example.com'],
    origin: { kind: 'folder', path: `${server.home}/pictures` },
  };
  writeFileSync(
    pictures,
    JSON.stringify({ cache: { folder: join(folder, 'cache') }, sources: [source] }),
  );
  writeFileSync(list, 'https://img.example.com/leaves.jpg?width=90\nhttps://other.example/a.jpg\n');
  const { code, out } = await replay([list, '--config', pictures, '--site', 'img.example.com']);
  expect({ code, out }).toMatchObject({
    code: 0,
    out: expect.stringContaining('1 requests replayed'),
  });
});

test.each([
  [['--to', 'http://127.0.0.1:1/imgix'], '--mount'],
  [['--to', 'localhost'], 'http://HOST:PORT'],
  [['--to', 'http://127.0.0.1:1', '--jobs', '0'], '--jobs'],
])('refuses %j', async (flags, word) => {
  const list = join(folder, 'one.txt');
  writeFileSync(list, '/a.jpg\n');
  const { code, err } = await replay([list, ...flags]);
  expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining(word) });
});

test('a Fovea that is not there is an outcome, and a file that is not there is said', async () => {
  const list = join(folder, 'two.txt');
  writeFileSync(list, '/a.jpg\n');
  const { web, port } = await listening((_, response) => void response.end());
  await closed(web);
  const away = await replay([list, '--to', `http://127.0.0.1:${port}`]);
  expect(away.code).toBe(1);
  expect(away.out).toContain('none');
  const none = await replay([join(folder, 'none.txt'), '--to', `http://127.0.0.1:${port}`]);
  expect(none.code).toBe(1);
  expect(none.err).toContain('none.txt');
});
