import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { command } from './command.suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-worker-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a worker says all that it lacks', async () => {
  const origin = { kind: 'folder', path: folder };
  const sources = [{ name: 'a', dialect: 'imgix', mount: '/a', origin }];
  const config = join(folder, 'fovea.json');
  writeFileSync(config, JSON.stringify({ sources }));
  const { code, err } = await command(['worker', '--config', config, '--refine', 'false']);
  expect(code).toBe(2);
  for (const name of ['redis.url', 'bucket.name', 'refine']) expect(err).toContain(`${name}: `);
});
