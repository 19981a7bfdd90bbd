/**
 * Attempt: one request at one site, with what is known of it so far, and the
 * services that answer it.
 */
import type { Clock } from '../base/clock.ts';
import type { Fault } from '../base/fault.ts';
import type { Compiled, Dialect, DialectSettings, ImageRequest } from '../dialects/dialect.ts';
import type { Engine, Mount, Rendition } from '../engine/engine.ts';
import type { Spooled } from '../stores/spool.ts';
import type { CompileCache } from './compile-cache.ts';
import type { AnswerSettings } from './config/source-answers.ts';
import type { HitTable } from './hits/hit-table.ts';
import { type ErrorAnswer, errorResponse } from './http/errors.ts';
import {
  type HeaderPolicy,
  type HttpRequest,
  type HttpResponse,
  type NamedRequest,
  NO_BODY,
} from './http/http-message.ts';
import type { InFlight } from './in-flight.ts';
import type { RequestLimits } from './limits/request-limits.ts';
import type { RenderJob } from './render-job.ts';
import type { SavingsLedger } from './savings/savings-ledger.ts';
import type { Log } from './telemetry/log.ts';
import type { Metrics } from './telemetry/metrics.ts';

/** One configured source with everything that answers for it. */
export interface Site {
  readonly dialect: Dialect;
  readonly settings: DialectSettings;
  /** How long answers may be kept, and what stands in for errors; the dialect's way where absent. */
  readonly answers?: AnswerSettings;
  readonly mount: Mount;
}

/** The picture in a request body; undefined where the body is empty. @throws Fault */
export type UploadReader = (
  headers: Readonly<Record<string, string | undefined>>,
  body: AsyncIterable<Uint8Array>,
) => Promise<Spooled | undefined>;

export interface Services {
  readonly engine: Engine;
  readonly readUpload: UploadReader;
  readonly clock: Clock;
  readonly log: Log;
  readonly policy: HeaderPolicy;
  /** What addresses have been found to mean. */
  readonly compileCache: CompileCache;
  /** Answers that are ready to be sent again. */
  readonly hits?: HitTable;
  /** What a request that asks for a fresh answer gets; `ignore` when absent. */
  readonly reload?: 'ignore' | 'revalidate';
  /** Bounds the requests that are worked on at once. */
  readonly inFlight: InFlight;
  /** How much clients and sources may ask for, where that is limited. */
  readonly limits?: RequestLimits;
  /** Counts answers, where metrics are served. */
  readonly meter?: Metrics;
  /** Counts what was sent of each source. */
  readonly ledger?: SavingsLedger;
}

/** What is known of a request; grows until it is answered. */
export interface Attempt {
  readonly site: Site;
  readonly request: NamedRequest;
  readonly image: ImageRequest;
  readonly services: Services;
  compiled?: Compiled;
  job?: RenderJob;
  upload?: Spooled;
  rendition?: Rendition;
  /** What went wrong, whatever is sent in its place. */
  fault?: Fault;
  /** What is sent in place of an error. */
  fallback?: 'source' | 'picture';
}

/** Nobody reads it: the client has gone (the convention of nginx). */
export function clientGone(): HttpResponse {
  return { status: 499, headers: {}, body: NO_BODY, close: true };
}

/** An error in the form that the client asked for. */
export function refused(
  request: HttpRequest,
  { clock, policy }: Services,
  answer: ErrorAnswer,
): HttpResponse {
  return errorResponse(request, answer, clock.now(), policy);
}
