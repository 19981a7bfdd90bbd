/**
 * `fovea/client`: the server answers what it signs, in all three dialects, and it is small enough for a page.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '../src/client/client.ts';
import type { Server } from '../src/server/compose.ts';
import { card } from './support/pictures.ts';

const KEY = 'a key of sixteen!';
const folder = mkdtempSync(join(tmpdir(), 'fovea-client-'));
let server: Server;

beforeAll(async () => {
  writeFileSync(join(folder, 'red chair é.jpg'), await card(60, 40).jpeg().toBuffer());
  const { createServer, parseConfig } = await import(
    new URL('../dist/index.js', import.meta.url).href
  );
  const sources = ['fastly', 'imgix', 'imageoptim'].map((dialect) => ({
    ...{ name: dialect, dialect, mount: `/${dialect}` },
    origin: { kind: 'folder', path: folder },
    signing: { tokens: ['another key, older', KEY], required: true },
  }));
  const cache = { folder: join(folder, 'cache') };
  server = await createServer(
    parseConfig({ cache, log: { level: 'silent' }, workers: 1, sources }, { folder }),
  );
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The status of a URL, and of one in which a digit was changed. */
async function statuses(url: string): Promise<number[]> {
  const other = url.replace(/(\d)(?=[^=]*$)/, (digit) => String((Number(digit) + 1) % 10));
  expect(other).not.toBe(url);
  return await Promise.all(
    [url, other].map(async (target) => {
      const answer = await server.handle(new Request(`http://localhost${target}`), { target });
      await answer.arrayBuffer();
      return answer.status;
    }),
  );
}

describe('the server answers', () => {
  const source = 'red chair é.jpg';
  const expires = new Date(Date.now() + 3_600_000);

  test('signed URLs of Fastly', async () => {
    const client = createClient({ dialect: 'fastly', base: '/fastly', key: KEY });
    expect(await statuses(client.url(source, { width: 20, 'bg-color': 'f00' }))).toEqual([
      200, 403,
    ]);
    expect(await statuses(client.url(source, {}, { expires }))).toEqual([200, 403]);
  });

  test('signed URLs of imgix', async () => {
    const client = createClient({ dialect: 'imgix', base: '/imgix', key: KEY });
    expect(await statuses(client.url(source, { w: 20, txt: 'ä & b' }))).toEqual([200, 403]);
    expect(await statuses(client.url(source, { w: 20 }, { expires }))).toEqual([200, 403]);
  });

  test('signed URLs of ImageOptim', async () => {
    const client = createClient({ dialect: 'imageoptim', base: '/imageoptim', key: KEY });
    expect(await statuses(client.url(source, { size: '20x20', crop: true }))).toEqual([200, 403]);
    expect(await statuses(client.url(source, {}, { expires }))).toEqual([200, 403]);
  });

  test('every URL of a srcset, and none without the key', async () => {
    for (const dialect of ['fastly', 'imgix', 'imageoptim'] as const) {
      const signed = createClient({ dialect, base: `/${dialect}`, key: KEY });
      for (const entry of signed.srcset(source, [10, 20]).split(', ')) {
        const [url = '', width] = entry.split(' ');
        expect([width, (await statuses(url))[0]]).toEqual([width, 200]);
      }
      const open = createClient({ dialect, base: `/${dialect}` });
      const answer = await server.handle(new Request(`http://localhost${open.url(source)}`));
      expect([dialect, answer.status]).toEqual([dialect, 403]);
    }
  });
});

/** Bytes on their way to a browser. */
const MOST_BYTES = 6000;

test('a bundle for a page is small and asks for nothing of Node', async () => {
  const input = fileURLToPath(new URL('../dist/client/client.js', import.meta.url));
  const bundle = await rolldown({ input, platform: 'browser', logLevel: 'silent' });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  await bundle.close();
  expect(output).toHaveLength(1);
  const [{ code, imports }] = output;
  expect(imports).toEqual([]);
  expect(code).not.toMatch(/node:|\brequire\(|\bprocess\./);
  expect(gzipSync(code).length).toBeLessThan(MOST_BYTES);
});
