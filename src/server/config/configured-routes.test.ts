import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseConfig } from './config.ts';
import { configuredRoutes } from './configured-routes.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-routes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const source = { name: 'a', dialect: 'imgix', mount: '/a', origin: { kind: 'folder', path: '.' } };

function compile(settings: object) {
  const config = parseConfig({ sources: [{ ...source, ...settings }] }, { folder });
  const [route] = configuredRoutes(config, 'token');
  const { dialect, settings: given } = route!.site;
  const target = '/photo.jpg?w=300&mark=%2Flogo.png';
  const request = {
    method: 'GET',
    target,
    headers: {},
    accepts: new Set<never>(),
    now: 0,
  } as const;
  return dialect.compile({ ...request, upload: false }, given);
}

describe('a source that sells previews with a watermark', () => {
  test('is served without it by default, with a warning', () => {
    expect(compile({}).diagnostics).toMatchObject([{ param: 'mark', shortfall: 'not-built' }]);
  });

  test('refuses the request where it says so', () => {
    expect(() => compile({ unsupported: 'refuse' })).toThrowError(
      expect.objectContaining({ code: 'bad-parameter', message: expect.stringMatching(/^mark /) }),
    );
  });
});
