/**
 * Present: the service's own response headers, and its answers to faults
 * (docs/spec/fastly-io.md 12 and 13).
 *
 * A source that is no usable picture is delivered as it is, with the cause in
 * a header and without facts of a transformation; a window outside the picture
 * is the client's mistake.
 */
import type { Fault, FaultCode } from '../../base/fault.ts';
import type { Size } from '../../base/size.ts';
import { sizeText } from '../../base/size.ts';
import type { FormatName } from '../../image/format.ts';
import type { Compiled, Delivery, ImageRequest, Refusal } from '../dialect.ts';
import { foveaWarning, printable, warningTexts } from '../shortfall.ts';

type Headers = Readonly<Record<string, string>>;

/** Documented texts; clients match on them. */
const NO_IMAGE = 'Not a supported image format';
const UNPARSABLE = 'Image could not be parsed';
const TOO_LARGE = 'Image exceeds maximum dimensions';
/** Observed; whether more words stand before it is not known (docs/spec/fastly-io.md 13.5). */
const TOO_LONG = 'Body exceeds maximum length';
const BAD_STATUS = 'Invalid status';
const BAD_REGION = 'Invalid transformation for requested image: Invalid crop, region out of bounds';

/** Faults of the source: its bytes are delivered unchanged, and this says why. */
const PASSED_THROUGH: Readonly<Partial<Record<FaultCode, string>>> = {
  'source-not-an-image': NO_IMAGE,
  'source-unsupported': NO_IMAGE,
  'source-broken': UNPARSABLE,
  'source-too-large': TOO_LONG,
  'source-too-many-pixels': TOO_LARGE,
};

/** Faults that stay errors and have a documented text; the others give their own message. */
const EXPLAINED: Readonly<Partial<Record<FaultCode, string>>> = {
  'region-out-of-bounds': BAD_REGION,
  'source-not-found': BAD_STATUS,
  'source-forbidden': BAD_STATUS,
  'source-unresolvable': BAD_STATUS,
  'origin-failed': BAD_STATUS,
  'origin-timeout': BAD_STATUS,
  'origin-paused': BAD_STATUS,
};

/** Longest warning header; a client that warns itself to death gets the beginning. */
const LONGEST_HEADER = 2000;

export function present({ source, result, diagnostics, fallback }: Delivery): Headers {
  const remarks = [...new Set(warningTexts(diagnostics))].join('; ');
  const warnings = foveaWarning(diagnostics);
  const error = fallback
    ? (PASSED_THROUGH[fallback.code] ?? printable(fallback.message))
    : // An SVG is no source of the service: only delivered as it is does it stay one.
      source.format === 'svg' && result.format === 'svg'
      ? NO_IMAGE
      : undefined;
  return {
    ...(error === undefined ? transformed(source, result) : { 'fastly-io-error': error }),
    ...(remarks === '' ? {} : { 'fastly-io-warning': remarks.slice(0, LONGEST_HEADER) }),
    ...(warnings === undefined ? {} : { 'fovea-warning': warnings }),
  };
}

type Facts = Size & { readonly format: FormatName; readonly bytes: number };

/** What says that something was done: absent where the source went through as it is. */
function transformed(source: Facts, result: Facts): Headers {
  return {
    'fastly-io-info': info(source, result),
    'fastly-io-transform-stats': fields(TRANSFORM_STATS, source, result),
    'fastly-stats': 'io=1',
  };
}

/**
 * Exactly in this order: published code matches neighbours as one text
 * (docs/spec/fastly-io.md 12).
 */
function info(source: Facts, result: Facts): string {
  return fields(['ifsz', 'idim', 'ifmt', 'ofsz', 'odim', 'ofmt'], source, result);
}

/**
 * The fields that readers of `Fastly-IO-Transform-Stats` look for. The form was not seen: order and
 * blanks are those of `Fastly-IO-Info` (docs/spec/fastly-io.md 12.2).
 */
const TRANSFORM_STATS: readonly Field[] = ['ifsz', 'ofsz', 'ifmt', 'ofmt'];

type Field = 'ifsz' | 'idim' | 'ifmt' | 'ofsz' | 'odim' | 'ofmt';

/** `ifsz=1239159 idim=1200x843`: bytes, sizes and formats of what came in and went out. */
function fields(names: readonly Field[], source: Facts, result: Facts): string {
  const values: Readonly<Record<Field, string | number>> = {
    ifsz: source.bytes,
    idim: sizeText(source),
    ifmt: source.format,
    ofsz: result.bytes,
    odim: sizeText(result),
    ofmt: result.format,
  };
  return names.map((name) => `${name}=${values[name]}`).join(' ');
}

export function refuse(
  fault: Fault,
  _request: ImageRequest,
  _compiled: Compiled | undefined,
): Refusal {
  const { ttl } = fault.kind;
  const cause = PASSED_THROUGH[fault.code];
  if (cause !== undefined) {
    return { kind: 'source', headers: { 'fastly-io-error': cause }, ttl };
  }
  return {
    kind: 'error',
    status: statusOf(fault),
    headers: {
      'fastly-io-error': EXPLAINED[fault.code] ?? printable(fault.message),
      ...(fault.code === 'method-not-allowed' ? { allow: 'GET, HEAD' } : {}),
    },
    message: fault.message,
    ttl,
  };
}

/** Of a signed URL past its time: refused like any that is not signed (docs/spec/http.md 17.3). */
const EXPIRED = 403;

/**
 * The status of the origin where there was one (docs/spec/fastly-io.md 13.3), else that of the
 * fault.
 */
function statusOf(fault: Fault): number {
  if (fault.code === 'link-expired') return EXPIRED;
  const given = EXPLAINED[fault.code] === BAD_STATUS ? fault.detail.status : undefined;
  const failed =
    typeof given === 'number' && Number.isInteger(given) && given >= 400 && given < 600;
  return failed ? given : fault.kind.status;
}
