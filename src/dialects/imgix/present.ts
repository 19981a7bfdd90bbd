/**
 * Present: the headers of a success and the answers to faults
 * (docs/spec/imgix.md 7.1, 7.3).
 */
import type { Fault, FaultCode } from '../../base/fault.ts';
import type { Delivery, Refusal } from '../dialect.ts';
import { foveaWarning } from '../shortfall.ts';

/** Statuses that the vendor documents where ours would differ. */
const STATUSES: Readonly<Partial<Record<FaultCode, number>>> = {
  'source-not-an-image': 422,
  'source-unsupported': 422,
  // "Fails internal verification, usually corrupt."
  'source-broken': 421,
};

/** Media that the vendor hands on untouched because it cannot render them. */
const HANDED_ON: ReadonlySet<unknown> = new Set(['pdf', 'heic', 'jxl', 'mp4', 'webm']);

/** The dialect's own headers for a success. */
export function present({ key, diagnostics }: Delivery): Readonly<Record<string, string>> {
  const warnings = foveaWarning(diagnostics);
  return {
    // The vendor's has 40 hexadecimal digits as well.
    'x-imgix-id': key.slice(0, 40),
    ...(warnings === undefined ? {} : { 'fovea-warning': warnings }),
  };
}

/**
 * The answer to a fault. Known media that cannot be decoded here (the fault's
 * detail names their `format`) are passed on untouched, like the vendor does.
 */
export function refuse(fault: Fault): Refusal {
  const { ttl } = fault.kind;
  if (fault.code === 'source-unsupported' && HANDED_ON.has(fault.detail.format)) {
    return { kind: 'source', headers: {}, ttl };
  }
  return {
    kind: 'error',
    status: STATUSES[fault.code] ?? fault.kind.status,
    headers: {},
    message: fault.message,
    ttl,
  };
}
