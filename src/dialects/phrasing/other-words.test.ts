/** What is said in other words means the same, or it is said that it does not. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DIALECTS } from '../all.ts';
import type { Dialect } from '../dialect.ts';
import { otherWords } from './other-words.ts';
import type { Pairs } from './phrase.ts';

type Name = Dialect['name'];

function targetOf(dialect: Name, pairs: Pairs): string {
  if (dialect !== 'imageoptim') {
    return `/a.jpg?${pairs.map(([name, text]) => `${name}=${encodeURIComponent(text)}`).join('&')}`;
  }
  const words = pairs.map(([name, text]) =>
    name === 'size' || name === 'density' ? text : text === '' ? name : `${name}=${text}`,
  );
  return `/${words.join(',') || 'full'}/a.jpg`;
}

function planOf(dialect: Name, target: string) {
  const asked = { method: 'GET', headers: {}, accepts: new Set<never>(), now: 0, upload: false };
  return DIALECTS[dialect].compile(
    { ...asked, method: 'GET', target },
    { name: 'a', origin: 'folder' },
  ).plan;
}

function inWords(from: Name, query: string, to: Name) {
  const target = from === 'imageoptim' ? `/${query || 'full'}/a.jpg` : `/a.jpg?${query}`;
  const compile = (values: Pairs) => planOf(to, targetOf(to, values));
  return otherWords(planOf(from, target), to, compile);
}

const said = (pairs: Pairs) => pairs.map(([name, text]) => `${name}=${text}`).join('&');

/** The rows of the Rosetta table, which say one meaning in several dialects. */
const ROWS = readFileSync(new URL('../../../test/rosetta.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.trim() !== '' && !line.startsWith('#'))
  .flatMap((line) => {
    const [meaning = '', ...cells] = line.split('|').map((cell) => cell.trim());
    const told = (['fastly', 'imgix', 'imageoptim'] as const).flatMap((dialect, at) =>
      cells[at] ? [[dialect, cells[at]] as const] : [],
    );
    return told.flatMap(([from, query]) =>
      told.filter(([to]) => to !== from).map(([to]) => [meaning, from, to, query] as const),
    );
  });

describe('other words', () => {
  test.each(ROWS)('%s: from %s to %s', (_, from, to, query) => {
    const { same, ours, theirs } = inWords(from, query, to);
    expect([ours, theirs]).toEqual([[], []]);
    expect(same).toBe(true);
  });

  test.each([
    // from, URL, to, words, lines that differ (a GIF stays one in Fastly's dialect)
    [
      'fastly',
      'width=300&quality=60&format=webp',
      'imgix',
      'w=300&fit=max&resize-filter=lanczos3&fm=webp&q=60&cs=tinysrgb',
      1,
    ],
    [
      'imgix',
      'w=300&blur=50&fm=webp&q=60&cs=tinysrgb',
      'fastly',
      'width=300&enable=upscale&resize-filter=lanczos2&blur=5&format=webp&quality=60',
      1,
    ],
    ['imgix', 'sat=-40&fm=webp&cs=tinysrgb', 'fastly', 'saturation=-40&format=webp&quality=75', 1],
    ['imgix', 'or=6&fm=webp&cs=tinysrgb', 'fastly', 'orient=6&format=webp&quality=75', 2],
    ['fastly', 'frame=1&format=webp&quality=75', 'imgix', 'fm=webp&cs=tinysrgb&frame=1', 1],
    ['imgix', 'fm=json', 'imageoptim', 'meta=', 3],
    ['fastly', 'width=50p', 'imageoptim', 'quality=high', undefined],
    ['imgix', 'w=300&sepia=50&auto=format,compress', 'imageoptim', 'size=300&fit=', undefined],
    [
      'imageoptim',
      '300x200,pad,bgcolor=f00',
      'fastly',
      'width=300&height=200&fit=bounds&enable=upscale&canvas=300,200&bg-color=ff0000&format=auto&optimize=medium',
      undefined,
    ],
    ['fastly', 'brightness=20', 'imgix', 'bri=20&q=85&cs=tinysrgb', undefined],
    ['imgix', 'con=20', 'fastly', undefined, undefined],
  ] as const)('%s %s is in %s %s', (from, query, to, words, lines) => {
    const { values, same, ours, theirs } = inWords(from, query, to);
    if (words !== undefined) expect(said(values)).toBe(words);
    expect(same).toBe(ours.length + theirs.length === 0);
    if (lines !== undefined) expect(ours.length + theirs.length).toBe(lines);
    else expect(ours.length + theirs.length).toBeGreaterThan(0);
  });

  test.each(['fastly', 'imgix', 'imageoptim'] as const)(
    'whatever %s can mean is said in the others, and what differs is told',
    (from) => {
      const file = new URL(`../../../test/golden/plans/${from}.txt`, import.meta.url);
      const targets = readFileSync(file, 'utf8').match(/(?<=^GET )\S+/gm) ?? [];
      expect(targets.length).toBeGreaterThan(40);
      for (const target of targets) {
        let plan: ReturnType<typeof planOf>;
        try {
          plan = planOf(from, target);
        } catch {
          continue;
        }
        for (const to of ['fastly', 'imgix', 'imageoptim'] as const) {
          const compile = (values: Pairs) => planOf(to, targetOf(to, values));
          const { ours, theirs, same } = otherWords(plan, to, compile);
          expect([target, to, same]).toEqual([target, to, ours.length + theirs.length === 0]);
        }
      }
    },
  );
});
