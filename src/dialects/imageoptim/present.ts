/**
 * Present: the headers of a success and the answers to faults.
 *
 * Clients of the service read `Via` (the way to see that a proxy works),
 * `Warning` (obsolete elsewhere, alive here) and, in errors, a JSON body of
 * the type `application/im2+json` whose `status` they trust over HTTP's.
 *
 * Source of the rules: docs/spec/imageoptim.md 6, 8 and 10.
 */
import type { Fault, FaultCode } from '../../base/fault.ts';
import type { Compiled, Delivery, ImageRequest, Refusal } from '../dialect.ts';
import { foveaWarning, printable, warningTexts } from '../shortfall.ts';

const VIA = '1.1 imageoptim';
const IM2 = 'application/im2+json';

/** Seconds that a source delivered in place of a rendition may be cached. */
const FALLBACK_TTL = 60;

/** Most problems that one header lists, and the longest text of one. */
const MAX_WARNINGS = 8;
const MAX_WARNING_LENGTH = 160;

/** The dialect's own headers for a success. */
export function present(delivery: Delivery): Readonly<Record<string, string>> {
  const { request, diagnostics, fallback, canonical } = delivery;
  const problems = warningTexts(diagnostics);
  const foveas = foveaWarning(diagnostics);
  if (fallback !== undefined) problems.push(fallbackText(fallback));
  const warnings = warningHeader(problems);
  const link = request.method === 'POST' ? undefined : canonicalLink(canonical);
  return {
    via: VIA,
    ...(warnings === undefined ? {} : { warning: warnings }),
    ...(foveas === undefined ? {} : { 'fovea-warning': foveas }),
    ...(link === undefined ? {} : { link }),
  };
}

/**
 * `199 imageoptim "text"` for each problem, joined with commas; undefined for none.
 *
 * Texts are cut, made printable and escaped, because they may quote a client.
 */
export function warningHeader(problems: readonly string[]): string | undefined {
  const all = [...new Set(problems)];
  if (all.length === 0) return undefined;
  const shown = all.length > MAX_WARNINGS ? all.slice(0, MAX_WARNINGS - 1) : all;
  const more = all.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more problems are not listed.`] : [])]
    .map((text) => printable(text).slice(0, MAX_WARNING_LENGTH))
    .map((text) => `199 imageoptim "${text.replace(/["\\]/g, '\\$&')}"`)
    .join(', ');
}

/** `<url>; rel="canonical"`, for addresses that are safe in a header and hold no secret. */
function canonicalLink(url: string | undefined): string | undefined {
  if (url === undefined || !/^https?:\/\/[\x21-\x7e]+$/.test(url)) return undefined;
  if (/[<>"\\^`{|}]/.test(url) || /^https?:\/\/[^/?#]*@/.test(url)) return undefined;
  return `<${url}>; rel="canonical"`;
}

/** Statuses where this dialect differs from the table of faults; its clients know no 422. */
const STATUS: Readonly<Partial<Record<FaultCode, number>>> = {
  'source-too-many-pixels': 400,
  'source-empty': 400,
  'source-not-an-image': 400,
  'source-unsupported': 400,
  'source-broken': 400,
  // A signed URL past its time is refused like one that is not signed (docs/spec/http.md 17.3).
  'link-expired': 403,
};

/** Failures of the work itself, where the source is a better answer than an error. */
const FALLS_BACK: ReadonlySet<FaultCode> = new Set<FaultCode>(['render-timeout', 'render-failed']);

/**
 * The answer to a fault: the bytes of the source where only the optimization
 * failed, else an error as JSON for clients that list `application/im2+json`,
 * and one sentence of plain text for the others.
 */
export function refuse(
  fault: Fault,
  request: ImageRequest,
  compiled: Compiled | undefined,
): Refusal {
  if (FALLS_BACK.has(fault.code) && compiled?.plan.output.kind === 'picture') {
    const warning = warningHeader([...warningTexts(compiled.diagnostics), fallbackText(fault)]);
    return {
      kind: 'source',
      headers: { via: VIA, ...(warning === undefined ? {} : { warning }) },
      ttl: request.method === 'POST' ? 0 : FALLBACK_TTL,
    };
  }
  const status = STATUS[fault.code] ?? fault.kind.status;
  const message = fault.message === '' ? 'The request could not be served.' : fault.message;
  return {
    kind: 'error',
    status,
    headers: errorHeaders(fault, status),
    body: acceptsIm2(request.headers.accept)
      ? { mediaType: IM2, text: JSON.stringify(errorBody(fault, status, message)) }
      : { mediaType: 'text/plain; charset=utf-8', text: message },
    message,
    ttl: request.method === 'POST' ? 0 : errorTtl(fault, status),
  };
}

function fallbackText(fault: Fault): string {
  return fault.code === 'render-timeout'
    ? 'The optimization ran out of time; this is the unchanged source.'
    : 'The optimization failed; this is the unchanged source.';
}

function errorHeaders(fault: Fault, status: number): Record<string, string> {
  return {
    via: VIA,
    vary: 'Accept',
    ...(status === 405 ? { allow: 'GET, HEAD, POST, OPTIONS' } : {}),
    ...(status === 503 && fault.kind.retry ? { 'retry-after': String(fault.retryAfter ?? 5) } : {}),
  };
}

function errorBody(fault: Fault, status: number, error: string): object {
  return fault.code === 'account-unknown'
    ? { status, error, code: 'IM2ACCOUNT' }
    : { status, error };
}

/** Missing sources 30 s, failures of servers at most 5 s, the rest as the table says. */
function errorTtl(fault: Fault, status: number): number {
  if (fault.code === 'source-unresolvable') return 30;
  return status >= 500 ? Math.min(5, fault.kind.ttl) : fault.kind.ttl;
}

/** The Accept header lists the type of the vendor's own errors, with q above 0. */
function acceptsIm2(accept: string | undefined): boolean {
  return (accept ?? '')
    .slice(0, 4096)
    .split(',')
    .some((entry) => {
      const [type = '', ...params] = entry.toLowerCase().split(';');
      return type.trim() === IM2 && !params.some((p) => /^\s*q\s*=\s*0(\.0*)?\s*$/.test(p));
    });
}
