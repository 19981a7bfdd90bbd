/**
 * The playground in Chromium: what a person does there, and what they see.
 * Skipped where there is no Chromium.
 */
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CHROMIUM, startChromium } from '../support/chromium.ts';
import { animation, committed, noise } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';
import * as inPage from './in-page.mjs';

/** A first answer on a machine that others use too. */
const PATIENCE = 120_000;

/** What is read, as it is to become. */
const eventually = <Value>(read: () => Value | Promise<Value>) =>
  expect.poll(read, { timeout: PATIENCE });

describe.skipIf(CHROMIUM === undefined)('in Chromium', { timeout: 3 * PATIENCE }, () => {
  let server: TestServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await startServer({
      settings: { playground: 'true', 'limits.uploadBytes': '3MB' },
      samples: [{ name: 'leaves.jpg', alt: 'One green leaf', bytes: committed('leaves.jpg') }],
    });
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  let asked: string[];
  beforeEach(async () => {
    await open({});
  });
  afterEach(() => context.close());

  async function open(options: Parameters<Browser['newContext']>[0], hash = '') {
    await context?.close();
    context = await browser.newContext({ viewport: { width: 1300, height: 1000 }, ...options });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    complaints = [];
    asked = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`http://127.0.0.1:${server.port}/_fovea/${hash}`);
    await page.getByAltText('One green leaf, result').waitFor();
  }

  const address = () => page.locator('#url').inputValue();
  const result = () => page.locator('.layer.after img');
  const untilAddress = (text: string) => page.waitForFunction(inPage.addressHas, text);
  /** Waits for a result of this width in pixels. */
  const untilWidth = (width: number) => page.waitForFunction(inPage.resultIsWide, width);
  const receipt = () => page.locator('.receipt .words').innerText();
  const untilMapped = () => page.getByRole('button', { name: 'Worst region' }).waitFor();

  test('it opens with a picture, its result and a receipt in words', async () => {
    expect(await address()).toBe('/imgix/leaves.jpg?w=800&auto=format,compress');
    await page.locator('.receipt .words').waitFor();
    expect(await receipt()).toMatch(/^(AVIF|WebP) at quality \d+ took [\d.]+ kB, \d+ % less than/);
    expect(complaints).toEqual([]);
    expect(
      asked.filter(
        (url) =>
          !url.startsWith(`http://127.0.0.1:${server.port}/_fovea/`) && !/^(blob|data):/.test(url),
      ),
    ).toEqual([]);
  });

  test('a picture is chosen from the disk', async () => {
    const picture = await noise(300, 200).jpeg().toBuffer();
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'my own.jpg', mimeType: 'image/jpeg', buffer: picture });
    await untilAddress('/imgix/my-own.jpg');
    await page.getByAltText('my own.jpg, result').waitFor();
    expect(await page.locator('.pictures .small').innerText()).toContain('300 × 200');
  });

  test('a picture is dropped anywhere on the page', async () => {
    const bytes = [...(await noise(120, 90).png().toBuffer())];
    await page.evaluate(inPage.drop, { name: 'dropped.png', bytes });
    await page.getByAltText('dropped.png, result').waitFor();
    await untilAddress('/imgix/dropped.png');
  });

  test('a URL is built from the form, and the result follows', async () => {
    await page.locator('#param-w').fill('120');
    await untilWidth(120);
    expect(await address()).toContain('w=120');
    await page.locator('summary', { hasText: /^Look/ }).click();
    await page.locator('#param-sepia').fill('80');
    await untilAddress('sepia=80');
    await page.getByRole('button', { name: 'Remove sepia' }).click();
    await page.waitForFunction(inPage.addressLacks, 'sepia');
  });

  test('parameters are searched by name and by what they do', async () => {
    await page.locator('#search').fill('corner');
    await page.locator('#param-corner-radius').waitFor();
    expect(await page.locator('.parameter').count()).toBeLessThan(40);
    await page.locator('#param-corner-radius').fill('20');
    await untilAddress('corner-radius=20');
  });

  test('a remark on a value stands beside it, while it is typed', async () => {
    await page.locator('#param-w').fill('wide');
    await page.locator('.parameter .warning').first().waitFor();
    expect(await page.locator('.remarks').innerText()).toContain('w');
  });

  test.each([
    ['https://www.example.com/a.jpg?width=96&format=webp', 'fastly', 96],
    ['https://acme.imgix.net/a.jpg?w=88&fm=png', 'imgix', 88],
    ['https://img.gs/someone/64x40,crop/https://example.com/a.jpg', 'imageoptim', 64],
  ])('%s is pasted and taken apart', async (url, dialect, width) => {
    await page.locator('#url').fill(url);
    await page.locator('#url').press('Enter');
    await untilWidth(width);
    expect(await page.locator('.url select').first().inputValue()).toBe(dialect);
    expect(await page.locator('.form summary').first().innerText()).toMatch(/In this URL/);
  });

  test('another dialect goes on with the same meaning', async () => {
    await page.locator('#url').fill('/fastly/leaves.jpg?width=84&format=png');
    await page.locator('#url').press('Enter');
    await untilWidth(84);
    await page.getByText('both have one key in the store').first().waitFor();
    await page.locator('.url select').first().selectOption('imgix');
    await untilAddress('/imgix/leaves.jpg?w=84&fit=max');
    await page.getByRole('button', { name: 'Go on with it' }).first().click();
    await untilAddress('/fastly/leaves.jpg?width=84');
    await untilWidth(84);
  });

  test('a URL in the address of the page is opened', async () => {
    await open({}, `#${encodeURIComponent('/fastly/leaves.jpg?width=72')}`);
    await untilWidth(72);
    expect(await address()).toBe('/fastly/leaves.jpg?width=72');
  });

  test('the wipe moves by keys', async () => {
    const clip = () => page.locator('.layer.after').evaluate(inPage.clipOf);
    const before = await clip();
    await page.getByRole('slider', { name: 'Wipe between original and result' }).focus();
    for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowRight');
    await eventually(clip).not.toBe(before);
    expect(await page.locator('#wipe').inputValue()).toBe('60');
    await page.keyboard.press('Home');
    await eventually(clip).toBe('inset(0px 0px 0px 0%)');
  });

  test('it zooms to pixels by keys, buttons and the wheel', async () => {
    const zoom = async () => Number.parseInt(await page.locator('.zoom').innerText(), 10);
    await page.locator('.stage').focus();
    await page.keyboard.press('1');
    await eventually(zoom).toBe(100);
    await page.keyboard.press('+');
    await eventually(zoom).toBe(125);
    await page.getByRole('button', { name: 'Smaller' }).click();
    await eventually(zoom).toBe(100);
    await page.locator('.stage').hover();
    await page.mouse.wheel(0, -600);
    await page.waitForFunction(inPage.zoomIsAbove, 300);
    expect(await result().evaluate(inPage.renderingOf)).toBe('pixelated');
    await page.getByRole('button', { name: 'Fit' }).click();
    await eventually(zoom).toBeLessThanOrEqual(100);
  });

  test('a drag and the arrows move the picture, original and result alike', async () => {
    const left = (name: string) => page.locator(`.layer.${name} img`).evaluate(inPage.leftOf);
    const before = await left('after');
    const box = (await page.locator('.stage').boundingBox())!;
    await page.mouse.move(box.x + 200, box.y + 200);
    await page.mouse.down();
    await page.mouse.move(box.x + 150, box.y + 200, { steps: 4 });
    await page.mouse.up();
    await eventually(async () => Math.round(before - (await left('after')))).toBe(50);
    await page.locator('.stage').focus();
    await page.keyboard.press('ArrowLeft');
    await eventually(async () => Math.round((await left('after')) - before)).toBe(10);
    expect(await left('before')).toBe(await left('after'));
  });

  test('the difference is black where nothing differs, and brighter on demand', async () => {
    await page.locator('#url').fill('/imgix/leaves.jpg?w=200&fm=png');
    await page.locator('#url').press('Enter');
    await untilWidth(200);
    await untilMapped();
    await page.getByRole('button', { name: 'Difference' }).click();
    const brightest = async () => {
      const shot = await result().screenshot();
      return page.evaluate(inPage.brightest, [...shot]);
    };
    expect(await brightest()).toBe(0);
    await page.locator('#url').fill('/imgix/leaves.jpg?w=200&fm=jpg&q=5');
    await page.locator('#url').press('Enter');
    await page.waitForFunction(inPage.wordsMatch, 'JPEG at quality');
    await untilMapped();
    expect(await brightest()).toBeGreaterThan(100);
  });

  test('the heat map is shown, and the worst region found', async () => {
    await page.locator('#url').fill('/imgix/leaves.jpg?w=400&fm=jpg&q=10');
    await page.locator('#url').press('Enter');
    await untilWidth(400);
    await untilMapped();
    await page.getByRole('button', { name: 'Heat map' }).click();
    const colored = await page.locator('.heat canvas').evaluate(inPage.tinted);
    expect([colored.width, colored.height]).toEqual([7, 5]);
    expect(colored.tinted).toBeGreaterThan(10);
    const zoom = await page.locator('.zoom').innerText();
    await page.getByRole('button', { name: 'Worst region' }).click();
    await expect
      .poll(() => page.locator('.zoom').innerText(), { timeout: PATIENCE })
      .not.toBe(zoom);
    expect(await page.locator('.viewer .small').innerText()).toMatch(/worst region, which scores/);
  });

  test('the curves are filled in, with a table of their points', async () => {
    await page.locator('.plot canvas').waitFor();
    await page.getByText('As a table').click();
    await page.waitForFunction(inPage.hasPoints, 9);
    const rows = await page.locator('.curve tbody tr').allInnerTexts();
    for (const format of ['jpeg', 'webp', 'avif']) {
      expect(rows.filter((row) => row.startsWith(format)).length).toBeGreaterThanOrEqual(2);
    }
    await page.waitForFunction(inPage.wordsMatch, 'For the same score .* would be taken');
  });

  test.each([
    ['URL', /^http:\/\/127\.0\.0\.1:\d+\/imgix\/leaves\.jpg\?w=800/],
    ['<picture>', /^<picture>\n {2}<source type="image\/avif"[^>]*320w, [^>]*480w">/],
    ['srcset', /^<img src="http[^"]*&#38;auto=format,compress"\s+srcset="[^"]*w=320/],
    ['curl', /^curl -sS -H 'Accept: [^']*' .*'http/],
  ])('%s is copied', async (name, text) => {
    await page.getByRole('button', { name, exact: true }).click();
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await page.getByText('Copied.').waitFor();
    expect(await page.evaluate(inPage.copied)).toMatch(text);
  });

  test('a picture that is too large is refused before it is sent', async () => {
    const large = Buffer.alloc(3_100_000, 1);
    const before = asked.length;
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'big.jpg', mimeType: 'image/jpeg', buffer: large });
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').innerText()).toContain('at most 3.0 MB');
    expect(asked.slice(before).filter((url) => url.endsWith('/pictures'))).toEqual([]);
  });

  test('what is no picture is refused in words, and the page goes on', async () => {
    await page.locator('input[type=file]').setInputFiles({
      name: 'a.jpg',
      mimeType: 'image/jpeg',
      buffer: Buffer.from('no picture '.repeat(50)),
    });
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').innerText()).toContain('Expected an image');
    await page.locator('#param-w').fill('111');
    await untilWidth(111);
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('what the service would refuse is said', async () => {
    await page.locator('#url').fill('/imageoptim/crop/leaves.jpg');
    await page.locator('#url').press('Enter');
    await page.locator('.remarks .refused').waitFor();
    expect(await page.locator('.refused').innerText()).toContain('Expected width and height');
    expect(await result().count()).toBe(0);
  });

  test('an answer that is no picture is shown as text', async () => {
    await page.locator('#url').fill('/imgix/leaves.jpg?fm=json');
    await page.locator('#url').press('Enter');
    await page.waitForFunction(inPage.textHas, 'PixelWidth');
  });

  test('an animation has a result, and neither curve nor map', async () => {
    await page.locator('input[type=file]').setInputFiles({
      name: 'film.gif',
      mimeType: 'image/gif',
      buffer: await animation(60, 40, 3, 'gif'),
    });
    await page.getByAltText('film.gif, result').waitFor();
    await page.waitForFunction(inPage.isIdle);
    expect(await page.getByRole('button', { name: 'Heat map' }).isDisabled()).toBe(true);
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('a server that is gone is told of, and comes back', async () => {
    await context.setOffline(true);
    await page.locator('#param-w').fill('99');
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').innerText()).toContain('does not answer');
    await context.setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await untilWidth(99);
  });

  test('on a phone nothing is wider than the screen', async () => {
    await open({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    const [wide, screen] = await page.evaluate(inPage.widths);
    expect(wide).toBeLessThanOrEqual(screen);
    await page.locator('#param-w').fill('77');
    await untilWidth(77);
  });

  test('everything is reached by keys, in order', async () => {
    await page.keyboard.press('Tab');
    expect(await page.evaluate(inPage.focused)).toBe('To the picture');
    const reached = new Set<string>();
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      reached.add(await page.evaluate(inPage.focused));
    }
    for (const one of ['url', 'wipe', 'search', 'param-w', 'Difference', 'Fit', 'Copy']) {
      expect([...reached]).toContain(one);
    }
  });

  test.each(['light', 'dark'] as const)('axe finds no serious fault (%s)', async (colorScheme) => {
    await open({ colorScheme });
    await untilMapped();
    await page.locator('.plot canvas').waitFor();
    const ground = await page.evaluate(inPage.ground);
    expect(ground === 'rgb(255, 255, 255)').toBe(colorScheme === 'light');
    await page.locator('summary', { hasText: /^Size/ }).click();
    await page.evaluate(axe.source);
    expect(await page.evaluate(inPage.seriousFaults)).toEqual([]);
  });
});

test.skipIf(CHROMIUM !== undefined)('no Chromium is here: nothing is clicked', () => {
  expect(CHROMIUM).toBeUndefined();
});
