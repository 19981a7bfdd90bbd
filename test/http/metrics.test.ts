/** Metrics of the real server: what a miss, hits of every tier, origins and workers leave in them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { STAGES } from '../../src/engine/timings.ts';
import { expositionProblems } from '../../src/server/telemetry/exposition.suite.ts';
import { METRICS } from '../../src/server/telemetry/metric-table.ts';
import { type LocalOrigin, startOrigin } from '../support/origin.ts';
import { committed } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { workerPids } from '../support/worker-pids.ts';

const TOKEN = 'open sesame';
const LEAVES = committed('leaves.jpg');
const TARGET = '/imgix/leaves.jpg?w=90&fm=avif';

let origin: LocalOrigin;
let server: TestServer;

const start = (home?: string) =>
  startServer({
    ...(home === undefined ? {} : { home }),
    pictures: { 'leaves.jpg': LEAVES },
    sources: [
      {
        name: 'far',
        dialect: 'imgix',
        mount: '/far',
        origin: { kind: 'http', base: origin.url, allow: [`127.0.0.1:${origin.port}`] },
      },
    ],
    settings: { 'metrics.token': TOKEN },
  });

beforeAll(async () => {
  origin = await startOrigin({ 'a.jpg': LEAVES });
  server = await start();
});
afterAll(async () => {
  await server.stop();
  await origin.stop();
});

const text = async () =>
  (
    await server.ask('/_fovea/metrics', { headers: { authorization: `Bearer ${TOKEN}` } })
  ).body.toString();

/** The value of a sample, by its name and labels as they stand there; 0 where it is not. */
async function value(sample: string): Promise<number> {
  const line = (await text()).split('\n').find((one) => one.startsWith(`${sample} `));
  return line === undefined ? 0 : Number(line.slice(sample.length + 1));
}

test('a miss has all stages, a search, and what was saved', async () => {
  const { body } = await server.ask(TARGET);
  for (const stage of STAGES.filter((one) => one !== 'find')) {
    expect([stage, await value(`fovea_stage_duration_seconds_count{stage="${stage}"}`)]).toEqual([
      stage,
      1,
    ]);
  }
  expect(await value('fovea_search_trials_sum{format="avif"}')).toBeGreaterThan(0);
  expect(await value('fovea_source_bytes_total{format="avif"}')).toBe(LEAVES.length);
  expect(await value('fovea_saved_bytes_total{format="avif"}')).toBe(LEAVES.length - body.length);
  expect(await value('fovea_sent_bytes_total{dialect="imgix"}')).toBe(body.length);
  const miss = '{dialect="imgix",outcome="miss",status="2xx"}';
  expect(await value(`fovea_requests_total${miss}`)).toBe(1);
});

test('hits count in the tier that had them', async () => {
  for (let i = 0; i < 4; i++) await server.ask(TARGET);
  const tiers = async () => ({
    ready: await value('fovea_hits_total{tier="ready"}'),
    memory: await value('fovea_hits_total{tier="memory"}'),
    disk: await value('fovea_hits_total{tier="disk"}'),
  });
  expect(await tiers()).toEqual({ ready: 3, memory: 1, disk: 0 });
  const { home } = server;
  await server.stop({ keep: true });
  server = await start(home);
  for (let i = 0; i < 3; i++) await server.ask(TARGET);
  expect(await tiers()).toEqual({ ready: 1, memory: 1, disk: 1 });
});

test('the tiers say what they hold, within their bounds', async () => {
  for (const tier of ['ready', 'memory', 'disk']) {
    const held = await value(`fovea_cache_bytes{tier="${tier}"}`);
    expect(held, tier).toBeGreaterThan(0);
    expect(held, tier).toBeLessThan(await value(`fovea_cache_capacity_bytes{tier="${tier}"}`));
    expect(await value(`fovea_cache_entries{tier="${tier}"}`), tier).toBeGreaterThan(0);
  }
  expect(await value('fovea_cache_capacity_bytes{tier="disk"}')).toBe(64e6);
});

test('origins count by source and by how it ended', async () => {
  await server.ask('/far/a.jpg?w=20');
  await server.ask('/far/none.jpg?w=20');
  expect(await value('fovea_origin_requests_total{source="far",outcome="bytes"}')).toBe(1);
  const none = '{source="far",outcome="source-not-found"}';
  expect(await value(`fovea_origin_requests_total${none}`)).toBe(1);
  expect(await value('fovea_origin_received_bytes_total{source="far"}')).toBe(LEAVES.length);
  expect(await value('fovea_origin_request_duration_seconds_count{source="far"}')).toBe(2);
  const error = '{dialect="imgix",outcome="error_origin",status="4xx"}';
  expect(await value(`fovea_requests_total${error}`)).toBe(1);
});

test('a worker that was ended from outside is a restart with that reason', async () => {
  const before = await value('fovea_worker_restarts_total{reason="ended"}');
  const [worker] = workerPids();
  if (worker === undefined) throw new Error('expected a render worker');
  process.kill(worker, 'SIGKILL');
  await expect
    .poll(() => value('fovea_worker_restarts_total{reason="ended"}'), { timeout: 20_000 })
    .toBe(before + 1);
  await expect.poll(() => value('fovea_workers'), { timeout: 20_000 }).toBe(1);
  expect(await value('fovea_ready')).toBe(1);
});

test('the text is as Prometheus reads it, with every metric of the table', async () => {
  const all = await text();
  expect(expositionProblems(all)).toEqual([]);
  for (const name of Object.keys(METRICS)) expect(all).toContain(`# TYPE ${name} `);
});
