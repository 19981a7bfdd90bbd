import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bodyLength, bodyPart, bytesOf, isFileBody } from '../base/body.ts';
import { fileBody } from './file-body.ts';

const BYTES = Buffer.from(Uint8Array.from({ length: 200_000 }, (_, index) => (index * 7) % 253));
let folder = '';
let file = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-body-'));
  file = join(folder, 'a');
  writeFileSync(file, BYTES);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a file body', () => {
  test('has its length without reading, and the bytes of the file', async () => {
    const body = fileBody(file, BYTES.length);
    expect([isFileBody(body), bodyLength(body)]).toEqual([true, BYTES.length]);
    expect(BYTES.equals(await bytesOf(body))).toBe(true);
  });

  test.each([
    [0, 1],
    [65_530, 65_545],
    [199_999, 200_000],
    [0, 200_000],
    [5, 5],
  ])('gives bytes %d to %d, and parts of parts', async (start, end) => {
    const part = bodyPart(fileBody(file, BYTES.length), { start, end });
    expect(bodyLength(part)).toBe(end - start);
    expect(BYTES.subarray(start, end).equals(await bytesOf(part))).toBe(true);
    const inner = bodyPart(part, { start: Math.min(1, end - start), end: end - start });
    expect(BYTES.subarray(Math.min(start + 1, end), end).equals(await bytesOf(inner))).toBe(true);
  });

  test('a part beyond the end is an error of the caller', () => {
    expect(() => bodyPart(fileBody(file, 10), { start: 3, end: 11 })).toThrow(RangeError);
    expect(() => bodyPart(BYTES, { start: 4, end: 3 })).toThrow(RangeError);
  });

  test.each([
    ['a file that is gone', () => fileBody(join(folder, 'none'), 3)],
    ['a file that is shorter', () => fileBody(file, BYTES.length + 1)],
    ['a file that is longer', () => fileBody(file, BYTES.length - 1)],
  ])('%s is an error', async (_what, body) => {
    await expect(bytesOf(body())).rejects.toThrow();
  });

  test('the last piece is held back until the checksum is right', async () => {
    let noticed = 0;
    const right = fileBody(file, BYTES.length, { verify: { crc: crc32(BYTES) } });
    expect((await bytesOf(right)).length).toBe(BYTES.length);
    const onMismatch = () => {
      noticed += 1;
    };
    const wrong = fileBody(file, BYTES.length, { verify: { crc: 1, onMismatch } });
    let got = 0;
    const read = async () => {
      for await (const piece of wrong.read()) got += piece.length;
    };
    await expect(read()).rejects.toThrow(/checksum/);
    expect(got).toBeLessThan(BYTES.length);
    expect(noticed).toBe(1);
    expect((await bytesOf(bodyPart(wrong, { start: 0, end: 9 }))).length).toBe(9);
  });

  test.runIf(process.platform === 'linux')('stopping early closes the file', async () => {
    for await (const piece of fileBody(file, BYTES.length).read()) {
      expect(piece.length).toBeGreaterThan(0);
      expect(opened()).toBe(1);
      break;
    }
    expect(opened()).toBe(0);
  });
});

function opened(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === file;
    } catch {
      return false;
    }
  }).length;
}
