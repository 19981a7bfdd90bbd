import { expect, test } from 'vitest';
import type { FileBody } from '../../base/body.ts';
import type { RenderRequest } from '../engine.ts';
import { passThrough, sourceAsIs } from './passthrough.ts';
import type { RequestSources } from './request-sources.ts';
import type { CachedSource } from './source-cache.ts';

const SOURCE = {
  key: 'aa'.repeat(32),
  hash: 'bb'.repeat(32),
  bytes: 45_000_000,
  format: 'jpeg',
  headers: {},
  checkedAt: 0,
  state: 'fresh',
} as unknown as CachedSource;

/** A body in a file that nobody may read. */
const BODY: FileBody = {
  file: '/nowhere',
  bytes: SOURCE.bytes,
  read: () => {
    throw new Error('expected nobody to read the source');
  },
};
const sources = { content: async () => BODY } as unknown as RequestSources;
const request = {} as RenderRequest;

test('what describes a source that is passed on is known without reading it', async () => {
  const passed = await passThrough(sources, request, SOURCE, true);
  const again = await sourceAsIs(sources, request, SOURCE);
  expect(passed?.stored.body).toBe(BODY);
  expect(passed?.stored.meta).toMatchObject({
    mediaType: 'image/jpeg',
    etag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
    result: { bytes: 45_000_000 },
  });
  expect(again.stored.meta.etag).toBe(passed?.stored.meta.etag);
  const other = { ...SOURCE, hash: 'cc'.repeat(32) };
  const differs = await sourceAsIs(sources, request, other);
  expect(differs.stored.meta.etag).not.toBe(again.stored.meta.etag);
});

test('an SVG is not passed on before it was made safe', async () => {
  const svg: CachedSource = { ...SOURCE, format: 'svg' };
  expect(await passThrough(sources, request, svg, true)).toBeUndefined();
  expect((await sourceAsIs(sources, request, svg)).stored.meta.mediaType).toBe(
    'application/octet-stream',
  );
});
