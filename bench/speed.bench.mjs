#!/usr/bin/env node
/**
 * Speed: misses, hits, start, memory and megapixels, beside plain sharp and a bare `node:http`
 * in the same run.
 *
 * The figure is processor time of the whole tree of processes, read from /proc (Linux only), as a
 * ratio to that of the other in turn: what else runs on the machine moves both. Photographs of 3
 * to 24 megapixels come from `../shared/corpus/photos` or the folder named; without one only the
 * parts run that need none, and the bench says so. Writes bench/results/speed.md, speed.json and
 * speed-megapixels.svg, where parts that did not run keep their last figures.
 *
 *   npm run bench:speed -- [--only misses,hits] [--rounds 3] [--photos FOLDER]
 *                          [--peer 'NAME=http://127.0.0.1:8080/…/{source}']
 *
 * A peer's URL names the picture by `{source}`, the URL of the bench's own origin, and asks it for
 * 512 px JPEG at quality 80; it is timed on the clock, one request at a time, beside the server.
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { hits } from './speed.hits.mjs';
import { known, large, misses, reduction, scaling } from './speed.misses.mjs';
import { peers } from './speed.peers.mjs';
import { writeReport } from './speed.report.mjs';
import { burst, jxl, start, strangers } from './speed.rest.mjs';
import { photographs } from './speed.sources.mjs';

const PARTS = {
  misses,
  reduction,
  known,
  large,
  scaling,
  hits,
  start,
  strangers,
  burst,
  jxl,
  peers,
};
/** Parts that need no photographs. */
const WITHOUT = new Set(['hits']);

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    photos: {
      type: 'string',
      default: new URL('../../shared/corpus/photos', import.meta.url).pathname,
    },
    peer: { type: 'string', multiple: true, default: [] },
  },
});
const names = values.only?.split(',') ?? Object.keys(PARTS);
const unknown = names.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  console.error(
    `expected parts of ${Object.keys(PARTS).join(', ')} for --only, got ${unknown.join(', ')}`,
  );
  process.exit(2);
}

const photos = await photographs(values.photos);
if (photos === undefined) {
  console.log(
    `No photographs of 3 megapixels or more in ${values.photos}: of the parts only ${[...WITHOUT].join(', ')} runs.`,
  );
}
const results = new Map();
for (const name of names) {
  if (photos === undefined && !WITHOUT.has(name)) continue;
  if (name === 'peers' && values.peer.length === 0) continue;
  const begin = Date.now();
  const result = await PARTS[name]({ photos, rounds: Number(values.rounds), peers: values.peer });
  const load = loadavg()[0].toFixed(1);
  results.set(name, { ...result, seconds: Math.round((Date.now() - begin) / 1000), load });
  writeReport(results);
  for (const { what, value, unit = '', note } of result.rows)
    console.log(`${what}: ${value.toFixed(2)}${unit} (${note ?? ''})`);
}
process.exit(0);
