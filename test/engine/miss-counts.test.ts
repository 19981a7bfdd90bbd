/**
 * What a miss does with the bytes of its source: counts, which no machine changes.
 *
 * In the front each byte is hashed once and summed once, and the file it was written to is not
 * read again; the worker reads it once.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalOrigin, startOrigin } from '../support/origin.ts';
import { committed } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

const require = createRequire(import.meta.url);

/** Calls of functions of Node by the bytes they were given, while a test counts. */
const counts = { hashed: 0, summed: 0, read: 0 };
const crypto = require('node:crypto');
const zlib = require('node:zlib');
const fs = require('node:fs');
const real = {
  createHash: crypto.createHash,
  crc32: zlib.crc32,
  readFile: fs.promises.readFile,
};
const lengthOf = (data: string | Uint8Array) => Buffer.byteLength(data);

beforeAll(() => {
  crypto.createHash = (...given: Parameters<typeof real.createHash>) => {
    const hash = real.createHash(...given);
    const update = hash.update.bind(hash);
    hash.update = (data: string | Uint8Array, ...more: []) => {
      counts.hashed += lengthOf(data);
      update(data, ...more);
      return hash;
    };
    return hash;
  };
  zlib.crc32 = (data: string | Uint8Array, value?: number) => {
    counts.summed += lengthOf(data);
    return real.crc32(data, value);
  };
  fs.promises.readFile = async (...given: Parameters<typeof real.readFile>) => {
    const read = await real.readFile(...given);
    counts.read += lengthOf(read);
    return read;
  };
  syncBuiltinESMExports();
});
afterAll(() => {
  crypto.createHash = real.createHash;
  zlib.crc32 = real.crc32;
  fs.promises.readFile = real.readFile;
  syncBuiltinESMExports();
});

describe('a miss of a source from the web', () => {
  /** Bytes of keys, records and small renditions, which are hashed as well. */
  const SMALL = 150_000;
  let origin: LocalOrigin;
  let server: TestServer;
  let length: number;

  beforeAll(async () => {
    const sharp = (await import('sharp')).default;
    const picture = sharp(committed('coffee.png')).resize(900, 900, { fit: 'fill' });
    const body = await picture.png({ compressionLevel: 0 }).toBuffer();
    length = body.length;
    origin = await startOrigin({ 'large.png': { body } });
    const base = { kind: 'http', base: `${origin.url}/`, allow: [`127.0.0.1:${origin.port}`] };
    server = await startServer({
      refine: false,
      workers: 1,
      sources: [{ name: 'far', dialect: 'imgix', mount: '/far', origin: base }],
    });
  });
  afterAll(async () => {
    await server.stop();
    await origin.stop();
  });

  test('hashes and sums each byte once, and reads none of them back', async () => {
    expect(length).toBeGreaterThan(10 * SMALL);
    Object.assign(counts, { hashed: 0, summed: 0, read: 0 });
    const { status } = await server.ask('/far/large.png?w=100&fm=jpg&q=80');
    expect(status).toBe(200);
    for (const [what, bytes] of Object.entries(counts)) {
      const times = what === 'read' ? 0 : 1;
      expect([what, Math.round((bytes - times * length) / SMALL)]).toEqual([what, 0]);
    }
  });

  test('reads none of them for another width either', async () => {
    Object.assign(counts, { hashed: 0, summed: 0, read: 0 });
    expect((await server.ask('/far/large.png?w=90&fm=jpg&q=80')).status).toBe(200);
    expect(counts.hashed).toBeLessThan(SMALL);
    expect(counts.summed).toBeLessThan(SMALL);
    expect(counts.read).toBeLessThan(SMALL);
  });
});

test('a worker reads its source once, whoever asks for its bytes', async () => {
  const { withSource } = await import('../../src/engine/sources/checked-source.ts');
  const { readSource } = await import('../../src/vips/source-file.ts');
  const folder = mkdtempSync(join(tmpdir(), 'fovea-once-'));
  try {
    const path = join(folder, 'source');
    const bytes = new Uint8Array(300_000).map((_, i) => i * 7);
    writeFileSync(path, bytes);
    const source = { path, length: bytes.length, crc: real.crc32(bytes) };
    Object.assign(counts, { hashed: 0, summed: 0, read: 0 });
    await withSource(source, async (file) => {
      const first = await readSource(file);
      expect(Buffer.compare(first, bytes)).toBe(0);
      expect(await readSource(file)).toBe(first);
    });
    expect(counts).toEqual({ hashed: 0, summed: bytes.length, read: 0 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
