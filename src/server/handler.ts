/**
 * Handler: one request below one mount, from its raw target to the answer.
 *
 * compile → (upload) → render → preconditions → headers. A fault on the way
 * goes to the dialect, which answers with an error or with the bytes of the
 * source. Nothing here knows sockets, and nothing decodes a pixel.
 */
import { bodyLength, bodyPart } from '../base/body.ts';
import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import type {
  Compiled,
  Dialect,
  DialectSettings,
  ImageRequest,
  Refusal,
} from '../dialects/dialect.ts';
import type { Engine, Mount, RenderRequest, Rendition } from '../engine/engine.ts';
import { acceptedFormats } from './accept.ts';
import { evaluateConditions } from './conditional.ts';
import { contentDisposition } from './disposition.ts';
import { asFault, type ErrorAnswer, errorResponse, faultAnswer } from './errors.ts';
import {
  commonHeaders,
  type HeaderPolicy,
  type HttpRequest,
  type HttpResponse,
  joinNames,
  NO_BODY,
} from './http-message.ts';
import type { InFlight } from './in-flight.ts';
import { type Log, loggable } from './log.ts';
import type { Metrics } from './metrics.ts';
import { cacheHeaders, renditionHeaders, safeMediaType } from './response-headers.ts';
import { hasForbiddenCharacter } from './target.ts';

/** One configured source with everything that answers for it. */
export interface Site {
  readonly dialect: Dialect;
  readonly settings: DialectSettings;
  readonly mount: Mount;
}

/** The picture in a request body; undefined where the body is empty. @throws Fault */
export type UploadReader = (
  headers: Readonly<Record<string, string | undefined>>,
  body: AsyncIterable<Uint8Array>,
) => Promise<Uint8Array | undefined>;

export interface Services {
  readonly engine: Engine;
  readonly readUpload: UploadReader;
  readonly clock: Clock;
  readonly log: Log;
  readonly policy: HeaderPolicy;
  /** Bounds the requests that are worked on at once. */
  readonly inFlight: InFlight;
  /** Counts answers, where metrics are served. */
  readonly meter?: Metrics;
}

/** What is known of a request when something goes wrong. */
interface Attempt {
  readonly site: Site;
  readonly request: HttpRequest;
  readonly image: ImageRequest;
  readonly services: Services;
  compiled?: Compiled;
  job?: RenderRequest;
  rendition?: Rendition;
}

/** Said before any file or origin is touched. */
const NO_ROOM: ErrorAnswer = {
  status: 503,
  code: 'overloaded',
  message: 'The server has more work than it can take at the moment.',
  ttl: 0,
};

/** Nobody reads it: the client has gone (the convention of nginx). */
const CLIENT_GONE: HttpResponse = { status: 499, headers: {}, body: NO_BODY, close: true };

/**
 * The answer of a site to a GET, HEAD or POST that its dialect has.
 *
 * @param target the raw rest of the request target below the mount
 */
export async function answerImage(
  site: Site,
  request: HttpRequest,
  target: string,
  services: Services,
): Promise<HttpResponse> {
  const image: ImageRequest = {
    method: request.method as ImageRequest['method'],
    target,
    headers: request.headers,
    accepts: acceptedFormats(request.headers.accept),
    now: services.clock.now(),
    upload: request.method === 'POST' && announcesBody(request.headers),
  };
  const attempt: Attempt = { site, request, image, services };
  try {
    if (hasForbiddenCharacter(target)) {
      throw new Fault('bad-request', 'The path holds a character that is not allowed.');
    }
    const response = await services.inFlight.run(() => deliver(attempt));
    return counted(attempt, response ?? refused(request, services, NO_ROOM));
  } catch (error) {
    if (request.signal.aborted) return CLIENT_GONE;
    return counted(attempt, await answerFault(attempt, asFault(error)));
  }
}

function counted({ site, services, rendition }: Attempt, response: HttpResponse): HttpResponse {
  services.meter?.answered(site.dialect.name, response.status, rendition);
  return response;
}

