/**
 * Rendition response: a rendition with its headers, whole, in part, or as word
 * that nothing changed.
 */
import { bodyLength, bodyPart } from '../base/body.ts';
import type { Fault } from '../base/fault.ts';
import type { Compiled } from '../dialects/dialect.ts';
import type { Rendition } from '../engine/engine.ts';
import { type Attempt, refused, type Services } from './attempt.ts';
import { isSameRendition, keepHeaders, knownHeaders } from './hits/known-headers.ts';
import { evaluateConditions } from './http/conditional.ts';
import { contentDisposition } from './http/disposition.ts';
import {
  type HttpRequest,
  type HttpResponse,
  httpDate,
  joinNames,
  NO_BODY,
  serverHeaders,
} from './http/http-message.ts';
import {
  cacheHeaders,
  cacheStatus,
  cdnControl,
  renditionHeaders,
  safeMediaType,
  serverTiming,
  tagHeader,
} from './http/response-headers.ts';

/** What stands in for a rendition that could not be made. */
export interface Substitute {
  readonly fault: Fault;
  readonly headers: Readonly<Record<string, string>>;
  /** Seconds it may be kept at most. */
  readonly ttl: number;
  /** Where it is not sent as a success: the status of the error. */
  readonly status?: number;
}

/** The answer that carries a rendition, or a substitute for one. */
export function renditionResponse(
  attempt: Attempt,
  compiled: Compiled,
  rendition: Rendition,
  instead?: Substitute,
): HttpResponse {
  const { request, services } = attempt;
  const { clock, policy } = services;
  const now = clock.now();
  const fixed =
    instead === undefined
      ? headersOf(attempt, compiled, rendition)
      : fixedHeaders(attempt, compiled, rendition, instead);
  const headers: Record<string, string> = { ...fixed };
  const cache = cacheHeaders(rendition.lifetime, compiled.response, now, instead?.ttl, policy.age);
  if (headers['cache-control'] === '') headers['cache-control'] = cache['cache-control'];
  if (cache.age === undefined) delete headers.age;
  else if (headers.age === '') headers.age = cache.age;
  headers.date = httpDate(now);
  const key = policy.cacheKey ? rendition.key : undefined;
  headers['cache-status'] = cacheStatus(rendition.cache, rendition.lifetime, key);
  if (instead === undefined) {
    const cdn = cdnControl(rendition.lifetime, compiled.response, now, policy.age);
    if (cdn !== undefined) headers[(policy.cdnControl ?? 'CDN-Cache-Control').toLowerCase()] = cdn;
  }
  if (policy.timing) {
    headers['server-timing'] = serverTiming(rendition.timings, performance.now() - request.arrived);
  }
  if (instead?.status !== undefined)
    return unconditional(request, rendition, headers, instead.status);
  return selected(request, rendition, headers, services);
}

/** `fixedHeaders`, remembered. */
function headersOf(
  attempt: Attempt,
  compiled: Compiled,
  rendition: Rendition,
): Readonly<Record<string, string>> {
  const last = knownHeaders(compiled);
  if (last !== undefined && isSameRendition(last.rendition, rendition)) return last.headers;
  const headers = fixedHeaders(attempt, compiled, rendition);
  keepHeaders(compiled, rendition, headers);
  return headers;
}

/**
 * The headers that every answer with this rendition to this request carries, and places for
 * those that change from answer to answer.
 */
function fixedHeaders(
  { site, image, services }: Attempt,
  compiled: Compiled,
  rendition: Rendition,
  instead?: Substitute,
): Readonly<Record<string, string>> {
  const { response } = compiled;
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
    date: '',
    ...serverHeaders(services.policy),
    'cache-control': '',
    age: '',
    'cache-status': '',
  };
  if (response.download !== undefined || !site.dialect.namesDownloadsOnly) {
    headers['content-disposition'] = contentDisposition(
      compiled.source,
      mediaType,
      response.download,
    );
  }
  // The rendition last: no dialect may loosen what it says
  const said = renditionHeaders(rendition, mediaType);
  Object.assign(headers, response.headers, own, instead?.headers, said);
  const vary = joinNames(
    response.vary.join(','),
    response.headers.vary,
    own.vary,
    instead?.headers.vary,
  );
  if (vary !== undefined) headers.vary = vary;
  const tags = tagHeader(rendition.tags, services.policy.tags);
  if (tags !== undefined) headers[tags[0]] = tags[1];
  // An object that grew field by field is a hash table inside V8, and slow to copy; a parsed one is not
  return JSON.parse(JSON.stringify(headers));
}

/** The whole, a part, or only word that nothing changed. */
function selected(
  request: HttpRequest,
  { body, etag, lastModified }: Rendition,
  headers: Record<string, string>,
  services: Services,
): HttpResponse {
  const length = bodyLength(body);
  const what = { etag, length, lastModified };
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

/** An error that shows a picture: no conditions, no parts, nothing to ask again with (RFC 9110 13.2.1). */
function unconditional(
  { method }: HttpRequest,
  { body }: Rendition,
  headers: Readonly<Record<string, string>>,
  status: number,
): HttpResponse {
  const { etag: _etag, 'last-modified': _modified, 'accept-ranges': _ranges, ...kept } = headers;
  return {
    status,
    headers: { ...kept, 'content-length': String(bodyLength(body)) },
    body: method === 'HEAD' ? NO_BODY : body,
  };
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
