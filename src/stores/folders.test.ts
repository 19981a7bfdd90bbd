import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeFolder, makeFolderSync, proveWritable, UnwritableError } from './folders.ts';

const isRoot = process.getuid?.() === 0;
/** The number of a user without rights. */
const NOBODY = 65_534;

let base = '';
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'fovea-folders-'));
  chmodSync(base, 0o755);
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** What a call throws, as data; run as a user who is not root. */
function thrown(work: () => void): unknown {
  if (isRoot) process.seteuid?.(NOBODY);
  try {
    work();
    return undefined;
  } catch (error) {
    const { path, code } = error as UnwritableError;
    return error instanceof UnwritableError ? { path, code } : error;
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

describe.each([
  ['makeFolder', makeFolder],
  ['makeFolderSync', async (path: string) => makeFolderSync(path)],
])('%s', (name, make) => {
  test('makes what is missing above, and minds nothing that is there', async () => {
    const path = join(base, name, 'a', 'b', 'c');
    await make(path);
    await make(path);
    expect(existsSync(path)).toBe(true);
  });

  test.runIf(process.platform === 'linux')(
    'comes back below a folder that takes nothing',
    async () => {
      await expect(make('/proc/nope/cache/v1')).rejects.toMatchObject({
        code: 'ENOENT',
        path: '/proc/nope',
      });
    },
  );

  test('says what is in the way', async () => {
    writeFileSync(join(base, `${name}.txt`), '');
    const path = join(base, `${name}.txt`, 'a');
    await expect(make(path)).rejects.toMatchObject({ code: 'ENOTDIR', path });
  });
});

describe('proveWritable', () => {
  test('makes the folder, and leaves nothing in it', () => {
    const folder = join(base, 'new', 'cache');
    proveWritable(folder);
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    ['of another user', 'theirs', 'theirs', 'EACCES'],
    ['below one of another user', 'theirs/cache', 'theirs/cache', 'EACCES'],
    ['below a file', 'file/cache', 'file/cache', 'ENOTDIR'],
    ['that is a file', 'file', 'file', 'ENOTDIR'],
  ])('names a folder %s', (_what, folder, path, code) => {
    mkdirSync(join(base, 'theirs'), { recursive: true });
    // Root's own, or ours without the right to write in it.
    chmodSync(join(base, 'theirs'), isRoot ? 0o755 : 0o555);
    writeFileSync(join(base, 'file'), '');
    expect(thrown(() => proveWritable(join(base, folder)))).toEqual({
      path: join(base, path),
      code,
    });
  });

  test.runIf(process.platform === 'linux').each(['/proc/nope/cache', '/sys/nope'])(
    'names %s',
    (folder) => {
      const { code } = thrown(() => proveWritable(folder)) as { code: string };
      expect(['ENOENT', 'EPERM', 'EACCES', 'EROFS']).toContain(code);
    },
  );
});
