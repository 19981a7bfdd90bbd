/**
 * The table of the optimize bench: for each kind of picture and each format of a script with sharp at quality 80,
 * what `optimize` takes for no lower a mean score.
 *
 * The score is that of SSIMULACRA 2 against the source, with its alpha; what has none is compared with the source on white, as the
 * script flattens it for JPEG. `optimize` is given the mean of the script over the kind as its target, and once more a
 * higher one where its own mean comes out lower.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { createSsimulacra2 } from '../dist/metrics/ssimulacra2.js';
import { pictures, spread, writeSources } from './optimize.pictures.mjs';
import { resultsIn, run } from './optimize.run.mjs';

const kernel = fileURLToPath(new URL('../dist/wasm/ssimulacra2.wasm', import.meta.url));

/** What a script writes. */
const SCRIPT = {
  jpeg: (image) => image.flatten({ background: '#fff' }).jpeg({ quality: 80, mozjpeg: true }),
  webp: (image) => image.webp({ quality: 80 }),
  avif: (image) => image.avif({ quality: 80 }),
};

/** Points above the mean of the script that are aimed at: results may miss a target by half a point. */
const AIM = { first: 0.15, again: 0.15 };

/** The lines of the table; `shown` is given those of each row that there is so far. */
export async function table({ counts, width, formats, efforts, folder, shown }) {
  const kinds = [];
  const left = [];
  for (const [i, { kind, files }] of pictures().entries()) {
    const chosen = spread(files, counts[i] ?? 0);
    if (chosen.length < files.length) left.push(`${files.length - chosen.length} ${kind}`);
    if (chosen.length === 0) continue;
    const sources = join(folder, `sources-${i}`);
    const { names, refused } = await writeSources(chosen, width, sources);
    left.push(...refused.map((name) => `${name}, which sharp does not read`));
    kinds.push({ kind, names, sources });
  }
  const rows = [];
  for (const format of formats) {
    const made = [];
    for (const { kind, names, sources } of kinds) {
      const bare = await byScript(names, sources, SCRIPT[format]);
      for (const effort of efforts) {
        const out = join(folder, `${kind}-${format}-${effort}`.replaceAll(' ', '-'));
        const ours = await noWorse(bare, sources, ['--effort', effort], out);
        made.push({ kind, format, effort, bare, ours });
        shown(linesOf([...rows, ...made], { kinds, left, width }));
      }
    }
    rows.push(...made);
    if (kinds.length < 2) continue;
    for (const effort of efforts) rows.push(together(made.filter((row) => row.effort === effort)));
  }
  return linesOf(rows, { kinds, left, width });
}

function linesOf(rows, { kinds, left, width }) {
  const named = kinds.map(({ kind, names }) => `${names.length} ${kind}`).join(', ');
  return [
    `${named}, at most ${width} pixels wide`,
    '',
    '| script, quality 80 | pictures | effort | bytes of the script | of `optimize` | less | less, mean of pictures | mean score | of `optimize` | processor time |',
    '| --- | --- | --- | --: | --: | --: | --: | --: | --: | --: |',
    ...rows.map(
      ({ format, kind, effort, bare, ours }) =>
        `| ${format} | ${kind} | ${effort} | ${number(bare.bytes)} | ${number(ours.bytes)} | ${percent(1 - ours.bytes / bare.bytes)} | ${percent(savedPerPicture(bare, ours))} | ${bare.mean.toFixed(1)} | ${ours.mean.toFixed(1)} | ${(ours.seconds / bare.seconds).toFixed(1)} x |`,
    ),
    '',
    `Left out of the corpus: ${left.length > 0 ? left.join('; ') : 'nothing'}.`,
    '',
  ];
}

const number = (bytes) => bytes.toLocaleString('en');
const percent = (share) => `${(100 * share).toFixed(0)} %`;

async function byScript(names, sources, write) {
  const made = new Map();
  const begin = process.cpuUsage();
  for (const name of names) made.set(name, await write(sharp(join(sources, name))).toBuffer());
  const { user, system } = process.cpuUsage(begin);
  return { ...(await scored(sources, made)), seconds: (user + system) / 1e6 };
}

/** The command with the mean score of a script as its target, and once more where that is missed. */
async function noWorse(bare, sources, flags, out) {
  let target = bare.mean + AIM.first;
  for (let attempt = 1; ; attempt++) {
    const place = `${out}-${attempt}`;
    const asked = ['--target', Math.min(100, target).toFixed(2), '--out', place, '--json'];
    const ran = await run(['optimize', sources, ...flags, ...asked]);
    const found = { ...(await scored(sources, resultsIn(place, ran))), seconds: ran.seconds };
    if (found.mean >= bare.mean || attempt === 2) return found;
    target += bare.mean - found.mean + AIM.again;
  }
}

function savedPerPicture(bare, ours) {
  const shares = [...bare.each].map(([name, { bytes }]) => 1 - ours.each.get(name).bytes / bytes);
  return shares.reduce((a, b) => a + b, 0) / shares.length;
}

/** The rows of all kinds as one. */
function together(parts) {
  const sum = (side) => {
    const each = new Map(
      parts.flatMap((row) => [...row[side].each].map(([name, one]) => [row.kind + name, one])),
    );
    const seconds = parts.reduce((all, row) => all + row[side].seconds, 0);
    return { ...summed(each), seconds };
  };
  const [bare, ours] = [sum('bare'), sum('ours')];
  return { ...parts[0], kind: 'all', bare, ours };
}

function summed(each) {
  const all = [...each.values()];
  return {
    each,
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    mean: all.reduce((sum, { score }) => sum + score, 0) / all.length,
  };
}

/** Bytes and scores against the sources, of each and together. */
async function scored(sources, made) {
  const metric = await createSsimulacra2(readFileSync(kernel));
  const each = new Map();
  for (const [name, file] of made) {
    const source = readFileSync(join(sources, name));
    const [before, after] = [await sharp(source).metadata(), await sharp(file).metadata()];
    const channels = before.hasAlpha && after.hasAlpha ? 4 : 3;
    metric.setReference(await raster(source, channels));
    const { score } = metric.compare(await raster(file, channels));
    each.set(name, { bytes: file.length, score });
  }
  return summed(each);
}

async function raster(bytes, channels) {
  const image = sharp(bytes);
  const held = channels === 4 ? image.ensureAlpha() : image.flatten({ background: '#fff' });
  const { data, info } = await held
    .toColorspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const still = { pages: 1, delays: [], loop: 0 };
  return { ...{ width, height, channels: info.channels }, data: new Uint8Array(data), ...still };
}
