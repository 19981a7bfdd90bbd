/** What the proof programs print at their end: a table with a row per part, and whether all is well. */

/**
 * Prints the rows under their columns and sets the exit status: 1 where a row is not well.
 *
 * @param columns names, in order; those of `rows` besides `good`
 * @param rows texts and numbers by column; `good` says whether the row is well
 */
export function summarize(columns, rows) {
  const text = (value) =>
    typeof value === 'number' ? value.toLocaleString('en-US') : String(value ?? '');
  const cells = rows.map((row) => [
    ...columns.map((name) => text(row[name])),
    row.good ? 'ok' : 'FAILED',
  ]);
  const head = [...columns, 'result'];
  const widths = head.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i].length)));
  const line = (row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd();
  console.log(`\n${line(head)}\n${widths.map((width) => '-'.repeat(width)).join('  ')}`);
  for (const row of cells) console.log(line(row));
  const failed = rows.filter(({ good }) => !good).length;
  console.log(failed === 0 ? '\nAll is well.' : `\n${failed} of ${rows.length} failed.`);
  if (failed > 0) process.exitCode = 1;
}

/** Arguments as `--name value` and `--name`; others end the program with the usage. */
export function argumentsOf(usage, defaults) {
  const values = { ...defaults };
  for (let i = 2; i < process.argv.length; i++) {
    const name = process.argv[i].replace(/^--/, '');
    if (!process.argv[i].startsWith('--') || !(name in defaults)) {
      console.error(`unknown argument ${process.argv[i]}\n\n${usage}`);
      process.exit(2);
    }
    if (typeof defaults[name] === 'boolean') values[name] = true;
    else
      values[name] =
        typeof defaults[name] === 'number' ? Number(process.argv[++i]) : process.argv[++i];
    if (values[name] === undefined || Number.isNaN(values[name])) {
      console.error(`expected a value for --${name}\n\n${usage}`);
      process.exit(2);
    }
  }
  return values;
}
