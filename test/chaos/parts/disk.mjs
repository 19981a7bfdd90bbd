/**
 * The disk below the cache: full, read-only, deleted, its files altered. Answers are right, or clear; what
 * is there stays available, and all is well again when the disk is.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomFrom } from '../../support/random.mjs';
import { inParallel, pause } from '../client.mjs';
import { askJudged, createTally, urlOf } from '../place.mjs';
import { filesBelow, folderConfiguration } from '../server.mjs';

/** A file system of its own in memory; false where this machine does not let us. */
function mount(path, megabytes) {
  mkdirSync(path, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

const remount = (path, how) => execFileSync('mount', ['-o', `remount,${how}`, path]);
const SKIPPED = 'no mounts on this machine';

/** Asks a run of numbered requests, three at once. */
async function askRange({ place, server, tally, from, to, mayRefuse }) {
  const numbers = Array.from({ length: to - from }, (_, i) => from + i);
  await inParallel(numbers, 3, (number) =>
    askJudged({ server, judge: place.judge, tally, url: urlOf(place.names, number), mayRefuse }),
  );
}

function start(place, cache, size) {
  // Little memory, so that the disk is asked
  return place.start(folderConfiguration({ images: place.images, cache, size, memory: '64kB' }));
}

export async function fullDisk({ place, quick }) {
  const cache = join(place.home, 'small');
  if (!mount(cache, 12)) return { skipped: SKIPPED };
  place.atEnd(() => execFileSync('umount', ['-l', cache]));
  const server = await start(place, cache, '400MB');
  const tally = createTally();
  await askRange({ place, server, tally, from: 0, to: 20, mayRefuse: false });
  const copies = Array.from({ length: quick ? 100 : 200 }, (_, i) => `copy${i}.png`);
  for (const name of copies)
    copyFileSync(join(place.images, 'coffee.png'), join(place.images, name));
  await inParallel(copies, 3, (name) =>
    askJudged({ server, judge: place.judge, tally, url: `/imgix/${name}`, mayRefuse: false }),
  );
  await askRange({ place, server, tally, from: 0, to: quick ? 60 : 300, mayRefuse: false });
  const files = filesBelow(cache);
  for (const { path } of files.slice(0, files.length >> 1)) rmSync(path, { force: true });
  await askRange({ place, server, tally, from: 400, to: 430, mayRefuse: false });
  if (!server.isRunning()) tally.fail('the server ended');
  return { tally, note: `${copies.length} sources of 150 kB on a disk of 12 MB` };
}

export async function readOnlyDisk({ place, quick }) {
  const cache = join(place.home, 'fixed');
  if (!mount(cache, 100)) return { skipped: SKIPPED };
  place.atEnd(() => execFileSync('umount', ['-l', cache]));
  const server = await start(place, cache, '90MB');
  const tally = createTally();
  await askRange({ place, server, tally, from: 0, to: 40, mayRefuse: false });
  remount(cache, 'ro');
  await askRange({ place, server, tally, from: 0, to: 40, mayRefuse: false });
  await askRange({ place, server, tally, from: 100, to: quick ? 130 : 300 });
  remount(cache, 'rw');
  await askRange({ place, server, tally, from: 400, to: 440, mayRefuse: false });
  if (!server.isRunning()) tally.fail('the server ended');
  await server.stop();
  remount(cache, 'ro');
  const refused = await start(place, cache, '90MB').then(
    () => undefined,
    (error) => error.message,
  );
  if (refused !== undefined && !/cache\.folder/.test(refused)) tally.fail(`start: ${refused}`);
  return { tally, note: `a start there ${refused === undefined ? 'works' : 'names cache.folder'}` };
}

export async function deletedDisk({ place, quick }) {
  const cache = join(place.home, 'deleted');
  const server = await start(place, cache, '200MB');
  const tally = createTally();
  await askRange({ place, server, tally, from: 0, to: 30, mayRefuse: false });
  erase(cache);
  await askRange({ place, server, tally, from: 0, to: 30, mayRefuse: false });
  let isOver = false;
  const eraser = (async () => {
    while (!isOver) {
      await pause(700);
      erase(cache);
    }
  })();
  await askRange({ place, server, tally, from: 0, to: quick ? 120 : 600 });
  isOver = true;
  await eraser;
  await askRange({ place, server, tally, from: 700, to: 730, mayRefuse: false });
  if (!server.isRunning()) tally.fail('the server ended');
  return { tally, note: 'deleted once, then again and again' };
}

/** Gone, even while it is written to. */
function erase(path) {
  for (let turn = 0; turn < 20; turn++) {
    try {
      rmSync(path, { recursive: true, force: true, maxRetries: 5 });
      return;
    } catch {
      // Something was written meanwhile
    }
  }
}

/** Ways in which a file of the cache is not what it was. */
const DAMAGES = [
  (bytes, random) => {
    bytes[random.below(bytes.length)] ^= 1 << random.below(8);
    return bytes;
  },
  (bytes, random) => bytes.fill(0, random.below(bytes.length)),
  (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
  (bytes) => Buffer.concat([bytes, Buffer.from('x')]),
  () => Buffer.alloc(0),
  () => Buffer.from('{"a":1}'),
  (_bytes, _random, other) => readFileSync(other),
  () => undefined,
];

export async function tornEntries({ place, quick, seed }) {
  const cache = join(place.home, 'torn');
  const random = randomFrom(seed);
  const tally = createTally();
  const most = 60;
  let server = await start(place, cache, '200MB');
  await askRange({ place, server, tally, from: 0, to: most, mayRefuse: false });
  let torn = 0;
  for (let round = 0; round < (quick ? 4 : 16); round++) {
    const isStopped = round % 2 === 1;
    if (isStopped) await server.stop();
    const files = filesBelow(cache).filter(({ size }) => size > 0);
    for (const { path } of files) {
      if (!random.chance(0.5)) continue;
      torn++;
      try {
        const other = random.pick(files).path;
        const next = random.pick(DAMAGES)(readFileSync(path), random, other);
        if (next === undefined) rmSync(path, { force: true });
        else writeFileSync(path, next);
      } catch {
        // The server has taken it away itself
      }
    }
    if (isStopped) server = await start(place, cache, '200MB');
    await askRange({ place, server, tally, from: 0, to: most, mayRefuse: false });
  }
  if (!server.isRunning()) tally.fail('the server ended');
  return { tally, note: `${torn} files altered, half of them while it ran` };
}
