/**
 * The lab of the quality bench: it runs the optimizer, judges what comes out
 * with a metric of its own, and keeps sweeps.
 *
 * A sweep is what encodings of one raster take and score. It is a fact about
 * the encoders, not about the optimizer, so it is kept in `bench/.cache/` under
 * the hash of the pixels, of the versions of the encoders and of what they write
 * for a small picture, and reruns only run the optimizer.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { isStrippable, stripMetadata } from '../dist/metadata/strip-metadata.js';
import { guarded } from '../dist/metrics/guarded.js';
import { createSsimulacra2 } from '../dist/metrics/ssimulacra2.js';
import { CODECS } from '../dist/optimizer/codecs/index.js';
import { optimize } from '../dist/optimizer/optimize.js';
import { WORST_BELOW } from '../dist/optimizer/search/corrections.js';
import { trainHalfSize } from '../dist/optimizer/search/half-size-training.js';
import { vipsEncoder } from '../dist/vips/encode.js';
import { halve } from '../dist/vips/pipeline.js';
import { optimizeJpegLossless, optimizePngLossless } from '../dist/vips/repack.js';
import { shownTo } from './quality.corpus.mjs';
import { msSsim } from './quality.second.mjs';

sharp.concurrency(1);
sharp.cache(false);

const here = fileURLToPath(new URL('.', import.meta.url));
const built = (path) => readFileSync(join(here, '../dist', path));
const kernel = built('wasm/ssimulacra2.wasm');

/** What the optimizer measures with, as in a render worker. */
const metric = guarded(await createSsimulacra2(kernel));
/** What the bench judges with. */
const judge = await createSsimulacra2(kernel);
/** Holds the reference of the open sweep. */
const sweeper = await createSsimulacra2(kernel);
const hash = (...parts) => {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part);
  return sum.digest('hex').slice(0, 24);
};
/** The settings of a lossy encoder by name; quality is added. */
export const SETTINGS = {
  jpeg: { format: 'jpeg', chroma: '4:2:0', progressive: true, effort: 'full' },
  jpeg444: { format: 'jpeg', chroma: '4:4:4', progressive: true, effort: 'full' },
  webp: { format: 'webp', mode: 'lossy', effort: 4, smartSubsample: false },
  webpSharp: { format: 'webp', mode: 'lossy', effort: 4, smartSubsample: true },
  avif: { format: 'avif', effort: 1, depth: 8, chroma: '4:4:4' },
  avif420: { format: 'avif', effort: 1, depth: 8, chroma: '4:2:0' },
};

const cache = join(here, '.cache', await recipe());
mkdirSync(cache, { recursive: true });

/** What each client accepts, best first. */
const FORMATS = {
  jpeg: ['jpeg'],
  webp: ['webp', 'jpeg'],
  avif: ['avif', 'webp', 'jpeg'],
};
export const CLIENTS = Object.keys(FORMATS);

/** Points under the target that pass: the rule of the optimizer, and the bench's. */
export const PASS_BELOW = 0.5;

const repacker = {
  jpeg: optimizeJpegLossless,
  png: optimizePngLossless,
  strip: async (bytes, format, keep = 'none') =>
    isStrippable(format) && keep === 'none' ? stripMetadata(bytes, format) : undefined,
};

/** Nobody waits here: the search is granted all the time it asks for. */
const LONG = 600_000;

/** A source that bounds nothing: what the search does by itself. */
const NOWHERE = {
  ...{ format: 'png', bytes: 1e9, orientation: 1, pages: 1, delays: [], loop: 1, alpha: false },
  ...{ profile: 'none', space: 'rgb', depth: 8, lossless: true },
};

/** The output a task asks for. */
export function outputFor(target, fields = {}) {
  return {
    ...{ kind: 'picture', formats: [], density: 1, jpeg: { kind: 'free', chroma: 'free' } },
    background: { red: 255, green: 255, blue: 255, alpha: 1 },
    ...{ metadata: 'none', profile: 'srgb', whenLarger: 'render' },
    quality: { kind: 'target', score: target },
    ...fields,
  };
}

