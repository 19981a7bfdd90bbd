/**
 * Parts of the quality bench about promises: never larger than the source,
 * text in color, and what metrics say that the optimizer does not search by.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { lower } from '../dist/plan/lower.js';
import { probe } from '../dist/vips/probe.js';
import { render } from '../dist/vips/render.js';
import { coloredText, rasterOf, shownTo, subset } from './quality.corpus.mjs';
import { CLIENTS, decode, encode, outputFor, run, SETTINGS, Sweep, timed } from './quality.lab.mjs';
import { butteraugli, hasButteraugli } from './quality.second.mjs';
import { mean, plain } from './quality.sums.mjs';

const ACCEPTS = {
  jpeg: ['jpeg', 'png', 'gif'],
  webp: ['webp', 'jpeg', 'png', 'gif'],
  avif: ['avif', 'webp', 'jpeg', 'png', 'gif'],
};
const RULES = [
  { when: { accepts: 'avif' }, format: 'avif' },
  { when: { accepts: 'webp' }, format: 'webp' },
  { format: 'source' },
  { format: 'jpeg' },
];
const QUALITIES = [30, 40, 50, 60, 70, 80, 90, 95];

/** 7. Is any result larger than the source it shows pixel for pixel? */
export async function neverLargerPart({ all, few, progress }) {
  const outcomes = [];
  for (const { name, file } of all) {
    progress(`identity ${name}`);
    outcomes.push(...(await identities(name, readFileSync(file), [68])));
  }
  for (const picture of subset(few, 8)) {
    const { width, height, channels, data } = await rasterOf(picture, 480);
    const raw = sharp(data, { raw: { width, height, channels } }).flatten({ background: '#fff' });
    for (const quality of QUALITIES) {
      progress(`identity ${picture.name} re-made at ${quality}`);
      const source = await raw.clone().jpeg({ quality }).toBuffer();
      outcomes.push(...(await identities(`${picture.name} q${quality}`, source, [55, 68, 80])));
    }
  }
  const done = outcomes.filter(({ bytes }) => bytes !== undefined);
  const larger = done.filter(({ bytes, sourceBytes }) => bytes > sourceBytes);
  const kept = done.filter(({ kind }) => kind === 'source').length;
  const skipped = [
    ...new Set(outcomes.filter(({ why }) => why).map(({ name, why }) => `${name} (${why})`)),
  ];
  return {
    rows: [
      {
        what: 'Larger than the source, geometry unchanged',
        value: String(larger.length),
        bar: '0',
        ok: larger.length === 0 && done.length > 0,
        note: `${done.length} results, ${kept} of them the source itself; ${larger
          .slice(0, 6)
          .map(
            ({ name, client, target, bytes, sourceBytes }) =>
              `${name} ${client} ${target}: ${bytes} > ${sourceBytes}`,
          )

          .join(
            '; ',
          )}${larger.length && skipped.length ? '; ' : ''}${skipped.length ? `not measured: ${skipped.join(', ')}` : ''}`,
      },
    ],
  };
}

/** The renditions of a source as it is, for every client that could be sent the file itself. */
async function identities(name, source, targets) {
  const info = await probe({ bytes: source });
  const outcomes = [];
  for (const client of CLIENTS) {
    if (!ACCEPTS[client].includes(info.format)) continue;
    let raster;
    for (const target of targets) {
      const output = outputFor(target, { formats: RULES, whenLarger: 'source' });
      const plan = { frames: { kind: 'all' }, ops: [], output };
      const { program } = lower(plan, info, new Set(ACCEPTS[client]));
      if (program === undefined || !program.identity) return [{ name, why: 'no identity' }];
      raster ??= await render({ bytes: source }, info, program);
      const { chosen, alternatives } = program;
      const { receipt } = await timed({
        ...{ raster, info, chosen, alternatives, output, identity: true, source },
        budget: { mode: 'online', milliseconds: 600_000 },
      });
      const { bytes, kind } = receipt;
      outcomes.push({ name, client, target, bytes, sourceBytes: source.length, kind });
    }
  }
  return outcomes;
}

/** 8. Does colored text survive JPEG? */
export async function textPart({ targets }) {
  const raster = await coloredText();
  if (raster === undefined) return { rows: [], remark: 'Colored text: skipped, no font here.' };
  const { width, height, channels, data } = raster;
  const path = (name) => join(tmpdir(), `fovea-${name}`);
  await sharp(data, { raw: { width, height, channels } }).png().toFile(path('text.png'));
  const files = [path('text.png')];
  const found = [];
  for (const target of targets) {
    const row = await run(raster, { client: 'jpeg', target });
    const file = path(`text-${target}.jpg`);
    writeFileSync(file, await encode(raster, row.encoding));
    files.push(file);
    found.push(row);
  }
  const plainly = await new Sweep(raster).at({ ...SETTINGS.jpeg, quality: 80 });
  console.error(`colored text: ${files.join(' ')}`);
  const ok = found.every(({ score, target }) => score >= target);
  return {
    rows: [
      {
        what: 'Colored text on white for a JPEG client',
        value: found.map(({ score }) => plain(score, 1)).join(' / '),
        bar: `≥ ${targets.join(' / ')}`,
        ok,
        note: `${found.map(({ bytes, encoding }) => `${encoding.chroma} q${encoding.quality}, ${bytes} B`).join('; ')}; mozjpeg quality 80: ${plain(plainly.score, 1)}, ${plainly.bytes} B`,
      },
    ],
  };
}

