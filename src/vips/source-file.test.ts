import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { DEFAULT_PICTURE_LIMITS } from '../image/picture-limits.ts';
import { probe } from './probe.ts';
import { decodingFault, readSource } from './source-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-source-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a file that is gone is no damaged picture', async () => {
  const path = join(folder, 'gone.jpg');
  const lost = { code: 'source-lost', kind: { status: 503, retry: true } };
  await expect(readSource({ path })).rejects.toMatchObject(lost);
  await expect(probe({ path }, DEFAULT_PICTURE_LIMITS)).rejects.toMatchObject(lost);
});

test('a damaged picture is', async () => {
  const path = join(folder, 'damaged.png');
  writeFileSync(path, Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
  await expect(probe({ path }, DEFAULT_PICTURE_LIMITS)).rejects.toMatchObject({
    code: 'source-broken',
  });
});

test.each([
  ['Input file is missing: /a/b', 'source-lost'],
  ['VipsForeignLoad: file "/a/b" does not exist', 'source-lost'],
  ['unable to open for read\nunix error: No such file or directory', 'source-lost'],
  ['VipsJpeg: premature end of JPEG image', 'source-broken'],
  ['Input image exceeds pixel limit', 'source-too-many-pixels'],
])('%s means %s', (message, code) => {
  expect(decodingFault(new Error(message)).code).toBe(code);
});
