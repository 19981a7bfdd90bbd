/**
 * Explain: everything that is decided about a URL, without decoding a pixel.
 *
 * In two steps, so that the first never waits: `explainPlan` needs neither the
 * source nor a valid signature, `explainSource` starts an engine once the
 * source has been found.
 */
import type { Diagnostic } from '../../base/diagnostic.ts';
import { Fault, isFault } from '../../base/fault.ts';
import type { FreshnessPolicy } from '../../base/freshness-policy.ts';
import type { Compiled, ImageRequest } from '../../dialects/dialect.ts';
import { carriesSignature, signedTarget } from '../../dialects/signed-url.ts';
import type { Engine, Explanation, RenderRequest } from '../../engine/engine.ts';
import type { Timings } from '../../engine/timings.ts';
import type { SourceRef } from '../../image/source-ref.ts';
import { canonicalize } from '../../plan/canonicalize.ts';
import { printPlan } from '../../plan/print.ts';
import type { Config } from '../config/config.ts';
import { folderProblem } from '../config/config-sources.ts';
import { compileAt } from '../config/source-answers.ts';
import { placesOf, type SourceConfig } from '../config/source-schema.ts';
import type { Site } from '../handler.ts';
import { acceptedFormats } from '../http/accept.ts';
import { asFault } from '../http/errors.ts';
import { readTarget } from '../http/target.ts';
import { findRoute, type Route } from '../routes.ts';

export interface UrlExplanation {
  readonly url: string;
  /** Name of the source in the configuration. */
  readonly source: string;
  readonly dialect: string;
  /** Mount and hosts of the source: where it answers. */
  readonly places: readonly string[];
  /** The folder, base URL or hosts behind it, without user info. */
  readonly origin: string;
  /** What follows the mount. */
  readonly target: string;
  /** Formats the client lists. */
  readonly accepts: readonly string[];
  /** Why the server would refuse this URL, although what it means can be said. */
  readonly refusal?: Refused;
  readonly diagnostics: readonly Diagnostic[];
  readonly reference?: SourceRef;
  readonly vary?: readonly string[];
  /** How long an answer may be kept, in seconds, by what the origin says. */
  readonly freshness?: FreshnessPolicy;
  /** The canonical plan, one step per line; absent where the URL cannot be compiled. */
  readonly plan?: string;
  readonly explanation?: Explanation;
  /** Milliseconds per stage, where the picture was made. */
  readonly timings?: Timings;
  /** Why the URL gives no picture, in the words of its answer. */
  readonly problem?: { readonly code: string; readonly message: string };
}

export interface Refused {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  /** Where only the signature is amiss: how, and the URL as it would be accepted. */
  readonly signature?: { readonly state: 'missing' | 'wrong'; readonly signed: string };
}

/** What a URL means, and the request that its source is asked for with; none where there is a problem. */
export interface PlannedUrl {
  readonly facts: UrlExplanation;
  readonly request?: RenderRequest;
}

/** True where the server would give a picture for the URL. */
export function isGood({ refusal, problem, explanation }: UrlExplanation): boolean {
  return refusal === undefined && problem === undefined && explanation?.problem === undefined;
}

/**
 * What can be said of a URL or of a path such as `/imgix/a.jpg?w=300` without its source.
 *
 * @throws Fault `mount-unknown` where no source answers
 */
export function explainPlan(
  config: Pick<Config, 'sources'>,
  routes: readonly Route[],
  url: string,
  accept: string | undefined,
  now: number,
): PlannedUrl {
  const target = readTarget(url, undefined);
  const found = target === undefined ? undefined : findRoute(routes, target);
  if (found === undefined) {
    const known = config.sources.flatMap(placesOf).join(', ') || 'none';
    throw new Fault('mount-unknown', `Nothing answers there; sources answer at: ${known}.`);
  }
  const { site, rest } = found;
  const source = config.sources.find(({ name }) => name === site.settings.name)!;
  const accepts = acceptedFormats(accept);
  const facts = {
    url,
    source: source.name,
    dialect: source.dialect,
    places: placesOf(source),
    origin: originText(source.origin),
    target: rest,
    accepts: [...accepts],
    diagnostics: [],
  };
  const headers = accept === undefined ? {} : { accept };
  const asked = { method: 'GET', target: rest, headers, accepts, now, upload: false } as const;
  try {
    const { compiled, refusal } = compile(site, asked, url);
    const { diagnostics, source: reference, response, plan } = compiled;
    const planned = {
      ...facts,
      ...(refusal === undefined ? {} : { refusal }),
      diagnostics,
      reference,
      vary: response.vary,
      freshness: response.freshness,
      plan: printPlan(canonicalize(plan)),
    };
    const { origin } = source;
    const missing = origin.kind === 'folder' ? folderProblem(origin.path) : undefined;
    if (missing !== undefined) {
      return { facts: { ...planned, problem: { code: 'folder-missing', message: missing } } };
    }
    const { signal } = new AbortController();
    return { facts: planned, request: { mount: site.mount, compiled, accepts, signal } };
  } catch (error) {
    return { facts: { ...facts, problem: problemOf(error) } };
  }
}

