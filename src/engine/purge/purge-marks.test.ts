import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { hashKey } from '../../plan/key.ts';
import { openMarks } from './purge-file.ts';
import { PurgeMarks } from './purge-marks.ts';
import { type Identity, type MarkTarget, names } from './purge-target.ts';

const KEY = hashKey('a');
const source = (fields: Partial<Identity> = {}): Identity => ({
  key: KEY,
  tags: ['shop', 'spring'],
  place: { mount: 'shop', id: 'https://o.test/base/photos/a%20b.jpg', below: 'photos/a%20b.jpg' },
  ...fields,
});

describe('a target', () => {
  test.each<[MarkTarget, boolean, string]>([
    [{ kind: 'source', key: KEY }, true, 'its key'],
    [{ kind: 'source', key: hashKey('b') }, false, 'another key'],
    [{ kind: 'tag', tag: 'spring' }, true, 'its tag'],
    [{ kind: 'tag', tag: 'sprin' }, false, 'a part of a tag'],
    [{ kind: 'prefix', prefix: '/photos/' }, true, 'its path'],
    [{ kind: 'prefix', prefix: 'photos/a b' }, true, 'its path, unescaped'],
    [{ kind: 'prefix', prefix: '/photos/a%20b.jpg' }, true, 'the whole path'],
    [{ kind: 'prefix', prefix: '/' }, true, 'everything'],
    [{ kind: 'prefix', prefix: 'https://o.test/base/' }, true, 'its URL'],
    [{ kind: 'prefix', prefix: '/hotos/' }, false, 'the middle of its path'],
    [{ kind: 'prefix', prefix: 'https://o.test/other' }, false, 'another URL'],
    [{ kind: 'prefix', prefix: '/', mount: 'shop' }, true, 'its mount'],
    [{ kind: 'prefix', prefix: '/', mount: 'blog' }, false, 'another mount'],
    [{ kind: 'prefix', prefix: '/%' }, false, 'no escape'],
  ])('%j names the source: %s (%s)', (target, expected) => {
    expect(names(target, source())).toBe(expected);
  });

  test('of an address names nothing that has none', () => {
    expect(names({ kind: 'prefix', prefix: '/' }, { key: KEY, tags: [] })).toBe(false);
  });
});

const clock = { now: () => 1000 };
const tag = (name: string): MarkTarget => ({ kind: 'tag', tag: name });

describe('marks', () => {
  test('are newer than what was asked for before, and older than what is asked for after', () => {
    const marks = new PurgeMarks(clock);
    const before = marks.epoch;
    expect(marks.judge(source(), before)).toBe('kept');
    marks.add(tag('spring'), false);
    expect(marks.judge(source(), before)).toBe('gone');
    expect(marks.judge(source(), marks.epoch)).toBe('kept');
    expect(marks.judge(source({ tags: ['autumn'] }), before)).toBe('kept');
    expect(marks.newest(source(), false)).toBe(marks.epoch);
  });

  test('of the same moment are told apart, and follow the clock otherwise', () => {
    let now = 1000;
    const marks = new PurgeMarks({ now: () => now });
    const epochs = [1000, 1000, 900, 5000].map((at) => {
      now = at;
      return marks.add(tag('x'), false).mark.epoch;
    });
    expect(epochs).toEqual([1000, 1001, 1002, 5000]);
  });

  test('that are soft make outdated; a hard one makes gone, whichever came last', () => {
    const marks = new PurgeMarks(clock);
    marks.add(tag('shop'), true);
    expect(marks.judge(source(), 0)).toBe('outdated');
    marks.add({ kind: 'prefix', prefix: '/photos' }, false);
    marks.add(tag('shop'), true);
    expect(marks.judge(source(), 0)).toBe('gone');
  });

  test('are bounded: what was read before a forgotten one is asked for again', () => {
    const marks = new PurgeMarks(clock, undefined, undefined, 10);
    const early = marks.add(tag('spring'), false).mark.epoch - 1;
    for (let i = 0; i < 20; i++) marks.add(tag(`t${i}`), false);
    expect(marks.size).toBeLessThanOrEqual(10);
    expect(marks.judge(source(), early)).toBe('outdated');
    expect(marks.judge(source(), marks.epoch)).toBe('kept');
  });

  test('of one target take one place', () => {
    const marks = new PurgeMarks(clock, undefined, undefined, 10);
    for (let i = 0; i < 50; i++) marks.add(tag('spring'), i % 2 === 0);
    expect(marks.size).toBe(2);
  });
});

