import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { Fault } from '../../base/fault.ts';
import { imgix } from '../../dialects/imgix/index.ts';
import type { Rendition } from '../../engine/engine.ts';
import {
  BODY,
  fakeEngine,
  handleWith,
  inMemory,
  NOTHING_HELD,
  rendition,
  request,
  services,
  site,
  textOf,
} from '../exchange.suite.ts';
import { expositionProblems } from './exposition.suite.ts';
import { METRICS, type MetricRow } from './metric-table.ts';
import { createMetrics, type Metrics } from './metrics.ts';

/** Samples of a name, as `labels value`. */
async function samples(meter: Metrics, name: string): Promise<string[]> {
  const lines = (await meter.text()).split('\n');
  return lines.filter((line) => line.startsWith(name)).map((line) => line.slice(name.length));
}

const RECEIPT = {
  format: 'avif',
  encoding: 'avif q50',
  score: 68.2,
  target: 68,
  mode: 'online',
  bytes: 300,
  sourceBytes: 1000,
  trials: [
    { encoding: 'avif q45', format: 'avif', bytes: 280, milliseconds: 10 },
    { encoding: 'avif q50', format: 'avif', bytes: 300, milliseconds: 10 },
  ],
  reason: '',
  kind: 'encoded',
} as const;

const HIT = { hit: true, stored: false, collapsed: false } as const;
const MADE: Partial<Rendition> = {
  receipt: RECEIPT,
  timings: { fetch: 12, queue: 1, encode: 80, render: 100 },
  source: { width: 4, height: 3, format: 'jpeg', bytes: 1000 },
  result: { width: 4, height: 3, format: 'avif', bytes: 300 },
};

function answered(meter: Metrics, fields: Partial<Rendition> = {}, status = 200) {
  const made = rendition({ ...MADE, ...fields });
  const bytes = made.result.bytes;
  meter.answered({ dialect: 'imgix', status, rendition: made, bytes, milliseconds: 7 });
}

/** A meter that has counted some of everything. */
function busy(): Metrics {
  const meter = createMetrics('1.2.3');
  const engine = fakeEngine();
  meter.watch({
    status: () => ({
      ...engine.status(),
      restarts: { time: 1, memory: 2, crashed: 3, ended: 4, worn: 5, grown: 6 },
      nodes: {
        ...{ available: true, losses: 0 },
        flights: { held: 2, taken: 1, failed: 0, alone: 0 },
        jobs: { waiting: 1, added: 2, done: 3, failed: 0 },
      },
      shared: {
        ...{ available: false, hits: 1, misses: 2, errors: 3, skipped: 4, written: 5 },
        ...{ waiting: 6, dropped: 7 },
      },
      tiers: { memory: { ...NOTHING_HELD, evictions: 3 }, disk: NOTHING_HELD },
    }),
    ready: () => true,
    inFlight: () => 3,
    connections: () => 4,
    hits: () => NOTHING_HELD,
    origins: () => [['pictures', { paused: 1, retries: 2, resumed: 3 }]],
    fronts: () => [{ number: 1, connections: 4, answers: 5, processorTime: 6000, restarts: 7 }],
    selfTest: () => [{ part: 'avif', outcome: 'passed' }],
    savings: () => [
      [
        'pictures',
        {
          ...{ hits: 1, misses: 2, notModified: 3, hitBytes: 4, missBytes: 5, originalBytes: 60 },
          ...{ comparedBytes: 7, fixedBytes: 18, measuredBytes: 8 },
        },
      ],
    ],
  });
  answered(meter);
  answered(meter, { cache: { ...HIT, tier: 'memory' }, timings: {} });
  Object.assign(meter.tally('imgix', 'avif'), {
    ...{ answers: 5, bytes: 1500, sourceBytes: 5000, savedBytes: 3500 },
  });
  meter.answered({
    ...{ dialect: 'fastly', status: 200, bytes: 9, milliseconds: 1 },
    ...{ fault: new Fault('origin-timeout', 'x'), fallback: 'source' },
  });
  meter.fellShort('imgix', ['bg-remove']);
  meter.uploaded(10);
  meter.purgedAtCdn('fastly', 'done', 3);
  meter.fetched('pictures', 'bytes', 12, 1000);
  meter.bucket?.('get', 'hit', 12);
  meter.bucket?.('get', 'skipped', 0);
  meter.fetched('odd "name"\\ of\na source', 'origin-failed', 12, 0);
  return meter;
}

