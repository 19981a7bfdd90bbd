/** Results of the speed bench as Markdown, JSON and a plot, in `bench/results/`. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { Chart } from './chart.mjs';

const results = fileURLToPath(new URL('./results/', import.meta.url));
const COLORS = ['#c2410c', '#b45309', '#15803d', '#1d4ed8'];

/** Writes what was measured over the figures of earlier runs. */
export function writeReport(parts) {
  mkdirSync(results, { recursive: true });
  const file = `${results}speed.json`;
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const all = { ...before, ...Object.fromEntries(parts) };
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
  writeFileSync(`${results}speed.md`, tables(all));
  if (all.scaling) writeFileSync(`${results}speed-megapixels.svg`, plot(all.scaling.curves));
}

function tables(parts) {
  const lines = Object.entries(parts).flatMap(([name, { rows }]) =>
    rows.map(({ what, value, unit = '', bar, least, note = '' }) => {
      const kept =
        bar === undefined ? '' : (least ? value >= bar : value <= bar) ? 'yes' : '**no**';
      const limit = bar === undefined ? '' : `${least ? 'at least' : 'at most'} ${bar}${unit}`;
      return `| ${name} | ${what} | ${value.toFixed(2)}${unit} | ${limit} | ${kept} | ${note} |`;
    }),
  );
  const runs = Object.entries(parts).map(
    ([name, { seconds, load }]) => `${name} ${seconds} s (load ${load})`,
  );
  return `# Speed

\`npm run bench:speed\`: processor time of the whole tree of processes over that of plain sharp (one \`resize\`, one encode, in a
process of its own) or of a bare \`node:http\` server, in turn in one run; medians of rounds. Photographs of 3 to 24 megapixels,
half of the JPEGs baseline and half progressive; every source of a miss is new and comes over HTTP. Plain sharp reads
files, keeps nothing, and reduces encoded values. Both have made 40 pictures before they are timed; only \`start\` is cold. sharp ${sharp.versions.sharp}, Node ${process.versions.node}, ${cpus().length} cores.

| part | what | measured | bar | kept | how |
| --- | --- | --- | --- | --- | --- |
${lines.join('\n')}

Each part with its time and the load of the machine at its end: ${runs.join(', ')}.

![processor time over megapixels](speed-megapixels.svg)
`;
}

function plot(curves) {
  const high = Math.max(...curves.flatMap(({ points }) => points.map(({ y }) => y)));
  const chart = new Chart({
    x: [0, 25],
    y: [0, high * 1.05],
    title: 'Milliseconds of a miss over megapixels of its source, 512 px JPEG',
  });
  for (const [i, { kind, points }] of curves.entries()) {
    chart.line(points, COLORS[i]);
    for (const { x, y } of points) chart.dot(x, y, COLORS[i], 3);
    const end = points.at(-1);
    chart.label(end.x, end.y, kind, COLORS[i], 'end');
  }
  const step = high > 600 ? 200 : 100;
  return chart.text({
    xs: [1, 4, 12, 24],
    ys: Array.from({ length: Math.floor(high / step) + 1 }, (_, i) => i * step),
  });
}
