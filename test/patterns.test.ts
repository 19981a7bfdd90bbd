/**
 * Patterns: every regular expression in `src/` matches in time that grows no
 * faster than the text it is given.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { superlinear } from './support/linear-patterns.ts';
import { patternLiterals } from './support/pattern-literals.ts';

/** Patterns that `superlinear` refuses, and why they are harmless where they stand. */
const EXEMPT: ReadonlyMap<string, string> = new Map([
  [String(/^<([a-z][\w.-]*:)?([a-z][\w.-]*)(?=[\s/>])/i), 'reads 128 characters'],
  [String(/<rdf:li[^>]*>([^<]*)<\/rdf:li>/g), 'reads 8000 characters, in a worker'],
  [String(/<[^>]*>/g), 'reads 8000 characters, in a worker'],
  [String(/^(?!-)[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i), 'reads the configuration'],
  [String(/\/\*[\s\S]*?(\*\/|$)/g), 'the end of the text ends a comment: it never fails'],
  [String(/\s*,\s*|\s+/), 'reads 200 characters'],
  [
    String(/(?<![a-z0-9_-])([a-z][a-z0-9_-]{0,40})(=|%3d)[^\s"\\&;,#]+/gi),
    'a short name begins a run that may end anywhere, and only where none began before',
  ],
  [
    String(/(?<![a-z0-9_"-])([a-z][a-z-]{2,40})(:\s*)[^\s"\\]+(?: [^\s"\\]+)?/gi),
    'a short name begins a run that may end anywhere, and only where none began before',
  ],
  [String(/(?:\/[^\s:]+)+/g), 'reads a message of libvips'],
  [
    String(/pixel limit|too many pixels|width or height|bad dimensions.*large/i),
    'reads a message of libvips',
  ],
]);

const src = fileURLToPath(new URL('../src/', import.meta.url));

describe('superlinear', () => {
  test.each([
    [/^(\d+\.?\d*|\.\d+)$/, 'both runs of digits can take the same digits'],
    [/^(a*)*$/, 'a loop around a loop'],
    [/^(a|a)*$/, 'two ways to read one letter'],
    [/^(a|b|ab)*$/, 'two ways to read two letters'],
    [/\s+$/, 'every blank starts a new search for the end'],
    [/^.*,.*,x$/, 'the first comma may be any'],
    [/a[ab]*c/, 'every a begins another run to the end'],
    [/<[^>]*>/g, 'every bracket begins another run to the end'],
    [/^(?:\w+\s?)+$/, 'a word may be two words'],
    [/^\s*([^,]*)\s*$/, 'blanks may stand before, inside or behind'],
    [/^a{2,}a{2,}b$/, 'counted, and open at the end'],
    [/(?<=a)b/, 'not understood'],
  ])('%s is refused (%s)', (pattern) => {
    expect(superlinear(pattern)).toBeTypeOf('string');
  });

  test.each([
    [/^(\d+(\.\d*)?|\.\d+)$/, 'a point between the runs'],
    [/^[+-]?\d{1,9}$/, 'bounded'],
    [/(?:%[0-9a-f]{2})+/gi, 'a run that may end anywhere'],
    [/[^\x20-\x7e]/g, 'one character'],
    [/"[^"]*x/, 'a quote ends the run before it'],
    [/url\(\s*("?)\s*([^)]*)/, 'two runs of blanks, and nothing that could fail'],
    [/"(?:[^"\\]|\\.)*"/y, 'sticky: there is no search for a start'],
    [/^(?:a,)*b$/, 'a separator keeps the rounds apart'],
    [/^(\w+)=(.*)$/, 'no equals sign in a word'],
    [/^([0-9a-f]{3}|[0-9a-f]{6})$/i, 'two lengths'],
  ])('%s is accepted (%s)', (pattern) => {
    expect(superlinear(pattern)).toBeUndefined();
  });
});

describe('patternLiterals', () => {
  test('tells patterns from divisions, strings, comments and templates', () => {
    const text = [
      'const a = b / c / d; // /no/',
      "const url = '/no/'; /* /no/ */",
      'if (/one[/]/.test(a)) return /two/gi;',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a text of a program
      'const t = `/no/ ${a.replace(/three/, "}")} /no/`;',
      'const f = (x: number) => x / 2;',
    ].join('\n');
    expect(patternLiterals(text).map(({ line, pattern }) => `${line} ${pattern}`)).toEqual([
      '3 /one[/]/',
      '3 /two/gi',
      '4 /three/',
    ]);
  });
});

describe('the patterns of src/', () => {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !/\.(test|suite)\.ts$/.test(file),
  );
  const all = files.flatMap((file) =>
    patternLiterals(readFileSync(join(src, file), 'utf8')).map(({ line, pattern }) => ({
      where: `${file}:${line}`,
      pattern,
    })),
  );

  test('are found', () => {
    expect(all.length).toBeGreaterThan(100);
  });

  test('are linear', () => {
    const wrong = all.flatMap(({ where, pattern }) => {
      const reason = EXEMPT.has(String(pattern)) ? undefined : superlinear(pattern);
      return reason === undefined ? [] : [`${where} ${pattern}: ${reason}`];
    });
    expect(wrong).toEqual([]);
  });

  test('and no exemption is out of use', () => {
    const written = new Set(all.map(({ pattern }) => String(pattern)));
    expect([...EXEMPT.keys()].filter((text) => !written.has(text))).toEqual([]);
  });
});
