/**
 * Request end: what is counted, traced and logged of a request once its answer is ready.
 */
import { bodyLength } from '../base/body.ts';
import { STAGES, type Timings } from '../engine/timings.ts';
import type { ReadyAnswer } from './hits/hit-table.ts';
import type { HttpRequest, HttpResponse } from './http/http-message.ts';
import { type AccessLine, type AccessLog, accessLine } from './telemetry/access-log.ts';
import { type Log, loggable } from './telemetry/log.ts';
import type { Metrics } from './telemetry/metrics.ts';
import { endRequest, type RequestSpan, type Tracing } from './telemetry/tracing.ts';

/** Who is told; whatever is absent is not. */
export interface EndOptions {
  readonly meter?: Metrics | undefined;
  /** Takes a line per request, where there is an access log. */
  readonly access?: AccessLog | undefined;
  readonly tracing?: Tracing | undefined;
  readonly log: Log;
  /** Milliseconds from which a request has a line of its own, with its stages. */
  readonly slow?: number | undefined;
}

/** A request that is being answered. */
export interface Begun {
  readonly id: string;
  /** On the clock of `performance.now`. */
  readonly arrived: number;
  readonly span: RequestSpan | undefined;
}

type Given = Pick<HttpRequest, 'method' | 'target' | 'headers'>;

/** A request has its answer. */
export function endOfRequest(
  { meter, access, log, slow }: EndOptions,
  given: Given,
  { id, arrived, span }: Begun,
  response: HttpResponse,
): void {
  const { status, body, picture, timings } = response;
  const { method } = given;
  const bytes = bodyLength(body);
  const milliseconds = performance.now() - arrived;
  if (span !== undefined) endRequest(span, method, { status, bytes, picture });
  // Answers about pictures are counted with all that is known of them, by the handler
  if (picture === undefined) meter?.answered({ status, bytes, milliseconds });
  const isSlow = slow !== undefined && milliseconds >= slow;
  if (access === undefined && !isSlow) return;
  const named = { requestId: id, ...(span === undefined ? {} : { traceId: span.traceId }) };
  const target = loggable(given.target);
  const line = accessLine(method, target, status, body, picture, named, milliseconds);
  access?.(line);
  if (isSlow) log.warn({ ...line, stages: rounded(timings) }, 'slow request');
}

/** The same for an answer that is given again and again; it was counted where it stands ready. */
export function endOfReady(
  { access, tracing }: Pick<EndOptions, 'access' | 'tracing'>,
  asked: Given,
  { id, arrived }: Omit<Begun, 'span'>,
  { line, picture, body }: ReadyAnswer,
): void {
  const span = tracing?.begin(asked, id, arrived);
  if (span !== undefined) {
    endRequest(span, asked.method, { status: 200, bytes: body.length, picture });
  }
  if (access === undefined) return;
  const took = performance.now() - arrived;
  if (access.again !== undefined && span === undefined) return access.again(line, id, took);
  const said: AccessLine = line.of(id, took);
  access(span === undefined ? said : { ...said, traceId: span.traceId });
}

/** Whole milliseconds by stage, in the order of the stages. */
function rounded(timings: Timings = {}): Record<string, number> {
  return Object.fromEntries(
    STAGES.flatMap((stage) => {
      const time = timings[stage];
      return time === undefined ? [] : [[stage, Math.round(time)] as const];
    }),
  );
}
