/**
 * Meter: what the server counts, in the form Prometheus reads.
 *
 * Everything it has stands in metric-table.ts. What answers that are kept ready
 * would pay for every time is added up in plain numbers, and handed on when
 * somebody reads the metrics; so is what the engine says of itself.
 */
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { EngineStatus, Rendition } from '../../engine/engine.ts';
import type { PartResult } from '../../engine/self-test/self-test-part.ts';
import { STAGES } from '../../engine/timings.ts';
import type { EngineObserver } from '../../engine/tracing/observer.ts';
import { PASS_BELOW, type Receipt } from '../../optimizer/receipt.ts';
import type { OriginHealth } from '../../origins/origin.ts';
import type { TierStatus } from '../../stores/store.ts';
import type { CdnName, CdnOutcome } from '../purge/cdn/cdn.ts';
import type { SavingsCounts } from '../savings/savings-counts.ts';
import { type Instruments, instruments, type PlainNameOf } from './instruments.ts';
import { type AnswerEnd, outcomeOf } from './outcome.ts';
import { savingsMetrics } from './savings-metrics.ts';

/** An answer that went out. */
export interface CountedAnswer extends AnswerEnd {
  /** Absent: it belongs to no source. */
  readonly dialect?: string;
  readonly rendition?: Rendition | undefined;
  /** Of its body. */
  readonly bytes: number;
  /** From the request to it. */
  readonly milliseconds: number;
  /** What was sent in place of an error. */
  readonly fallback?: 'source' | 'picture' | undefined;
}

/** Answers of one kind that are given again and again; whoever gives one adds to it. */
export interface Tally {
  answers: number;
  bytes: number;
  sourceBytes: number;
  savedBytes: number;
}

/** What is asked when somebody reads the metrics. */
export interface Watched {
  readonly status: () => EngineStatus;
  readonly ready: () => boolean;
  readonly inFlight: () => number;
  readonly connections: () => number;
  /** Answers kept ready. */
  readonly hits: () => TierStatus;
  /** How the servers of each source are. */
  readonly origins: () => Iterable<readonly [source: string, health: OriginHealth]>;
  readonly fronts: () => readonly FrontStatus[];
  /** What the self-test has found so far. */
  readonly selfTest?: () => readonly PartResult[];
  /** What was sent of each source, and what would have been. */
  readonly savings?: () => Iterable<readonly [source: string, counts: SavingsCounts]>;
}

/** What is known of a front process. */
export interface FrontStatus {
  /** From 1; that of a front which has ended goes to the one in its place. */
  readonly number: number;
  readonly connections: number;
  /** Answers from its own table, since the start of the server. */
  readonly answers: number;
  /** Processor time of all fronts with this number so far, in milliseconds. */
  readonly processorTime: number;
  /** Times that it was started again. */
  readonly restarts: number;
}

export interface Metrics extends EngineObserver {
  /** What gauges show; before that they show nothing. */
  watch(watched: Watched): void;
  answered(answer: CountedAnswer): void;
  /** Where answers of a dialect in a format are added up that are kept ready. */
  tally(dialect: string, format: string): Tally;
  /** A request was compiled whose parameters of these names had no effect, or only a part of it. */
  fellShort(dialect: string, params: Iterable<string>, times?: number): void;
  uploaded(bytes: number): void;
  /** A CDN in front was told to purge so many tags. */
  readonly purgedAtCdn: (cdn: CdnName, outcome: CdnOutcome, tags: number) => void;
  /** Everything counted so far, as text. */
  text(): Promise<string>;
  readonly mediaType: string;
}

/** What gauges without labels show. */
const GAUGES: readonly (readonly [
  PlainNameOf<'gauge'>,
  (status: EngineStatus, watched: Watched) => number,
])[] = [
  ['fovea_ready', (_, { ready }) => (ready() ? 1 : 0)],
  ['fovea_requests_in_flight', (_, { inFlight }) => inFlight()],
  ['fovea_connections', (_, { connections }) => connections()],
  ['fovea_queue_length', ({ queued }) => queued],
  ['fovea_queue_wait_seconds', ({ wait }) => wait / 1000],
  ['fovea_service_rate_ratio', ({ rate }) => rate],
  ['fovea_workers', ({ workers }) => workers],
  ['fovea_workers_busy', ({ running }) => running],
  ['fovea_workers_memory_bytes', ({ memory }) => memory],
  ['fovea_quarantined_sources', ({ quarantined }) => quarantined],
  ['fovea_refinements_waiting', ({ refining }) => refining],
];

/** What the engine counts since its start. */
const COUNTERS: readonly (readonly [PlainNameOf<'counter'>, (status: EngineStatus) => number])[] = [
  ['fovea_queue_refusals_total', ({ refused }) => refused],
  ['fovea_cut_short_total', ({ cutShort }) => cutShort],
  ['fovea_failed_findings_total', ({ failedFindings }) => failedFindings],
  ['fovea_video_failures_total', ({ videoFailures }) => videoFailures],
  ['fovea_signing_failures_total', ({ signingFailures }) => signingFailures],
  ['fovea_purges_total', ({ purges }) => purges],
  ['fovea_disk_failures_total', ({ diskFailures }) => diskFailures],
];

