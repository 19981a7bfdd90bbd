/**
 * The fenced blocks of all documents that people read: where they stand, in which language, and what they say.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Block {
  /** Its file, from the root of the repository. */
  readonly document: string;
  /** Where the fence opens, from 1. */
  readonly line: number;
  /** What stands behind the opening fence; empty where nothing does. */
  readonly language: string;
  readonly text: string;
}

/** Every document that is written for readers, by its path from the root. */
export const DOCUMENTS: readonly string[] = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...below('docs', /\.md$/),
  ...below('deploy', /(?:^|\/)README/),
  ...below('examples', /(?:^|\/)README/),
];

export const textOf = (document: string) => readFileSync(join(ROOT, document), 'utf8');

/** The blocks of all documents, in their order. */
export const BLOCKS: readonly Block[] = DOCUMENTS.flatMap(blocksOf);

/** The blocks in some languages. */
export function blocksIn(...languages: readonly string[]): Block[] {
  return BLOCKS.filter(({ language }) => languages.includes(language));
}

function blocksOf(document: string): Block[] {
  const blocks: Block[] = [];
  const lines = textOf(document).split('\n');
  for (let at = 0; at < lines.length; at++) {
    const [, fence = '', language = ''] = /^ *(`{3,}|~{3,})(.*)$/.exec(lines[at] ?? '') ?? [];
    if (fence === '') continue;
    const end = lines.findIndex((line, i) => i > at && line.trim() === fence);
    if (end === -1) throw new Error(`expected the block of ${document}:${at + 1} to end`);
    const text = `${lines.slice(at + 1, end).join('\n')}\n`;
    blocks.push({ document, line: at + 1, language: language.trim(), text });
    at = end;
  }
  return blocks;
}

/** What a document is without its blocks. */
export function proseOf(document: string): string {
  return textOf(document).replace(/^ *(`{3,}|~{3,})[^`\n]*\n[\s\S]*?^ *\1$/gm, '');
}

/** A command line with what the page shows of its output. */
export interface CommandLine {
  readonly block: Block;
  readonly line: string;
  /** Lines that the page shows below it; none in a block that has commands alone. */
  readonly shown: readonly string[];
}

/** The command lines of all `sh` and `console` blocks, with continued lines joined. */
export const COMMAND_LINES: readonly CommandLine[] = blocksIn('sh', 'console').flatMap((block) => {
  const lines = block.text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('# '));
  if (block.language === 'sh') return lines.map((line) => ({ block, line, shown: [] }));
  const starts = lines.flatMap((line, i) => (line.startsWith('$ ') ? [i] : []));
  return starts.map((start, i) => ({
    block,
    line: lines[start]?.slice(2) ?? '',
    shown: lines.slice(start + 1, starts[i + 1]),
  }));
});

/** Without packages, which in examples lead back to this folder. */
function below(folder: string, named: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : below(path, named);
      return named.test(path) ? [path] : [];
    })
    .sort();
}
