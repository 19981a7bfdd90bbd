/**
 * imgix: the URL language of the imgix Rendering API as a dialect
 * (docs/spec/imgix.md 1, 2 and 7).
 *
 * The raw target is checked for its signature before anything is decoded;
 * then the query becomes texts, texts become values, values become a plan.
 */
import { type Diagnostic, notUsed } from '../../base/diagnostic.ts';
import { Fault } from '../../base/fault.ts';
import type { SourceRef } from '../../image/source-ref.ts';
import { freezePlan, type Plan, sourcePlan } from '../../plan/plan.ts';
import type {
  Compiled,
  Dialect,
  DialectSettings,
  ImageRequest,
  ResponsePolicy,
} from '../dialect.ts';
import { refuseShortfalls } from '../shortfall.ts';
import { checkDefaults } from './defaults.ts';
import { type Hints, hintsOf } from './hints.ts';
import { lockedQuery } from './locked.ts';
import { type ImgixValues, PARAMS } from './params.ts';
import { present, refuse } from './present.ts';
import { gather } from './query.ts';
import { readValues } from './read.ts';
import { type RawTarget, splitTarget, verify } from './signature.ts';
import { sourceOf } from './source.ts';
import { namesRaster, negotiates, withAutoFormat } from './translate/format.ts';
import { Pictures } from './translate/pictures.ts';
import { premiumSteps } from './translate/premium.ts';
import { brokenFormats, USER_AGENT_DECIDES } from './translate/safari.ts';
import { shortfalls, stepsOf, translate } from './translate.ts';

/** Longest target, in characters (docs/spec/imgix.md 1.1). */
const LONGEST_TARGET = 8000;

/** A year: what the vendor sends for sources that say nothing (docs/spec/imgix.md 1.7). */
const YEAR = 31_536_000;

/** The vendor's own words, which clients of it know (docs/spec/imgix.md 7.1). */
const MISMATCH = 'URI signature match failed';

/** Parameters that say nothing about pixels: alone they do not start a render. */
const PASSIVE: ReadonlySet<string> = new Set([
  's',
  'ixlib',
  'ixid',
  'expires',
  'dl',
  'svg-sanitize',
]);

/**
 * Sources that `rasterize-bypass` and `fm=pdf` leave alone, by the names of
 * their files: a plan is made before the source is seen.
 */
const VECTOR_NAME = /\.(svgz?|eps|pdf|ai)$/i;
const DOCUMENT_NAME = /\.pdf$/i;

export const imgix: Dialect = {
  name: 'imgix',
  methods: ['GET', 'HEAD'],
  params: PARAMS,
  namesDownloadsOnly: true,
  checkDefaults,
  compile,
  present,
  refuse: (fault, _request, compiled) => refuse(fault, compiled),
};

function compile(request: ImageRequest, settings: DialectSettings): Compiled {
  const target = checkedTarget(request.target);
  const unsigned = checkSignature(target, settings);
  const locked = lockedQuery(target.query, settings);
  const { given, diagnostics } = gather(locked.query, locked.defaults);
  const { values: read, diagnostics: remarks } = readValues(given);
  const values = withAutoFormat(read, settings);
  const until = checkExpiry(values, request.now);
  const source = sourceOf(target.path, settings.origin);
  const base = [...unsigned, ...diagnostics, ...remarks, ...onSanitizing(values, settings)];
  const freshness = {
    fallback: YEAR,
    min: 0,
    max: YEAR,
    ...(until === undefined ? {} : { until }),
  };
  const download = values.dl === undefined ? {} : { download: fileName(values.dl) };

  const notPictures = settings.notPictures === 'pass' ? { passesNotPictures: true } : {};
  const asItIs = sourcePlan(values['svg-sanitize'] !== false || !everyUrlIsSigned(settings));

  const renders = [...given.keys()].some((name) => !PASSIVE.has(name));
  if (source.kind === 'blank' && (values.txt ?? '').trim() === '') {
    throw new Fault('bad-parameter', 'Expected txt for a picture of text, got none.');
  }
  if (!renders || bypasses(values, target.path, source)) {
    refuseShortfalls(settings, base);
    return {
      source,
      plan: asItIs,
      diagnostics: base,
      response: { vary: [], headers: {}, ...download, freshness },
    };
  }

  const left = premiumSteps(values);
  const hints = hintsOf(values.ch ?? [], request.headers);
  const broken = USER_AGENT_DECIDES ? brokenFormats(request.headers['user-agent']) : [];
  const pictures = Pictures.of(settings, source, stepsOf);
  const plan = translate(values, hints, { saveData: hints.saveData, broken, settings }, pictures);
  const all = [...base, ...left, ...shortfalls(read, settings), ...pictures.remarks];
  refuseShortfalls(settings, all);
  return {
    source,
    plan: freezePlan(plan),
    ...(pictures.refs.length === 0 ? {} : { pictures: pictures.refs }),
    ...(pictures.refs.length > 0 && settings.unsupported === 'refuse'
      ? { refusesAbsent: true as const }
      : {}),
    ...(settings.svg === 'rasterise' || namesRaster(values) ? {} : { svgPlan: asItIs }),
    ...notPictures,
    diagnostics: all,
    response: { ...varying(values, plan, hints), ...download, freshness },
  };
}