/** Sources that have series of their own. */
const MOST_SOURCES = 100;

/** A meter of its own, so that two servers in one process do not share counts. @param version of Fovea */
export function createMetrics(version = 'unknown'): Metrics {
  const registry = new Registry();
  const tallies = new Map<string, { dialect: string; format: string; tally: Tally }>();
  const sources = new Set<string>();
  let watched: Watched | undefined;
  const make = instruments(registry);

  // The first of all, so that the others have what it hands on when they are read
  const requests = make.counter('fovea_requests_total', () => {
    for (const { dialect, format, tally } of tallies.values()) handOn(dialect, format, tally);
    if (watched !== undefined) gauges(watched);
  });
  const durations = make.histogram('fovea_request_duration_seconds');
  const hits = make.counter('fovea_hits_total');
  const fallbacks = make.counter('fovea_fallbacks_total');
  const shortfalls = make.counter('fovea_parameters_without_effect_total');
  const sent = make.counter('fovea_sent_bytes_total');
  const uploads = make.counter('fovea_uploaded_bytes_total');
  const sourceBytes = make.counter('fovea_source_bytes_total');
  const savedBytes = make.counter('fovea_saved_bytes_total');
  const stages = make.histogram('fovea_stage_duration_seconds');
  const renders = make.histogram('fovea_render_duration_seconds');
  const trials = make.histogram('fovea_search_trials');
  const targets = make.counter('fovea_targets_total');
  const originRequests = make.counter('fovea_origin_requests_total');
  const originDurations = make.histogram('fovea_origin_request_duration_seconds');
  const originBytes = make.counter('fovea_origin_received_bytes_total');
  const bucketOperations = make.counter('fovea_bucket_operations_total');
  const bucketDurations = make.histogram('fovea_bucket_operation_duration_seconds');
  const cdnTags = make.counter('fovea_cdn_purged_tags_total');
  const gauges = engineMetrics(make, named);
  make.gauge('fovea_build_info').set({ version, node: process.versions.node }, 1);
  collectDefaultMetrics({ register: registry });

  function handOn(dialect: string, format: string, tally: Tally): void {
    const { answers } = tally;
    if (answers === 0) return;
    requests.inc({ dialect, outcome: 'hit', status: '2xx' }, answers);
    hits.inc({ tier: 'ready' }, answers);
    sent.inc({ dialect }, tally.bytes);
    sourceBytes.inc({ format }, tally.sourceBytes);
    savedBytes.inc({ format }, tally.savedBytes);
    Object.assign(tally, noAnswers());
  }

  function made({ receipt, timings }: Rendition): void {
    if (timings.render !== undefined) renders.observe(timings.render / 1000);
    if (receipt === undefined) return;
    trials.observe({ format: receipt.format }, receipt.trials.length);
    if (receipt.target !== undefined) targets.inc({ result: resultOf(receipt) });
  }

  /** The name of a source, or the word for those that are too many. */
  function named(source: string): string {
    if (sources.size < MOST_SOURCES) sources.add(source);
    return sources.has(source) ? source : 'other';
  }

  return {
    mediaType: registry.contentType,
    text: () => registry.metrics(),
    watch(given) {
      watched = given;
    },
    tally(dialect, format) {
      const key = `${dialect} ${format}`;
      const known = tallies.get(key) ?? { dialect, format, tally: noAnswers() };
      tallies.set(key, known);
      return known.tally;
    },
    fellShort(dialect, params, times = 1) {
      for (const param of params) shortfalls.inc({ dialect, param }, times);
    },
    uploaded(bytes) {
      uploads.inc(bytes);
    },
    purgedAtCdn: (cdn, outcome, tags) => cdnTags.inc({ cdn, outcome }, tags),
    fetched(source, outcome, milliseconds, bytes) {
      const name = named(source);
      originRequests.inc({ source: name, outcome });
      originDurations.observe({ source: name }, milliseconds / 1000);
      originBytes.inc({ source: name }, bytes);
    },
    bucket(operation, outcome, milliseconds) {
      bucketOperations.inc({ operation, outcome });
      // What was not asked took no time
      if (outcome !== 'skipped') bucketDurations.observe({ operation }, milliseconds / 1000);
    },
    answered({ dialect = 'none', status, rendition, fault, bytes, milliseconds, fallback }) {
      const outcome = outcomeOf({ status, rendition, fault });
      requests.inc({ dialect, outcome, status: `${Math.floor(status / 100)}xx` });
      durations.observe({ outcome }, milliseconds / 1000);
      sent.inc({ dialect }, bytes);
      if (fallback !== undefined) fallbacks.inc({ kind: fallback });
      if (rendition === undefined) return;
      const { cache, timings, source, result } = rendition;
      if (cache.hit) hits.inc({ tier: cache.tier ?? 'source' });
      if (status === 200 && bytes > 0) {
        sourceBytes.inc({ format: result.format }, source.bytes);
        savedBytes.inc({ format: result.format }, Math.max(0, source.bytes - bytes));
      }
      for (const stage of STAGES) {
        const time = timings[stage];
        if (time !== undefined) stages.observe({ stage }, time / 1000);
      }
      if (!cache.hit && !cache.collapsed) made(rendition);
    },
  };
}

