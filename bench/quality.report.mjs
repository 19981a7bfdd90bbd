/** Results of the quality bench as Markdown, JSON and plots, in `bench/results/`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { Chart } from './chart.mjs';
import { rasterOf, shownTo } from './quality.corpus.mjs';
import { SETTINGS, Sweep } from './quality.lab.mjs';
import { median, plain } from './quality.sums.mjs';

const results = fileURLToPath(new URL('./results/', import.meta.url));
const COLOURS = { jpeg: '#c2410c', webp: '#15803d', avif: '#1d4ed8' };

/** Writes `quality.md` and `quality.json`; gives the text of the table. */
export function writeTables({ parts, pictures, widths, targets, seconds, whole }) {
  mkdirSync(results, { recursive: true });
  const rows = parts.flatMap(({ rows }) => rows);
  const text = tables({ parts, rows, pictures, widths, targets, seconds });
  // A run of some parts leaves the figures of the last whole one alone.
  if (whole) {
    writeFileSync(`${results}quality.md`, text);
    const figures = Object.fromEntries(rows.map(({ what, ...rest }) => [what, rest]));
    const facts = { sharp: sharp.versions.sharp, pictures: pictures.length, figures };
    writeFileSync(`${results}quality.json`, `${JSON.stringify(facts, null, 2)}\n`);
  }
  return text;
}

function tables({ parts, rows, pictures, widths, targets, seconds }) {
  const mark = ({ ok }) => (ok === undefined ? '' : ok ? 'yes' : '**no**');
  const lines = rows.map((row) => [row.what, row.value, row.bar, mark(row), row.note]);
  const photos = pictures.filter(({ kind }) => kind === 'photo').length;
  return [
    '# Quality',
    '',
    `\`npm run bench:quality\`: ${photos} photographs and ${pictures.length - photos} graphics, ${widths.join(' and ')} pixels wide, clients`,
    `that take AVIF, WebP or only JPEG, targets ${targets.join(', ')}, mode \`online\` without a deadline. sharp ${sharp.versions.sharp}, one`,
    'encoder thread, processor time. The bar is what the project promises itself.',
    `The run took ${Math.round(seconds / 60)} minutes.`,
    '',
    ...table(['what', 'measured', 'bar', 'kept', 'how'], lines),
    '',
    ...parts.flatMap(({ remark }) => (remark ? [remark, ''] : [])),
    ...parts.flatMap(({ name, byClient }) =>
      byClient?.length
        ? [
            `## By client and target: ${name}`,
            '',
            ...table(Object.keys(byClient[0]), byClient.map(Object.values)),
            '',
          ]
        : [],
    ),
    '![bytes against score](quality-bytes.svg)',
    '![trials per rendition](quality-trials.svg)',
    '![cost over one plain encode](quality-cost.svg)',
    '',
  ].join('\n');
}

const table = (head, rows) => [
  `| ${head.join(' | ')} |`,
  `|${head.map(() => ' --- |').join('')}`,
  ...rows.map((row) => `| ${row.map((cell) => cell ?? '').join(' | ')} |`),
];

/** Writes the three plots from the runs that were made. */
export async function writePlots({ runs, few, widths }) {
  const online = runs.rows.filter((r) => r.mode === 'online' && widths.includes(r.width));
  if (online.length === 0) return;
  const picture = few.find(({ kind }) => kind === 'photo') ?? few[0];
  writeFileSync(`${results}quality-bytes.svg`, await bytesPlot(online, picture, widths[0]));
  writeFileSync(`${results}quality-trials.svg`, trialsPlot(online));
  writeFileSync(`${results}quality-cost.svg`, costPlot(online));
}

