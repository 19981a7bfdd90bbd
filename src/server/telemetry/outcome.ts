/**
 * Outcome: how a request ended, in a word, for metrics.
 *
 * Pure.
 */
import type { Fault, FaultCode } from '../../base/fault.ts';
import type { Rendition } from '../../engine/engine.ts';

export type Outcome =
  | 'hit'
  | 'stale'
  | 'miss'
  | 'collapsed'
  | 'refused'
  | 'gone'
  | 'other'
  | `error_${'request' | 'access' | 'origin' | 'source' | 'internal'}`;

/** What is known of an answer when it is ready. */
export interface AnswerEnd {
  readonly status: number;
  readonly rendition?: Pick<Rendition, 'cache' | 'lifetime'> | undefined;
  /** What went wrong, whatever was sent in its place. */
  readonly fault?: Fault | undefined;
}

/** Where the status of a fault says too little of whose it is. */
const OUTCOMES: Readonly<Partial<Record<FaultCode, Outcome>>> = {
  'signature-invalid': 'error_access',
  'link-expired': 'error_access',
  'account-unknown': 'error_access',
  'source-refused': 'error_access',
  'source-not-found': 'error_origin',
  'source-forbidden': 'error_origin',
  'source-unresolvable': 'error_origin',
  'origin-failed': 'error_origin',
  'origin-timeout': 'error_origin',
  'origin-paused': 'error_origin',
  'source-empty': 'error_source',
  'source-too-large': 'error_source',
  'source-too-many-pixels': 'error_source',
  'source-not-an-image': 'error_source',
  'source-unsupported': 'error_source',
  'source-broken': 'error_source',
  'source-quarantined': 'error_source',
  overloaded: 'refused',
  'source-lost': 'error_internal',
  'render-timeout': 'error_internal',
  'render-failed': 'error_internal',
  internal: 'error_internal',
};

/** How a request ended. */
export function outcomeOf({ status, rendition, fault }: AnswerEnd): Outcome {
  if (status === GONE) return 'gone';
  if (fault !== undefined) return OUTCOMES[fault.code] ?? byStatus(fault.kind.status);
  if (rendition === undefined) return status < 400 ? 'other' : byStatus(status);
  const { cache, lifetime } = rendition;
  if (cache.hit) return lifetime.age > lifetime.seconds ? 'stale' : 'hit';
  return cache.collapsed ? 'collapsed' : 'miss';
}

/** The status of an answer that nobody reads (attempt.ts). */
const GONE = 499;

function byStatus(status: number): Outcome {
  if (status === 503 || status === 429) return 'refused';
  if (status === 401 || status === 403) return 'error_access';
  return status >= 500 ? 'error_internal' : 'error_request';
}