function noAnswers(): Tally {
  return { answers: 0, bytes: 0, sourceBytes: 0, savedBytes: 0 };
}

function resultOf({ kind, score, target }: Receipt): 'source' | 'unmeasured' | 'on' | 'below' {
  if (kind === 'source') return 'source';
  if (score === undefined) return 'unmeasured';
  return score >= target! - PASS_BELOW ? 'on' : 'below';
}

/** What the engine says of itself, in the instruments for it. */
function engineMetrics(
  make: Instruments,
  named: (source: string) => string,
): (watched: Watched) => void {
  const gauges = GAUGES.map(([name, value]) => ({ gauge: make.gauge(name), value }));
  const counters = COUNTERS.map(([name, value]) => ({ counter: make.counter(name), value }));
  const restarts = make.counter('fovea_worker_restarts_total');
  const tested = make.gauge('fovea_self_test_passed');
  const bytes = make.gauge('fovea_cache_bytes');
  const capacity = make.gauge('fovea_cache_capacity_bytes');
  const entries = make.gauge('fovea_cache_entries');
  const evictions = make.counter('fovea_cache_evictions_total');
  const paused = make.gauge('fovea_origin_paused');
  const retries = make.counter('fovea_origin_retries_total');
  const resumed = make.counter('fovea_origin_resumed_total');
  const bucketUp = make.gauge('fovea_bucket_up');
  const writesWaiting = make.gauge('fovea_bucket_writes_waiting');
  const writesDropped = make.counter('fovea_bucket_writes_dropped_total');
  const redisUp = make.gauge('fovea_coordination_up');
  const redisLosses = make.counter('fovea_coordination_losses_total');
  const jobsWaiting = make.gauge('fovea_jobs_waiting');
  const jobs = make.counter('fovea_jobs_total');
  const nodeFlights = make.counter('fovea_node_flights_total');
  const frontAnswers = make.counter('fovea_front_answers_total');
  const frontTime = make.counter('fovea_front_processor_seconds_total');
  const frontRestarts = make.counter('fovea_front_restarts_total');
  const savings = savingsMetrics(make, named);
  return (watched) => {
    savings(watched.savings?.() ?? []);
    const status = watched.status();
    for (const { gauge, value } of gauges) gauge.set(value(status, watched));
    for (const { counter, value } of counters) counter.setTo(value(status));
    for (const [reason, count] of Object.entries(status.restarts)) {
      restarts.setTo({ reason }, count);
    }
    for (const { part, outcome } of watched.selfTest?.() ?? []) {
      if (outcome !== 'untested') tested.set({ part }, outcome === 'passed' ? 1 : 0);
    }
    for (const [tier, held] of Object.entries({ ready: watched.hits(), ...status.tiers })) {
      bytes.set({ tier }, held.bytes);
      capacity.set({ tier }, held.capacity);
      entries.set({ tier }, held.entries);
      evictions.setTo({ tier }, held.evictions);
    }
    for (const [source, health] of summed(watched.origins(), named)) {
      paused.set({ source }, health.paused);
      retries.setTo({ source }, health.retries);
      resumed.setTo({ source }, health.resumed);
    }
    if (status.shared !== undefined) {
      const { available, waiting, dropped } = status.shared;
      bucketUp.set(available ? 1 : 0);
      writesWaiting.set(waiting);
      writesDropped.setTo(dropped);
    }
    if (status.nodes !== undefined) {
      const { available, losses, flights, jobs: queue } = status.nodes;
      redisUp.set({ by: 'redis' }, available ? 1 : 0);
      redisLosses.setTo(losses);
      for (const [end, count] of Object.entries(flights)) nodeFlights.setTo({ end }, count);
      if (queue !== undefined) {
        const { waiting, ...ends } = queue;
        jobsWaiting.set({ by: 'redis' }, waiting);
        for (const [end, count] of Object.entries(ends)) jobs.setTo({ end }, count);
      }
    }
    for (const { number, answers, processorTime, restarts: again } of watched.fronts()) {
      const front = String(number);
      frontAnswers.setTo({ front }, answers);
      frontTime.setTo({ front }, processorTime / 1000);
      frontRestarts.setTo({ front }, again);
    }
  };
}

/** The health of servers by names that are bounded in number. */
function summed(
  origins: ReturnType<Watched['origins']>,
  named: (source: string) => string,
): Map<string, OriginHealth> {
  const all = new Map<string, OriginHealth>();
  for (const [name, { paused, retries, resumed }] of origins) {
    const source = named(name);
    const before = all.get(source) ?? { paused: 0, retries: 0, resumed: 0 };
    all.set(source, {
      paused: before.paused + paused,
      retries: before.retries + retries,
      resumed: before.resumed + resumed,
    });
  }
  return all;
}