async function deliver(attempt: Attempt): Promise<HttpResponse> {
  const { site, request, services } = attempt;
  let { image } = attempt;
  // Compiled before the body is read: who may not upload is told so before sending
  let compiled = site.dialect.compile(image, site.settings);
  attempt.compiled = compiled;
  const upload = image.upload
    ? await services.readUpload(request.headers, request.body)
    : undefined;
  if (image.upload && upload === undefined) {
    image = { ...image, upload: false };
    compiled = site.dialect.compile(image, site.settings);
    attempt.compiled = compiled;
  }
  const job: RenderRequest = {
    mount: site.mount,
    compiled,
    accepts: image.accepts,
    signal: request.signal,
    ...(upload === undefined ? {} : { upload }),
    ...(onlyIfCached(request) ? { storedOnly: true } : {}),
  };
  attempt.job = job;
  const rendition = await services.engine.render(job);
  attempt.rendition = rendition;
  return success(attempt, compiled, rendition);
}

/** What stands in for a rendition that could not be made. */
interface Substitute {
  readonly fault: Fault;
  readonly headers: Readonly<Record<string, string>>;
  readonly ttl: number;
}

function success(
  { site, request, image, services }: Attempt,
  compiled: Compiled,
  rendition: Rendition,
  instead?: Substitute,
): HttpResponse {
  const { clock, policy } = services;
  const { response } = compiled;
  const now = clock.now();
  const mediaType = safeMediaType(rendition.mediaType);
  const own = site.dialect.present({
    request: image,
    compiled,
    source: rendition.source,
    result: rendition.result,
    key: rendition.key,
    diagnostics: [...compiled.diagnostics, ...rendition.diagnostics],
    ...(instead === undefined ? {} : { fallback: instead.fault }),
    ...(rendition.canonical === undefined ? {} : { canonical: rendition.canonical }),
  });
  const headers: Record<string, string> = {
    ...commonHeaders(now, policy),
    'content-disposition': contentDisposition(compiled.source, mediaType, response.download),
    ...cacheHeaders(rendition.lifetime, response, now, instead?.ttl),
    ...response.headers,
    ...own,
    ...instead?.headers,
    // Last: no dialect may loosen these
    ...renditionHeaders(rendition, mediaType, policy.timing),
  };
  const vary = joinNames(
    response.vary.join(','),
    response.headers.vary,
    own.vary,
    instead?.headers.vary,
  );
  if (vary !== undefined) headers.vary = vary;
  return selected(request, rendition, headers, services);
}

/** The whole, a part, or only word that nothing changed. */
function selected(
  request: HttpRequest,
  { body, etag, lastModified }: Rendition,
  headers: Record<string, string>,
  services: Services,
): HttpResponse {
  const length = bodyLength(body);
  const what = { etag, length, ...(lastModified ? { lastModified } : {}) };
  const verdict = evaluateConditions(request.method, request.headers, what);
  switch (verdict.kind) {
    case 'not-modified':
      return { status: 304, headers: notModified(headers), body: NO_BODY };
    case 'failed':
      return refused(request, services, {
        status: 412,
        message: 'The picture is not the one that the condition of the request names.',
        code: 'precondition-failed',
        ttl: 0,
        vary: headers.vary ?? '',
      });
    case 'unsatisfiable':
      return refused(request, services, {
        status: 416,
        message: 'The range lies beyond the end of the picture.',
        code: 'range-not-satisfiable',
        ttl: 0,
        headers: { 'content-range': `bytes */${length}`, 'accept-ranges': 'bytes' },
        vary: headers.vary ?? '',
      });
    case 'part': {
      const { first, last } = verdict;
      headers['content-range'] = `bytes ${first}-${last}/${length}`;
      headers['content-length'] = String(last + 1 - first);
      return { status: 206, headers, body: bodyPart(body, { start: first, end: last + 1 }) };
    }
    case 'full':
      headers['content-length'] = String(length);
      return { status: 200, headers, body: request.method === 'HEAD' ? NO_BODY : body };
  }
}

