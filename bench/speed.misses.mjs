/**
 * Misses: the processor time of the whole server for pictures of new sources, over that of
 * plain sharp for the same pictures, in turn.
 */

import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { createSsimulacra2 } from '../dist/metrics/ssimulacra2.js';
import { mean, median, quantile } from './quality.sums.mjs';
import { ACCEPT, ask, inFlight, receipt, startFovea, webOrigin } from './speed.client.mjs';
import { startPlain } from './speed.plain.mjs';
import { reference } from './speed.reference.mjs';
import { sizes, startOrigin } from './speed.sources.mjs';
import { processorTime } from './speed.tree.mjs';

/** Requests at once: one for each worker of two cores. */
const AT_ONCE = 2;
/** Requests of one size between two looks at the clock, which ticks in 10 ms: a picture takes some 30 to 500. */
const AT_A_TIME = 8;
/**
 * Pictures that both make before they are timed. A server runs for weeks, and the first 40 pictures of a worker
 * take up to three times as much, while V8 compiles what it runs; what a cold one takes stands in the part `start`.
 */
const WARM_UP = 40;
/** What each format is asked for, in imgix' words; plain sharp gets the quality that the receipt names. */
const FORMATS = {
  jpeg: { query: 'fm=jpg&q=80', bars: { 512: 1.25, 1600: 1.4 } },
  webp: { query: 'fm=webp&q=80', bars: { 512: 1.25, 1600: 1.4 } },
  png: { query: 'fm=png', bars: { 512: 1.25, 1600: 1.4 } },
  avif: { query: 'fm=avif&q=80', bars: { 512: 1.1, 1600: 1.4 } },
};
const CLOSED = { jpeg: 1.7, webp: 1.9, avif: 1.6 };
const kernel = readFileSync(new URL('../dist/wasm/ssimulacra2.wasm', import.meta.url));

/** Explicit qualities, at two sizes, and what the closed loop costs. */
export async function misses({ photos, rounds }) {
  return await withServers(photos, async (servers) => {
    const rows = [];
    for (const side of [512, 1600]) {
      for (const [format, { query, bars }] of Object.entries(FORMATS)) {
        const path = (photo) => `/imgix/${photo}?w=${side}&h=${side}&fit=clip&${query}`;
        const figures = await compared(servers, { photos, rounds, path, side, format });
        rows.push(row(`miss, ${format} at an explicit quality, fit ${side}`, figures, bars[side]));
      }
    }
    for (const [format, bar] of Object.entries(CLOSED)) {
      const path = (photo) =>
        `/fastly/${photo}?width=512&height=512&fit=bounds&optimize=medium&format=${format}`;
      const job = { photos, rounds, path, side: 512, format, quality: 80, accept: ACCEPT[format] };
      rows.push(
        row(
          `closed loop, ${format}, fit 512, over plain sharp at q80`,
          await compared(servers, job),
          bar,
        ),
      );
    }
    return { rows };
  });
}

/** Another width of a source that is known. */
export async function known({ photos, rounds }) {
  return await withServers(photos, async (servers) => {
    const path = (photo, serial) => `/imgix/${photo}?w=${400 + (serial % 200)}&fm=jpg&q=80`;
    const job = { photos, rounds, path, side: 512, format: 'jpeg', quality: 80, sameSource: true };
    const figures = await compared(servers, job);
    const rate = 1 / figures.ratio;
    const note = `${figures.ours.toFixed(0)} ms against ${figures.theirs.toFixed(0)} ms`;
    return {
      rows: [
        {
          what: "known source, another width: plain sharp's time over ours",
          value: rate,
          bar: 1,
          least: true,
          note,
        },
      ],
    };
  });
}

/** One baseline JPEG of 22 megapixels to 800 pixels of WebP. */
export async function large({ photos, rounds }) {
  const some = photos.filter(({ name }) => name.includes('baseline-22mp'));
  return await withServers(some, async (servers) => {
    const path = (photo) => `/imgix/${photo}?w=800&h=800&fit=clip&fm=webp&q=80`;
    const job = {
      photos: [some[0], some[0], some[0], some[0]],
      rounds,
      path,
      side: 800,
      format: 'webp',
    };
    return { rows: [row('22 MP baseline JPEG to 800 px WebP', await compared(servers, job), 1.3)] };
  });
}

/** What a megapixel costs, from 1 to 24 of them, for every kind of decoder. */
export async function scaling({ photos, rounds }) {
  const largest = photos.toSorted((a, b) => b.megapixels - a.megapixels)[0];
  const made = await sizes(largest, [1, 4, 12, 24]);
  return await withServers(made, async ({ origin, fovea }) => {
    const rows = [];
    const curves = [];
    for (let i = 0; i < WARM_UP; i++) {
      const { name } = made[i % made.length];
      await ask(fovea.port, `/imgix/${origin.next(name)}?w=512&fm=jpg&q=80`);
    }
    for (const kind of new Set(made.map((one) => one.kind))) {
      const points = [];
      for (const one of made.filter((some) => some.kind === kind)) {
        const times = [];
        for (let round = -1; round < rounds * 2; round++) {
          const before = processorTime(fovea.pid);
          for (let i = 0; i < AT_A_TIME; i++) {
            await ask(fovea.port, `/imgix/${origin.next(one.name)}?w=512&fm=jpg&q=80`);
          }
          if (round >= 0) times.push((processorTime(fovea.pid) - before) / AT_A_TIME);
        }
        points.push({ x: one.megapixels, y: median(times) });
      }
      curves.push({ kind, points });
      const note = points.map(({ x, y }) => `${x.toFixed(0)} MP ${y.toFixed(0)} ms`).join(', ');
      rows.push({
        what: `megapixels, ${kind}: farthest from a straight line`,
        value: 100 * fitError(points),
        bar: 15,
        unit: ' %',
        note,
      });
    }
    return { rows, curves };
  });
}

