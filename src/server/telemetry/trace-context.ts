/**
 * Trace context: the trace that a request says it belongs to (docs/spec/telemetry.md 3.1 and 3.2).
 *
 * Pure.
 */

export interface TraceContext {
  /** 32 hexadecimal digits, not all 0. */
  readonly traceId: string;
  /** 16 hexadecimal digits, not all 0. */
  readonly spanId: string;
  /** Whoever asked keeps its part of the trace. */
  readonly sampled: boolean;
  /** What other vendors pass along. */
  readonly state?: string;
}

const PARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Characters of a `tracestate` that are passed on. */
const LONGEST_STATE = 512;

/** The context in the headers of a request; undefined where there is none or it cannot be read. */
export function readTraceContext(
  headers: Readonly<Record<string, string | undefined>>,
): TraceContext | undefined {
  const { traceparent, tracestate } = headers;
  const [, version, traceId = '', spanId = '', flags = '', rest] =
    (traceparent === undefined ? null : PARENT.exec(traceparent)) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) {
    return undefined;
  }
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  const sampled = (Number.parseInt(flags, 16) & 1) === 1;
  const state = tracestate !== undefined && isState(tracestate) ? { state: tracestate } : {};
  return { traceId, spanId, sampled, ...state };
}

/** Printable ASCII, not too long; whoever reads it judges the rest. */
function isState(text: string): boolean {
  return text.length <= LONGEST_STATE && /^[\x20-\x7e]+$/.test(text);
}

/** The headers that pass a context on. */
export function traceHeaders({
  traceId,
  spanId,
  sampled,
  state,
}: TraceContext): Record<string, string> {
  return {
    traceparent: `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`,
    ...(state === undefined ? {} : { tracestate: state }),
  };
}
