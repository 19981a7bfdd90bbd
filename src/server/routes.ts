/**
 * Routes: from host and path to the one that answers.
 *
 * A source answers under its mount on any host and at the root for its hosts;
 * the longest prefix wins. Beside sources there are `/healthz`, `/readyz` and,
 * in the demo, a landing page. Nothing else exists.
 */
import { isBearer, needsToken } from './admin/token.ts';
import { Arrived } from './arrived.ts';
import type { Documentation } from './documentation/documentation.ts';
import { answerImage, type Services, type Site } from './handler.ts';
import type { Ready } from './hits/hit-table.ts';
import { loggedReady, responseOf } from './hits/logged-ready.ts';
import { errorResponse } from './http/errors.ts';
import type { Handle, HttpResponse, NamedRequest } from './http/http-message.ts';
import { requestIdOf } from './http/request-id.ts';
import { MAX_TARGET, type RequestTarget, readTarget } from './http/target.ts';
import {
  fixedPage,
  healthPage,
  metricsPage,
  neverAnswered,
  options204,
  otherMethod,
  PAGE_METHODS,
  type Page,
} from './own-pages.ts';
import { findPlace, type Place } from './places.ts';
import type { Playground } from './playground/playground.ts';
import { answerPurge, type PurgeMethod } from './purge/purge-method.ts';
import { Readiness } from './readiness.ts';
import { type EndOptions, endOfRequest } from './request-end.ts';
import { type SavingsAnswer, savingsForm } from './savings/savings-answers.ts';
import type { AccessLog } from './telemetry/access-log.ts';
import { loggable } from './telemetry/log.ts';
import type { Tracing } from './telemetry/tracing.ts';

export interface Route extends Place {
  readonly site: Site;
}

export type { Page } from './own-pages.ts';

export interface RouterOptions {
  readonly routes: readonly Route[];
  readonly services: Services;
  /** Pages beside the sources, by exact path (the demo). Their answers are for GET and HEAD. */
  readonly pages?: ReadonlyMap<string, Page>;
  /** The documentation, where it is open. */
  readonly documentation?: Documentation;
  /** What this server says of itself in `CDN-Loop`; a request that carries it has come full circle. */
  readonly loopToken?: string;
  /** The bearer token that opens `/_fovea/metrics`; without it there is no such page. */
  readonly metricsToken?: string;
  /** Opens the method PURGE; without it there is none. */
  readonly purgeMethod?: PurgeMethod;
  /** Answers below `/_fovea`, where it is open. */
  readonly playground?: Pick<Playground, 'answer'>;
  /** Answers what was saved, where that is open. */
  readonly savings?: SavingsAnswer;
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

/** Methods that RFC 9110 and RFC 5789 define; anything else is unknown here. */
const KNOWN_METHODS = new Set('GET HEAD POST PUT DELETE PATCH OPTIONS TRACE CONNECT'.split(' '));
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
  if (request.method === 'PURGE' && options.purgeMethod !== undefined) {
    return answerPurge(options.purgeMethod, request, services);
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
    const open = isBearer(request, options.metricsToken) || !PAGE_METHODS.includes(request.method);
    return open ? metricsPage(request, services) : needsToken(request, services);
  }

  const path = target.path.split(/[?#]/, 1)[0]!;
  const health = healthPage(path, services, () => ({
    readiness:
      options.readiness ?? new Readiness(services.engine, options.draining ?? (() => false)),
    mounts: routes.map(({ site }) => site.mount),
    token: options.metricsToken,
  }));
  if (health !== undefined) return health(request);
  const page = pages?.get(path);
  if (page !== undefined) {
    if (!PAGE_METHODS.includes(request.method)) return otherMethod(request, PAGE_METHODS, services);
    return fixedPage(request, page, services);
  }
  const form = options.savings && savingsForm(path, '/_fovea/');
  if (options.savings && form !== undefined) return options.savings(request, form, services);
  const documentation = options.documentation?.answer(request, path, services);
  if (documentation !== undefined) return documentation;
  if (options.playground !== undefined && /^\/_fovea(\/|$)/.test(path)) {
    return options.playground.answer(request, path, services);
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

/** Whether a source answers a target at a host. */
export function hasRoute(
  routes: readonly Route[],
  target: string,
  host: string | undefined,
): boolean {
  const read = target.length > MAX_TARGET ? undefined : readTarget(target, host);
  return read !== undefined && findRoute(routes, read) !== undefined;
}

const METRICS = '/_fovea/metrics';
