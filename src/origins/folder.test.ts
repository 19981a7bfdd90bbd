import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { isFault } from '../base/fault.ts';
import { createOrigin } from './create.ts';
import { bytesOf, faultCode, never, originSuite } from './origin.suite.ts';

const base = mkdtempSync(join(tmpdir(), 'fovea-folder-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const root = join(base, 'root');
const write = (name: string, body: string | Uint8Array) => {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, body);
  return path;
};

const SERVED = [
  'plain.png',
  'sub/deep/a.png',
  'with space.png',
  'ü/é.png',
  '100%.png',
  'a+b&c=d.png',
];
for (const name of [...SERVED, '.hidden/x.png', 'sub/.env']) write(name, name);
writeFileSync(join(base, 'outside.png'), 'outside');
mkdirSync(join(base, 'root-twin'));
writeFileSync(join(base, 'root-twin', 'a.png'), 'outside');
symlinkSync(join(base, 'outside.png'), join(root, 'out.png'));
symlinkSync('..', join(root, 'up'));
symlinkSync('plain.png', join(root, 'inside.png'));
symlinkSync('nowhere.png', join(root, 'dangling.png'));
symlinkSync('loop.png', join(root, 'loop.png'));

const origin = createOrigin({ kind: 'folder', path: root });
const locate = (path: string) => origin.locate({ kind: 'path', path });
const content = async (path: string) =>
  (await bytesOf(await origin.fetch(await locate(path), undefined, never))).toString();

describe('the folder origin', () => {
  originSuite(async () => ({
    origin: createOrigin({ kind: 'folder', path: root }, { maxBytes: 100_000 }),
    put: async (name, body) => {
      write(name, body);
      return { kind: 'path', path: name };
    },
    missing: { kind: 'path', path: 'not-here.png' },
  }));

  test.each([
    ['plain.png', 'plain.png', 'as it stands'],
    ['sub/deep/a.png', 'sub/deep/a.png', 'in folders'],
    ['with%20space.png', 'with space.png', 'escapes are read'],
    ['%C3%BC/%C3%A9.png', 'ü/é.png', 'as UTF-8'],
    ['100%25.png', '100%.png', 'once'],
    ['a+b&c=d.png', 'a+b&c=d.png', 'a plus is a plus'],
    ['sub%2Fdeep%2Fa.png', 'sub/deep/a.png', 'an escaped slash is a slash'],
    ['/sub//deep/./a.png', 'sub/deep/a.png', 'empty segments and dots fall out'],
    ['inside.png', 'plain.png', 'a link inside leads to the file itself'],
  ])('%s is %s (%s)', async (path, id) => {
    expect(await locate(path)).toMatchObject({ id });
    expect(await content(path)).toBe(id);
  });

  test.each([
    ['../outside.png', 'up'],
    ['sub/../../outside.png', 'up from below'],
    ['sub/../plain.png', 'up, though it would stay inside'],
    ['%2e%2e/outside.png', 'escaped'],
    ['%2E%2e%2foutside.png', 'escaped with its slash'],
    ['%252e%252e/outside.png', 'escaped twice'],
    ['..%5coutside.png', 'backslash'],
    ['..\\outside.png', 'backslash, raw'],
    ['sub\\deep\\a.png', 'backslash inside'],
    ['plain.png%00.jpg', 'NUL'],
    ['plain.png%0a', 'a line break'],
    ['C:/windows/win.ini', 'drive letter'],
    ['c%3A%5Cwindows', 'drive letter, escaped'],
    ['//server/share/a.png', 'UNC: just a path that is not there'],
    ['/etc/passwd', 'absolute'],
    ['out.png', 'a link to the outside'],
    ['up/outside.png', 'through a link to the outside'],
    ['up/root-twin/a.png', 'a neighbour whose name begins alike'],
    ['dangling.png', 'a link to nothing'],
    ['loop.png', 'a link to itself'],
    ['.hidden/x.png', 'a hidden folder'],
    ['sub/.env', 'a hidden file'],
    ['sub', 'a folder'],
    ['', 'the root'],
    ['.', 'the root'],
    ['plain.png/x', 'below a file'],
  ])('%s is not found (%s)', async (path) => {
    expect(await faultCode(() => content(path))).toBe('source-not-found');
  });

  test('what is too long is not found', async () => {
    expect(await faultCode(locate('x'.repeat(300)))).toBe('source-not-found');
    expect(await faultCode(locate('x/'.repeat(3000)))).toBe('source-not-found');
  });

  test('escapes that are no UTF-8 are a bad request', async () => {
    expect(await faultCode(locate('%ff.png'))).toBe('bad-request');
    expect(await faultCode(locate('%zz.png'))).toBe('bad-request');
  });

  test('absolute URLs are refused', async () => {
    expect(await faultCode(origin.locate({ kind: 'url', url: 'file:///etc/passwd' }))).toBe(
      'source-refused',
    );
  });

  test('any path ends in a file below the root or in a fault', async () => {
    const part = fc.constantFrom(
      '..',
      '.',
      '/',
      '%2e',
      '%2f',
      '\\',
      '%5c',
      '%00',
      'sub',
      'up',
      'a.png',
    );
    const path = fc.oneof(
      fc.string(),
      fc.array(part).map((parts) => parts.join('')),
    );
    await fc.assert(
      fc.asyncProperty(path, async (given) => {
        try {
          const { id } = await locate(given);
          expect(id).not.toMatch(/^\/|(^|\/)\.\.(\/|$)/);
        } catch (error) {
          expect(isFault(error)).toBe(true);
        }
      }),
    );
  });

  test('a location from elsewhere is checked like a path', async () => {
    for (const id of ['../outside.png', 'out.png', '/etc/passwd']) {
      expect(await faultCode(origin.fetch({ id }, undefined, never))).toBe('source-not-found');
      expect(await origin.stat?.({ id })).toBeUndefined();
    }
  });

  test('a named pipe is no source, and nobody waits for its writer', async () => {
    execFileSync('mkfifo', [join(root, 'pipe.png')]);
    expect(await faultCode(() => content('pipe.png'))).toBe('source-not-found');
    expect(await origin.stat?.({ id: 'pipe.png' })).toBeUndefined();
  });

  test('a file that grows while it is read is not taken for a whole one', async () => {
    const path = write('growing.png', new Uint8Array(600_000));
    const fetched = await origin.fetch(await locate('growing.png'), undefined, never);
    const reading = async () => {
      if (fetched.kind !== 'bytes') return;
      let first = true;
      for await (const _ of fetched.body) {
        if (first) appendFileSync(path, 'more');
        first = false;
      }
    };
    expect(await faultCode(reading)).toBe('origin-failed');
  });

  test('replacing a file by one of the same size and time is a change', async () => {
    const path = write('same.png', 'aaaa');
    utimesSync(path, 1000, 1000);
    const location = await locate('same.png');
    const held = await origin.stat?.(location);
    writeFileSync(`${path}.new`, 'bbbb');
    utimesSync(`${path}.new`, 1000, 1000);
    renameSync(`${path}.new`, path);
    expect(await origin.stat?.(location)).not.toEqual(held);
    expect((await origin.fetch(location, held, never)).kind).toBe('bytes');
  });

  test('follows the folder when it is a link that moves', async () => {
    for (const version of ['v1', 'v2']) {
      mkdirSync(join(base, version));
      writeFileSync(join(base, version, 'a.png'), version);
    }
    const current = join(base, 'current');
    symlinkSync('v1', current);
    const moving = createOrigin({ kind: 'folder', path: current });
    const location = await moving.locate({ kind: 'path', path: 'a.png' });
    expect((await bytesOf(await moving.fetch(location, undefined, never))).toString()).toBe('v1');
    rmSync(current);
    symlinkSync('v2', current);
    expect((await bytesOf(await moving.fetch(location, undefined, never))).toString()).toBe('v2');
  });

  test('sends the facts of the file, and no opinion on caching', async () => {
    const fetched = await origin.fetch(await locate('plain.png'), undefined, never);
    expect(Object.keys(fetched.headers).sort()).toEqual(['etag', 'last-modified']);
    await bytesOf(fetched);
  });
});
