import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseConfig } from './config.ts';
import { configuredRoutes } from './configured-routes.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-routes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const source = { name: 'a', dialect: 'imgix', mount: '/a', origin: { kind: 'folder', path: '.' } };

function compile(settings: object, target = '/photo.jpg?w=300&mark=%2Flogo.png') {
  const config = parseConfig({ sources: [{ ...source, ...settings }] }, { folder });
  const [route] = configuredRoutes(config, 'token');
  const { dialect, settings: given } = route!.site;
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
  test('names the picture of the mark, and what comes without it', () => {
    expect(compile({})).toMatchObject({
      pictures: [{ param: 'mark', ref: { kind: 'path', path: 'logo.png' } }],
      diagnostics: [],
    });
    expect(compile({}).refusesAbsent).toBeUndefined();
  });

  test('refuses a request whose mark cannot be had where it says so', () => {
    expect(compile({ unsupported: 'refuse' }).refusesAbsent).toBe(true);
  });

  test('knows its own hosts in the URL of a mark', () => {
    const target = '/photo.jpg?w=300&mark=https%3A%2F%2Fimages.example%2Flogo.png';
    expect(compile({ hosts: ['images.example'] }, target)).toMatchObject({
      pictures: [{ ref: { kind: 'path', path: 'logo.png' } }],
    });
    expect(compile({}, target)).toMatchObject({ pictures: [{ ref: { kind: 'url' } }] });
  });
});
