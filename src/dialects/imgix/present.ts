/**
 * Present: the headers of a success and the answers to faults
 * (docs/spec/imgix.md 7.1, 7.3).
 */
import { warning } from '../../base/diagnostic.ts';
import type { Fault, FaultCode } from '../../base/fault.ts';
import type { Compiled, Delivery, Refusal } from '../dialect.ts';
import { foveaWarning } from '../shortfall.ts';

/** An origin that asks for patience: so does the answer, as the vendor's does in a jam (docs/spec/imgix.md 7.1). */
const TOO_MANY_REQUESTS = 429;

/** Statuses that the vendor documents where ours would differ. */
const STATUSES: Readonly<Partial<Record<FaultCode, number>>> = {
  'source-not-an-image': 422,
  'source-unsupported': 422,
  // "Fails internal verification, usually corrupt."
  'source-broken': 421,
};

/** Media that the vendor hands on untouched because it cannot render them. */
const HANDED_ON: ReadonlySet<unknown> = new Set(['pdf', 'heic', 'jxl', 'mp4', 'webm']);

/** Said where parameters were meant for pixels; the vendor says nothing. */
const SVG_PASSED = warning(
  'An SVG is delivered as it is; fm with a format of pixels, or svg: rasterise of the source, draws it.',
);

/** The dialect's own headers for a success. */
export function present(delivery: Delivery): Readonly<Record<string, string>> {
  const { key, diagnostics, compiled, result } = delivery;
  const passed = compiled.svgPlan !== undefined && result.format === 'svg';
  const warnings = foveaWarning(passed ? [...diagnostics, SVG_PASSED] : diagnostics);
  return {
    // The vendor's has 40 hexadecimal digits as well.
    'x-imgix-id': key.slice(0, 40),
    ...(warnings === undefined ? {} : { 'fovea-warning': warnings }),
  };
}

/**
 * The answer to a fault. Known media that cannot be decoded here (the fault's
 * detail names their `format`) are passed on untouched, like the vendor does;
 * what is no picture is, where its source says so.
 */
export function refuse(fault: Fault, compiled: Compiled | undefined): Refusal {
  const { ttl } = fault.kind;
  if (fault.code === 'source-not-an-image' && compiled?.passesNotPictures) {
    // What was asked for, and not in place of it: kept as long as its source.
    return { kind: 'source', headers: {}, ttl: Number.POSITIVE_INFINITY };
  }
  if (fault.code === 'source-unsupported' && HANDED_ON.has(fault.detail.format)) {
    return { kind: 'source', headers: {}, ttl };
  }
  return {
    kind: 'error',
    status: statusOf(fault),
    headers: {},
    message: fault.message,
    ttl,
  };
}

function statusOf({ code, kind, detail }: Fault): number {
  if (code === 'origin-failed' && detail.status === TOO_MANY_REQUESTS) return TOO_MANY_REQUESTS;
  return STATUSES[code] ?? kind.status;
}
