/** Links of the documents, where they are read as files: each leads to a file that is there, and to a heading of it. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { anchorOf } from '../../scripts/docs-site/markdown.mjs';
import { DOCUMENTS, proseOf, ROOT, textOf } from './fences.ts';

const PAGES = [
  ...DOCUMENTS,
  ...readdirSync(join(ROOT, 'bench/results'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `bench/results/${name}`),
];

/** Anchors of the headings of a document, as code hosts make them, and those that it writes itself. */
function anchorsOf(document: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, words = ''] of proseOf(document).matchAll(/^#{1,6} +(.+?)#* *$/gm)) {
    const anchor = anchorOf(words.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1'));
    let name = anchor;
    for (let times = 1; anchors.has(name); times++) name = `${anchor}-${times}`;
    anchors.add(name);
  }
  for (const [, id = ''] of textOf(document).matchAll(/<\w+ (?:id|name)="([^"]+)"/g))
    anchors.add(id);
  return anchors;
}

/** Targets of links and pictures outside of code. */
function targetsOf(document: string): string[] {
  const prose = proseOf(document).replace(/`[^`\n]*`/g, '`code`');
  return [
    ...[...prose.matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g)].map((m) => m[1] ?? ''),
    ...[...prose.matchAll(/^\[[^\]]+\]: +(\S+)/gm)].map((m) => m[1] ?? ''),
    ...[...prose.matchAll(/ (?:href|src)="([^"]+)"/g)].map((m) => m[1] ?? ''),
  ];
}

function leads(document: string, target: string): boolean {
  const [path = '', anchor] = target.split('#', 2);
  const name = path === '' ? document : posix.join(posix.dirname(document), decodeURI(path));
  if (name.startsWith('..') || !existsSync(join(ROOT, name))) return false;
  if (anchor === undefined) return true;
  return statSync(join(ROOT, name)).isFile() && anchorsOf(name).has(anchor);
}

describe('links of the documents', () => {
  test('are there', () => {
    expect(PAGES.length).toBeGreaterThan(60);
    expect(PAGES.flatMap(targetsOf).length).toBeGreaterThan(300);
  });

  test.each(PAGES)('%s leads nowhere in vain', (document) => {
    const inside = targetsOf(document).filter(
      (target) => !/^(?:[a-z][a-z+.-]*:|\/\/)/i.test(target),
    );
    expect(inside.filter((target) => !leads(document, target))).toEqual([]);
  });

  test('links that leave the repository are of https, or of this machine', () => {
    const outside = PAGES.flatMap((document) =>
      targetsOf(document)
        .filter((target) => /^(?:[a-z][a-z+.-]*:|\/\/)/i.test(target))
        .filter((target) => !/^(?:https:\/\/|http:\/\/127\.0\.0\.1|mailto:)/.test(target))
        .map((target) => `${document}: ${target}`),
    );
    expect(outside).toEqual([]);
  });

  test('files of the repository that are named in code are there', () => {
    const missing = PAGES.filter((name) => !/^CHANGELOG|\/decisions\//.test(name)).flatMap(
      (document) =>
        [
          ...proseOf(document).matchAll(
            /`((?:src|test|docs|demo|bench|kernels|scripts|deploy|examples)\/[\w./-]+)`/g,
          ),
        ]
          .map((m) => m[1] ?? '')
          .filter((name) => !existsSync(join(ROOT, name)))
          .map((name) => `${document}: ${name}`),
    );
    expect(missing).toEqual([]);
  });
});
