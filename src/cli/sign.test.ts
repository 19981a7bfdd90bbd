import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { sign } from '../dialects/imgix/signature.ts';
import { signTarget } from '../dialects/target-signature.ts';
import { command } from './command.suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-sign-'));
const KEY = 'a key of sixteen!';
const key = join(folder, 'key');
writeFileSync(key, `${KEY}\n`);
const config = join(folder, 'fovea.json');
const source = (name: string, dialect: string, fields: object = {}) => ({
  name,
  dialect,
  mount: `/${name}`,
  origin: { kind: 'folder', path: '.' },
  ...fields,
});
writeFileSync(
  config,
  JSON.stringify({
    sources: [
      source('shop', 'fastly', { signing: { tokens: [{ file: 'key' }, 'the one before it'] } }),
      source('press', 'imgix', { signing: { tokens: ['abc'] }, hosts: ['press.test'] }),
      source('free', 'fastly'),
    ],
  }),
);
afterAll(() => rmSync(folder, { recursive: true }));

const signUrl = (args: readonly string[], env: Record<string, string> = {}) =>
  command(['sign', ...args], env);

describe('sign', () => {
  const imgix = (path: string, query: string) => `s=${sign('abc', { path, query })}`;

  test.each([
    [
      '/shop/a.jpg?width=9',
      `/shop${signTarget(KEY, '/a.jpg?width=9')}`,
      'the first key, of a file',
    ],
    ['https://h.test/shop/a.jpg', `https://h.test/shop${signTarget(KEY, '/a.jpg')}`, 'a whole URL'],
    ['/shop?width=9', `/shop${signTarget(KEY, '/?width=9')}`, 'nothing below the mount'],
    ['/press/a.jpg', `/press/a.jpg?${imgix('/a.jpg', '')}`, 'imgix signs as imgix'],
    [
      'https://press.test/a.jpg?w=9',
      `https://press.test/a.jpg?w=9&${imgix('/a.jpg', 'w=9')}`,
      'host',
    ],
  ])('%s is %s (%s)', async (url, signed) => {
    expect(await signUrl([url, '-c', config])).toEqual({ code: 0, out: `${signed}\n`, err: '' });
  });

  test('needs no configuration beside a dialect and a key', async () => {
    const env = { FOVEA_SIGNING_KEY: KEY };
    const signed = `/p/full${signTarget(KEY, '/90/a.jpg', 1_900_000_000)}\n`;
    const flags = ['--dialect', 'imageoptim', '--mount', '/p/full', '--expires', '1900000000'];
    expect((await signUrl(['/p/full/90/a.jpg', ...flags], env)).out).toBe(signed);
    expect((await signUrl(['/p/full/90/a.jpg', ...flags, '--key-file', key])).out).toBe(signed);
  });

  test('--json says what was signed until when', async () => {
    const flags = ['-c', config, '--expires', '1900000000', '--json'];
    expect(JSON.parse((await signUrl(['/shop/a.jpg', ...flags])).out)).toEqual({
      url: `/shop${signTarget(KEY, '/a.jpg', 1_900_000_000)}`,
      dialect: 'fastly',
      until: 1_900_000_000,
    });
  });

  test.each([
    ['2030-01-01', 1_893_456_000],
    ['2030-01-01T00:00:10Z', 1_893_456_010],
  ])('--expires takes the date %s', async (when, seconds) => {
    const { out } = await signUrl(['/shop/a.jpg', '-c', config, '--expires', when]);
    expect(out).toBe(`/shop${signTarget(KEY, '/a.jpg', seconds)}\n`);
  });

  test('--expires takes a duration from now on', async () => {
    const before = Math.ceil(Date.now() / 1000) + 3600;
    const { out } = await signUrl(['/press/a.jpg', '-c', config, '--expires', '1h']);
    const until = Number(/expires=(\d+)/.exec(out)?.[1]);
    expect(until).toBeGreaterThanOrEqual(before);
    expect(until).toBeLessThanOrEqual(Math.ceil(Date.now() / 1000) + 3600);
  });

  test.each<[string[], string, string]>([
    [['/free/a.jpg', '-c', config], 'expected a secret', 'a source without one'],
    [
      ['/nowhere/a.jpg', '-c', config],
      'they answer at: /shop, /press, press.test, /free',
      'no source',
    ],
    [['a.jpg', '-c', config], 'begins with "/"', 'no URL'],
    [['/a.jpg', '--dialect', 'thumbor'], 'fastly, imgix or imageoptim', 'no dialect'],
    [['/a.jpg', '--dialect', 'fastly', '--mount', '/b'], 'below /b', 'elsewhere'],
    [['/shop/a.jpg', '-c', config, '--expires', 'soon'], 'for --expires', 'no time'],
  ])('%j is refused: %s (%s)', async (args, problem) => {
    const { code, out, err } = await signUrl(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(problem);
    expect(err).not.toContain(KEY);
  });
});
