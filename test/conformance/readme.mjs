/** The figures in the README: a table between two marker comments. */
import { TABLES } from './tables.mjs';

const BEGIN = '<!-- conformance: written by `npm run conformance` -->';
const END = '<!-- /conformance -->';

/** Rows and passed rows per table, from the results of a run. */
export function figuresOf(results) {
  return Object.entries(TABLES).map(([table, name]) => {
    const own = results.filter(({ row }) => row.dialect === table);
    const asked = own.filter(({ missing }) => missing.length === 0);
    const passed = asked.filter(({ complaints }) => complaints.length === 0);
    return { table, name, rows: own.length, asked: asked.length, passed: passed.length };
  });
}

/** The share of the asked rows that passed, in percent; 100 where none was asked. */
export function rateOf({ asked, passed }) {
  return asked === 0 ? 100 : (100 * passed) / asked;
}

/** The README with the figures put in. @throws where it has no markers */
export function withFigures(readme, figures) {
  const [start, end] = placeOf(readme);
  const lines = figures.map(
    (it) => `| ${it.name} | ${it.rows} | ${it.passed} | ${rateOf(it).toFixed(1)} % |`,
  );
  const table = ['| table | rows | passed | rate |', '| --- | --- | --- | --- |', ...lines];
  return `${readme.slice(0, start)}\n${table.join('\n')}\n${readme.slice(end)}`;
}

/** The figures that a README shows. */
export function figuresIn(readme) {
  const [start, end] = placeOf(readme);
  const lines = readme.slice(start, end).matchAll(/^\| (\w+) \| (\d+) \| (\d+) \|/gm);
  return [...lines].map(([, name, rows, passed]) => ({
    name,
    rows: Number(rows),
    passed: Number(passed),
  }));
}

function placeOf(readme) {
  const [start, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`expected ${BEGIN} and ${END} in the README`);
  return [start + BEGIN.length, end];
}