/**
 * Scores of the pixels before encoding, against a double-precision reduction in linear light by Lanczos 3:
 * asked of Fastly's dialect, for imgix names Lanczos 2 as its own filter (docs/decisions/0020).
 */
export async function reduction({ photos }) {
  const metric = await createSsimulacra2(kernel);
  return await withServers(photos, async ({ origin, fovea }) => {
    const rows = [];
    for (const [side, bars] of [
      [512, [93, 88]],
      [1600, [97, 95]],
    ]) {
      const ours = [];
      const theirs = [];
      for (const photo of photos) {
        const answer = await ask(
          fovea.port,
          `/fastly/${origin.next(photo.name)}?width=${side}&height=${side}&fit=bounds&format=png`,
        );
        const pixels = await rawOf(sharp(answer.body));
        metric.setReference(await reference(photo.file, pixels.width, pixels.height));
        ours.push(metric.compare(pixels).score);
        const one = sharp(photo.file)
          .toColorspace('srgb')
          .resize(pixels.width, pixels.height, { fit: 'fill' });
        theirs.push(metric.compare(await rawOf(one)).score);
      }
      const note = `plain sharp ${mean(theirs).toFixed(1)}, least ${Math.min(...theirs).toFixed(1)}`;
      rows.push({
        what: `pixels before encoding, fit ${side}: mean score`,
        value: mean(ours),
        bar: bars[0],
        least: true,
        note,
      });
      rows.push({
        what: `pixels before encoding, fit ${side}: least score`,
        value: Math.min(...ours),
        bar: bars[1],
        least: true,
        note,
      });
    }
    return { rows };
  });
}

async function rawOf(pipe) {
  const { data, info } = await pipe.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return {
    width: info.width,
    height: info.height,
    channels: 3,
    pages: 1,
    data: new Uint8Array(data),
  };
}

async function withServers(photos, work) {
  const web = await startOrigin(photos);
  const fovea = await startFovea(webOrigin(web));
  const plain = startPlain();
  let serial = 0;
  const origin = { ...web, next: (name) => `${++serial}/${name}` };
  try {
    return await work({ origin, fovea, plain });
  } finally {
    await plain.stop();
    await fovea.stop();
    await web.stop();
  }
}

/** Milliseconds a picture of both, in turn, and the median ratio of the rounds. */
async function compared(
  { origin, fovea, plain },
  { photos, rounds, path, side, format, quality, accept, sameSource },
) {
  let serial = 0;
  const walls = [];
  const qualities = new Map();
  const bytes = { ours: [], theirs: [] };
  const ours = async (photo) => {
    const source = sameSource ? `0/${photo.name}` : origin.next(photo.name);
    const answer = await ask(fovea.port, path(source, serial++), accept);
    walls.push(answer.ms);
    bytes.ours.push(answer.body.length);
    qualities.set(photo.name, Number(receipt(answer, 'quality')) || undefined);
  };
  const theirs = async (photo) => {
    // The quality that the same words of the URL mean to the encoder
    const own = quality ?? qualities.get(photo.name);
    const width = sameSource ? 400 + (serial++ % 200) : undefined;
    bytes.theirs.push(
      await plain.make({
        file: photo.file,
        side: sameSource ? undefined : side,
        width,
        format,
        quality: own,
      }),
    );
  };
  const block = async (pid, make) => {
    const before = processorTime(pid);
    await inFlight(photos, AT_ONCE, make);
    return (processorTime(pid) - before) / photos.length;
  };
  const servers = [
    { pid: fovea.pid, make: ours, times: [] },
    { pid: plain.pid, make: theirs, times: [] },
  ];
  for (let made = 0; made < WARM_UP; made += photos.length)
    for (const { pid, make } of servers) await block(pid, make);
  bytes.ours.length = bytes.theirs.length = walls.length = 0;
  for (let round = 0; round < rounds; round++) {
    for (const { pid, make, times } of round % 2 ? servers.toReversed() : servers) {
      times.push(await block(pid, make));
    }
  }
  const [a, b] = servers.map(({ times }) => times);
  return {
    ratio: median(a.map((time, i) => time / b[i])),
    ours: median(a),
    theirs: median(b),
    bytes: mean(bytes.ours) / mean(bytes.theirs),
    p50: median(walls),
    p99: quantile(walls, 0.99),
  };
}

function row(what, { ratio, ours, theirs, bytes, p50 }, bar) {
  const note = `${ours.toFixed(0)} ms against ${theirs.toFixed(0)} ms; ${bytes.toFixed(2)} of the bytes; answered in ${p50.toFixed(0)} ms (median)`;
  return { what, value: ratio, bar, note };
}

/** How far the farthest point is from the straight line with the least relative errors. */
function fitError(points) {
  // Weighted by 1/y², so that a small picture counts as much as a large one
  let [w, wx, wy, wxx, wxy] = [0, 0, 0, 0, 0];
  for (const { x, y } of points) {
    const weight = 1 / y ** 2;
    w += weight;
    wx += weight * x;
    wy += weight * y;
    wxx += weight * x * x;
    wxy += weight * x * y;
  }
  const slope = (w * wxy - wx * wy) / (w * wxx - wx * wx);
  const start = (wy - slope * wx) / w;
  return Math.max(...points.map(({ x, y }) => Math.abs(start + slope * x - y) / y));
}
