/**
 * Commands against real origins, dialects and sockets; only the engine is a
 * stand-in, because its workers run built code.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { fakeEngine } from '../server/exchange.suite.ts';
import { command } from './command.suite.ts';

let engine: Engine & { closed?: boolean };
vi.mock('../engine/create.ts', () => ({ createEngine: async () => engine }));

const folder = mkdtempSync(join(tmpdir(), 'fovea-cli-'));
mkdirSync(join(folder, 'images'));
const config = join(folder, 'fovea.json');
writeFileSync(
  config,
  JSON.stringify({
    listen: { port: 0 },
    log: { level: 'silent' },
    cache: { folder: './cache' },
    sources: [
      {
        name: 'shop',
        dialect: 'imgix',
        mount: '/shop',
        origin: { kind: 'folder', path: './images' },
      },
    ],
  }),
);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(() => {
  engine = fakeEngine({
    close: async () => {
      engine.closed = true;
    },
  });
});

describe('fovea', () => {
  test('explains itself', async () => {
    const help = await command(['serve', '--help']);
    expect(help.code).toBe(0);
    expect(help.out).toContain('--cache-size <value>');
    expect(help.out).toContain('FOVEA_CACHE_SIZE');
    expect((await command(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each([
    [['serve'], 2, /with --config FILE\n.*: fovea serve \.\/pictures/],
    [['check'], 2, /with --config FILE/],
    [['serve', folder, '--config', config], 2, /a folder or --config FILE, got both/],
    [['serve', join(folder, 'nowhere')], 2, /got nothing at .*nowhere; make it first/],
    [['serve', config], 2, /expected a folder, got a file at .*fovea\.json/],
    [['serve', '--config', 'nowhere.json'], 2, /there is none/],
    [['serve', '--config', config, '--port', 'x'], 2, /listen\.port \(from --port\): expected/],
    [['serve', '--color', 'blue'], 2, /unknown option '--color'/],
    [['bake'], 2, /unknown command 'bake'/],
    [['explain', '--config', config], 2, /missing required argument 'url'/],
    [['explain', '/nowhere/a.jpg', '--config', config], 1, /sources answer at: \/shop/],
  ])('%j ends with %d and a sentence', async (args, code, message) => {
    const outcome = await command(args);
    expect(outcome.err).toMatch(message);
    expect(outcome.err).not.toMatch(/\n\s+at /);
    expect(outcome.code).toBe(code);
  });

  test('serve starts, and stops when it is told to', async () => {
    expect(await command(['serve', '-c', config])).toEqual({ code: 0, out: '', err: '' });
    expect(engine.closed).toBe(true);
    expect((await command(['serve'], { FOVEA_CONFIG: config })).code).toBe(0);
  });

  test('serve says that a port is in use, and leaves nothing behind', async () => {
    const other = createTcpServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const args = ['serve', '-c', config, '--port', String(port), '--log-level', 'info'];
    const { code, out, err } = await command(args);
    const fromNpm = await command(args, { npm_lifecycle_event: 'start' });
    other.close();
    expect(code).toBe(1);
    const sentence = `Port ${port} on 127.0.0.1 is in use; choose another with `;
    expect(err).toBe(`${sentence}--port ${port + 1}.\n`);
    expect(fromNpm.err).toBe(`${sentence}npm start -- --port ${port + 1}.\n`);
    expect(out).toBe('');
    expect(engine.closed).toBe(true);
  });
});

describe('demo', () => {
  const flags = ['demo', '--port', '0', '--cache-folder', join(folder, 'demo-cache')];

  test('prints links, and its page admits its own style, script and pictures', async () => {
    const { code } = await command(flags, {}, async (printed) => {
      const [base = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(printed) ?? [];
      expect(printed).toContain('/imgix/leaves.jpg?auto=format,compress');
      const page = await fetch(`${base}/`);
      const html = await page.text();
      const policy = page.headers.get('content-security-policy') ?? '';
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(policy).toMatch(/default-src 'none'.*script-src 'sha256-.*frame-ancestors 'none'/);
      for (const element of ['style', 'script']) {
        const text = new RegExp(`<${element}>([^]*?)</${element}>`).exec(html)?.[1] ?? '';
        const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
        expect(policy).toContain(`'sha256-${Buffer.from(digest).toString('base64')}'`);
      }
      const pictures = [...html.matchAll(/<img src="([^"]+)" alt="[^"]+"/g)].map((m) => m[1] ?? '');
      expect(pictures.length).toBe(12);
      for (const path of pictures) {
        const answer = await fetch(base + path.replaceAll('&#38;', '&'));
        expect([path, answer.status]).toEqual([path, 200]);
        expect(answer.headers.get('content-type')).toMatch(/^image\//);
      }
    });
    expect(code).toBe(0);
  });
});
