/** Processes that are told to end while what they share is away: they end, whatever clients of it still hope for. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LocalRedis, REDIS_PROGRAM, startRedis } from '../support/redis.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let folder: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fovea-leaving-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** A process with a bucket that is not there; resolves when it listens. */
async function started(command: 'serve' | 'worker', redis: string): Promise<ChildProcess> {
  const config = join(folder, 'fovea.json');
  const bucket = { name: 'pictures', endpoint: 'http://127.0.0.1:1', region: 'us-east-1' };
  const origin = { kind: 'folder', path: folder };
  const settings = {
    redis: { url: redis },
    bucket: { ...bucket, accessKeyId: 'nobody', secretAccessKey: 'nobody-at-all' },
    listen: { port: 0 },
    cache: { folder: join(folder, 'cache') },
    sources: [{ name: 'a', dialect: 'imgix', mount: '/a', origin }],
  };
  writeFileSync(config, JSON.stringify(settings));
  child = spawn(process.execPath, [PROGRAM, command, '--config', config]);
  let said = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      said += text;
    });
  }
  for (let i = 0; i < 600 && !said.includes('"listening"'); i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(said).toContain('"listening"');
  return child;
}

async function ended(process: ChildProcess): Promise<unknown> {
  const exit = once(process, 'exit');
  process.kill('SIGTERM');
  const [code] = await exit;
  return code;
}

describe.each(['serve', 'worker'] as const)('%s', (command) => {
  test('ends where Redis was never there', async () => {
    expect(await ended(await started(command, 'redis://127.0.0.1:1'))).toBe(0);
  });

  describe.skipIf(REDIS_PROGRAM === undefined)('whose Redis', () => {
    let redis: LocalRedis;
    beforeEach(async () => {
      redis = await startRedis();
    });
    afterEach(() => redis.stop());

    test('has just died ends', async () => {
      const process = await started(command, redis.url);
      await redis.kill();
      expect(await ended(process)).toBe(0);
    });

    test('answers nothing any more ends', async () => {
      const process = await started(command, redis.url);
      redis.freeze();
      expect(await ended(process)).toBe(0);
    });

    test('is well ends', async () => {
      expect(await ended(await started(command, redis.url))).toBe(0);
    });
  });
});
