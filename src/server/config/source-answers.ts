/**
 * Source answers: what the configuration of one source says about its answers,
 * whatever the dialect: how long they may be kept, which picture stands in for an
 * error (docs/spec/imgix.md 7.4 and 7.6), and how inks without a profile are read.
 *
 * Pure. `handler.ts` and `explain.ts` compile through here, so that the
 * freshness of a dialect is changed in one place.
 */
import type { Fault } from '../../base/fault.ts';
import type { FreshnessPolicy } from '../../base/freshness-policy.ts';
import type { Compiled, Dialect, DialectSettings, ImageRequest } from '../../dialects/dialect.ts';
import type { SourceRef } from '../../image/source-ref.ts';
import { withAllowedSizes } from '../../plan/allowed-sizes.ts';
import { freezePlan, type Plan } from '../../plan/plan.ts';
import type { SourceConfig } from './source-schema.ts';

/** Times in milliseconds. */
export type AnswerSettings = Partial<
  Pick<
    SourceConfig,
    | 'ttl'
    | 'ttlMode'
    | 'minTtl'
    | 'maxTtl'
    | 'errorTtl'
    | 'negativeTtl'
    | 'staleWhileRevalidate'
    | 'staleIfError'
    | 'cdnTtl'
    | 'defaultImage'
    | 'errorImage'
    | 'imageStatus'
    | 'cmyk'
    | 'widths'
    | 'heights'
  >
>;

/** A dialect with the settings of one source. */
export interface CompileSite {
  readonly dialect: Dialect;
  readonly settings: DialectSettings;
  readonly answers?: AnswerSettings;
}

/** What a request means at a site: its dialect's word, with the source's own freshness and inks. @throws Fault */
export function compileAt(
  { dialect, settings, answers = {} }: CompileSite,
  request: ImageRequest,
): Compiled {
  const compiled = dialect.compile(request, settings);
  const { response } = compiled;
  const sized = (plan: Plan) => withAllowedSizes(plan, answers);
  const plan = sized(compiled.plan);
  return {
    ...compiled,
    // The plan, so that the key of a rendition has it.
    plan: answers.cmyk === 'press' ? freezePlan({ ...plan, cmyk: 'press' }) : plan,
    ...(compiled.svgPlan === undefined ? {} : { svgPlan: sized(compiled.svgPlan) }),
    response: {
      ...response,
      freshness: withFailures(sourceFreshness(response.freshness, answers), answers),
      ...(answers.cdnTtl === undefined ? {} : { cdnSeconds: seconds(answers.cdnTtl) }),
    },
  };
}

/**
 * The freshness of a dialect as a source wants it, in seconds.
 *
 * With `ttl: 1h` and an origin that says 3 hours: respect 3 h, override 1 h,
 * minimum 1 h; where the origin says nothing, all three give 1 h. `no-store`,
 * `private` and `no-cache` of an origin count in every mode.
 */
export function sourceFreshness(
  policy: FreshnessPolicy,
  { ttl, ttlMode = 'respect', minTtl, maxTtl }: AnswerSettings,
): FreshnessPolicy {
  const fallback = ttl === undefined ? policy.fallback : seconds(ttl);
  if (ttlMode === 'override') return { ...policy, fallback, min: fallback, max: fallback };
  const min = minTtl === undefined ? policy.min : seconds(minTtl);
  const max = maxTtl === undefined ? policy.max : seconds(maxTtl);
  const ceiling = ttlMode === 'minimum' ? Math.min(max, fallback) : max;
  // A floor of the dialect gives way to a ceiling of the source
  return { ...policy, fallback, min: Math.min(min, ceiling), max: ceiling };
}

/** The same with what the source says of use when stale, and of failures. */
function withFailures(
  policy: FreshnessPolicy,
  { negativeTtl, staleWhileRevalidate, staleIfError }: AnswerSettings,
): FreshnessPolicy {
  return {
    ...policy,
    ...(negativeTtl === undefined ? {} : { negative: seconds(negativeTtl) }),
    ...(staleWhileRevalidate === undefined
      ? {}
      : { staleWhileRevalidate: seconds(staleWhileRevalidate) }),
    ...(staleIfError === undefined ? {} : { staleIfError: seconds(staleIfError) }),
  };
}

/** Seconds an error may be kept, from those that its dialect gives it; 0 stays 0. */
export function errorSeconds(answers: AnswerSettings | undefined, own: number): number {
  const errorTtl = answers?.errorTtl;
  return errorTtl === undefined || own === 0 ? own : seconds(errorTtl);
}

/** Faults of the request or of this server's moment, not of the source: no picture stands in for them. */
const WITHOUT_PICTURE: ReadonlySet<string> = new Set([
  'bad-request',
  'bad-parameter',
  'target-too-long',
  'method-not-allowed',
  'not-implemented',
  'upload-too-large',
  'upload-unreadable',
  'upload-missing',
  'signature-invalid',
  'link-expired',
  'account-unknown',
  'mount-unknown',
  'overloaded',
  'rate-limited',
  'source-lost',
]);

/**
 * The same request for the picture that stands in for a fault; undefined where none is
 * configured, or where data about the picture was asked for.
 */
export function insteadOf(
  fault: Fault,
  compiled: Compiled,
  answers: AnswerSettings | undefined,
): Compiled | undefined {
  if (WITHOUT_PICTURE.has(fault.code) || compiled.source.kind === 'upload') return undefined;
  const { defaultImage, errorImage } = answers ?? {};
  const image = fault.code === 'source-not-found' ? defaultImage : errorImage;
  const { kind } = compiled.plan.output;
  if (image === undefined || (kind !== 'picture' && kind !== 'source')) return undefined;
  return { ...compiled, source: imageRef(image) };
}

/** A configured picture as its origin takes it. */
function imageRef(image: string): SourceRef {
  return isUrl(image) ? { kind: 'url', url: image } : { kind: 'path', path: encodeURI(image) };
}

export function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