/**
 * The rendition of a raster for a client and a target, with what it cost.
 * `plain`: processor time of encoding the winner once.
 */
export async function run(raster, { client, target, mode = 'online', warmStart }) {
  const shown = shownTo(client, raster);
  const result = await timed(taskOf(shown, { client, target, mode, warmStart }));
  const { receipt, winner, spent, own } = result;
  const again = await processorTime(() => vipsEncoder.encode(shown, winner));
  return {
    ...{ client, target, spent, plain: (own + again) / 2, encoding: winner },
    ...{ bytes: result.bytes.length, score: await scoreOf(shown, result.bytes) },
    ...{ format: receipt.format, kind: receipt.kind, quality: receipt.quality },
    outOfReach: receipt.outOfReach ?? false,
    warmStart: result.warmStart,
    raised: raised(receipt, target),
    trials: receipt.trials.length,
    tried: receipt.trials.map((t) => `${t.encoding}=${t.score?.toFixed(1) ?? '-'}`).join(' | '),
  };
}

function taskOf(shown, { client, target, mode, warmStart }) {
  const accepted = FORMATS[client].filter((f) => f !== 'jpeg' || shown.channels === 3);
  const [chosen, ...alternatives] = accepted.map((format) => ({
    format,
    lossless: false,
    rule: 0,
  }));
  return {
    ...{ raster: shown, chosen, alternatives, identity: false },
    info: { ...NOWHERE, width: shown.width, height: shown.height },
    output: outputFor(target),
    budget: { mode, milliseconds: LONG },
    ...(warmStart ? { warmStart } : {}),
  };
}

/** The warm start with that of half the width added, as refining a rendition does it. */
export async function trainedFurther(raster, { client, target, format, warmStart }) {
  const task = taskOf(shownTo(client, raster), { client, target, mode: 'background', warmStart });
  const tools = { encoder: vipsEncoder, metric, halve, now: () => performance.now() };
  let trained;
  const spent = await processorTime(async () => {
    trained = await trainHalfSize(task, format, warmStart, tools);
  });
  return { warmStart: trained, spent };
}

/** A smaller trial passed by its score, and its worst region made the optimizer go on. */
function raised({ trials, bytes, format }, target) {
  const contender = (t) => t.format === format && !t.encoding.includes('fast');
  const passed = (t) => t.bytes < bytes && t.score >= target - PASS_BELOW;
  return trials.some((t) => contender(t) && passed(t) && t.worst < target - WORST_BELOW);
}

/** A task carried out as a worker would, with the processor time it and its winner took. */
export async function timed(task) {
  const made = [];
  const encoder = {
    ...vipsEncoder,
    encode: async (from, encoding) => {
      let bytes;
      const own = await processorTime(async () => {
        bytes = await vipsEncoder.encode(from, encoding);
      });
      made.push({ encoding, bytes, own });
      return bytes;
    },
  };
  let result;
  const spent = await processorTime(async () => {
    const tools = { encoder, metric, repacker, now: () => performance.now() };
    result = await optimize(task, tools);
  });
  const { encoding, own } = made.find(({ bytes }) => bytes === result.bytes) ?? {};
  return { ...result, spent, winner: encoding, own };
}

/** Milliseconds of processor time of some work: what other programs do does not count. */
async function processorTime(work) {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** SSIMULACRA 2 of a file against its raster. */
export async function scoreOf(raster, bytes) {
  judge.setReference(raster);
  return judge.compare(await vipsEncoder.decode(bytes, raster.channels)).score;
}

export const encode = vipsEncoder.encode;
export const decode = vipsEncoder.decode;

/** What tells whether kept sweeps still hold: versions, metric, and what the encoders write. */
async function recipe() {
  const raster = noise(96);
  const files = [];
  for (const settings of Object.values(SETTINGS)) {
    files.push(await vipsEncoder.encode(raster, { ...settings, quality: 60 }));
  }
  return hash(JSON.stringify(sharp.versions), kernel, ...files);
}

/** A square still of soft noise, the same each time. */
function noise(side) {
  const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => (i * 7919) % 251);
  return { width: side, height: side, channels: 3, data, pages: 1, delays: [], loop: 0 };
}

