/**
 * Citations: a rule that a comment cites can be read in the repository.
 *
 * The rules stand in `docs/spec/`, numbered, each with its source. One
 * spelling is used everywhere: `docs/spec/NAME.md N.N`, with lists (`1.3, 1.6`,
 * `5.5 and 5.6`) and ranges (`4.6 to 4.10`) of numbers behind one name.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { citationsOf, flat, readRules } from './support/citations.ts';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const CODE = ['src', 'test', 'kernels'];
const ALL = [...CODE, 'bench', 'scripts', 'docs', 'playground'];

interface Text {
  /** From the root, with slashes. */
  readonly file: string;
  readonly text: string;
}

function filesBelow(folder: string): string[] {
  const path = join(root, folder);
  return existsSync(path)
    ? readdirSync(path, { recursive: true, encoding: 'utf8' }).map((file) => join(path, file))
    : [];
}

function read(paths: readonly string[], pattern: RegExp): Text[] {
  return paths
    .filter((path) => pattern.test(path) && !path.includes(`${sep}node_modules${sep}`))
    .filter((path) => basename(path) !== 'citations.test.ts')
    .map((path) => ({
      file: relative(root, path).split(sep).join('/'),
      text: readFileSync(path, 'utf8'),
    }));
}

const rootPages = readdirSync(root).map((file) => join(root, file));
const code = read(CODE.flatMap(filesBelow), /\.(ts|mjs|js|txt|md)$/);
const everything = [
  ...read(ALL.flatMap(filesBelow), /\.(ts|mjs|js|txt|md)$/),
  ...read(rootPages, /\.md$/),
];
const pages = read([...filesBelow('docs'), ...rootPages], /\.md$/);

const rules = readRules();

describe('citations of rules', () => {
  test('are read with their lists and ranges', () => {
    const text = ' * (docs/spec/http.md\n * 1.2, 7.7 to 7.9 and 9). docs/spec/imgix.md: x';
    expect(citationsOf(text)).toEqual([
      { page: 'http', sections: ['1.2', '7.7', '7.8', '7.9', '9'] },
      { page: 'imgix', sections: [] },
    ]);
  });

  test('name a page and a section that exist', () => {
    const found = everything.flatMap(({ file, text }) =>
      citationsOf(text).map((citation) => ({ file, ...citation })),
    );
    expect(found.length).toBeGreaterThan(60);
    const wrong = found.flatMap(({ file, page, sections }) =>
      sections
        .filter((section) => !rules.get(page)?.has(section))
        .map((section) => `${file}: docs/spec/${page}.md has no section ${section}`)
        .concat(rules.has(page) ? [] : [`${file}: there is no docs/spec/${page}.md`]),
    );
    expect(wrong).toEqual([]);
  });

  test('in code always name a section', () => {
    const wrong = code.filter(({ text }) =>
      citationsOf(text).some(({ sections }) => sections.length === 0),
    );
    expect(wrong.map(({ file }) => file)).toEqual([]);
  });

  test('in code have one spelling', () => {
    const others = [
      /(?<!docs\/(?:(?:spec|reference)\/|moving-from-))\b(?:fastly-io|imgix|imageoptim|http)\.md\b/,
      /\bspec(?:ification)?:? (?:sections? )?\d/,
      /\(spec:/,
      // A number without a document: of which page?
      /(?<!\bRFC \d{3,5} |\bspecification, )\bsections? \d/,
    ];
    const wrong = code.flatMap(({ file, text }) =>
      others.flatMap((other) => flat(text).match(other)?.[0] ?? []).map((it) => `${file}: ${it}`),
    );
    expect(wrong).toEqual([]);
  });
});

describe('pages of rules', () => {
  test('exist for the three services, for HTTP, for color, composition, telemetry and video', () => {
    const pages = [
      'color',
      'composition',
      'fastly-io',
      'http',
      'imageoptim',
      'imgix',
      's3',
      'telemetry',
      'video',
    ];
    expect([...rules.keys()].sort()).toEqual(pages);
  });

  test('give a source in every section: a URL or an RFC', () => {
    const without = [...rules].flatMap(([page, sections]) =>
      [...sections]
        .filter(([, text]) => !/https:\/\/\S|\bRFC \d{3,5}\b/.test(flat(text)))
        .map(([number]) => `docs/spec/${page}.md ${number}`),
    );
    expect(without).toEqual([]);
  });
});

describe('documents', () => {
  test('decisions that are cited exist', () => {
    const decisions = readdirSync(join(root, 'docs/decisions'));
    const cited = everything.flatMap(({ file, text }) =>
      [
        ...text.matchAll(/docs\/decisions\/(\d{4})/g),
        ...(file === 'ARCHITECTURE.md' ? text.matchAll(/\((0\d{3})\)/g) : []),
      ].map(([, number = '']) => ({ file, number })),
    );
    expect(cited.length).toBeGreaterThan(4);
    const wrong = cited.filter(
      ({ number }) => !decisions.some((decision) => decision.startsWith(`${number}-`)),
    );
    expect(wrong).toEqual([]);
  });

  test('relative links lead to files', () => {
    const links = pages.flatMap(({ file, text }) =>
      [...text.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)]
        .map(([, target = '']) => ({ file, target }))
        .filter(({ target }) => !/^[a-z]+:/i.test(target)),
    );
    expect(links.length).toBeGreaterThan(5);
    const dead = links.filter(
      ({ file, target }) => !existsSync(resolve(root, dirname(file), decodeURIComponent(target))),
    );
    expect(dead).toEqual([]);
  });
});
