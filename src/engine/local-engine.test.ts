import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { FakeEngine } from '../../test/support/fake-engine.ts';
import { settled } from '../../test/support/fake-timer.ts';
import { RESULT } from '../../test/support/fake-workers.ts';
import { isFault } from '../base/fault.ts';
import type { Receipt } from '../optimizer/receipt.ts';

let fake: FakeEngine;
afterEach(() => fake.stop());

const fault = (code: string) => expect.toSatisfy((e) => isFault(e) && e.code === code);

const receipt = (fields: Partial<Receipt> = {}): Receipt => ({
  format: 'jpeg',
  encoding: 'jpeg q75',
  mode: 'online',
  bytes: 3,
  sourceBytes: 1000,
  trials: [],
  reason: 'a test',
  kind: 'encoded',
  target: 70,
  score: 70,
  ...fields,
});

describe('admission', () => {
  test('comes before any work on the origin, and never refuses what is stored', async () => {
    fake = await FakeEngine.start({ limits: { queueWait: 1000 } });
    const stored = fake.ask('stored');
    await fake.given(1);
    fake.busy().finish();
    await stored;
    await fake.measure(30);
    for (const path of ['a', 'b', 'c', 'd']) void fake.ask(path);
    await fake.until(() => !fake.engine.admits());
    const before = [...fake.origin.fetched];
    await expect(fake.ask('new')).rejects.toThrow(fault('overloaded'));
    expect(fake.origin.fetched).toEqual(before);
    expect((await fake.ask('stored')).cache.hit).toBe(true);
  });

  test('refuses without a look at the files of a source that is known', async () => {
    fake = await FakeEngine.start({ limits: { queueWait: 1000 } });
    const known = fake.ask('known');
    await fake.given(1);
    fake.busy().finish();
    await known;
    await fake.measure(30);
    for (const path of ['a', 'b', 'c', 'd']) void fake.ask(path);
    await fake.until(() => !fake.engine.admits());
    const before = [...fake.origin.fetched];
    rmSync(join(fake.folder, 'v1'), { recursive: true });
    await expect(fake.ask('known', { width: 50 })).rejects.toThrow(fault('overloaded'));
    // Who had looked would have found it gone, and have read it again
    expect(fake.origin.fetched).toEqual(before);
  });

  test('serves sources in turn, whoever asked for much before', async () => {
    fake = await FakeEngine.start();
    for (const path of ['a1', 'a2', 'a3', 'a4']) void fake.ask(path);
    await fake.given(1);
    await fake.until(() => fake.engine.status().queued === 3);
    const { mount, ...request } = fake.request('b1');
    const other = fake.engine.render({ ...request, mount: { ...mount, name: 'other' } });
    await fake.until(() => fake.engine.status().queued === 4);
    fake.busy().finish();
    await fake.given(2);
    fake.busy().finish();
    expect((await other).cache.hit).toBe(false);
  });

  test('a source that went away under its worker is read again', async () => {
    fake = await FakeEngine.start();
    const answer = fake.ask('a');
    await fake.given(1);
    fake.busy().fail({ code: 'source-lost' });
    await fake.given(2);
    fake.busy().finish();
    expect((await answer).cache.hit).toBe(false);
  });

  test('one that goes away again is an error that passes', async () => {
    fake = await FakeEngine.start();
    const answer = fake.ask('a');
    for (const attempt of [1, 2]) {
      await fake.given(attempt);
      fake.busy().fail({ code: 'source-lost' });
    }
    await expect(answer).rejects.toThrow(fault('source-lost'));
    await expect(answer).rejects.toMatchObject({ kind: { status: 503, retry: true } });
  });
});

