/**
 * The documentation as a browser shows it: a page of each kind, in the light and in the dark, wide and narrow.
 * Skipped where there is no Chromium.
 */
import axe from 'axe-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faults, sideways } from '../playground/in-page.mjs';
import { CHROMIUM, startChromium } from '../support/chromium.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** One page of each kind: by hand, generated, an error, a rule, a decision, a measurement, with pictures and tables. */
const KINDS = [
  '',
  'first-picture/',
  'targets/',
  'playground/',
  'reference/imgix/',
  'reference/configuration/',
  'reference/metrics/',
  'errors/',
  'errors/source-too-many-pixels/',
  'spec/color/',
  'decisions/0054-documentation-by-eleventy/',
  'results/demo/',
  'architecture/',
  'changelog/',
];

describe.skipIf(CHROMIUM === undefined)('pages in Chromium', { timeout: 300_000 }, () => {
  let server: TestServer;
  let browser: Browser;
  beforeAll(async () => {
    [server, browser] = await Promise.all([
      startServer({ settings: { docs: 'true' } }),
      startChromium(),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  test.each(['light', 'dark'] as const)(
    'have no fault that axe finds (%s)',
    async (colorScheme) => {
      const context = await browser.newContext({
        colorScheme,
        viewport: { width: 1300, height: 900 },
      });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (/error|warning/.test(message.type())) complaints.push(message.text());
      });
      page.on('pageerror', ({ message }) => complaints.push(message));
      page.on('response', (response) => {
        if (response.status() !== 200) complaints.push(`${response.status()} ${response.url()}`);
      });
      for (const kind of KINDS) {
        await page.goto(`http://127.0.0.1:${server.port}/_fovea/docs/${kind}`);
        await page.evaluate(axe.source);
        expect([kind, await page.evaluate(faults)]).toEqual([kind, []]);
      }
      expect(complaints).toEqual([]);
      await context.close();
    },
  );

  test('stay within a narrow screen', async () => {
    const context = await browser.newContext({ viewport: { width: 360, height: 700 } });
    const page = await context.newPage();
    for (const kind of KINDS) {
      await page.goto(`http://127.0.0.1:${server.port}/_fovea/docs/${kind}`);
      expect([kind, await page.evaluate(sideways)]).toEqual([kind, 0]);
    }
    await context.close();
  });
});

test.skipIf(CHROMIUM !== undefined)('no Chromium is here: nothing is shown', () => {
  expect(CHROMIUM).toBeUndefined();
});
