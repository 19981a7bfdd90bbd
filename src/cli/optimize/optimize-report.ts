/**
 * OptimizeReport: what a run did, as lines, as a table and as JSON. Pure.
 */
import { printable } from '../printable.ts';
import type { Outcome } from './make-files.ts';

/** Rows of a table that people read. */
const MOST_ROWS = 50;

/** Lines about what was passed over. */
export const MOST_REMARKS = 20;

/** Sums over a run. */
export interface Totals {
  /** Pictures with at least one result. */
  readonly pictures: number;
  readonly made: number;
  /** Results of earlier runs. */
  readonly there: number;
  readonly failed: number;
  /** Bytes of the pictures, each counted once, and of all results. */
  readonly before: number;
  readonly after: number;
  /** Mean SSIMULACRA 2 of the results that were measured. */
  readonly score?: number;
  readonly milliseconds: number;
}

export function totalsOf(outcomes: readonly Outcome[], milliseconds: number): Totals {
  const good = outcomes.filter(({ status }) => status !== 'failed');
  const before = new Map(good.map((outcome) => [outcome.source, outcome.before]));
  const scores = good.flatMap(({ score }) => score ?? []);
  const count = (status: Outcome['status']) =>
    outcomes.filter((outcome) => outcome.status === status).length;
  return {
    pictures: before.size,
    made: count('made'),
    there: count('there') + count('good'),
    failed: count('failed'),
    before: sum([...before.values()]),
    after: sum(good.map(({ after = 0 }) => after)),
    ...(scores.length === 0 ? {} : { score: sum(scores) / scores.length }),
    milliseconds,
  };
}

/** Share of the bytes that results save, in percent; below 0 where they take more. */
export function savedPercent({ before, after }: Pick<Totals, 'before' | 'after'>): number {
  return before === 0 ? 0 : 100 * (1 - after / before);
}

/** A line as a result is there. */
export function outcomeLine(outcome: Outcome): string {
  const { status, before, after = 0, score, milliseconds, note } = outcome;
  const [source, file] = [printable(outcome.source), printable(outcome.file ?? '')];
  if (status === 'failed') return `${source}: ${note ?? 'failed'}\n`;
  if (status === 'there') return `${source} -> ${file}, there already\n`;
  if (status === 'good') return `${source}: a result itself\n`;
  const parts = [
    `${bytesText(before)} -> ${bytesText(after)} (${percentText(after, before)})`,
    ...(score === undefined ? [] : [`score ${score.toFixed(1)}`]),
    secondsText(milliseconds),
    ...(note === undefined ? [] : [note]),
  ];
  return `${source} -> ${file}: ${parts.join(', ')}\n`;
}

/** The table at the end of a run. */
export function reportText(outcomes: readonly Outcome[], totals: Totals, out: string): string {
  const made = outcomes.filter(({ status }) => status === 'made');
  const rows = made.slice(0, MOST_ROWS).map(rowOf);
  const more = made.length > rows.length ? `… and ${made.length - rows.length} more\n` : '';
  const table = rows.length === 0 ? '' : `${tableText([HEADER, ...rows])}${more}\n`;
  return `${table}${summaryText(totals, out)}`;
}

/** One sentence on a run. */
export function summaryText(totals: Totals, out: string): string {
  const { pictures, made, there, failed, before, after, score, milliseconds } = totals;
  const parts = [
    `${made} made`,
    ...(there > 0 ? [`${there} there already`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  const single = made + there === pictures && pictures > 0;
  const saved = single ? `, ${Math.round(savedPercent(totals))} % saved` : '';
  const mean = score === undefined ? '' : `, mean score ${score.toFixed(1)}`;
  const files = `${pictures} ${pictures === 1 ? 'picture' : 'pictures'}`;
  return `${files}: ${parts.join(', ')} in ${out}; ${bytesText(before)} -> ${bytesText(after)}${saved}${mean}, ${secondsText(milliseconds)}\n`;
}

/** What `--check` says. */
export function checkText(outcomes: readonly Outcome[], totals: Totals, threshold: number): string {
  const percent = Math.max(0, savedPercent(totals));
  const large = outcomes
    .filter(({ status, after = 0, before }) => status === 'made' && after < before)
    .sort((a, b) => b.before - (b.after ?? 0) - (a.before - (a.after ?? 0)));
  const rows = large.slice(0, MOST_ROWS).map(rowOf);
  const table = rows.length === 0 ? '' : `${tableText([HEADER, ...rows])}\n`;
  const verdict =
    percent > threshold
      ? `more than the ${threshold} % that are allowed`
      : `at most ${threshold} % are allowed`;
  const those = totals.pictures === 1 ? 'This picture' : `These ${totals.pictures} pictures`;
  const sizes = `${bytesText(totals.before)} -> ${bytesText(totals.after)}`;
  return `${table}${those} could be ${percent.toFixed(0)} % smaller (${sizes}); ${verdict}.\n`;
}

/** What was passed over, some of it by name. */
export function skippedText(
  skipped: readonly { readonly name: string; readonly reason: string }[],
): string {
  const lines = skipped
    .slice(0, MOST_REMARKS)
    .map(({ name, reason }) => `passed over ${printable(name)}: ${reason}\n`);
  const more = skipped.length - lines.length;
  return lines.join('') + (more > 0 ? `passed over ${more} more\n` : '');
}

const HEADER = ['picture', 'result', 'before', 'after', '', 'score', 'time'];

function rowOf({ source, file = '', before, after = 0, score, milliseconds }: Outcome): string[] {
  return [
    printable(source),
    printable(file),
    bytesText(before),
    bytesText(after),
    percentText(after, before),
    score === undefined ? '' : score.toFixed(1),
    secondsText(milliseconds),
  ];
}

/** Two columns of names to the left, numbers to the right. */
function tableText(rows: readonly (readonly string[])[]): string {
  const widths = HEADER.map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  const line = (row: readonly string[]) =>
    row.map((cell, at) => (at < 2 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)));
  return rows.map((row) => `${line(row).join('  ').trimEnd()}\n`).join('');
}

/** 1.2 MB, 310 kB, 12 B. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 999_500) return `${(bytes / 1000).toFixed(bytes < 9950 ? 1 : 0)} kB`;
  return `${(bytes / 1e6).toFixed(bytes < 9.95e6 ? 2 : 1)} MB`;
}

const percentText = (after: number, before: number) =>
  before === 0 ? '' : `${Math.round((100 * after) / before)} %`;

const secondsText = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
