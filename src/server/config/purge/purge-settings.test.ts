/** What a configuration says of CDNs that are told of purges. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ConfigError, parseConfig } from '../config.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'token'), 'of-a-file\n');
writeFileSync(join(folder, 'empty'), '\n');

const origin = { kind: 'folder', path: folder };
const sources = [{ name: 'a', dialect: 'imgix', mount: '/a', origin }];
const parse = (given: object, env: Record<string, string> = {}) =>
  parseConfig({ sources, ...given }, { folder, env });

function problemOf(given: object): string {
  try {
    parse(given);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'none';
}

const ZONE = '0123456789abcdef0123456789abcdef';
const fastly = (more: object, tags = 'Surrogate-Key') => ({
  headers: { tags },
  purge: { fastlyService: 'SU1Z0isxPaozGVKXdv0eY', ...more },
});
const cloudflare = (more: object, tags = 'Cache-Tag') => ({
  headers: { tags },
  purge: { cloudflareZone: ZONE, ...more },
});

describe('CDNs of the configuration', () => {
  test('tokens as text, of a variable, or of a file below the configuration', () => {
    expect(parse(fastly({ fastlyToken: 'of-text' })).purge.fastlyToken).toBe('of-text');
    const variable = { FOVEA_CLOUDFLARE_TOKEN: 'of-a-variable' };
    expect(parse(cloudflare({}), variable).purge.cloudflareToken).toBe('of-a-variable');
    const { purge } = parse(fastly({ fastlyTokenFile: 'token' }));
    expect(purge.fastlyTokenFile).toBe(join(folder, 'token'));
  });

  test.each([
    [fastly({}), 'purge.fastlyToken: expected a token'],
    [fastly({ fastlyToken: 'a b' }), 'purge.fastlyToken: expected printable'],
    [fastly({ fastlyTokenFile: 'empty' }), 'purge.fastlyTokenFile: expected printable'],
    [fastly({ fastlyTokenFile: 'none' }), 'purge.fastlyTokenFile: expected a file'],
    [
      fastly({ fastlyToken: 'a', fastlyTokenFile: 'token' }),
      'purge.fastlyTokenFile: expected only',
    ],
    [fastly({ fastlyToken: 'a', fastlyService: '../x' }), 'purge.fastlyService: expected letters'],
    [fastly({ fastlyToken: 'a' }, 'off'), 'purge.fastlyService: expected headers.tags to be Surr'],
    [fastly({ fastlyToken: 'a' }, 'Cache-Tag'), 'purge.fastlyService: expected headers.tags'],
    [{ purge: { fastlyToken: 'a' } }, 'purge.fastlyService: expected it beside its token'],
    [{ purge: { cloudflareTokenFile: 'token' } }, 'purge.cloudflareZone: expected it beside'],
    [cloudflare({}), 'purge.cloudflareToken: expected a token'],
    [
      cloudflare({ cloudflareToken: 'a', cloudflareZone: 'x' }),
      'purge.cloudflareZone: expected 32',
    ],
    [
      cloudflare({ cloudflareToken: 'a' }, 'Surrogate-Key'),
      'expected headers.tags to be Cache-Tag',
    ],
    [fastly({ fastlyToken: 'a', fastlyApi: 'api' }), 'purge.fastlyApi: expected an http'],
  ])('%j: %s', (given, problem) => {
    expect(problemOf(given)).toContain(problem);
  });

  test('problems repeat no token', () => {
    const secret = 'a secret with blanks';
    expect(problemOf(fastly({ fastlyToken: secret }))).not.toContain(secret);
  });
});