/** Curves of three encoders on one picture, and where the searches stopped. */
async function bytesPlot(rows, picture, width) {
  const curves = [];
  for (const client of Object.keys(COLOURS)) {
    const sweep = Sweep.of(shownTo(client, await rasterOf(picture, width)));
    const points = [];
    for (const quality of [20, 30, 40, 50, 55, 60, 65, 70, 75, 80, 85, 90]) {
      const { bytes, score } = await sweep.at({ ...SETTINGS[client], quality });
      if (score > 35 && score < 90) points.push({ x: score, y: bytes / 1024 });
    }
    curves.push({ client, points });
  }
  const stops = rows.filter(
    (r) => r.picture.file === picture.file && r.width === width && r.known === 'cold',
  );
  const high = Math.max(...curves.flatMap(({ points }) => points.map(({ y }) => y)));
  const chart = new Chart({
    x: [35, 90],
    y: [0, high],
    title: `${picture.name}, ${width} px: KiB against SSIMULACRA 2`,
  });
  for (const { client, points } of curves) {
    chart.line(points, COLOURS[client]);
    const end = points.at(-1);
    if (end) chart.label(end.x - 1, end.y, client, COLOURS[client], 'end');
  }
  for (const { client, score, bytes } of stops) chart.dot(score, bytes / 1024, COLOURS[client], 4);
  return chart.text({ xs: [40, 50, 60, 70, 80, 90], ys: steps(high) });
}

/** How many encodes each rendition took, cold and taught. */
function trialsPlot(rows) {
  const most = Math.max(...rows.map(({ trials }) => trials));
  const share = (some, n) =>
    some.filter(({ trials }) => trials === n).length / Math.max(1, some.length);
  const groups = [
    [rows.filter(({ known }) => known === 'cold'), '#64748b', 'cold'],
    [rows.filter(({ known }) => known === 'answered'), '#0ea5e9', 'another width was answered'],
    [rows.filter(({ known }) => known === 'refined'), '#16a34a', 'another width was refined'],
  ];
  const chart = new Chart({
    x: [0.4, most + 0.6],
    y: [0, 0.8],
    title: 'Share of renditions by number of encodes',
  });
  for (const [i, [some, color, name]] of groups.entries()) {
    for (let n = 1; n <= most; n++) {
      chart.bar(n - 0.42 + i * 0.28, n - 0.14 + i * 0.28, share(some, n), color);
    }
    chart.label(most + 0.5, 0.74 - i * 0.06, `${name} (${some.length})`, color, 'end');
  }
  const xs = Array.from({ length: most }, (_, i) => i + 1);
  return chart.text({ xs, ys: [0, 0.2, 0.4, 0.6, 0.8] });
}

/** Every cost ratio as a dot, with its median, per codec of the winner. */
function costPlot(rows) {
  const formats = Object.keys(COLOURS);
  const chart = new Chart({
    x: [0, 6],
    y: [0, 8],
    title: 'Processor time of a search over one plain encode',
  });
  for (const [i, format] of formats.entries()) {
    for (const [place, known] of ['cold', 'answered', 'refined'].entries()) {
      const some = rows.filter(
        (r) => r.format === format && r.known === known && r.kind === 'encoded',
      );
      const ratios = some.map(({ spent, plain }) => spent / plain).filter(Number.isFinite);
      if (ratios.length === 0) continue;
      const at = 2 * i + 0.4 + 0.6 * place;
      for (const [n, ratio] of ratios.entries()) {
        // Spread by the golden ratio, so that dots do not hide each other
        chart.dot(at - 0.25 + 0.5 * ((n * 0.618) % 1), Math.min(8, ratio), COLOURS[format], 1.5);
      }
      const middle = median(ratios);
      chart.line(
        [
          { x: at - 0.28, y: middle },
          { x: at + 0.28, y: middle },
        ],
        '#111',
      );
      const name = `${format} ${known} ${plain(middle)}`;
      // Rows, because neighbours would run into each other
      chart.label(at, 0.35 * (2 - place), name, COLOURS[format], 'middle');
    }
  }
  return chart.text({ xs: [], ys: [0, 1, 2, 3, 4, 5, 6, 7, 8] });
}

function steps(high) {
  const size = 10 ** Math.floor(Math.log10(high));
  const step = high / size < 3 ? size / 2 : size;
  return Array.from({ length: Math.floor(high / step) + 1 }, (_, i) => i * step);
}