describe('the table of metrics', () => {
  test.each(Object.entries(METRICS))('%s has all that its type needs', (_name, row: MetricRow) => {
    expect(row.help).toMatch(/^[A-Z0-9].*\.$/);
    expect(row.type === 'histogram').toBe(row.buckets !== undefined);
    const { buckets = [] } = row;
    expect([...buckets].sort((a, b) => a - b)).toEqual(buckets);
  });

  test('is what a meter has, and nothing else', async () => {
    const text = await busy().text();
    const names = [...text.matchAll(/^# TYPE (fovea_\S+)/gm)].map(([, name]) => name);
    expect(names.sort()).toEqual(Object.keys(METRICS).sort());
    const empty = Object.keys(METRICS).filter((name) => !new RegExp(`^${name}`, 'm').test(text));
    expect(empty).toEqual([]);
  });
});

describe('the text of metrics', () => {
  test('is as Prometheus reads it, before and after something was counted', async () => {
    expect(expositionProblems(await createMetrics().text())).toEqual([]);
    expect(expositionProblems(await busy().text())).toEqual([]);
  });

  test.each([
    ['fovea_a_total 1', 'has no TYPE'],
    ['# HELP fovea_a A.\n# TYPE fovea_a counter\nfovea_a 1', 'if and only if it is a counter'],
    ['# HELP fovea_a_ms A.\n# TYPE fovea_a_ms gauge\nfovea_a_ms 1', 'no base unit'],
    ['# HELP fovea_a A.\n# TYPE fovea_a gauge\nfovea_a 1\nfovea_a 2', 'two samples'],
    ['# HELP fovea_a A.\n# TYPE fovea_a gauge\nfovea_a{b="c"d"} 1', 'cannot be read'],
    ['# TYPE fovea_a gauge\nfovea_a 1\n# HELP fovea_a A.', 'behind a sample'],
    ['# HELP fovea_a A.\n# TYPE fovea_a histogram\nfovea_a_bucket{le="1"} 1', 'no +Inf'],
    [
      '# HELP fovea_a A.\n# TYPE fovea_a histogram\nfovea_a_bucket{le="1"} 2\nfovea_a_bucket{le="+Inf"} 1\nfovea_a_sum 1\nfovea_a_count 1',
      'counts fall',
    ],
  ])('%j is not: %s', (text, problem) => {
    expect(expositionProblems(`${text}\n`).join()).toContain(problem);
  });

  const promtool = spawnSync('promtool', ['--version']).error === undefined;
  test.skipIf(!promtool)('is as promtool wants it, where that is installed', async () => {
    const checked = spawnSync('promtool', ['check', 'metrics'], { input: await busy().text() });
    // What the library names itself is not ours to name
    const said = checked.stderr.toString().split('\n');
    expect(said.filter((line) => line !== '' && !/^(?:process|nodejs)_/.test(line))).toEqual([]);
  });
});

describe('metrics', () => {
  const engine = fakeEngine();
  const meter = createMetrics();
  const handle = handleWith(engine, {
    services: { ...services(engine), meter },
    metricsToken: 'open-sesame',
  });
  const ask = (authorization?: string) =>
    handle(request('/_fovea/metrics', authorization ? { authorization } : {}));

  test('are closed without the token, and say nothing', async () => {
    for (const answer of [await ask(), await ask('Bearer open'), await ask('open-sesame')]) {
      expect(answer.status).toBe(401);
      expect(textOf(answer)).not.toContain('fovea_requests_total');
    }
  });

  test('do not exist where no token is configured', async () => {
    expect((await handleWith()(request('/_fovea/metrics'))).status).toBe(404);
  });

  test('count requests by dialect, outcome and class of status', async () => {
    await handle(request('/i/a.jpg'));
    const refused = await handle(request('/i/a.jpg?compile-fault=signature-invalid'));
    await handle(request('/nowhere'));
    await handle(request('/healthz'));
    const answer = await ask('Bearer open-sesame');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    const lines = textOf(answer).split('\n');
    expect(lines.filter((line) => line.startsWith('fovea_requests_total{'))).toEqual(
      expect.arrayContaining([
        'fovea_requests_total{dialect="imgix",outcome="miss",status="2xx"} 1',
        'fovea_requests_total{dialect="imgix",outcome="error_access",status="4xx"} 1',
        'fovea_requests_total{dialect="none",outcome="error_request",status="4xx"} 1',
        'fovea_requests_total{dialect="none",outcome="other",status="2xx"} 1',
      ]),
    );
    expect(lines).toContain(
      `fovea_sent_bytes_total{dialect="imgix"} ${BODY.length + inMemory(refused.body).length}`,
    );
  });

  test.each([
    ['refuse=source', 'source'],
    ['refuse=none', undefined],
  ])('%s: count what is sent in place of an error', async (query, kind) => {
    const own = createMetrics();
    const failing = fakeEngine({
      render: () => Promise.reject(new Fault('render-timeout', 'x')),
    });
    await handleWith(failing, { services: { ...services(failing), meter: own } })(
      request(`/i/a.jpg?${query}`),
    );
    expect(await samples(own, 'fovea_fallbacks_total{')).toEqual(
      kind === undefined ? [] : [`kind="${kind}"} 1`],
    );
    expect(await samples(own, 'fovea_requests_total{')).toEqual([
      `dialect="imgix",outcome="error_internal",status="${kind === undefined ? '5xx' : '2xx'}"} 1`,
    ]);
  });

  test('count parameters without effect by names of the table', async () => {
    const own = createMetrics();
    const routes = [{ site: site('pictures', imgix), prefix: '/i', hosts: [] }];
    const ask = handleWith(engine, { routes, services: { ...services(engine), meter: own } });
    for (const query of ['bg-remove=1&w=9', 'bg-remove=1', 'mark-glow=1&mark-gloss=2', 'w=9']) {
      await ask(request(`/i/a.jpg?${query}`));
    }
    expect(await samples(own, 'fovea_parameters_without_effect_total{')).toEqual([
      'dialect="imgix",param="bg-remove"} 2',
      'dialect="imgix",param="other"} 1',
    ]);
  });

  test('count trials, targets and stages of what was made, not of hits', async () => {
    const own = createMetrics();
    answered(own);
    answered(own, { cache: { ...HIT, tier: 'disk' }, timings: { fetch: 3 } });
    expect(await samples(own, 'fovea_search_trials_sum')).toEqual(['{format="avif"} 2']);
    expect(await samples(own, 'fovea_search_trials_count')).toEqual(['{format="avif"} 1']);
    expect(await samples(own, 'fovea_targets_total')).toEqual(['{result="on"} 1']);
    expect(await samples(own, 'fovea_render_duration_seconds_sum')).toEqual([' 0.1']);
    expect(await samples(own, 'fovea_stage_duration_seconds_count')).toEqual([
      '{stage="fetch"} 2',
      '{stage="queue"} 1',
      '{stage="encode"} 1',
    ]);
    expect(await samples(own, 'fovea_hits_total')).toEqual(['{tier="disk"} 1']);
  });

  test('count bytes saved of whole pictures, hits included, and never less than none', async () => {
    const own = createMetrics();
    answered(own);
    answered(own, { cache: HIT });
    answered(own, { result: { width: 1, height: 1, format: 'png', bytes: 5000 } });
    own.answered({
      dialect: 'imgix',
      status: 304,
      rendition: rendition(MADE),
      bytes: 0,
      milliseconds: 1,
    });
    expect(await samples(own, 'fovea_saved_bytes_total')).toEqual([
      '{format="avif"} 1400',
      '{format="png"} 0',
    ]);
    expect(await samples(own, 'fovea_source_bytes_total')).toEqual([
      '{format="avif"} 2000',
      '{format="png"} 1000',
    ]);
  });

  test('add up what is kept ready, once', async () => {
    const meter = busy();
    await meter.text();
    expect(await samples(meter, 'fovea_hits_total')).toEqual([
      '{tier="memory"} 1',
      '{tier="ready"} 5',
    ]);
    expect(await samples(meter, 'fovea_requests_total{dialect="imgix",outcome="hit"')).toEqual([
      ',status="2xx"} 6',
    ]);
    meter.tally('imgix', 'avif').answers++;
    expect(await samples(meter, 'fovea_hits_total{tier="ready"')).toEqual(['} 6']);
  });

  test('have a bounded number of series, however many sources there are', async () => {
    const meter = createMetrics();
    for (let i = 0; i < 300; i++) meter.fetched(`source ${i}`, 'unchanged', 1, 0);
    const counted = await samples(meter, 'fovea_origin_requests_total{');
    expect(counted.length).toBe(101);
    expect(counted.at(-1)).toBe('source="other",outcome="unchanged"} 200');
    expect(await samples(meter, 'fovea_origin_requests_total{source="source 7"')).toEqual([
      ',outcome="unchanged"} 1',
    ]);
  });

  test('show what the engine says', async () => {
    const meter = busy();
    await meter.text();
    expect(await samples(meter, 'fovea_worker_restarts_total{')).toEqual([
      'reason="time"} 1',
      'reason="memory"} 2',
      'reason="crashed"} 3',
      'reason="ended"} 4',
      'reason="worn"} 5',
      'reason="grown"} 6',
    ]);
    expect(await samples(meter, 'fovea_cache_evictions_total{tier="memory"')).toEqual(['} 3']);
    for (const [name, value] of [
      ['up', 0],
      ['writes_waiting', 6],
      ['writes_dropped_total', 7],
    ]) {
      expect(await samples(meter, `fovea_bucket_${name}`)).toEqual([` ${value}`]);
    }
    const durations = await samples(meter, 'fovea_bucket_operation_duration_seconds_count');
    expect(durations).toEqual(['{operation="get"} 1']);
    expect(await samples(meter, 'fovea_build_info{version="1.2.3"')).toEqual([
      `,node="${process.versions.node}"} 1`,
    ]);
    expect(await samples(meter, 'fovea_ready ')).toEqual(['1']);
    const savings = 'fovea_savings_fixed_quality_bytes_total{source="pictures",by=';
    expect(await samples(meter, savings)).toEqual(['"measured"} 8', '"estimated"} 10']);
    expect(await samples(meter, 'fovea_savings_compared_bytes_total{')).toEqual([
      'source="pictures"} 7',
    ]);
    expect(await samples(meter, 'fovea_origin_retries_total{')).toEqual(['source="pictures"} 2']);
  });
});
