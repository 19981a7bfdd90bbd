/**
 * The report of the overload bench: figures beside their bars, a section per
 * part, and the file that keeps the sections of parts that did not run.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A figure that is only told. */
export function row(what, figure) {
  return { what, figure };
}

/** A figure beside its bar. */
export function bar(what, figure, limit, meets) {
  return { what, figure, limit, met: meets(figure) };
}

/** A number with as many digits as mean something. */
export function show(number) {
  if (number === undefined || Number.isNaN(number)) return '-';
  return number >= 100 ? String(Math.round(number)) : String(Number(number.toPrecision(2)));
}

export function percent(share) {
  return `${Math.round(100 * share)} %`;
}

/** Counts by name, such as "3 × 503". */
export function list(counts) {
  const entries = Object.entries(counts);
  return entries.length === 0 ? '0' : entries.map(([name, n]) => `${n} × ${name}`).join(', ');
}

/** The section of a part as Markdown. */
export function section(name, { about, rows }, conditions) {
  const lines = rows.map(({ what, figure, limit = '', met }) => {
    return `| ${what} | ${figure} | ${limit} | ${met === undefined ? '' : met ? 'met' : '**missed**'} |`;
  });
  return `## ${name}

${about} ${conditions}

| what | measured | bar | |
| --- | --- | --- | --- |
${lines.join('\n')}
`;
}

/** Writes a report of `sections` by name in the order of `names`; what did not run stays as it was. */
export function writeReport(file, head, names, sections) {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const kept = new Map(
    before
      .split(/^(?=## )/m)
      .slice(1)
      .map((text) => [/^## (.*)/.exec(text)[1], `${text.trimEnd()}\n`]),
  );
  const texts = names.map((name) => sections.get(name) ?? kept.get(name)).filter(Boolean);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, [head, ...texts].join('\n'));
}
