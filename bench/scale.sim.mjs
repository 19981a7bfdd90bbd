#!/usr/bin/env node
/**
 * How many nodes, cores and bucket operations a service takes: by the cost model of `scale/model.mjs`, from what
 * was measured. Always the same for the same figures. Writes bench/results/scale.md.
 *
 *   node bench/scale.sim.mjs [--render 0.22] [--hit 0.00007] [--bucket 0.013]
 *   npm run build && node bench/scale.sim.mjs --real [--kind jpeg|avif] [--requests 400]
 *
 * Costs are seconds of processor time of one core. With `--real` it replays a small trace at one real node and at
 * three, prints what was counted beside what is simulated, and the error of the model; it needs Redis and rclone.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { coresFor, rates } from './scale/model.mjs';

const { values } = parseArgs({
  options: {
    real: { type: 'boolean', default: false },
    kind: { type: 'string', default: 'jpeg' },
    requests: { type: 'string', default: '400' },
    render: { type: 'string', default: '0.22' },
    hit: { type: 'string', default: '0.00007' },
    bucket: { type: 'string', default: '0.013' },
  },
});

if (values.real) {
  const { compared } = await import('./scale/real.mjs');
  const trace = { pictures: 40, slope: 0.9, variants: 5, seed: 1 };
  const rows = await compared({ ...trace, kind: values.kind, requests: Number(values.requests) });
  for (const { nodes, counts, seconds, predicted, requests, costs } of rows) {
    console.log(`${nodes} node${nodes > 1 ? 's that share' : ' alone'}, ${requests} requests`);
    for (const { name, counted, simulated } of counts) {
      console.log(`  ${name}: ${counted} counted, ${simulated} simulated`);
    }
    const error = ((100 * (predicted - seconds)) / seconds).toFixed(1);
    console.log(
      `  processor time: ${seconds.toFixed(2)} s, model ${predicted.toFixed(2)} s, ${error} %`,
    );
    console.log(`  costs: ${JSON.stringify(costs)}`);
  }
  process.exit(0);
}

const COSTS = {
  memory: Number(values.hit),
  disk: 2 * Number(values.hit),
  bucket: Number(values.bucket),
  renders: Number(values.render),
};
const DAY = 86_400;
/** Of each node: memory, disk, and the cores that nodes are bought with. */
const NODE = { memory: 256e6, disk: 100e9, cores: 4 };
const SHAPE = { variants: 12, bytes: 30_000, life: 60 * DAY };
const CDN = { edges: 20, ttl: DAY };

const percent = (part, whole) => `${((100 * part) / whole).toFixed(1)} %`;
const few = (value) =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(2);

function hitTable() {
  const rows = [];
  for (const pictures of [1e4, 1e5, 1e6]) {
    for (const slope of [0.7, 0.9, 1.1]) {
      const place = { ...SHAPE, ...NODE, pictures, slope, rate: 1000, nodes: 1 };
      const plain = rates(place);
      const behind = rates({ ...place, cdn: CDN });
      rows.push(
        `| ${pictures.toLocaleString('en')} | ${slope} | ${percent(plain.memory, 1000)} | ${percent(plain.disk, 1000)} | ${percent(plain.bucket, 1000)} | ${percent(plain.renders, 1000)} | ${percent(behind.cdn, 1000)} |`,
      );
    }
  }
  return rows;
}

/** The fewest nodes, at least two, whose cores are enough for what they do with the room that they have. */
function sized(place) {
  for (let nodes = 2; ; nodes++) {
    const each = rates({ ...place, nodes });
    const cores = coresFor(each, COSTS);
    if (cores <= nodes * NODE.cores) return { nodes, cores, each };
  }
}

function serviceTable() {
  return [1e3, 1e4, 1e5, 1e6].map((rate) => {
    const place = { ...SHAPE, ...NODE, pictures: 1e6, slope: 0.9, rate, cdn: CDN, newVariants: 1 };
    const { nodes, cores, each } = sized(place);
    return `| ${rate.toLocaleString('en')} | ${percent(each.cdn, rate)} | ${few(each.reached)} | ${few(each.renders)} | ${cores} | ${nodes} | ${few(each.gets)} | ${few(each.puts)} |`;
  });
}

const text = `# Several nodes by the cost model

What a number of pictures and of requests takes of nodes, cores and a bucket, by the model of [several nodes](../../docs/scale.md).

Command: \`node bench/scale.sim.mjs\`. Costs in seconds of one core: ${JSON.stringify(COSTS)}; a core is busy for 60 % of its time.
Pictures in ${SHAPE.variants} variants of ${SHAPE.bytes / 1000} kB, entries of the bucket live 60 days; a node has ${NODE.memory / 1e6} MB of memory tier, ${NODE.disk / 1e9} GB of disk
and ${NODE.cores} cores. The CDN has ${CDN.edges} edges that keep an answer for a day and all of them.

Where one node finds an answer, at 1,000 requests a second; in the last column what a CDN in front would answer:

| pictures | Zipf slope | memory | disk | bucket | made | CDN |
| --- | --- | --- | --- | --- | --- | --- |
${hitTable().join('\n')}

Services of a million pictures, slope 0.9, one new variant a second, behind the CDN, balanced by hash, at least two nodes:

| requests a second | CDN answers | reach nodes | made a second | cores | nodes | bucket GETs a second | PUTs a second |
| --- | --- | --- | --- | --- | --- | --- | --- |
${serviceTable().join('\n')}
`;
writeFileSync(new URL('results/scale.md', import.meta.url), text);
console.log(text);
