/**
 * Tracing: requests as spans of OpenTelemetry, sent to a collector.
 *
 * Spans are made through the API alone. Its packages, those of the SDK and of the exporter are installed by
 * whoever wants traces, and loaded where an endpoint is configured (docs/decisions/0041-observability.md).
 */
import {
  type Span as ApiSpan,
  type Context,
  createTraceState,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { loggable } from '../../base/loggable.ts';
import type { Span, SpanFacts } from '../../engine/tracing/span.ts';
import { readTraceContext, type TraceContext, traceHeaders } from './trace-context.ts';
import { knownMethod, type RequestSpan, type TracedRequest, type Tracing } from './tracing.ts';

export interface TracerParts {
  readonly tracer: Tracer;
  /** Take part in the trace that a request names. */
  readonly acceptParent: boolean;
  /** Sends what is left. */
  close(): Promise<void>;
}

/** What makes the spans of requests. */
export function createTracing({ tracer, acceptParent, close }: TracerParts): Tracing {
  return {
    close,
    begin({ method, target, headers }: TracedRequest, id: string, arrived: number): RequestSpan {
      const given = acceptParent ? readTraceContext(headers) : undefined;
      const context = given === undefined ? ROOT_CONTEXT : remote(given);
      const known = knownMethod(method);
      const facts = {
        'http.request.method': known ?? '_OTHER',
        'url.scheme': 'http',
        'url.path': loggable(target),
        'server.address': hostOf(headers.host),
        'fovea.request_id': id,
      };
      // The clock of the day at the start; from there on the one that only moves forward
      const offset = Date.now() - performance.now();
      const start = { name: known ?? 'HTTP', kind: SpanKind.SERVER, facts, at: arrived };
      return new OtelSpan({ tracer, offset, state: given?.state }, context, start);
    },
  };
}

/** What spans of a trace share. */
interface Common {
  readonly tracer: Tracer;
  /** From `performance.now` to milliseconds since 1970. */
  readonly offset: number;
  readonly state: string | undefined;
}

interface Start {
  readonly name: string;
  readonly kind: SpanKind;
  readonly facts: SpanFacts;
  readonly at: number | undefined;
  readonly link?: SpanContext;
}

class OtelSpan implements RequestSpan {
  readonly recorded: boolean;
  readonly traceId: string;
  readonly #common: Common;
  readonly #span: ApiSpan;
  readonly #context: Context;

  constructor(common: Common, parent: Context, { name, kind, facts, at, link }: Start) {
    this.#common = common;
    this.#span = common.tracer.startSpan(
      name,
      {
        kind,
        attributes: { ...facts },
        startTime: common.offset + (at ?? performance.now()),
        ...(link === undefined ? {} : { links: [{ context: link }] }),
      },
      parent,
    );
    this.#context = trace.setSpan(parent, this.#span);
    this.recorded = this.#span.isRecording();
    this.traceId = this.#span.spanContext().traceId;
  }

  get headers(): Readonly<Record<string, string>> {
    const { traceId, spanId, traceFlags } = this.#span.spanContext();
    const { state } = this.#common;
    const sampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
    return traceHeaders({ traceId, spanId, sampled, ...(state === undefined ? {} : { state }) });
  }

  child(name: string, facts: SpanFacts = {}, start?: number): Span {
    const kind = SpanKind.INTERNAL;
    return new OtelSpan(this.#common, this.#context, { name, kind, facts, at: start });
  }

  question(name: string, facts: SpanFacts = {}): Span {
    const kind = SpanKind.CLIENT;
    return new OtelSpan(this.#common, this.#context, { name, kind, facts, at: undefined });
  }

  later(name: string, facts: SpanFacts = {}): Span {
    const offset = Date.now() - performance.now();
    const link = this.#span.spanContext();
    const start = { name, kind: SpanKind.INTERNAL, facts, at: undefined, link };
    return new OtelSpan({ ...this.#common, offset, state: undefined }, ROOT_CONTEXT, start);
  }

  rename(name: string): void {
    this.#span.updateName(name);
  }

  set(facts: SpanFacts): void {
    this.#span.setAttributes({ ...facts });
  }

  event(name: string, facts: SpanFacts = {}, at = performance.now()): void {
    this.#span.addEvent(name, { ...facts }, this.#common.offset + at);
  }

  fail(kind: string): void {
    this.#span.setAttribute('error.type', kind);
    this.#span.setStatus({ code: SpanStatusCode.ERROR });
  }

  end(at = performance.now()): void {
    this.#span.end(this.#common.offset + at);
  }
}

function remote({ traceId, spanId, sampled, state }: TraceContext): Context {
  const context: SpanContext = {
    traceId,
    spanId,
    traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
    ...(state === undefined ? {} : { traceState: createTraceState(state) }),
  };
  return trace.setSpanContext(ROOT_CONTEXT, context);
}

/** A host without its port. */
function hostOf(host: string | undefined): string | undefined {
  return host?.replace(/:\d+$/, '').slice(0, 255);
}