describe("a client's deadline", () => {
  test('ends the wait of its visitor, not the work; the next visitor gets what was made', async () => {
    fake = await FakeEngine.start();
    const late = fake.ask('a', { deadline: 0.5 });
    await fake.given(1);
    fake.timer.advance(500);
    await expect(late).rejects.toThrow(fault('render-timeout'));
    expect(fake.workers.killed).toEqual([]);
    // Asked for again while it is under way: joined, not started again.
    const next = fake.ask('a', { deadline: 0.9 });
    await settled();
    fake.busy().finish();
    expect((await next).result.bytes).toBe(3);
    expect((await fake.ask('a')).cache.hit).toBe(true);
    expect(fake.workers.requests).toHaveLength(1);
  });

  test('work under way is joined by whoever has as little time', async () => {
    fake = await FakeEngine.start();
    const first = fake.ask('a', { deadline: 0.5 });
    await fake.given(1);
    const second = fake.ask('a', { deadline: 0.7 });
    await fake.until(() => fake.origin.fetched.length === 1);
    fake.timer.advance(500);
    await expect(first).rejects.toThrow(fault('render-timeout'));
    fake.timer.advance(50);
    fake.busy().finish();
    expect((await second).cache).toMatchObject({ hit: false, collapsed: true });
    expect(fake.workers.requests).toHaveLength(1);
  });

  test('whoever has the usual time does not wait for work that is cut short', async () => {
    fake = await FakeEngine.start({ workers: 2 });
    const hasty = fake.ask('a', { deadline: 0.5 });
    await fake.given(1);
    const patient = fake.ask('a');
    await fake.given(2);
    const budgets = fake.workers.requests.map(({ budget }) => budget.milliseconds);
    expect(budgets[0]).toBeLessThan(500);
    expect(budgets[1]).toBe(1000);
    for (const worker of fake.workers.alive) if (worker.request) worker.finish();
    await Promise.all([hasty, patient]);
  });

  test('work that has not begun at the deadline is dropped, and made in the background', async () => {
    fake = await FakeEngine.start();
    const running = fake.ask('a');
    await fake.given(1);
    const late = fake.ask('b', { deadline: 0.5 });
    await fake.until(() => fake.engine.status().queued === 1);
    fake.timer.advance(500);
    await expect(late).rejects.toThrow(fault('render-timeout'));
    expect(fake.engine.status().queued).toBe(0);
    await fake.given(2);
    const later = fake.workers.alive.find(({ lane }) => lane === 'background');
    later?.finish();
    await fake.until(() => fake.engine.status().refining === 0);
    expect((await fake.ask('b', { deadline: 0.5 })).cache.hit).toBe(true);
    fake.busy().finish();
    await running;
  });

  test('work that cannot be done in time is not begun, but made in the background', async () => {
    fake = await FakeEngine.start();
    await fake.measure(30);
    const before = fake.workers.requests.length;
    await expect(fake.ask('a', { deadline: 0.2 })).rejects.toThrow(fault('render-timeout'));
    await fake.given(before + 1);
    const [busy] = fake.workers.alive.filter(({ request }) => request);
    expect(busy?.lane).toBe('background');
    busy?.finish();
    await fake.until(() => fake.engine.status().refining === 0);
    expect((await fake.ask('a', { deadline: 0.5 })).cache.hit).toBe(true);
    expect(fake.workers.killed).toEqual([]);
  });

  test('a machine that was slow once is tried again, though nobody else measures it', async () => {
    fake = await FakeEngine.start();
    await fake.measure(30);
    fake.timer.advance(60_000);
    const before = fake.workers.requests.length;
    const answer = fake.ask('a', { deadline: 0.2 });
    await fake.given(before + 1);
    fake.busy().finish();
    expect((await answer).cache.hit).toBe(false);
  });

  test('the wait ends earlier by what the source has taken to be sent of late', async () => {
    fake = await FakeEngine.start();
    /** Milliseconds before its deadline at which a request is given up; sending the source takes `sending`. */
    const margin = async (path: string, sending: number) => {
      const request = fake.request(path, { deadline: 10 });
      const started = fake.timer.now();
      let over = false;
      const answer = fake.engine.render(request).catch(() => {
        over = true;
      });
      await fake.until(() => fake.engine.status().running + fake.engine.status().queued > 0);
      for (let i = 0; i < 10_000 && !over; i++) {
        fake.timer.advance(1);
        for (let turn = 0; turn < 4; turn++) await Promise.resolve();
      }
      await answer;
      const given = started + 10_000 - fake.timer.now();
      fake.timer.advance(sending);
      await fake.engine.deliverSource(request);
      for (const worker of fake.workers.alive) if (worker.request) worker.finish();
      return given;
    };
    const first = await margin('a', 200);
    expect(first).toBeGreaterThan(0);
    expect(await margin('b', 200)).toBeGreaterThan(first + 20);
  });
});

