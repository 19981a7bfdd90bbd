/**
 * Routes: from host and path to the one that answers.
 *
 * A source answers under its mount on any host and at the root for its hosts;
 * the longest prefix wins. Beside sources there are `/healthz`, `/readyz` and,
 * in the demo, a landing page. Nothing else exists.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Arrived } from './arrived.ts';
import { answerImage, type Services, type Site } from './handler.ts';
import type { Ready } from './hits/hit-table.ts';
import { loggedReady, responseOf } from './hits/logged-ready.ts';
import { errorResponse } from './http/errors.ts';
import {
  commonHeaders,
  type Handle,
  type HttpRequest,
  type HttpResponse,
  type NamedRequest,
  NO_BODY,
} from './http/http-message.ts';
import { requestIdOf } from './http/request-id.ts';
import { MAX_TARGET, type RequestTarget, readTarget } from './http/target.ts';
import { healthLines } from './origin-health.ts';
import { findPlace, type Place } from './places.ts';
import { Readiness } from './readiness.ts';
import { type EndOptions, endOfRequest } from './request-end.ts';
import type { AccessLog } from './telemetry/access-log.ts';
import { loggable } from './telemetry/log.ts';
import type { Tracing } from './telemetry/tracing.ts';

export interface Route extends Place {
  readonly site: Site;
}

export interface RouterOptions {
  readonly routes: readonly Route[];
  readonly services: Services;
  /** Pages beside the sources, by exact path (the demo). Their answers are for GET and HEAD. */
  readonly pages?: ReadonlyMap<string, Page>;
  /** What this server says of itself in `CDN-Loop`; a request that carries it has come full circle. */
  readonly loopToken?: string;
  /** The bearer token that opens `/_fovea/metrics`; without it there is no such page. */
  readonly metricsToken?: string;
  /** Takes a line per request, where there is an access log. */
  readonly access?: AccessLog;
  /** Traces requests, where that is wanted. */
  readonly tracing?: Tracing;
  /** Milliseconds from which a request has a line of its own in the log. */
  readonly slow?: number;
  /** True from when the server begins to stop. */
  readonly draining?: () => boolean;
  /** Whether requests should come here; without it while the engine is ready and nothing stops. */
  readonly readiness?: Pick<Readiness, 'reason' | 'detail'>;
}

