/** Remarks: each sentence of the source has a guide, each guide is true, and the page has them all. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Dialect, ImageRequest } from '../../src/dialects/dialect.ts';
import { fastly } from '../../src/dialects/fastly/index.ts';
import { imageoptim } from '../../src/dialects/imageoptim/index.ts';
import { imgix } from '../../src/dialects/imgix/index.ts';
import type { RemarkGuide } from '../../src/server/documentation/remark-guide.ts';
import { REMARK_GUIDES } from '../../src/server/documentation/remark-guides.ts';
import { ROOT, textOf } from './fences.ts';

const DIALECTS = { fastly, imgix, imageoptim };
const rows = Object.entries(REMARK_GUIDES);

/** Sentences that a guide covers: anything may stand where it has `…`. */
const patternOf = ({ says }: RemarkGuide) =>
  new RegExp(`^${says.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '.*?')}$`, 's');

/** The guides of a message of a dialect; the one that covers anything only where no other does. */
function guidesOf(dialect: string, message: string): string[] {
  const all = rows
    .filter(([, guide]) => [dialect, 'every dialect', 'pictures'].includes(guide.of))
    .filter(([, guide]) => patternOf(guide).test(message))
    .map(([code]) => code);
  // These stand for anything, and another sentence of the dialect is the nearer one
  const near = all.filter(
    (code) => !/^(?:imgix-picture-steps|fastly-feature|imageoptim-spelling)$/.test(code),
  );
  return near.length > 0 ? near : all;
}

function messagesOf(dialect: Dialect, target: string, headers: Readonly<Record<string, string>>) {
  const request: ImageRequest = {
    ...{ method: 'GET', target, headers, upload: false, now: Date.UTC(2026, 0, 1) },
    accepts: new Set(['avif', 'webp']),
  };
  return (
    dialect
      // As on a machine without the optional packages
      .compile(request, { name: 'a', origin: 'folder', missing: ['jxl', 'svg'] })
      .diagnostics.map(({ message }) => message)
  );
}

