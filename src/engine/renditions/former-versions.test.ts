/** After an upgrade: engines of one cache folder whose workers say another version each. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeEngine } from '../../../test/support/fake-engine.ts';
import { settled } from '../../../test/support/fake-timer.ts';

let folder: string;
let fake: FakeEngine;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fovea-versions-'));
});
afterEach(async () => {
  await fake.stop();
  rmSync(folder, { recursive: true, force: true });
});

const cacheIn = (more: object = {}) => ({ cache: { folder, size: 1e8, memory: 1e6, ...more } });

async function upgrade(version: string, more: object = {}) {
  if (fake !== undefined) await fake.engine.close().catch(() => undefined);
  fake = await FakeEngine.start(cacheIn(more), version);
}

/** Made if need be, while somebody waits. */
async function get(path: string) {
  const answer = fake.ask(path);
  let over = false;
  answer.finally(() => (over = true)).catch(() => undefined);
  await fake.until(
    () => over || fake.workers.alive.some(({ request, lane }) => request && lane === 'request'),
  );
  if (!over) fake.busy().finish();
  return answer;
}

/** The background worker has something to do. */
async function background() {
  const worker = () =>
    fake.workers.alive.find(({ request, lane }) => request && lane === 'background');
  await fake.until(() => worker() !== undefined);
  return worker()!;
}

test('what the former version made is served for a minute and made again in the background', async () => {
  await upgrade('one');
  const old = await get('a');
  await get('cold');
  await upgrade('two');
  const first = await get('a');
  expect([first.etag, first.cache.hit]).toEqual([old.etag, true]);
  expect(first.lifetime.seconds - first.lifetime.age).toBeLessThanOrEqual(60);
  (await background()).finish({ body: { inline: new Uint8Array([9]), hash: '02' } });
  let next = await get('a');
  for (let i = 0; i < 100 && next.etag === old.etag; i++) {
    await settled();
    next = await get('a');
  }
  expect(next.etag).not.toBe(old.etag);
  expect([next.cache.hit, next.lifetime.seconds]).toEqual([true, 86400]);
  // Nobody asked for the other one.
  expect(fake.workers.requests).toHaveLength(1);
});

test('nothing of it is looked for where that is switched off', async () => {
  await upgrade('one');
  await get('a');
  await upgrade('two', { former: false });
  expect((await get('a')).cache.hit).toBe(false);
});

test('versions of long ago are not looked for', async () => {
  await upgrade('one');
  await get('a');
  for (const version of ['two', 'three', 'four']) {
    await upgrade(version);
    await get(version);
    await settled();
  }
  expect((await get('a')).cache.hit).toBe(false);
});

test('a version that comes back finds its own', async () => {
  await upgrade('one');
  const old = await get('a');
  await upgrade('two');
  await get('b');
  await upgrade('one');
  const again = await get('a');
  expect([again.etag, again.lifetime.seconds]).toEqual([old.etag, 86400]);
});

test('a purge takes what the former version made', async () => {
  await upgrade('one');
  await get('a');
  await upgrade('two');
  await fake.engine.purge({ kind: 'tag', tag: 'm' });
  expect((await get('a')).cache.hit).toBe(false);
});

test('a list of versions that cannot be read is none', async () => {
  writeFileSync(join(folder, 'versions.json'), '{"a":');
  await upgrade('one');
  expect((await get('a')).cache.hit).toBe(false);
});
