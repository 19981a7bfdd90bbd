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

/** The text on one line: a citation may be broken between its name and its numbers. */
function flat(text: string): string {
  return text.replace(/\s*\n\s*(?:\*(?!\/)|\/\/|#|\|)?\s*/g, ' ');
}

/** The numbered sections of a page of rules, each with all that stands below its number. */
function sectionsOf(page: string): Map<string, string> {
  const sections = new Map<string, string>();
  const numbered = /^(?:#{2,6} (\d+(?:\.\d+)*)\.? |\s*- \*\*(\d+(?:\.\d+)*)\*\* )/;
  let open: string[] = [];
  for (const line of page.split('\n')) {
    const [, heading, item] = numbered.exec(line) ?? [];
    const number = heading ?? item;
    if (number !== undefined) {
      if (sections.has(number)) throw new Error(`Section ${number} stands twice.`);
      open = [...open.filter((above) => number.startsWith(`${above}.`)), number];
    }
    for (const above of open) sections.set(above, `${sections.get(above) ?? ''}${line}\n`);
  }
  return sections;
}

const rules = new Map(
  read(filesBelow('docs/spec'), /\.md$/).map(({ file, text }) => [
    basename(file, '.md'),
    sectionsOf(text),
  ]),
);

const NUMBER = String.raw`\d+(?:\.\d+)*`;
const CITATION = new RegExp(
  String.raw`docs/spec/([\w-]+)\.md((?: ${NUMBER}(?:(?:, | and | to )${NUMBER})*)?)`,
  'g',
);

/** What the citations of a text name: the page, and the sections; none for a bare name. */
function citationsOf(text: string): { readonly page: string; readonly sections: string[] }[] {
  return [...flat(text).matchAll(CITATION)].map(([, page = '', list = '']) => ({
    page,
    sections: numbersOf(list.trim()),
  }));
}

/** `5.5 and 5.6`, `1.3, 1.6` and `4.6 to 4.8` number by number. */
function numbersOf(list: string): string[] {
  if (list === '') return [];
  return list.split(/, | and /).flatMap((part) => {
    const [first = '', last] = part.split(' to ');
    return last === undefined ? [first] : range(first, last);
  });
}

function range(first: string, last: string): string[] {
  const above = first.split('.').slice(0, -1);
  const [from, to] = [first, last].map((number) => Number(number.split('.').at(-1)));
  const same = last.split('.').slice(0, -1).join('.') === above.join('.');
  if (!same || from === undefined || to === undefined || to <= from) return [first, last];
  return Array.from({ length: to - from + 1 }, (_, i) => [...above, from + i].join('.'));
}

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
      /(?<!docs\/(?:spec|reference)\/)\b(?:fastly-io|imgix|imageoptim|http)\.md\b/,
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
  test('exist for the three services, for HTTP, for color, composition and video', () => {
    const pages = ['color', 'composition', 'fastly-io', 'http', 'imageoptim', 'imgix', 'video'];
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