describe('guides of remarks', () => {
  test('have a sentence of their own', () => {
    expect(rows.length).toBeGreaterThan(50);
    const sentences = rows.map(([, { of, says }]) => `${of}: ${says}`);
    expect(new Set(sentences).size).toBe(rows.length);
    for (const [code, { means, helps }] of rows) {
      expect([code, means, helps]).toEqual([
        expect.stringMatching(/^[a-z0-9]+(?:-[a-z0-9]+)+$/),
        expect.stringMatching(/^[A-Z`].*\.$/s),
        expect.stringMatching(/\.$/),
      ]);
    }
  });

  const examples = rows.flatMap(([code, guide]) =>
    guide.example === undefined ? [] : [{ code, ...guide, example: guide.example }],
  );

  test('have an example wherever a URL alone yields the remark', () => {
    expect(examples.length).toBeGreaterThan(28);
  });

  test.each(examples)('$code: $example', ({ code, of, example, headers = {} }) => {
    const dialect = DIALECTS[of as keyof typeof DIALECTS];
    const messages = messagesOf(dialect, example, headers);
    expect([messages, messages.some((one) => guidesOf(of, one).includes(code))]).toEqual([
      messages,
      true,
    ]);
  });

  test.each(Object.keys(DIALECTS))('cover each golden remark of %s, one each', (name) => {
    const golden = textOf(`test/golden/plans/${name}.txt`);
    const said = [...golden.matchAll(/^ {2}(?:warning|note): (.*)$/gm)].map((m) => m[1] ?? '');
    expect(said.length).toBeGreaterThan(4);
    const unclear = said.filter((message) => guidesOf(name, message).length !== 1);
    expect(unclear.map((message) => [message, guidesOf(name, message)])).toEqual([]);
  });
});

/** What is put together at its place, by file: the words there, and the guides that cover what comes of it. */
const PUT_TOGETHER: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'dialects/imgix/index.ts': { message: ['imgix-svg-sanitize'] },
  'dialects/imgix/query.ts': {
    '…; ignored.': ['imgix-name'],
    '…; ignored…': ['imgix-name'],
  },
  'dialects/imgix/translate.ts': { message: ['imgix-rasterize-bypass'] },
  'dialects/imgix/translate/format.ts': {
    'This server does not write …; fm is ignored.': ['imgix-fm'],
  },
  'dialects/imgix/translate/pictures.ts': { '…: …': ['imgix-picture-steps'] },
  'dialects/imgix/read.ts': {
    '…: ….': ['imgix-needs', 'imgix-not-built'],
    'Expected … for …, got …; ….': ['imgix-value', 'imgix-part'],
  },
  'dialects/imageoptim/read.ts': { message: ['imageoptim-value'] },
  'dialects/fastly/index.ts': { 'Parameter …: …': ['fastly-value', 'fastly-needs'] },
  'dialects/fastly/composition/composition.ts': { text: ['fastly-header'] },
  'dialects/target-signature.ts': { message: ['signature-wrong'] },
  'engine/pictures/worker-pictures.ts': { text: ['picture-lost'] },
  'engine/render-task.ts': { text: ['video-failed'] },
  'engine/renditions/credentialed.ts': { text: ['manifest-unsigned'] },
  'engine/renditions/remarks.ts': {
    'WITHOUT[name]': ['without-faces', 'without-content', 'without-red-eyes'],
  },
};

describe('remarks of the source', () => {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.ts$/.test(name) && !/\.(?:test|suite)\.ts$/.test(name),
  );
  const sites = files.flatMap((file) => {
    const text = readFileSync(join(ROOT, 'src', file), 'utf8');
    if (!/from '[./]*base\/diagnostic\.ts'/.test(text)) return [];
    return [
      ...text.matchAll(
        /(?<![\w#])(?<!(?<!\.\.)\.)(?:warning|note|notBuilt|notUsed)\(\s*(`[^`]*`|'[^']*'|"[^"]*"|[\w.]+(?:\[\w+\])?)/g,
      ),
    ].map(([, words = '']) => ({ file, words: placed(words) }));
  });
  const says = new Set(rows.map(([, guide]) => guide.says));

  test('are found', () => expect(sites.length).toBeGreaterThan(45));

  test('have a guide each', () => {
    const without = sites.filter(
      ({ file, words }) => !says.has(words) && PUT_TOGETHER[file]?.[words] === undefined,
    );
    expect(without).toEqual([]);
  });

  test('that are put together stand where they are said to, with guides that exist', () => {
    for (const [file, places] of Object.entries(PUT_TOGETHER)) {
      for (const [words, codes] of Object.entries(places)) {
        expect([
          file,
          words,
          sites.some((one) => one.file === file && one.words === words),
        ]).toEqual([file, words, true]);
        for (const code of codes) expect(Object.keys(REMARK_GUIDES)).toContain(code);
      }
    }
  });

  test('of a finding that is missing have a guide each', () => {
    const text = readFileSync(join(ROOT, 'src/engine/renditions/remarks.ts'), 'utf8');
    const sentences = [...text.matchAll(/(?:: |= )'([A-Z][^']* could not be [^']*\.)'/g)];
    expect(sentences.length).toBeGreaterThan(4);
    for (const [, sentence = ''] of sentences) expect([...says]).toContain(sentence);
  });
});

test('the page has a section for each', () => {
  const page = textOf('docs/reference/remarks.md');
  const sections = [...page.matchAll(/^### (\S+)$/gm)].map((m) => m[1]);
  expect(sections.sort()).toEqual(Object.keys(REMARK_GUIDES).sort());
});

/** A literal as a guide has it; a name as it is. */
function placed(words: string): string {
  return /^[`'"]/.test(words) ? words.slice(1, -1).replace(/\$\{[^}]*\}/g, '…') : words;
}