describe('the file of marks', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-marks-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let path: string;
  let serial = 0;
  const errors: unknown[] = [];
  const open = (most?: number) => openMarks(path, clock, (error) => errors.push(error), most);
  beforeEach(() => {
    path = join(folder, `${++serial}.jsonl`);
    errors.length = 0;
  });

  test('brings them back', async () => {
    const marks = await open();
    const targets: MarkTarget[] = [
      { kind: 'source', key: KEY },
      tag('spring'),
      { kind: 'prefix', prefix: '/photos', mount: 'shop' },
      { kind: 'prefix', prefix: '/a' },
    ];
    for (const target of targets) expect(await marks.add(target, false).durable).toBe(true);
    const again = await open();
    expect([again.size, again.epoch]).toEqual([4, marks.epoch]);
    expect(again.judge(source(), 0)).toBe('gone');
    expect(again.judge(source({ key: hashKey('b'), tags: [] }), 0)).toBe('gone');
    const other = source({ key: hashKey('b'), tags: [], place: { mount: 'blog', id: 'b' } });
    expect(again.judge(other, 0)).toBe('kept');
  });

  test('may end in the middle of a line, and goes on after it', async () => {
    const marks = await open();
    await marks.add(tag('spring'), false).durable;
    const whole = readFileSync(path, 'utf8');
    for (let cut = 0; cut < whole.length; cut += 7) {
      writeFileSync(path, whole.slice(0, cut));
      const torn = await open();
      await torn.add(tag('autumn'), false).durable;
      expect((await open()).newest(source({ tags: ['autumn'] }), false)).toBeGreaterThan(0);
    }
    expect(errors).toEqual([]);
  });

  test('may hold anything', async () => {
    writeFileSync(
      path,
      'null\n[]\n{"epoch":-1}\n{"epoch":1,"target":{"kind":"tag"},"soft":1}\n\u0000',
    );
    expect((await open()).size).toBe(0);
  });

  test('is written anew where most of it says nothing any more', async () => {
    const marks = await open();
    await marks.add(tag('spring'), false).durable;
    const [line = ''] = readFileSync(path, 'utf8').split('\n').filter(Boolean);
    appendFileSync(path, `${line}\n`.repeat(500));
    expect((await open()).judge(source(), 0)).toBe('gone');
    expect(readFileSync(path, 'utf8').split('\n').filter(Boolean)).toHaveLength(2);
    expect((await open()).judge(source(), 0)).toBe('gone');
  });

  test('keeps that some were forgotten', async () => {
    const marks = await open(4);
    for (let i = 0; i < 9; i++) await marks.add(tag(`t${i}`), false).durable;
    const again = await open(4);
    expect(again.judge(source({ tags: [] }), 0)).toBe('outdated');
    expect(again.epoch).toBe(marks.epoch);
  });

  test('that cannot be written leaves marks that hold until a restart', async () => {
    path = join(folder, 'nowhere', 'marks');
    const marks = await open();
    expect(await marks.add(tag('spring'), false).durable).toBe(false);
    expect(marks.judge(source(), 0)).toBe('gone');
    expect(errors).toHaveLength(1);
  });

  test('that was lost makes no later purge idle', async () => {
    const first = (await open()).add(tag('x'), false);
    await first.durable;
    const read = first.mark.epoch;
    const lost = await openMarks(join(folder, 'other'), { now: () => 2000 }, () => undefined);
    await lost.add(tag('spring'), false).durable;
    expect(lost.judge(source(), read)).toBe('gone');
  });
});
