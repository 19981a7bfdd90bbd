/**
 * The examples of Fovea inside other servers, run as they stand. Their packages are installed by
 * `npm run examples:install`; where they are not, this is skipped.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../support/client.ts';

const folder = fileURLToPath(new URL('../../examples/servers/', import.meta.url));
const isInstalled = existsSync(join(folder, 'node_modules/hono'));

describe.skipIf(!isInstalled).each(['express', 'fastify', 'hono'])('in %s', (name) => {
  const cache = mkdtempSync(join(tmpdir(), 'fovea-example-'));
  let program: ChildProcess;
  let base = '';
  beforeAll(async () => {
    program = spawn(process.execPath, [`${name}.js`], {
      cwd: folder,
      env: { ...process.env, PORT: '0', CACHE: cache },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    base = await new Promise<string>((resolve, reject) => {
      let said = '';
      program.stdout?.on('data', (piece) => {
        said += piece;
        const address = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
        if (address !== undefined) resolve(address);
      });
      program.once('exit', (code) => reject(new Error(`ended with ${code} before it listened`)));
    });
  });
  afterAll(() => {
    program.kill('SIGKILL');
    rmSync(cache, { recursive: true, force: true });
  });

  test('pictures are those of Fovea', async () => {
    const target = '/pictures/leaves.jpg?w=320&auto=format,compress';
    const answer = await fetch(base + target, { headers: { accept: 'image/avif,image/*' } });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/avif']);
    expect(answer.headers.get('fovea')).toContain('score=');
    const { width, height } = await sharp(Buffer.from(await answer.arrayBuffer())).metadata();
    expect([width, height]).toEqual([320, 214]);
    const again = await fetch(base + target, {
      headers: { accept: 'image/avif,image/*', 'if-none-match': answer.headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
  });

  test('targets come through as they were sent, which their signatures need', async () => {
    const port = Number(new URL(base).port);
    const said = async (target: string) => {
      const { status, headers } = await ask(port, `/pictures${target}`);
      return [status, headers['fovea-warning'] ?? ''];
    };
    // A parser of URLs would write each of these otherwise
    for (const target of [
      '/leaves.jpg?w=32&txt={a}',
      "/leaves.jpg?w=32&txt='a'",
      '/./leaves.jpg?w=33',
    ]) {
      const signature = createHash('md5').update(`example${target}`).digest('hex');
      const [status, warning] = await said(`${target}&s=${signature}`);
      expect([target, status, warning]).toEqual([target, 200, '']);
      expect((await said(`${target}&s=${signature.replace(/^./, 'x')}`))[1]).toContain('signature');
    }
  });

  test('the page is its own, and so is what nobody has', async () => {
    expect(await (await fetch(`${base}/`)).text()).toContain('A page of its own');
    expect((await fetch(`${base}/elsewhere`)).status).toBe(404);
    expect(await (await fetch(`${base}/pictures/none.jpg?w=9`)).text()).toContain('source');
  });

  test('it ends when it is told to', async () => {
    const ended = new Promise((resolve) => program.once('exit', (code) => resolve(code)));
    program.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
});
