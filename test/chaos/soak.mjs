#!/usr/bin/env node
/**
 * Hits, misses and refinement for a long time: memory and descriptors stay, the cache keeps to its size.
 *
 *   npm run soak -- [--quick] [--minutes N] [--seed N]
 *
 * Half an hour, or two minutes with `--quick`. Memory is that of the whole process tree, shared pages
 * counted once (PSS). Slopes are those after the first third, which a server takes to fill what it keeps in
 * memory. A slope is a failure where it is above its bound and so is what it adds up to. In less than ten
 * minutes workers are still growing to what their pictures take: memory is held to a ceiling alone then.
 */
import { join } from 'node:path';
import { randomFrom } from '../support/random.mjs';
import { argumentsOf, summarize } from '../support/summary.mjs';
import { pause, reasonOf } from './client.mjs';
import { createTally, openPlace } from './place.mjs';
import {
  descriptorsOf,
  filesBelow,
  folderConfiguration,
  memoryOf,
  temporaryBelow,
} from './server.mjs';

/** Room of the cache, in bytes: small, so that it is full after some minutes. */
const SIZE = 40_000_000;

/** Milliseconds from one sample to the next. */
const EVERY = 2000;

/** The most that may be gained: in a minute, and over the whole run. */
const BOUNDS = { memory: [1e6, 40e6], descriptors: [0.5, 20] };

/** The most memory of a run that is too short for a slope, in bytes: the front and three workers. */
const CEILING = 800e6;

/** Minutes from which on a slope says something. */
const LONG = 10;

const ACCEPTS = ['image/avif,image/webp,*/*', 'image/webp,*/*', '*/*'];

const usage = 'npm run soak -- [--quick] [--minutes N] [--seed N]';
const args = argumentsOf(usage, { quick: false, minutes: 30, seed: 1 });
const minutes = args.quick ? 2 : args.minutes;
const random = randomFrom(args.seed);
const place = openPlace('soak');
const cache = join(place.home, 'cache');
const server = await place.start(
  folderConfiguration({
    ...{ images: place.images, cache, size: `${SIZE}B` },
    memory: '6MB',
    refine: true,
  }),
);
const started = Date.now();
const end = started + 60_000 * minutes;
const tally = createTally();
const samples = [];
const times = [];

function sample() {
  const pids = server.tree();
  samples.push({
    minute: (Date.now() - started) / 60_000,
    memory: memoryOf(pids),
    descriptors: descriptorsOf(pids),
    disk: filesBelow(cache).reduce((total, file) => total + file.room, 0),
  });
}

function anyUrl() {
  const name = random.pick(place.names);
  const width = 40 + random.below(500);
  return random.pick([
    `/fastly/${name}?width=${width}&auto=webp&optimize=medium`,
    `/imgix/${name}?w=${width}&auto=compress,format`,
    `/imgix/${name}?w=${width}&h=${width}&fit=crop&auto=format`,
    `/imageoptim/${width}/${name}`,
    `/imgix/${name}?w=${width}&fm=json`,
    `/imgix/${name}`,
    `/fastly/none-${random.below(1e6)}.jpg?width=20`,
  ]);
}

async function askOne(url) {
  try {
    const answer = await server.ask(url, { headers: { accept: random.pick(ACCEPTS) } });
    if (answer.isHit) times.push(answer.milliseconds);
    const isExpected = answer.status === (url.includes('/none-') ? 404 : 200) && answer.isWhole;
    if (isExpected) tally.count(answer.isHit ? 'hits' : 'made');
    else tally.fail(`${url}: ${answer.status}`);
  } catch (error) {
    tally.fail(`${url}: ${reasonOf(error)}`);
  }
}

const during = async (wait, work) => {
  while (Date.now() < end && server.isRunning()) {
    await work();
    await pause(wait);
  }
};
const pool = Array.from({ length: 60 }, anyUrl);
await Promise.all([
  during(EVERY, sample),
  during(20, () => askOne(random.pick(pool))),
  during(20, () => askOne(random.pick(pool))),
  during(60, () => askOne(anyUrl())),
  during(60, () => askOne(anyUrl())),
]);
const isAlive = server.isRunning();
const hasStopped = await server.stop();
const litter = temporaryBelow(cache).length;
await place.close();
for (const text of tally.wrong) console.log(`  ${text}`);

const later = samples.filter(({ minute }) => minute > minutes / 3);
times.sort((a, b) => a - b);
const slowest = times[Math.floor(0.99 * times.length)] ?? 0;
summarize(
  ['what', 'at first', 'at the end', 'most', 'a minute'],
  [
    row('memory', (value) => `${Math.round(value / 1e6)} MB`),
    row('descriptors', (value) => `${Math.round(10 * value) / 10}`),
    diskRow(),
    { what: `answers: ${JSON.stringify(tally.counts)}`, good: (tally.counts.wrong ?? 0) === 0 },
    { what: `99 of 100 hits within ${Math.round(slowest)} ms`, good: true },
    { what: 'server up to its end, stopped when told', good: isAlive && hasStopped },
    { what: `${litter} temporary files left`, good: litter === 0 },
  ],
);

function row(what, print) {
  const values = samples.map((one) => one[what]);
  const slope = slopeOf(later.map((one) => [one.minute, one[what]]));
  const [perMinute, whole] = BOUNDS[what];
  const gained = slope * (minutes - later[0].minute);
  return {
    what,
    'at first': print(later[0][what]),
    'at the end': print(values.at(-1)),
    most: print(Math.max(...values)),
    'a minute': what === 'memory' ? `${Math.round(slope / 1e4) / 100} MB` : print(slope),
    good:
      what === 'memory' && minutes < LONG
        ? Math.max(...values) < CEILING
        : slope <= perMinute || gained <= whole,
  };
}

function diskRow() {
  const most = Math.max(...samples.map(({ disk }) => disk));
  const over = samples.filter(({ disk }) => disk > SIZE).length;
  return {
    what: `disk, ${over} of ${samples.length} samples above ${SIZE / 1e6} MB`,
    'at first': `${Math.round(later[0].disk / 1e6)} MB`,
    'at the end': `${Math.round(samples.at(-1).disk / 1e6)} MB`,
    most: `${Math.round(most / 1e5) / 10} MB`,
    good: over === 0,
  };
}

/** Slope of y over x by least squares. */
function slopeOf(points) {
  const mean = (at) => points.reduce((total, point) => total + point[at], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const above = points.reduce((total, [a, b]) => total + (a - x) * (b - y), 0);
  const below = points.reduce((total, [a]) => total + (a - x) ** 2, 0);
  return below === 0 ? 0 : above / below;
}