/** The halves of a target that is short and clean enough to be looked at. */
function checkedTarget(raw: string): RawTarget {
  if (raw.length > LONGEST_TARGET) {
    throw new Fault(
      'target-too-long',
      `Expected a URL of at most ${LONGEST_TARGET} characters, got ${raw.length}.`,
    );
  }
  // Control characters would let a known signature be extended (see signature.ts).
  if (Array.from(raw).some((char) => char <= ' ' || char === '\x7f')) {
    throw new Fault('bad-request', 'Expected a URL without blanks and control characters.');
  }
  return splitTarget(raw);
}

/**
 * A remark where a signature is wrong and not asked for.
 * @throws Fault signature-invalid where one is asked for, and it is wrong or missing
 */
function checkSignature(target: RawTarget, { signing }: DialectSettings): Diagnostic[] {
  if (signing === undefined) return [];
  const verdict = verify(target, signing.tokens);
  if (verdict === 'good') return [];
  if (signing.required) {
    throw new Fault(
      'signature-invalid',
      verdict === 'absent' ? 'Expected a signed URL, got one without a signature.' : MISMATCH,
    );
  }
  return verdict === 'absent'
    ? []
    : [notUsed('The signature of this URL does not match; none is required here.', 's')];
}

/** The end of a URL's life in milliseconds. @throws Fault link-expired when it is past */
function checkExpiry({ expires }: ImgixValues, now: number): number | undefined {
  if (expires === undefined) return undefined;
  const until = expires * 1000;
  if (until <= now) throw new Fault('link-expired', 'This URL has expired.');
  return until;
}

/** Whether the original is asked for, whatever the other parameters say. */
function bypasses(values: ImgixValues, path: string, source: SourceRef): boolean {
  const name = source.kind === 'url' ? source.url.split(/[?#]/, 1)[0]! : path;
  return (
    (values['rasterize-bypass'] === true && VECTOR_NAME.test(name)) ||
    (values.fm === 'pdf' && DOCUMENT_NAME.test(name))
  );
}

/** Only the owner of the tokens may hand out SVG as it came (docs/spec/imgix.md 5.10). */
function everyUrlIsSigned({ signing }: DialectSettings): boolean {
  return signing?.required === true;
}

function onSanitizing(values: ImgixValues, settings: DialectSettings): Diagnostic[] {
  if (values['svg-sanitize'] !== false || everyUrlIsSigned(settings)) return [];
  const message = 'svg-sanitize=false has an effect only where every URL must be signed.';
  return [notUsed(message, 'svg-sanitize')];
}

/** `Vary` for what was really used, and `Accept-CH` for hints that may be sent next time. */
function varying(
  values: ImgixValues,
  { output }: Plan,
  hints: Hints,
): Pick<ResponsePolicy, 'vary' | 'headers'> {
  const negotiated = output.kind === 'picture' && negotiates(values);
  return {
    vary: [
      ...(negotiated ? ['accept'] : []),
      ...(negotiated && USER_AGENT_DECIDES ? ['user-agent'] : []),
      ...hints.vary,
    ],
    headers: hints.accept === '' ? {} : { 'accept-ch': hints.accept },
  };
}

/** A name for a download: nothing that a header or a file system could misread. */
function fileName(text: string): string {
  return text
    .replace(/[\p{Cc}"\\/]/gu, '')
    .replace(/^\.+/, '')
    .trim();
}
