/**
 * Savings on a real server: what its page says is what was received, hits, parts and 304 included,
 * with one process and with several; and who may see it.
 */
import axe from 'axe-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SavingsReport } from '../../src/server/savings/savings-report.ts';
import { CHROMIUM, startChromium } from '../support/chromium.ts';
import { ask } from '../support/client.ts';
import { card, committed } from '../support/pictures.ts';
import { ACCEPTS, startServer, type TestServer } from '../support/server.ts';

const LEAVES = committed('leaves.jpg');
const DRAWING = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"><rect width="9" height="9"/></svg>',
);
/** On a machine that others use too. */
const PATIENCE = 60_000;
const TOKEN = 'a-token-of-some-length';
const OPEN = { 'savings.page': 'true', 'savings.pricePerGB': '0.08 EUR' };

const pictures = { 'leaves.jpg': LEAVES, 'drawing.svg': DRAWING };
const shop = {
  ...{ name: 'shop', dialect: 'imgix', mount: '/shop', pricePerGB: '0.5 USD' },
  origin: { kind: 'folder', path: '.' },
};

async function reportOf(server: TestServer, days = 30): Promise<SavingsReport> {
  const { status, headers, body } = await server.ask(`/_fovea/savings.json?days=${days}`);
  expect([status, headers['content-type'], headers['cache-control']]).toEqual([
    200,
    'application/json',
    'no-store',
  ]);
  return JSON.parse(body.toString());
}

/** What is asked, with what the ledger should have of it, added up by the test. */
async function traffic(server: TestServer) {
  const sum = { hit: 0, miss: 0, hitBytes: 0, missBytes: 0, originalBytes: 0, notModified: 0 };
  const get = async (target: string, headers: Record<string, string> = {}) => {
    const answer = await server.ask(target, { headers: { accept: ACCEPTS.avif, ...headers } });
    const said = answer.headers['cache-status'] ?? '';
    const kind = /fovea; hit/i.test(String(said)) ? 'hit' : 'miss';
    const original = target.includes('.svg') ? DRAWING.length : LEAVES.length;
    if (answer.status === 304) sum.notModified++;
    else {
      sum[kind]++;
      sum[`${kind}Bytes`] += answer.body.length;
      sum.originalBytes += original;
    }
    return answer;
  };
  const targets = ['/fastly/leaves.jpg?width=90&format=auto', '/shop/leaves.jpg?w=120&auto=format'];
  for (const target of [...targets, '/imgix/drawing.svg']) {
    for (let turn = 0; turn < 4; turn++) {
      expect((await get(target)).status).toBe(200);
    }
  }
  const { etag } = (await get(targets[0]!)).headers;
  expect((await get(targets[0]!, { 'if-none-match': String(etag) })).status).toBe(304);
  // What is no picture that was sent
  await server.ask('/imgix/leaves.jpg?fm=json');
  await server.ask('/imgix/none.jpg');
  await server.ask('/imgix/leaves.jpg?w=90', { method: 'HEAD' });
  await server.ask('/healthz');
  return sum;
}

