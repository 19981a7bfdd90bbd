/** What a configuration says of buckets: of all nodes, and of sources. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ConfigError, parseConfig } from '../config.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'secret'), 'of a file\n');
writeFileSync(join(folder, 'empty'), '\n');

const origin = { kind: 's3', bucket: 'photos' };
const source = (more: object = {}) => ({
  ...{ name: 'a', dialect: 'imgix', mount: '/a' },
  origin: { ...origin, ...more },
});
const parse = (given: object) =>
  parseConfig({ sources: [source()], ...given }, { folder, env: { SECRET: 'of a variable' } });

function problemOf(given: object): string {
  try {
    parse(given);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'none';
}

describe('the bucket of all nodes', () => {
  test.each<[object, string | undefined]>([
    [{ accessKeyId: 'a', secretAccessKey: 'b' }, 'b'],
    [{ accessKeyId: 'a', secretAccessKeyFile: 'secret' }, 'of a file'],
    [{}, undefined],
  ])('with %o has the secret %s', (bucket, secret) => {
    expect(parse({ bucket: { name: 'photos', ...bucket } }).bucket.secretAccessKey).toBe(secret);
  });

  test.each([
    [{ name: 'No_Bucket' }, 'bucket.name: expected 3 to 63'],
    [{ accessKeyId: 'a' }, 'bucket.secretAccessKey: expected it together'],
    [{ secretAccessKey: 'hidden' }, 'bucket.accessKeyId: expected it together'],
    [
      { accessKeyId: 'a', secretAccessKey: 'hidden', secretAccessKeyFile: 'secret' },
      'bucket.secretAccessKeyFile: expected only without',
    ],
    [{ accessKeyId: 'a', secretAccessKeyFile: 'none' }, 'expected a file that can be read'],
    [{ accessKeyId: 'a', secretAccessKeyFile: 'empty' }, 'expected a secret in the file'],
    [{ endpoint: 'minio:9000' }, 'bucket.endpoint: expected'],
    [{ folder: 'x' }, 'bucket'],
  ])('with %o is a mistake: %s', (bucket, problem) => {
    const text = problemOf({ bucket: { name: 'photos', ...bucket } });
    expect(text).toContain(problem);
    expect(text).not.toContain('hidden');
  });
});

describe('the bucket of a source', () => {
  test('has secrets by their names', () => {
    const own = source({
      ...{ accessKeyId: 'a', secretAccessKey: { env: 'SECRET' } },
      sessionToken: { file: 'secret' },
    });
    expect(parse({ sources: [own] }).sources[0]?.origin).toMatchObject({
      secretAccessKey: 'of a variable',
      sessionToken: 'of a file',
    });
  });

  test.each([
    [{ bucket: 'No_Bucket' }, 'sources[0].origin.bucket: expected 3 to 63'],
    [{ accessKeyId: 'a' }, 'expected accessKeyId and secretAccessKey together'],
    [{ accessKeyId: 'a', secretAccessKey: { env: 'NONE' } }, 'in the variable NONE, got nothing'],
    [{ endpoint: 'ftp://x' }, 'sources[0].origin.endpoint: expected an http or https URL'],
    [{ base: 'https://x/' }, 'sources[0].origin'],
    [{ retries: 11 }, 'sources[0].origin.retries'],
  ])('with %o is a mistake: %s', (more, problem) => {
    expect(problemOf({ sources: [source(more)] })).toContain(problem);
  });
});
