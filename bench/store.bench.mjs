#!/usr/bin/env node
/**
 * The disk store: what a write, a hit, a miss and a restart cost.
 *
 * Fills a folder with entries of 30 kB under a temporary name, opens it twice
 * more and times the scan and reads of entries in the page cache.
 * Writes bench/results/store.md.
 *
 *   npm run build && node bench/store.bench.mjs [--entries 20000]
 */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DiskStore } from '../dist/stores/disk/store.js';

const here = dirname(fileURLToPath(import.meta.url));
const argument = process.argv.indexOf('--entries');
const ENTRIES = argument > 0 ? Number(process.argv[argument + 1]) : 20_000;
const READS = Math.min(2000, ENTRIES);
const SYNCED = Math.min(400, ENTRIES);

const folder = mkdtempSync(join(tmpdir(), 'fovea-store-'));
const key = (n) => createHash('sha256').update(String(n)).digest('hex');
const meta = { etag: '"abc"', mediaType: 'image/avif', receipt: 'x'.repeat(600) };
const body = Buffer.alloc(30_000, 7);

async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Writes `count` entries, eight at a time; milliseconds per entry. */
async function fill(name, count, sync) {
  const store = await DiskStore.open(join(folder, name), 1e12, { sync });
  const total = await timed(async () => {
    for (let n = 0; n < count; n += 8) {
      await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map((i) => store.put(key(n + i), meta, body)));
    }
  });
  await store.close();
  return total / count;
}

const rows = [];
try {
  rows.push(['write, synced', await fill('synced', SYNCED, true)]);
  rows.push(['write, not synced', await fill('plain', ENTRIES, false)]);
  let store;
  const opened = await timed(async () => {
    store = await DiskStore.open(join(folder, 'plain'), 1e12);
  });
  rows.push(['open until it answers', opened]);
  rows.push(['first hit, while the scan runs', await timed(() => store.get(key(0)))]);
  const scanned = await timed(() => store.scanned);
  rows.push([`scan of ${ENTRIES} entries`, scanned]);
  rows.push(['scan, per entry', scanned / ENTRIES]);
  const each = async (offset) => {
    for (let n = 0; n < READS; n++) await store.get(key(n + offset));
  };
  rows.push(['hit', (await timed(() => each(0))) / READS]);
  rows.push(['miss', (await timed(() => each(1e9))) / READS]);
  await store.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const lines = [
  '# Disk store',
  '',
  `Entries of 30 kB in the page cache, one at a time (writes: eight). Node ${process.versions.node}, ${cpus().length} cores.`,
  'Written by `node bench/store.bench.mjs`.',
  '',
  '| what | ms |',
  '| --- | --- |',
  ...rows.map(([what, ms]) => `| ${what} | ${ms.toPrecision(3)} |`),
  '',
];
mkdirSync(join(here, 'results'), { recursive: true });
writeFileSync(join(here, 'results', 'store.md'), lines.join('\n'));
console.log(lines.join('\n'));