describe.each([1, 2])('with %i process(es) that answer', (fronts) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({
      ...{ pictures, sources: [shop] },
      settings: { ...OPEN, 'listen.fronts': fronts, 'admin.port': '0', 'admin.token': TOKEN },
    });
  });
  afterAll(() => server.stop());

  test('the bytes on the page are those that were received', async () => {
    const sum = await traffic(server);
    const { all, sources, days, to } = await reportOf(server);
    expect(all.answers).toEqual({ hit: sum.hit, miss: sum.miss, notModified: sum.notModified });
    expect(sum.hit).toBeGreaterThan(6);
    const sent = sum.hitBytes + sum.missBytes;
    expect(all.sentBytes).toEqual({ hit: sum.hitBytes, miss: sum.missBytes, all: sent });
    expect(all.originalBytes).toBe(sum.originalBytes);
    expect(all.savedBytes).toBe(sum.originalBytes - sent);
    expect(sources.map(({ source }) => source).sort()).toEqual(['fastly', 'imgix', 'shop']);
    expect(days).toHaveLength(30);
    expect(days.at(-1)).toMatchObject({ day: to, sentBytes: all.sentBytes });
    // A drawing has no JPEG to be compared with, photographs have
    const compared = sources.map(({ source, fixedQuality }) => [
      source,
      fixedQuality.jpegBytes > 0,
    ]);
    expect(Object.fromEntries(compared)).toEqual({ fastly: true, imgix: false, shop: true });
    const own = sources.find(({ source }) => source === 'shop');
    expect(own?.pricePerGB).toEqual({ amount: 0.5, currency: 'USD' });
    expect(own?.money?.saved.USD).toBeCloseTo(((own?.savedBytes ?? 0) * 0.5) / 1e9, 12);
    expect(Object.keys(all.money?.saved ?? {}).sort()).toEqual(['EUR', 'USD']);
    const page = (await server.ask('/_fovea/savings')).body.toString();
    expect(page).toContain(`${sum.hit} hits, ${sum.miss} misses, 1 not modified`);
    expect(page).not.toContain('<script');
  });

  test('metrics say the same, by source', async () => {
    const { sources } = await reportOf(server);
    const { port = 0 } = server.server.adminAddress() ?? {};
    const headers = { authorization: `Bearer ${TOKEN}` };
    const text = (await ask(port, '/metrics', { headers })).body.toString();
    for (const { source, sentBytes, originalBytes, answers } of sources) {
      expect(text).toContain(
        `fovea_savings_sent_bytes_total{source="${source}",cache="hit"} ${sentBytes.hit}\n`,
      );
      expect(text).toContain(
        `fovea_savings_original_bytes_total{source="${source}"} ${originalBytes}\n`,
      );
      expect(text).toContain(
        `fovea_savings_answers_total{source="${source}",cache="miss"} ${answers.miss}\n`,
      );
    }
  });

  test.each([
    ['', 30],
    ['?days=7', 7],
    ['?days=0', 1],
    ['?days=999', 400],
    ['?days=9999', 30],
    ['?days=-1', 30],
    ['?days=<b>', 30],
  ])('a span of %j is %i days', async (query, length) => {
    const { body } = await server.ask(`/_fovea/savings.json${query}`);
    expect(JSON.parse(body.toString()).days).toHaveLength(length);
  });

  test('pages of other sites read nothing of it', async () => {
    for (const path of ['/_fovea/savings', '/_fovea/savings.json']) {
      const { headers } = await server.ask(path);
      expect(headers['access-control-allow-origin']).toBeUndefined();
      expect(headers['cross-origin-resource-policy']).toBe('same-origin');
      expect((await server.ask(path, { method: 'POST' })).status).toBe(405);
      expect((await server.ask(path, { method: 'HEAD' })).body).toHaveLength(0);
    }
  });

  test('the admin listener shows it to who has the token, in a browser too', async () => {
    const { port = 0 } = server.server.adminAddress() ?? {};
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    const status = async (path: string, authorization?: string, method = 'GET') => {
      const headers = authorization === undefined ? {} : { authorization };
      return (await ask(port, path, { method, headers })).status;
    };
    for (const path of ['/savings', '/savings.json']) {
      expect(await status(path)).toBe(401);
      expect(await status(path, basic(`operator:${TOKEN}x`))).toBe(401);
      expect(await status(path, basic(TOKEN))).toBe(401);
      expect(await status(path, basic(`operator:${TOKEN}`))).toBe(200);
      expect(await status(path, `Bearer ${TOKEN}`)).toBe(200);
    }
    // What a browser sends by itself changes nothing
    expect(await status('/purge', basic(`operator:${TOKEN}`), 'POST')).toBe(401);
    expect(await status('/metrics', basic(`operator:${TOKEN}`))).toBe(401);
  });
});

describe('what was counted', () => {
  test('is there after a restart', async () => {
    const first = await startServer({ pictures, settings: OPEN });
    await first.ask('/imgix/leaves.jpg?w=64');
    const before = (await reportOf(first)).all;
    expect(before.sentBytes.all).toBeGreaterThan(0);
    await first.stop({ keep: true });
    const second = await startServer({ home: first.home, settings: OPEN });
    expect((await reportOf(second)).all).toEqual(before);
    await second.stop();
  });

  test('has the size at the fixed quality measured once the background has been there', {
    timeout: 3 * PATIENCE,
  }, async () => {
    const server = await startServer({
      ...{ pictures: { 'noise.png': await card(300, 200).png().toBuffer() }, refine: true },
      settings: OPEN,
    });
    const target = '/imgix/noise.png?w=64&fm=jpg&auto=compress';
    const seen = async () => {
      await server.ask(target);
      return (await reportOf(server)).all.fixedQuality;
    };
    await expect
      .poll(async () => (await seen()).measured, { timeout: 2 * PATIENCE, interval: 500 })
      .toBeGreaterThan(0);
    await server.stop();
  });
});

describe.skipIf(CHROMIUM === undefined)('in Chromium', () => {
  let server: TestServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await startServer({ pictures, sources: [shop], settings: OPEN });
    await traffic(server);
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  test.each([
    ['light', 1300],
    ['dark', 1300],
    ['light', 360],
    ['dark', 360],
  ] as const)(
    'axe finds no fault, and nothing is cut off (%s, %i pixels)',
    async (colorScheme, width) => {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      await page.goto(`http://127.0.0.1:${server.port}/_fovea/savings`);
      await page.evaluate(axe.source);
      const { violations } = (await page.evaluate('axe.run()')) as axe.AxeResults;
      expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
      const room = (await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      )) as number;
      expect(room).toBeLessThanOrEqual(0);
      expect(await page.getByRole('img', { name: /^Bytes by day/ }).count()).toBe(1);
      expect(complaints).toEqual([]);
      await context.close();
    },
  );
});
