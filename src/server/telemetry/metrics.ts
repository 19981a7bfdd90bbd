/**
 * Meter: what the server counts, in the form Prometheus reads.
 *
 * Labels are words of the program (dialects, formats, results) and names of sources, never of a
 * visitor, so that their number is bounded.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Engine, EngineStatus, Mount, Rendition } from '../../engine/engine.ts';
import { PASS_BELOW, type Receipt } from '../../optimizer/receipt.ts';
import type { OriginHealth } from '../../origins/origin.ts';
import { healthOf } from '../origin-health.ts';

export interface Metrics {
  /** An answer went out; `rendition` where it carries one. */
  answered(dialect: string, status: number, rendition?: Rendition): void;
  /** A request was compiled whose parameters of these names had no effect, or only a part of it. */
  fellShort(dialect: string, params: Iterable<string>): void;
  /** Everything counted so far, as text. */
  text(): Promise<string>;
  readonly mediaType: string;
}

type Row = readonly [name: string, help: string, value: (status: EngineStatus) => number];

/** What the engine says of itself now. */
const GAUGES: readonly Row[] = [
  ['pool_workers', 'Render workers for requests that are up.', (s) => s.workers],
  ['pool_queued', 'Requests waiting for a render worker.', (s) => s.queued],
  ['pool_running', 'Render workers at work on a request.', (s) => s.running],
  ['pool_wait_seconds', 'Estimated wait of a request that arrives now.', (s) => s.wait / 1000],
  ['pool_rate', 'Measured over predicted time of renderings.', (s) => s.rate],
  ['pool_quarantined', 'Sources that are not tried at present.', (s) => s.quarantined],
  ['refining', 'Pictures waiting for the background worker.', (s) => s.refining],
];

/** What the engine counts since its start. */
const COUNTERS: readonly Row[] = [
  ['workers_killed', 'Render workers killed at a limit of time or memory.', (s) => s.killed],
  ['workers_died', 'Render workers that crashed or were ended from outside.', (s) => s.died],
  ['workers_restarted', 'Render workers started in place of others.', (s) => s.restarted],
  ['refused', 'Requests refused or dropped because the wait is too long.', (s) => s.refused],
  ['disk_failures', 'Failures of the disk of the cache.', (s) => s.diskFailures],
  [
    'video_failures',
    'Videos in whose place a picture was sent, because ffmpeg or the package failed.',
    (s) => s.videoFailures,
  ],
  [
    'signing_failures',
    'Pictures sent without the C2PA manifest they should have, because it could not be signed.',
    (s) => s.signingFailures,
  ],
  ['cut_short', 'First answers that had less than the time they take.', (s) => s.cutShort],
  [
    'failed_findings',
    'Renderings without what could not be found on their source, as faces.',
    (s) => s.failedFindings,
  ],
];

/** Sets or counts how the servers of each source are, each time it is asked. */
function collectHealth(mounts: readonly Mount[], registers: Registry[]): void {
  const labelNames = ['source'];
  const each = (set: (source: string, health: OriginHealth) => void) => {
    for (const mount of mounts) {
      const health = healthOf(mount);
      if (health !== undefined) set(mount.name, health);
    }
  };
  new Gauge({
    name: 'fovea_origin_paused',
    help: 'Servers of a source that are left alone at present, because they failed again and again.',
    labelNames,
    registers,
    collect() {
      each((source, { paused }) => this.set({ source }, paused));
    },
  });
  for (const [name, help, count] of ORIGIN_COUNTERS) {
    new Counter({
      name: `fovea_origin_${name}_total`,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        each((source, health) => this.inc({ source }, count(health)));
      },
    });
  }
}

const ORIGIN_COUNTERS: readonly (readonly [string, string, (health: OriginHealth) => number])[] = [
  ['retries', 'Requests to the servers of a source that were tried again.', (h) => h.retries],
  ['resumed', 'Sources that were gone on with after their connection was cut.', (h) => h.resumed],
];

/** A meter of its own, so that two servers in one process do not share counts. */
export function createMetrics(engine: Engine, mounts: readonly Mount[] = []): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'fovea_' });

  const answers = new Counter({
    name: 'fovea_answers_total',
    help: 'Answers by dialect and class of status.',
    labelNames: ['dialect', 'status'],
    registers,
  });
  const shortfalls = new Counter({
    name: 'fovea_parameters_without_effect_total',
    help: 'Requests with a parameter that had no effect or only a part of it, by dialect and parameter; other: any name that the dialect does not have.',
    labelNames: ['dialect', 'param'],
    registers,
  });
  const lookups = new Counter({
    name: 'fovea_store_lookups_total',
    help: 'Renditions found in the store, made, or waited for together with another request.',
    labelNames: ['result'],
    registers,
  });
  const trials = new Counter({
    name: 'fovea_trials_total',
    help: 'Encodes made while searching, by format.',
    labelNames: ['format'],
    registers,
  });
  const targets = new Counter({
    name: 'fovea_targets_total',
    help: 'Renditions made for a target: on it, below it, unmeasured, or kept from the source.',
    labelNames: ['result'],
    registers,
  });
  const sourceBytes = new Counter({
    name: 'fovea_source_bytes_total',
    help: 'Bytes of the sources of renditions made.',
    registers,
  });
  const savedBytes = new Counter({
    name: 'fovea_saved_bytes_total',
    help: 'Bytes of sources less those of the renditions made of them.',
    registers,
  });
  const seconds = new Histogram({
    name: 'fovea_render_seconds',
    help: 'Time to make a rendition, without queueing.',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  for (const [name, help, status] of GAUGES) {
    new Gauge({
      name: `fovea_${name}`,
      help,
      registers,
      collect() {
        this.set(status(engine.status()));
      },
    });
  }
  for (const [name, help, status] of COUNTERS) {
    new Counter({
      name: `fovea_${name}_total`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(status(engine.status()));
      },
    });
  }

  collectHealth(mounts, registers);

  const made = (receipt: Receipt) => {
    for (const { format } of receipt.trials) trials.inc({ format });
    if (receipt.target !== undefined) targets.inc({ result: resultOf(receipt) });
    sourceBytes.inc(receipt.sourceBytes);
    savedBytes.inc(Math.max(0, receipt.sourceBytes - receipt.bytes));
  };
  return {
    mediaType: registry.contentType,
    text: () => registry.metrics(),
    fellShort(dialect, params) {
      for (const param of params) shortfalls.inc({ dialect, param });
    },
    answered(dialect, status, rendition) {
      answers.inc({ dialect, status: `${Math.floor(status / 100)}xx` });
      if (rendition === undefined) return;
      const { cache, receipt, timings } = rendition;
      lookups.inc({ result: cache.hit ? 'hit' : cache.collapsed ? 'collapsed' : 'miss' });
      if (cache.hit || cache.collapsed) return;
      if (timings.render !== undefined) seconds.observe(timings.render / 1000);
      if (receipt) made(receipt);
    },
  };
}

function resultOf({ kind, score, target }: Receipt): 'source' | 'unmeasured' | 'on' | 'below' {
  if (kind === 'source') return 'source';
  if (score === undefined) return 'unmeasured';
  return score >= target! - PASS_BELOW ? 'on' : 'below';
}