/**
 * The same with program, prediction and facts of the source. With `run` the picture
 * is made as well, and its receipt has every trial.
 *
 * @param startEngine called once the source has been found; the caller closes what it starts
 */
export async function explainSource(
  { facts, request }: PlannedUrl,
  startEngine: () => Promise<Pick<Engine, 'explain' | 'render'>>,
  { run = false }: { readonly run?: boolean } = {},
): Promise<UrlExplanation> {
  if (request === undefined) return facts;
  try {
    await findSource(request);
    const engine = await startEngine();
    const explanation = await engine.explain(request);
    if (!run) return { ...facts, explanation };
    const { receipt, timings } = await engine.render(request);
    return { ...facts, explanation: { ...explanation, ...(receipt ? { receipt } : {}) }, timings };
  } catch (error) {
    if (!isFault(error)) throw error;
    return { ...facts, problem: problemOf(error) };
  }
}

/** Compiles a URL; one that only lacks its signature or has expired is compiled as if it did not. */
function compile(
  site: Site,
  asked: ImageRequest,
  url: string,
): { readonly compiled: Compiled; readonly refusal?: Refused } {
  const { dialect, settings } = site;
  try {
    return { compiled: compileAt(site, asked) };
  } catch (error) {
    const refusal = isFault(error) ? dialect.refuse(error, asked, undefined) : undefined;
    if (!isFault(error) || refusal?.kind !== 'error') throw error;
    const { status, message } = refusal;
    const refused = { code: error.code, status, message };
    const [token] = settings.signing?.tokens ?? [];
    if (error.code === 'signature-invalid' && token !== undefined) {
      const target = signedTarget(dialect.name, token, asked.target);
      const { compiled } = compile(site, { ...asked, target }, url);
      const state = carriesSignature(dialect.name, asked.target) ? 'wrong' : 'missing';
      const before = url.endsWith(asked.target) ? url.slice(0, -asked.target.length) : '';
      const signature = { state, signed: before + target } as const;
      return { compiled, refusal: { ...refused, signature } };
    }
    if (error.code === 'link-expired' && asked.now > 0) {
      const again = compileAt(site, { ...asked, now: 0 });
      return { compiled: again, refusal: refused };
    }
    throw error;
  }
}

/** Asks the origin whether there is such a source. @throws Fault */
async function findSource({ mount, compiled }: RenderRequest): Promise<void> {
  const { origin } = mount;
  if (compiled.source.kind === 'blank') return;
  const location = await origin.locate(compiled.source);
  if (origin.stat !== undefined) {
    if ((await origin.stat(location)) === undefined) {
      throw new Fault('source-not-found', 'The source was not found.');
    }
    return;
  }
  const abandon = new AbortController();
  try {
    await origin.fetch(location, undefined, abandon.signal);
  } finally {
    abandon.abort();
  }
}

function originText(origin: SourceConfig['origin']): string {
  switch (origin.kind) {
    case 'folder':
      return `folder ${origin.path}`;
    case 'http':
      return origin.base.replace(/\/\/[^/@]*@/, '//…@');
    case 'web':
      return `web, from ${origin.allow.join(', ')}`;
    case 's3':
      return `s3 ${origin.bucket}/${origin.prefix ?? ''}`;
  }
}

function problemOf(error: unknown) {
  const { code, message } = asFault(error);
  return { code, message };
}