/** A fixed answer. */
export interface Page {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Methods that RFC 9110 and RFC 5789 define; anything else is unknown here. */
const KNOWN_METHODS = new Set('GET HEAD POST PUT DELETE PATCH OPTIONS TRACE CONNECT'.split(' '));
const PAGE_METHODS = ['GET', 'HEAD'];
const ANY_METHODS = ['GET', 'HEAD', 'POST'];

/** The answers of a server that are ready. */
export function createReady(options: RouterOptions): Ready {
  const { hits, limits } = options.services;
  const limited = limits?.countsRequests ? limits : undefined;
  return loggedReady(
    hits,
    endsOf(options),
    limited &&
      (({ headers }, { remoteAddress }) =>
        (source) =>
          limited.admits({ remoteAddress, headers }, source)),
  );
}

/** The server as one function. It never rejects. */
export function createHandle(options: RouterOptions): Handle {
  const ends = endsOf(options);
  const ready = createReady(options);
  return async (given) => {
    const hit = ready(given, given);
    if (hit !== undefined) return responseOf(hit);
    const arrived = performance.now();
    const id = requestIdOf(given.headers['x-request-id']);
    const span = options.tracing?.begin(given, id, arrived);
    const response = await answerOrFail(options, new Arrived(given, id, arrived, span));
    response.headers['x-request-id'] = id;
    endOfRequest(ends, given, { id, arrived, span }, response);
    return response;
  };
}

/** Who is told of a request that has its answer. */
function endsOf({ services: { meter, log }, access, tracing, slow }: RouterOptions): EndOptions {
  return { meter, log, access, tracing, slow };
}

async function answerOrFail(options: RouterOptions, request: NamedRequest): Promise<HttpResponse> {
  const { clock, log, policy } = options.services;
  try {
    return await answer(options, request);
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const facts = { requestId: request.id, target: loggable(request.target), error: stack };
    log.error(facts, 'request failed');
    return errorResponse(request, FAILED, clock.now(), policy);
  }
}

const FAILED = {
  status: 500,
  message: 'The server failed to answer this request.',
  code: 'internal',
  ttl: 0,
} as const;

async function answer(options: RouterOptions, request: NamedRequest): Promise<HttpResponse> {
  const { routes, services, pages } = options;
  const refused = (status: number, code: string, message: string, ttl = 0) =>
    errorResponse(request, { status, code, message, ttl }, services.clock.now(), services.policy);

  if (request.target.length > MAX_TARGET) {
    return refused(414, 'target-too-long', `The address is longer than ${MAX_TARGET} bytes.`, 30);
  }
  if (!KNOWN_METHODS.has(request.method)) {
    return refused(501, 'method-unknown', 'This method is not known here.');
  }
  if (options.loopToken && request.headers['cdn-loop']?.includes(options.loopToken)) {
    return refused(
      508,
      'loop-detected',
      'This request has come back to the server it was made by.',
    );
  }
  if (request.target === '*' && request.method === 'OPTIONS') {
    return options204(request, ANY_METHODS, services);
  }
  const target = readTarget(request.target, request.headers.host);
  if (target === undefined) {
    if (neverAnswered(request)) return otherMethod(request, ANY_METHODS, services);
    return refused(400, 'bad-request', 'The address cannot be read.');
  }

  if (target.path === METRICS && options.metricsToken !== undefined) {
    return metrics(request, options.metricsToken, services);
  }

  const path = target.path.split(/[?#]/, 1)[0]!;
  const page = ownPage(path, options) ?? pages?.get(path);
  if (page !== undefined) {
    if (!PAGE_METHODS.includes(request.method)) return otherMethod(request, PAGE_METHODS, services);
    return typeof page === 'function' ? page(request) : fixed(request, page, services);
  }
  const found = findRoute(routes, target);
  if (found === undefined) {
    if (neverAnswered(request)) return otherMethod(request, ANY_METHODS, services);
    return refused(404, 'mount-unknown', 'Nothing answers here.', 30);
  }

  const { methods } = found.site.dialect;
  return (methods as readonly string[]).includes(request.method)
    ? answerImage(found.site, request, found.rest, services)
    : otherMethod(request, methods, services);
}

/** The site that a target belongs to, and the raw rest of the target below it. */
export function findRoute(
  routes: readonly Route[],
  target: RequestTarget,
): { readonly site: Site; readonly rest: string } | undefined {
  const found = findPlace(routes, target);
  return found && { site: found.place.site, rest: found.rest };
}

/** Health is one thing, willingness to take more work another. */
function ownPage(path: string, options: RouterOptions) {
  const { services, metricsToken, routes, draining = () => false } = options;
  const { engine } = services;
  if (path === '/healthz') {
    return (request: HttpRequest) => status(request, engine.ready(), services, 'starting');
  }
  if (path === '/readyz') {
    const { readiness = new Readiness(engine, draining) } = options;
    const { reason } = readiness;
    const good = reason === undefined;
    // A server behind that fails is no reason to send nobody here: what is kept is still served
    const detail = healthLines(routes.map(({ site }) => site.mount));
    return (request: HttpRequest) => {
      if (wantsDetail(request, metricsToken)) {
        const text = `${JSON.stringify(readiness.detail, null, 2)}\n`;
        return said(request, good, services, text, 'application/json');
      }
      return status(request, good, services, reason ?? 'starting', detail);
    };
  }
  return undefined;
}

function status(
  request: HttpRequest,
  good: boolean,
  services: Services,
  otherwise: string,
  detail = '',
) {
  const text = `${good ? 'ok' : otherwise}\n${detail}`;
  return said(request, good, services, text, 'text/plain; charset=utf-8');
}

function said(
  request: HttpRequest,
  good: boolean,
  services: Services,
  text: string,
  mediaType: string,
) {
  const headers = { 'content-type': mediaType, 'cache-control': 'no-store' };
  const page = { headers, body: new TextEncoder().encode(text) };
  return fixed(request, page, services, good ? 200 : 503);
}

/** `?verbose`, from one who may read the metrics. */
function wantsDetail({ target, headers }: HttpRequest, token: string | undefined): boolean {
  if (token === undefined || !/\?(?:.*&)?verbose(?:[=&]|$)/.test(target)) return false;
  return sameText(headers.authorization ?? '', `Bearer ${token}`);
}

const METRICS = '/_fovea/metrics';

async function metrics(
  request: HttpRequest,
  token: string,
  services: Services,
): Promise<HttpResponse> {
  if (!PAGE_METHODS.includes(request.method)) return otherMethod(request, PAGE_METHODS, services);
  if (!sameText(request.headers.authorization ?? '', `Bearer ${token}`) || !services.meter) {
    const { clock, policy } = services;
    const answer = { status: 401, code: 'token-needed', message: 'A token is needed.', ttl: 0 };
    const headers = { 'www-authenticate': 'Bearer' };
    return errorResponse(request, { ...answer, headers }, clock.now(), policy);
  }
  const page = {
    headers: { 'content-type': services.meter.mediaType, 'cache-control': 'no-store' },
    body: new TextEncoder().encode(await services.meter.text()),
  };
  return fixed(request, page, services);
}

/** Whether two texts agree, in a time that does not tell where they differ. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function fixed(request: HttpRequest, page: Page, services: Services, status = 200): HttpResponse {
  return {
    status,
    headers: {
      ...commonHeaders(services.clock.now(), services.policy),
      'cache-control': 'no-cache',
      ...page.headers,
      'content-length': String(page.body.length),
    },
    body: request.method === 'HEAD' ? NO_BODY : page.body,
  };
}

/** OPTIONS, or a method that is known but not for this place (docs/spec/http.md 11.1 to 11.3). */
function otherMethod(
  request: HttpRequest,
  methods: readonly string[],
  services: Services,
): HttpResponse {
  if (request.method === 'OPTIONS') return options204(request, methods, services);
  const allow = [...methods, 'OPTIONS'].join(', ');
  const close = neverAnswered(request);
  return errorResponse(
    request,
    {
      status: 405,
      message: `This address answers ${allow}.`,
      code: 'method-not-allowed',
      ttl: 0,
      headers: { allow },
      close,
    },
    services.clock.now(),
    services.policy,
  );
}

/** Refused whatever the place, and with the end of the connection (docs/spec/http.md 11.3). */
function neverAnswered({ method }: HttpRequest): boolean {
  return method === 'TRACE' || method === 'CONNECT';
}

function options204(
  request: HttpRequest,
  methods: readonly string[],
  { clock, policy }: Services,
): HttpResponse {
  const allow = [...methods, 'OPTIONS'].join(', ');
  const { origin, 'access-control-request-method': wanted } = request.headers;
  const preflight =
    origin === undefined || wanted === undefined
      ? {}
      : {
          'access-control-allow-methods': allow,
          // No credentials are ever allowed, so the wildcard is enough and needs no Vary
          'access-control-allow-headers': '*',
          'access-control-max-age': '86400',
        };
  return {
    status: 204,
    headers: {
      ...commonHeaders(clock.now(), policy),
      'cache-control': 'no-store',
      allow,
      ...preflight,
    },
    body: NO_BODY,
  };
}