/** Warms compilers and caches, so that the first row costs what it should. */
export async function warmUp() {
  const raster = noise(200);
  for (let i = 0; i < 3; i++) {
    for (const client of CLIENTS) await run(raster, { client, target: 68 });
  }
}

/** Everything known about encodings of one raster; kept between runs. */
export class Sweep {
  static #open;
  #raster;
  #file;
  #points;
  #fresh = false;
  #referenceSet = false;

  /** The sweep of a raster; one is open at a time, and closing writes it. */
  static of(raster) {
    if (Sweep.#open?.#raster === raster) return Sweep.#open;
    Sweep.close();
    Sweep.#open = new Sweep(raster);
    return Sweep.#open;
  }

  static close() {
    Sweep.#open?.#save();
    Sweep.#open = undefined;
  }

  constructor(raster) {
    this.#raster = raster;
    const { width, height, channels, data } = raster;
    this.#file = join(cache, `${hash(`${width}x${height}x${channels}`, data)}.json`);
    this.#points = existsSync(this.#file) ? JSON.parse(readFileSync(this.#file, 'utf8')) : {};
  }

  /** Bytes and score of an encoding; `second`: with MS-SSIM. */
  async at(encoding, second = false) {
    const key = keyOf(encoding);
    const known = this.#points[key];
    if (known !== undefined && (!second || known.msSsim !== undefined)) return known;
    if (!this.#referenceSet) sweeper.setReference(this.#raster);
    this.#referenceSet = true;
    const bytes = await vipsEncoder.encode(this.#raster, encoding);
    const shown = await vipsEncoder.decode(bytes, this.#raster.channels);
    const { score } = sweeper.compare(shown);
    const point = { bytes: bytes.length, score };
    if (second) point.msSsim = msSsim(this.#raster, shown);
    this.#points[key] = point;
    this.#fresh = true;
    return point;
  }

  /** The smallest file of some settings that scores `least`; undefined where none does. */
  async smallest(settings, least) {
    let best;
    for (const quality of await this.near(settings, least)) {
      const point = await this.at({ ...settings, quality });
      const better = best === undefined || point.bytes < best.bytes;
      if (point.score >= least && better) best = { ...point, quality };
    }
    return best;
  }

  /** Every quality step whose score may lie near `least`, and every sixth elsewhere. */
  async near(settings, least) {
    const steps = qualityStepsOf(settings.format);
    const coarse = steps.filter((_, i) => i % COARSE === 0 || i === steps.length - 1);
    const scores = [];
    for (const quality of coarse) scores.push((await this.at({ ...settings, quality })).score);
    const under = scores.findLastIndex((score) => score < least - NEAR);
    const over = scores.findIndex((score, i) => i > under && score > least + NEAR);
    const from = coarse[Math.max(0, under)];
    const to = coarse[over < 0 ? coarse.length - 1 : over];
    return steps.filter((quality) => quality >= from && quality <= to);
  }

  #save() {
    if (this.#fresh) writeFileSync(this.#file, JSON.stringify(this.#points));
    this.#fresh = false;
  }
}

/** Qualities of a lossy format that give different files. */
export function qualityStepsOf(format) {
  return CODECS[format].lossy.qualitySteps;
}

/** All fields of an encoding, in the order of their names. */
function keyOf(encoding) {
  return Object.keys(encoding)
    .sort()
    .map((name) => `${name}=${encoding[name]}`)
    .join(' ');
}

const COARSE = 6;
const NEAR = 2;

/** The settings a search could have ended with: the winner's, with either chroma. */
export function siblings({ encoding }) {
  const { quality: _, ...settings } = encoding;
  if (settings.format === 'webp') {
    return [false, true].map((smartSubsample) => ({ ...settings, smartSubsample }));
  }
  return ['4:2:0', '4:4:4'].map((chroma) => ({ ...settings, chroma }));
}