describe('a first answer that was cut short', () => {
  const cutShort = { receipt: receipt({ cutShort: true, score: 50 }) };

  test('is fresh for a minute, and made again by the next visitor after it', async () => {
    fake = await FakeEngine.start();
    const first = fake.ask('a');
    await fake.given(1);
    fake.busy().finish(cutShort);
    expect((await first).lifetime).toMatchObject({ seconds: 60, age: 0 });
    expect((await first).receipt?.cutShort).toBe(true);
    expect(fake.engine.status().cutShort).toBe(1);
    fake.now += 45_000;
    const soon = await fake.ask('a');
    expect(soon.cache.hit).toBe(true);
    expect(soon.lifetime.seconds - soon.lifetime.age).toBe(15);
    fake.now += 15_000;
    const renewed = fake.ask('a');
    await fake.given(2);
    fake.busy().finish({ receipt: receipt() });
    expect((await renewed).cache).toMatchObject({ hit: false, forward: 'stale' });
    const { seconds, age } = (await renewed).lifetime;
    expect(seconds - age).toBeGreaterThan(80_000);
    expect((await fake.ask('a')).receipt?.cutShort).toBeUndefined();
  });

  test('is so as well where a deadline left it less than the usual time', async () => {
    fake = await FakeEngine.start();
    const first = fake.ask('a', { deadline: 0.5 });
    await fake.given(1);
    fake.busy().finish({ receipt: receipt({ skipped: true }) });
    expect((await first).lifetime.seconds).toBe(60);
    expect((await first).receipt?.cutShort).toBe(true);
    fake.now += 60_000;
    const renewed = fake.ask('a');
    await fake.given(2);
    expect(fake.busy().request?.budget.milliseconds).toBe(1000);
    fake.busy().finish({ receipt: receipt() });
    await renewed;
  });

  test('is delivered for longer while it cannot be made again', async () => {
    fake = await FakeEngine.start();
    const first = fake.ask('a');
    await fake.given(1);
    fake.busy().finish(cutShort);
    await first;
    fake.now += 60_000;
    const again = fake.ask('a');
    await fake.given(2);
    fake.busy().fail({ code: 'render-failed' });
    const answer = await again;
    expect(answer.cache.hit).toBe(true);
    expect(answer.lifetime.seconds - answer.lifetime.age).toBeLessThanOrEqual(1);
  });

  test('is improved in the background where that is done', async () => {
    fake = await FakeEngine.start({ refine: true });
    const first = fake.ask('a');
    await fake.given(1);
    fake.busy().finish(cutShort);
    expect((await first).lifetime.seconds).toBe(60);
    await fake.given(2);
    const body = { inline: new Uint8Array([9]), hash: '09' };
    fake.busy().finish({ ...RESULT, body, receipt: receipt({ mode: 'background', bytes: 1 }) });
    await fake.until(() => fake.engine.status().refining === 0);
    const refined = await fake.ask('a');
    expect(refined.receipt?.cutShort).toBeUndefined();
    expect(refined.lifetime.seconds - refined.lifetime.age).toBeGreaterThan(80_000);
  });

  test.each<[string, number | undefined, Partial<Receipt>]>([
    ['made in its time', undefined, {}],
    ['with the usual time, though something was left out', undefined, { skipped: true }],
    ['before a deadline, with nothing left out', 0.5, {}],
  ])('is not one %s', async (_, deadline, fields) => {
    fake = await FakeEngine.start();
    const first = fake.ask('a', deadline === undefined ? {} : { deadline });
    await fake.given(1);
    fake.busy().finish({ receipt: receipt(fields) });
    expect((await first).lifetime.seconds).toBe(86_400);
  });
});

test('the end of the engine breaks background work off without a word of failure', async () => {
  fake = await FakeEngine.start({ refine: true });
  const first = fake.ask('a');
  await fake.given(1);
  fake.busy().finish({ receipt: receipt() });
  await first;
  await fake.given(2);
  await fake.engine.close();
  await fake.until(() => fake.engine.status().refining === 0);
  expect(fake.log).not.toContain('refine-failed');
});

describe('a picture that cannot be made', () => {
  const broken = { code: 'source-broken' } as const;

  test('is not tried again for a while, nor for those who ask meanwhile', async () => {
    fake = await FakeEngine.start();
    const first = fake.ask('a');
    await fake.given(1);
    fake.busy().fail(broken);
    await expect(first).rejects.toThrow(fault('source-broken'));
    await expect(fake.ask('a')).rejects.toThrow(fault('source-broken'));
    expect(fake.workers.requests).toHaveLength(1);
    fake.now += 31_000;
    const later = fake.ask('a');
    await fake.given(2);
    fake.busy().finish();
    expect((await later).cache.hit).toBe(false);
  });

  test.each([
    ['overloaded', 'a failure of the moment'],
    ['render-failed', 'a failure that may pass'],
  ] as const)('is tried again after %s (%s)', async (code, _) => {
    fake = await FakeEngine.start();
    for (const attempt of [1, 2]) {
      const answer = fake.ask('a');
      await fake.given(attempt);
      fake.busy().fail({ code });
      await expect(answer).rejects.toThrow(fault(code));
    }
  });
});
