/**
 * Golden plans: per dialect, URLs with the plan and the remarks they compile to,
 * as text to be read in a diff.
 *
 * A line that begins with a method is a request, `> name: value` lines below
 * it are its headers, and what is indented is the result. An output that is the
 * same as in the row above stands there as "output as above". To add a row, add
 * its request; `npm run golden` writes the results.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Fault } from '../src/base/fault.ts';
import type { Dialect, DialectSettings, ImageRequest } from '../src/dialects/dialect.ts';
import { fastly } from '../src/dialects/fastly/index.ts';
import { imageoptim } from '../src/dialects/imageoptim/index.ts';
import { imgix } from '../src/dialects/imgix/index.ts';
import type { SourceRef } from '../src/image/source-ref.ts';
import { canonicalize } from '../src/plan/canonicalize.ts';
import { printPlan } from '../src/plan/print.ts';
import { acceptedFormats } from '../src/server/http/accept.ts';

const NOW = Date.UTC(2026, 0, 1);

const SETTINGS: DialectSettings = { name: 'golden', origin: 'folder' };

interface Row {
  readonly method: ImageRequest['method'];
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  /** As it stands in the file. */
  readonly result: string;
}

describe.each([fastly, imgix, imageoptim])('$name', (dialect) => {
  const file = new URL(`golden/plans/${dialect.name}.txt`, import.meta.url);
  const [preface, rows] = read(readFileSync(file, 'utf8'));
  const results = resultsOf(dialect, rows);
  if (process.env.GOLDEN === 'write') {
    const blocks = rows.map((row, i) => `${requestText(row)}\n${results[i]}`);
    writeFileSync(file, `${[preface, ...blocks].join('\n\n')}\n`);
    test('is written anew', () => {});
    return;
  }

  test('has rows', () => {
    expect(rows.length).toBeGreaterThan(35);
    expect(new Set(rows.map(requestText)).size).toBe(rows.length);
  });

  test.each(rows.map((row, i) => ({ ...row, now: results[i] })))(
    '$method $target',
    ({ now, result }) => {
      expect(now).toBe(result);
    },
  );
});

function read(text: string): [preface: string, rows: Row[]] {
  const [preface = '', ...blocks] = text.trimEnd().split(/\n\n(?=[A-Z]+ )/);
  const rows = blocks.map((block): Row => {
    const lines = block.split('\n');
    const [method = '', target = ''] = lines[0]!.split(/ (.*)/);
    const headers = lines
      .filter((line) => line.startsWith('> '))
      .map((line) => line.slice(2).split(/: (.*)/) as [string, string]);
    return {
      method: method as Row['method'],
      target,
      headers: Object.fromEntries(headers),
      result: lines.filter((line) => line.startsWith('  ')).join('\n'),
    };
  });
  return [preface, rows];
}

function requestText({ method, target, headers }: Row): string {
  const lines = Object.entries(headers).map(([name, value]) => `> ${name}: ${value}`);
  return [`${method} ${target}`, ...lines].join('\n');
}

/** The rows' results as they stand in the file. */
function resultsOf(dialect: Dialect, rows: readonly Row[]): string[] {
  let above = '';
  return rows.map((row) => {
    const lines = compiled(dialect, row);
    if (typeof lines === 'string') return indent(lines);
    const { before, output, after } = lines;
    const shown = output === above ? 'output as above' : output;
    above = output;
    return indent([...before, shown, ...after].join('\n'));
  });
}

/** What a request compiles to, with its output apart; or its fault. */
function compiled(dialect: Dialect, { method, target, headers }: Row) {
  const accepts = acceptedFormats(headers.accept);
  const request: ImageRequest = { method, target, headers, accepts, now: NOW, upload: false };
  try {
    const { source, plan, diagnostics, response } = dialect.compile(request, SETTINGS);
    const canonical = canonicalize(plan);
    const output = printPlan({ frames: { kind: 'all' }, ops: [], output: canonical.output });
    const { vary, download, deadline, noStore } = response;
    return {
      before: [
        `source ${sourceText(source)}`,
        ...printPlan(canonical).slice(0, -output.length).split('\n').filter(Boolean),
      ],
      output,
      after: [
        ...(vary.length > 0 ? [`vary ${vary.join(', ')}`] : []),
        ...(download === undefined ? [] : [`download ${JSON.stringify(download)}`]),
        ...(deadline === undefined ? [] : [`deadline ${deadline} s`]),
        ...(noStore ? ['no-store'] : []),
        ...diagnostics.map(({ severity, message }) => `${severity}: ${message}`),
      ],
    };
  } catch (error) {
    if (error instanceof Fault) return `fault ${error.code}: ${error.message}`;
    throw error;
  }
}

function sourceText(source: SourceRef): string {
  switch (source.kind) {
    case 'path':
      return source.query === undefined ? source.path : `${source.path} ?${source.query}`;
    case 'url':
      return source.url;
    case 'upload':
    case 'blank':
      return source.kind;
  }
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
