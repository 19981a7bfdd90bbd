/**
 * ImageOptim: account, options and source as path segments; what signs a URL here is ours.
 *
 *     /{account}/{options}/{absolute URL}     a web origin with accounts
 *     /{options}/{path}                       one site behind the mount
 *
 * GET and HEAD deliver to browsers and negotiate the format; POST works once,
 * on a source URL or an uploaded picture, and keeps the family of the source.
 *
 * Source of the rules: docs/spec/imageoptim.md 2, 9, 10 and 11.
 */
import { type Diagnostic, notUsed } from '../../base/diagnostic.ts';
import { Fault } from '../../base/fault.ts';
import type { SourceRef } from '../../image/source-ref.ts';
import type { Compiled, Dialect, DialectSettings, ImageRequest } from '../dialect.ts';
import { refuseShortfalls } from '../shortfall.ts';
import { checkTarget } from '../target-signature.ts';
import { lockedOptions } from './locked.ts';
import { PARAMS } from './params.ts';
import { present, refuse } from './present.ts';
import { splitTarget } from './query.ts';
import { readOptions } from './read.ts';
import { readSource } from './source.ts';
import { translate } from './translate.ts';

/**
 * Results are kept at least four hours and at most a year, in seconds
 * (docs/spec/imageoptim.md 10).
 */
const FOUR_HOURS = 14_400;
const ONE_YEAR = 31_536_000;

/** Times that a request may have passed through this dialect before it is taken for a loop. */
const MAX_PASSES = 2;

export const imageoptim: Dialect = {
  name: 'imageoptim',
  methods: ['GET', 'HEAD', 'POST'],
  params: PARAMS,
  compile,
  present,
  refuse,
};

function compile(request: ImageRequest, settings: DialectSettings): Compiled {
  refuseLoops(request.headers.via);
  const signed = checkTarget(request.target, settings.signing, request.now);
  const { options: segment, rest } = splitTarget(signed.target, settings);
  const { options, diagnostics: remarks } = readOptions(lockedOptions(segment, settings));
  const diagnostics: Diagnostic[] = [...signed.diagnostics, ...remarks];
  const source = sourceOf(request, rest, settings, diagnostics);
  const { plan, diagnostics: more, negotiated } = translate(options, request.method, settings);
  const all = [...diagnostics, ...more];
  refuseShortfalls(settings, all);
  return {
    source,
    plan,
    diagnostics: all,
    response: {
      vary: negotiated ? ['accept'] : [],
      headers: {},
      freshness: {
        fallback: FOUR_HOURS,
        min: FOUR_HOURS,
        max: ONE_YEAR,
        ...(signed.until === undefined ? {} : { until: signed.until }),
      },
      deadline: options.timeout,
      noStore: request.method === 'POST',
    },
  };
}

/** The upload where there is one; it wins over a source URL (docs/spec/imageoptim.md 9). */
function sourceOf(
  request: ImageRequest,
  rest: string,
  settings: DialectSettings,
  diagnostics: Diagnostic[],
): SourceRef {
  if (request.method === 'POST' && request.upload) {
    if (rest !== '' && !rest.startsWith('?')) {
      diagnostics.push(
        notUsed('Expected a source address or a file, got both; the file is used.', 'source'),
      );
    }
    return { kind: 'upload' };
  }
  const source = readSource(rest, settings.origin);
  if (source !== undefined) return source;
  throw new Fault(
    'bad-request',
    request.method === 'POST'
      ? 'The source is missing: expected its address behind the options, or an uploaded file.'
      : 'The source is missing: expected its address behind the options.',
  );
}

/** A mount that fetches from itself would go on for ever (docs/spec/imageoptim.md 11). */
function refuseLoops(via: string | undefined): void {
  const passes = via?.toLowerCase().split('imageoptim').length ?? 1;
  if (passes > MAX_PASSES) {
    throw new Fault('bad-request', 'This request has passed through here before: a loop.');
  }
}