/**
 * What a 304 repeats: everything about keeping, nothing about the bytes (docs/spec/http.md 7.8).
 */
function notModified(headers: Readonly<Record<string, string>>): Record<string, string> {
  const bytesOnly = new Set(['last-modified', 'accept-ranges', 'content-security-policy', 'fovea']);
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) =>
        name === 'content-location' || !(name.startsWith('content-') || bytesOnly.has(name)),
    ),
  );
}

/** The dialect's answer to a fault: an error, or the source as it is. */
async function answerFault(attempt: Attempt, fault: Fault): Promise<HttpResponse> {
  const { site, request, image, services, compiled, job } = attempt;
  note(attempt, fault);
  if (job?.storedOnly && fault.kind.status >= 500) {
    return refused(request, services, {
      status: 504,
      message: 'The picture is not in the store.',
      code: 'not-stored',
      ttl: 0,
      vary: compiled?.response.vary.join(',') ?? '',
    });
  }
  const refusal = refuse(site.dialect, fault, image, compiled);
  if (refusal?.kind === 'error') return refusedBy(attempt, refusal, fault);
  if (refusal?.kind === 'source' && compiled !== undefined && job !== undefined) {
    try {
      const source = await services.engine.deliverSource(job);
      return success(attempt, compiled, source, { ...refusal, fault });
    } catch (error) {
      if (request.signal.aborted) return CLIENT_GONE;
      const second = asFault(error);
      note(attempt, second);
      const again = refuse(site.dialect, second, image, compiled);
      if (again?.kind === 'error') return refusedBy(attempt, again, second);
      return refused(request, services, { ...faultAnswer(second), ...varyOf(compiled) });
    }
  }
  return refused(request, services, { ...faultAnswer(fault), ...varyOf(compiled) });
}

/** A dialect that fails while refusing must not take the answer with it. */
function refuse(
  dialect: Dialect,
  fault: Fault,
  image: ImageRequest,
  compiled: Compiled | undefined,
): Refusal | undefined {
  try {
    return dialect.refuse(fault, image, compiled);
  } catch {
    return undefined;
  }
}

function refusedBy(
  { request, services, compiled, image }: Attempt,
  refusal: Extract<Refusal, { kind: 'error' }>,
  fault: Fault,
): HttpResponse {
  const { status, message, headers, body } = refusal;
  return refused(request, services, {
    status,
    message,
    headers,
    code: fault.code,
    ttl: image.method === 'POST' ? 0 : refusal.ttl,
    ...(body === undefined ? {} : { body }),
    ...varyOf(compiled),
  });
}

function varyOf(compiled: Compiled | undefined): { vary?: string } {
  return compiled === undefined ? {} : { vary: compiled.response.vary.join(',') };
}

function refused(request: HttpRequest, { clock, policy }: Services, answer: ErrorAnswer) {
  return errorResponse(request, answer, clock.now(), policy);
}

/** Ours are errors with a stack, the world's are warnings, the client's are for debugging. */
function note({ site, request, image, services: { log } }: Attempt, fault: Fault): void {
  const facts = {
    source: site.settings.name,
    method: request.method,
    target: loggable(image.target),
    code: fault.code,
    reason: fault.message,
    detail: fault.detail,
  };
  if (fault.code === 'internal') log.error({ ...facts, error: stackOf(fault) }, 'request failed');
  else if (fault.kind.status >= 500) log.warn({ ...facts, cause: causeOf(fault) }, 'fault');
  else log.debug(facts, 'fault');
}

function stackOf(fault: Fault): string {
  const error = fault.cause ?? fault;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function causeOf(fault: Fault): string | undefined {
  return fault.cause === undefined ? undefined : String(fault.cause);
}

function announcesBody(headers: HttpRequest['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function onlyIfCached({ headers }: HttpRequest): boolean {
  return (headers['cache-control'] ?? '')
    .split(',')
    .some((directive) => directive.trim().toLowerCase() === 'only-if-cached');
}
