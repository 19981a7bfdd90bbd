/**
 * The tables: `NAME.jsonl` beside this file for each of the three dialects and for HTTP, one row a line.
 *
 * A row is a sentence of a documentation (`why`, in our words) with the page where it stands (`page`:
 * a URL, or rules of `docs/spec/`), a request, and what the answer must be (`expect`).
 *
 * - `id`: dialect, subject and detail, once only
 * - `source`, `query`: the target is `/{source}?{query}`; or `target` as it is, filled in by `client.mjs`
 * - `mount`: one of `mounts.mjs`, that of the dialect where it is not said
 * - `method`, `accept`, `headers`, `upload`, `sign` (an imgix token)
 * - `sources`: further pictures that must be there; `copies`: pictures under other names
 * - `then`: further requests of the row, each with an `expect`; keys that it leaves out are the row's
 */
import { readFileSync } from 'node:fs';

/** The tables in their order, with the names that people read. */
export const TABLES = {
  fastly: 'Fastly',
  imgix: 'imgix',
  imageoptim: 'ImageOptim',
  http: 'HTTP',
};

/** The rows of a table, each with its `dialect`. */
export function readTable(name) {
  const text = readFileSync(new URL(`${name}.jsonl`, import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ ...JSON.parse(line), dialect: name }));
}

export function readTables() {
  return Object.keys(TABLES).flatMap(readTable);
}

/** The further requests of a row. */
export function stepsOf(row) {
  return [row.then ?? []].flat();
}
