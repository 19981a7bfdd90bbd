/**
 * Fastly: the URL language of Fastly Image Optimizer.
 *
 * An ordinary image URL whose query parameters say what becomes of the
 * picture. Their order means nothing; unknown ones are ignored; a value that
 * cannot be used is left out with a warning. A request without parameters is
 * work too: upright, without metadata, at the default quality.
 *
 * Source of the rules: docs/spec/fastly-io.md 1, 3, 8 and 14.
 */
import { type Diagnostic, warning } from '../../base/diagnostic.ts';
import { freezePlan, sourcePlan } from '../../plan/plan.ts';
import type { Compiled, Dialect, DialectSettings, ImageRequest } from '../dialect.ts';
import { refuseShortfalls } from '../shortfall.ts';
import { checkTarget } from '../target-signature.ts';
import { composition } from './composition/composition.ts';
import { lockedTarget } from './locked.ts';
import { type FastlyValues, PARAMS } from './params.ts';
import { present, refuse } from './present.ts';
import { checkAliases, readTarget } from './query.ts';
import { type Remark, readValues } from './read.ts';
import { checkSettings, readSettings } from './settings.ts';
import { sourceOf } from './source.ts';
import { output } from './translate/format.ts';
import { translate } from './translate.ts';

export const fastly: Dialect = {
  name: 'fastly',
  methods: ['GET', 'HEAD'],
  params: PARAMS,
  checkDefaults: checkSettings,
  checkAliases,
  compile,
  present,
  refuse,
};

/** Without word from the origin: 7 days (docs/spec/fastly-io.md 14). */
const FALLBACK_AGE = 7 * 24 * 60 * 60;
const LONGEST_AGE = 365 * 24 * 60 * 60;

/**
 * @throws Fault where the signature is amiss or past its time, where the target has no path, with `strict_params` for a value that cannot be used,
 * with `unsupported: refuse` for what is not built, and for what the source does not let URLs say
 */
function compile(request: ImageRequest, mount: DialectSettings): Compiled {
  const settings = readSettings(mount.defaults, mount);
  const signed = checkTarget(request.target, mount.signing, request.now);
  const target = lockedTarget(readTarget(signed.target, mount.aliases), mount);
  const diagnostics: Diagnostic[] = [...signed.diagnostics];
  const remark: Remark = (param, reason, shortfall = 'not-used') => {
    diagnostics.push({ ...warning(`Parameter ${param}: ${reason}`, param), shortfall });
  };
  const composed = composition(request, settings, diagnostics);
  const source = composed.montage ? BLANK : sourceOf(target, settings);
  const values: FastlyValues = composed.montage?.values ?? readValues(target, settings, remark);
  const ops = composed.montage?.ops ?? translate(values, settings, remark, composed.ops);
  const encoding = output(values, settings, remark);
  refuseShortfalls(mount, diagnostics);
  return {
    source,
    ...(composed.pictures.length > 0 ? { pictures: composed.pictures } : {}),
    plan: freezePlan({
      frames: values.frame ? { kind: 'one', index: 0 } : { kind: 'all' },
      ops,
      output: encoding.output,
    }),
    // SVG is no source of the service; it goes through, made safe (docs/spec/fastly-io.md 13.6).
    ...(mount.svg === 'rasterise' ? {} : { svgPlan: sourcePlan(true) }),
    diagnostics,
    response: {
      vary: [...(encoding.negotiated ? ['accept'] : []), ...composed.vary],
      headers: {},
      freshness: {
        fallback: FALLBACK_AGE,
        min: 0,
        max: LONGEST_AGE,
        ...(signed.until === undefined ? {} : { until: signed.until }),
      },
      unread: NO_SOURCES,
    },
  };
}

/** Read by this build and no sources of the vendor (docs/spec/fastly-io.md 13.8). */
const NO_SOURCES = ['bmp', 'ico'] as const;

/** A montage has no source of its own. */
const BLANK = { kind: 'blank' } as const;