/** 9. Do independent metrics agree that nothing was lost? */
export async function secondPart(context) {
  const { few, runs, widths, clients, progress } = context;
  const pictures = few.filter(({ kind }) => kind === 'photo');
  const asked = hasButteraugli();
  const rows = [];
  for (const client of clients) {
    const cells = [];
    for (const picture of pictures) {
      progress(`second metric ${picture.name} ${client}`);
      const row = await runs.of(picture, widths[0], client, 68);
      const raster = shownTo(client, await rasterOf(picture, widths[0]));
      if (row.kind !== 'encoded' || raster.channels !== 3) continue;
      const sweep = Sweep.of(raster);
      const loop = await sweep.at(row.encoding, true);
      const twin = await nearestScore(sweep, INDEPENDENT, loop.score);
      if (twin === undefined) continue;
      const cell = { raster, row, loop, twin: await sweep.at(twin, true) };
      if (asked) {
        cell.loop.butteraugli = await distance(raster, row.encoding);
        cell.twin.butteraugli = await distance(raster, twin);
      }
      delete cell.raster;
      cells.push({ ...cell, picture });
    }
    const constant = await sameMean(
      context,
      pictures,
      client,
      mean(cells.map((c) => c.loop.score)),
    );
    const of = (which, what) => cells.map((cell) => cell[which][what]).filter(Number.isFinite);
    const own = of('loop', 'msSsim');
    const gap = mean(own) - mean(constant.values);
    const rise = Math.min(...own) - Math.min(...constant.values);
    const signed = (value) => `${value >= 0 ? '+' : ''}${plain(value)}`;
    const distances = `butteraugli ${plain(mean(of('loop', 'butteraugli')))}, libjpeg-turbo ${plain(mean(of('twin', 'butteraugli')))}`;
    rows.push({
      what: `MS-SSIM of the loop over one constant of the same mean score, ${client} client`,
      value: `${signed(gap)} dB`,
      bar: '',
      note: [
        `mean of ${own.length} photographs ${plain(mean(own), 1)} dB, constant ${constant.quality} ${plain(mean(constant.values), 1)} dB; lowest ${signed(rise)} dB`,
        `libjpeg-turbo at the same score, picture by picture: ${plain(mean(of('twin', 'msSsim')), 1)} dB`,
        ...(asked ? [distances] : []),
      ].join('; '),
    });
  }
  const remark = asked ? undefined : 'butteraugli: skipped, no such command on the path.';
  return { rows, ...(remark ? { remark } : {}) };
}

/** An encoder that no search here uses: libjpeg-turbo without trellis. */
const INDEPENDENT = { format: 'jpeg', chroma: '4:2:0', progressive: false, effort: 'fast' };

async function distance(raster, encoding) {
  return butteraugli(raster, await decode(await encode(raster, encoding), raster.channels));
}

/** The encoding with some settings whose score is nearest; undefined where none is within a point. */
async function nearestScore(sweep, settings, score) {
  let best;
  for (const quality of await sweep.near(settings, score)) {
    const encoding = { ...settings, quality };
    const gap = Math.abs((await sweep.at(encoding)).score - score);
    if (best === undefined || gap < best.gap) best = { encoding, gap };
  }
  return best !== undefined && best.gap <= 1 ? best.encoding : undefined;
}

/** The constant of an encoder whose mean score over the pictures is nearest, and its MS-SSIM. */
async function sameMean({ widths, progress }, pictures, client, wanted) {
  let best;
  const settings = SETTINGS[client];
  const [low, high] = { jpeg: [50, 90], webp: [50, 92], avif: [40, 72] }[client];
  let [from, to] = [low, high];
  while (to - from >= 1) {
    const quality = Math.round((from + to) / 2);
    const points = [];
    for (const picture of pictures) {
      progress(`constant of the same mean ${picture.name} ${client} ${quality}`);
      const raster = shownTo(client, await rasterOf(picture, widths[0]));
      points.push(await Sweep.of(raster).at({ ...settings, quality }));
    }
    const score = mean(points.map((point) => point.score));
    const gap = Math.abs(score - wanted);
    if (best === undefined || gap < best.gap) best = { quality, gap };
    if (score < wanted) from = quality + 1;
    else to = quality - 1;
  }
  const values = [];
  for (const picture of pictures) {
    const raster = shownTo(client, await rasterOf(picture, widths[0]));
    values.push((await Sweep.of(raster).at({ ...settings, quality: best.quality }, true)).msSsim);
  }
  return { quality: `q${best.quality}`, values: values.filter(Number.isFinite) };
}
