/**
 * The examples of frameworks, built and opened in Chromium: each page shows pictures of Fovea in the widths and formats
 * that the browser and its screen want. What they need is installed by `npm run examples:install`; where it is not,
 * or there is no Chromium, this is skipped.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, startChromium } from '../support/chromium.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { filesOfImages } from './in-page.mjs';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const picture = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../demo/pictures/${name}`, import.meta.url)));
const isInstalled = (name: string) => existsSync(join(examples, name, 'node_modules'));

/** A picture as a page shows it. */
interface Shown {
  readonly alt: string;
  readonly src: string;
  /** Pixels of the file. */
  readonly width: number;
  readonly height: number;
  readonly type: string;
}

const QUIET = {
  NEXT_TELEMETRY_DISABLED: '1',
  NUXT_TELEMETRY_DISABLED: '1',
  ASTRO_TELEMETRY_DISABLED: '1',
};

function build(name: string, env: Readonly<Record<string, string>> = {}): void {
  const { status, stdout, stderr } = spawnSync('npm', ['run', 'build'], {
    cwd: join(examples, name),
    // Vitest says that this is a test, and a build must not know
    env: { ...process.env, NODE_ENV: 'production', VITEST: '', ...QUIET, ...env },
    encoding: 'utf8',
    timeout: 280_000,
  });
  if (status !== 0) throw new Error(`${name} was not built: ${stdout}\n${stderr}`);
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.avif': 'image/avif',
  '.webp': 'image/webp',
  '.jpg': 'image/jpeg',
};

/** A server of the files of a build. */
async function serveFiles(folder: string): Promise<{ base: string; stop: () => void }> {
  const server = createHttpServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = join(folder, pathname.endsWith('/') ? `${pathname}index.html` : pathname);
    if (!file.startsWith(folder) || !existsSync(file)) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': MEDIA_TYPES[extname(file)] ?? 'text/plain' });
    response.end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    stop: () => server.close(),
  };
}

async function freePort(): Promise<number> {
  const server = createSocketServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A program that serves pages; resolves when it answers. */
async function serveBy(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
) {
  const port = await freePort();
  const program: ChildProcess = spawn(process.execPath, [...args], {
    cwd: join(examples, name),
    env: {
      ...process.env,
      NODE_ENV: 'production',
      ...QUIET,
      ...env,
      PORT: String(port),
      HOST: '127.0.0.1',
      HOSTNAME: '127.0.0.1',
    },
    stdio: 'ignore',
  });
  const base = `http://127.0.0.1:${port}/`;
  for (let turn = 0; turn < 300; turn++) {
    const answer = await fetch(base).catch(() => undefined);
    if (answer?.ok) return { base, stop: () => void program.kill('SIGKILL') };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  program.kill('SIGKILL');
  throw new Error(`${name} did not answer`);
}

describe.skipIf(CHROMIUM === undefined)('examples in Chromium', () => {
  let browser: Browser;
  let fovea: TestServer;
  beforeAll(async () => {
    browser = await startChromium();
    const pictures = {
      'leaves.jpg': picture('leaves.jpg'),
      'astronaut.jpg': picture('astronaut.jpg'),
    };
    fovea = await startServer({ pictures });
  });
  afterAll(async () => {
    await browser.close();
    await fovea.stop();
  });

  /** The pictures of a page that is so many pixels wide, on a screen of a density. */
  async function shown(base: string, width: number, density: number): Promise<Shown[]> {
    const page = await browser.newPage({
      viewport: { width, height: 2000 },
      deviceScaleFactor: density,
    });
    const types = new Map<string, string>();
    page.on('response', (response) =>
      types.set(response.url(), response.headers()['content-type'] ?? ''),
    );
    await page.goto(base, { waitUntil: 'networkidle' });
    const images = await page.locator('img').evaluateAll(filesOfImages);
    await page.close();
    return images.map((image) => ({ ...image, type: types.get(image.src) ?? '' }));
  }

  /** The leaves stand in half of the page, so their file is as wide as that is on the screen. */
  async function followsTheScreen(base: string): Promise<void> {
    const widths: [number, number][] = [];
    for (const [viewport, density] of [
      [640, 1],
      [640, 2],
      [1280, 2],
    ] as const) {
      const [leaves] = await shown(base, viewport, density);
      expect(leaves?.type).toBe('image/avif');
      expect(leaves?.alt).toContain('oak leaf');
      expect((leaves?.width ?? 0) / (leaves?.height ?? 1)).toBeCloseTo(1280 / 854, 1);
      widths.push([(viewport / 2) * density, leaves?.width ?? 0]);
    }
    expect(widths).toEqual([
      [320, 320],
      [640, 640],
      [1280, 1280],
    ]);
  }

  describe.skipIf(!isInstalled('vite'))('Vite', () => {
    test('pictures are made while the page is built', async () => {
      build('vite');
      const { base, stop } = await serveFiles(join(examples, 'vite/dist'));
      await followsTheScreen(base);
      const [, astronaut] = await shown(base, 640, 2);
      expect(astronaut).toMatchObject({ width: 512, height: 512, type: 'image/avif' });
      stop();
    }, 300_000);
  });

  describe.skipIf(!isInstalled('astro'))('Astro', () => {
    test('images are made while the site is built', async () => {
      // Astro keeps what was made for the next build, whatever made it
      rmSync(join(examples, 'astro/node_modules/.astro'), { recursive: true, force: true });
      build('astro');
      const { base, stop } = await serveFiles(join(examples, 'astro/dist'));
      await followsTheScreen(base);
      const [, square] = await shown(base, 640, 1);
      expect(square).toMatchObject({ width: 300, height: 300, type: 'image/webp' });
      stop();
    }, 300_000);
  });

  describe.skipIf(!isInstalled('next'))('Next', () => {
    test('next/image asks a Fovea for its widths', async () => {
      const env = { NEXT_PUBLIC_FOVEA: `http://127.0.0.1:${fovea.port}/imgix` };
      build('next', env);
      const { base, stop } = await serveBy(
        'next',
        ['node_modules/next/dist/bin/next', 'start'],
        env,
      );
      await followsTheScreen(base);
      const [, astronaut] = await shown(base, 640, 1);
      expect(astronaut).toMatchObject({ width: 160, height: 160, type: 'image/avif' });
      expect(astronaut?.src).toContain('q=60');
      stop();
    }, 300_000);
  });

  describe.skipIf(!isInstalled('nuxt'))('Nuxt', () => {
    test('Nuxt Image asks a Fovea for its widths', async () => {
      const env = { FOVEA: `http://127.0.0.1:${fovea.port}/imgix` };
      build('nuxt', env);
      const { base, stop } = await serveBy('nuxt', ['.output/server/index.mjs'], env);
      await followsTheScreen(base);
      const [, astronaut] = await shown(base, 640, 1);
      expect(astronaut).toMatchObject({ width: 160, height: 160, type: 'image/avif' });
      stop();
    }, 300_000);
  });
});
