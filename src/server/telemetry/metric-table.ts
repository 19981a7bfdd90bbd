/**
 * The table of metrics: one row per name, in the terms of Prometheus. The meter makes its
 * instruments from it, and docs/reference/metrics.md is written from it.
 *
 * Labels take words of the program or names of the configuration, never those of a visitor,
 * so that the number of series is bounded. Names follow docs/spec/telemetry.md 1.1 to 1.3.
 */

import { SAVINGS_METRICS } from './savings-metric-rows.ts';

export interface MetricRow {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** The labels, with what they say. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Of a histogram: its upper bounds, ascending. */
  readonly buckets?: readonly number[];
}

/** Seconds, from a look into memory to the longest search. */
const SECONDS = [
  ...[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
] as const;

/** Seconds that origins take. */
const ORIGIN_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

const DIALECT = 'fastly, imgix or imageoptim; none for what belongs to no source';
const OUTCOME =
  'hit, stale, miss, collapsed (made for another request), refused (too much work), gone (the client left), other (pages, OPTIONS), or the class of the failure: error_request, error_access, error_origin, error_source, error_internal';
const TIER = 'ready (answers kept ready), memory or disk';
const OPERATION = 'get, put, delete, list (notices of purges) or probe (whether it answers)';
const SOURCE = 'name of the source in the configuration; other beyond the first 100';
const FORMAT = 'format of the result';
const FRONT = 'its number, from 1';

export const METRICS = {
  // requests
  fovea_requests_total: {
    type: 'counter',
    help: 'Requests by dialect, outcome and class of status.',
    labels: { dialect: DIALECT, outcome: OUTCOME, status: '2xx, 3xx, 4xx or 5xx' },
  },
  fovea_request_duration_seconds: {
    type: 'histogram',
    help: 'Time from a request to its answer, those from answers kept ready left out.',
    labels: { outcome: OUTCOME },
    buckets: SECONDS,
  },
  fovea_hits_total: {
    type: 'counter',
    help: 'Hits by the tier that had the answer.',
    labels: {
      tier: `${TIER}; bucket for what another node had made; source for a source that is sent as it is`,
    },
  },
  fovea_fallbacks_total: {
    type: 'counter',
    help: 'Failures that were answered with a picture in place of an error.',
    labels: { kind: 'source (the source as it is) or picture (the one configured for errors)' },
  },
  fovea_parameters_without_effect_total: {
    type: 'counter',
    help: 'Requests with a parameter that had no effect or only a part of it, by dialect and parameter.',
    labels: {
      dialect: DIALECT,
      param: 'name of the parameter; other for any name that the dialect does not have',
    },
  },
  fovea_requests_in_flight: {
    type: 'gauge',
    help: 'Pictures worked on now, those that wait included.',
  },
  fovea_connections: { type: 'gauge', help: 'Connections of clients that are open.' },
  // bytes
  fovea_sent_bytes_total: {
    type: 'counter',
    help: 'Bytes of bodies that were answered with.',
    labels: { dialect: DIALECT },
  },
  fovea_uploaded_bytes_total: { type: 'counter', help: 'Bytes of pictures that clients uploaded.' },
  fovea_source_bytes_total: {
    type: 'counter',
    help: 'Bytes of the sources of whole pictures that were answered with.',
    labels: { format: FORMAT },
  },
  fovea_saved_bytes_total: {
    type: 'counter',
    help: 'Bytes of sources less those of the whole pictures that were answered with in their place, where these are fewer.',
    labels: { format: FORMAT },
  },
  // savings by source
  ...SAVINGS_METRICS,
  // work
  fovea_stage_duration_seconds: {
    type: 'histogram',
    help: 'Time of a stage of making a picture, by stage.',
    labels: {
      stage:
        'fetch, queue, probe, find, decode, transform, search, encode or write, as in Server-Timing',
    },
    buckets: SECONDS,
  },
  fovea_render_duration_seconds: {
    type: 'histogram',
    help: 'Time of a render worker for one picture.',
    buckets: SECONDS,
  },
  fovea_search_trials: {
    type: 'histogram',
    help: 'Encodes made to find one picture.',
    labels: { format: FORMAT },
    buckets: [0, 1, 2, 3, 4, 5, 6, 8, 12, 20],
  },
  fovea_targets_total: {
    type: 'counter',
    help: 'Pictures made for a target, by how they met it.',
    labels: { result: 'on, below, unmeasured, or source (kept from the source)' },
  },
  fovea_cut_short_total: {
    type: 'counter',
    help: 'First answers that had less than the time they take.',
  },
  fovea_failed_findings_total: {
    type: 'counter',
    help: 'Pictures made without what could not be found on their source, as faces.',
  },
  fovea_video_failures_total: {
    type: 'counter',
    help: 'Videos in whose place a picture was sent, because ffmpeg or the package failed.',
  },
  fovea_signing_failures_total: {
    type: 'counter',
    help: 'Pictures sent without the C2PA manifest they should have, because it could not be signed.',
  },
  fovea_refinements_waiting: {
    type: 'gauge',
    help: 'Pictures waiting for the background worker, or being worked on by it.',
  },
  // workers
  fovea_queue_length: { type: 'gauge', help: 'Requests waiting for a render worker.' },
  fovea_queue_wait_seconds: {
    type: 'gauge',
    help: 'Predicted wait of a request that arrives now.',
  },
  fovea_queue_refusals_total: {
    type: 'counter',
    help: 'Requests refused or dropped because their wait is too long.',
  },
  fovea_service_rate_ratio: {
    type: 'gauge',
    help: 'Measured over predicted time of renderings: the lower, the faster the machine.',
  },
  fovea_workers: { type: 'gauge', help: 'Render workers for requests that are up.' },
  fovea_workers_busy: { type: 'gauge', help: 'Render workers at work on a request.' },
  fovea_workers_memory_bytes: {
    type: 'gauge',
    help: 'Resident memory of all render workers; 0 where the system does not tell.',
  },
  fovea_worker_restarts_total: {
    type: 'counter',
    help: 'Render workers started in place of others, by what became of these.',
    labels: {
      reason:
        'time or memory (killed at that limit), crashed, ended (from outside), worn (many tasks), grown (in memory)',
    },
  },
  fovea_self_test_passed: {
    type: 'gauge',
    help: '1 where the part passed the self-test after the start, 0 where it failed; nothing before, or where it could not be tried.',
    labels: { part: 'metric, reduction (kernels), or the format of an encoder' },
  },
  fovea_quarantined_sources: { type: 'gauge', help: 'Sources that are not tried at present.' },
  // store
  fovea_cache_bytes: {
    type: 'gauge',
    help: 'Bytes that a tier of the cache takes.',
    labels: { tier: TIER },
  },
  fovea_cache_capacity_bytes: {
    type: 'gauge',
    help: 'Bytes that a tier of the cache may take.',
    labels: { tier: TIER },
  },
  fovea_cache_entries: {
    type: 'gauge',
    help: 'Entries of a tier of the cache; on the disk those known so far.',
    labels: { tier: TIER },
  },
  fovea_cache_evictions_total: {
    type: 'counter',
    help: 'Entries of a tier of the cache that had to make room.',
    labels: { tier: TIER },
  },
  fovea_purges_total: { type: 'counter', help: 'Purges, soft ones included.' },
  fovea_cdn_purged_tags_total: {
    type: 'counter',
    help: 'Tags that a CDN in front was to purge, by how that ended.',
    labels: {
      cdn: 'fastly or cloudflare',
      outcome:
        'done, given_up (refused, or failed too often) or dropped (too many waited, or the server ended)',
    },
  },
  fovea_disk_failures_total: { type: 'counter', help: 'Failures of the disk of the cache.' },
  // the bucket that all nodes share
  fovea_bucket_up: {
    type: 'gauge',
    help: '1 while the bucket is asked, 0 while it is left alone because it failed again and again; absent where there is none.',
  },
  fovea_bucket_operations_total: {
    type: 'counter',
    help: 'What the bucket was asked, by how that ended.',
    labels: {
      operation: OPERATION,
      outcome: 'hit, miss, done, error, or skipped (it was left alone)',
    },
  },
  fovea_bucket_operation_duration_seconds: {
    type: 'histogram',
    help: 'Time to the head of an answer of the bucket, or to the end of writing to it.',
    labels: { operation: OPERATION },
    buckets: ORIGIN_SECONDS,
  },
  fovea_bucket_writes_waiting: {
    type: 'gauge',
    help: 'Entries that wait to be written to the bucket, or are being written.',
  },
  fovea_bucket_writes_dropped_total: {
    type: 'counter',
    help: 'Entries that were not written to the bucket: it was away, or too many waited.',
  },
  // origins
  fovea_origin_requests_total: {
    type: 'counter',
    help: 'Sources asked for at their origin, by how that ended.',
    labels: {
      source: SOURCE,
      outcome: 'bytes, unchanged, gone (nobody waited any more), or the code of the fault',
    },
  },
  fovea_origin_request_duration_seconds: {
    type: 'histogram',
    help: 'Time to read a source from its origin, to its last byte.',
    labels: { source: SOURCE },
    buckets: ORIGIN_SECONDS,
  },
  fovea_origin_received_bytes_total: {
    type: 'counter',
    help: 'Bytes of sources read from their origin.',
    labels: { source: SOURCE },
  },
  fovea_origin_paused: {
    type: 'gauge',
    help: 'Servers of a source that are left alone at present, because they failed again and again.',
    labels: { source: SOURCE },
  },
  fovea_origin_retries_total: {
    type: 'counter',
    help: 'Requests to the servers of a source that were tried again.',
    labels: { source: SOURCE },
  },
  fovea_origin_resumed_total: {
    type: 'counter',
    help: 'Sources that were gone on with after their connection was cut.',
    labels: { source: SOURCE },
  },
  // other nodes
  fovea_coordination_up: {
    type: 'gauge',
    help: '1 while other nodes can be told and asked, 0 while this one works alone; absent where there are none.',
    labels: { by: 'redis' },
  },
  fovea_coordination_losses_total: {
    type: 'counter',
    help: 'Times that other nodes could not be told and asked any more.',
  },
  fovea_node_flights_total: {
    type: 'counter',
    help: 'Sources to read and pictures to make that no node had, by who did it.',
    labels: {
      end: 'held (here, for all nodes), taken (from the node that was at it), failed (there), or alone (here: nobody could be asked, or waited for)',
    },
  },
  fovea_jobs_waiting: {
    type: 'gauge',
    help: 'Refinements that wait for any of all nodes, as this one last saw.',
    labels: { by: 'redis' },
  },
  fovea_jobs_total: {
    type: 'counter',
    help: 'Refinements that this node queued for all, did for all, or failed with.',
    labels: { end: 'added, done or failed' },
  },
  // fronts
  fovea_front_answers_total: {
    type: 'counter',
    help: 'Hits that a front process answered by itself, where there are several.',
    labels: { front: FRONT },
  },
  fovea_front_processor_seconds_total: {
    type: 'counter',
    help: 'Processor time of a front process.',
    labels: { front: FRONT },
  },
  fovea_front_restarts_total: {
    type: 'counter',
    help: 'Times that a front process was started again.',
    labels: { front: FRONT },
  },
  // itself
  fovea_ready: { type: 'gauge', help: '1 while /readyz says ok, else 0.' },
  fovea_build_info: {
    type: 'gauge',
    help: 'Always 1; what runs.',
    labels: { version: 'of Fovea', node: 'version of Node' },
  },
} as const satisfies Record<string, MetricRow>;

export type MetricName = keyof typeof METRICS;

/** Metrics of one type. */
export type NameOf<Type extends MetricRow['type']> = {
  [Name in MetricName]: (typeof METRICS)[Name]['type'] extends Type ? Name : never;
}[MetricName];

/** The labels of a metric, each with its value. */
export type LabelsOf<Name extends MetricName> = (typeof METRICS)[Name] extends {
  readonly labels: infer Labels;
}
  ? { readonly [Label in keyof Labels]: string }
  : undefined;
