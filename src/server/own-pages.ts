/**
 * Own pages: what a server says of itself: health, metrics, and which methods an address answers.
 */
import type { Mount } from '../engine/engine.ts';
import { isBearer } from './admin/token.ts';
import type { Services } from './attempt.ts';
import { errorResponse } from './http/errors.ts';
import {
  commonHeaders,
  type HttpRequest,
  type HttpResponse,
  NO_BODY,
} from './http/http-message.ts';
import { healthLines } from './origin-health.ts';
import type { Readiness } from './readiness.ts';

/** What these pages need of a server. */
export type PageServices = Pick<Services, 'engine' | 'clock' | 'log' | 'policy' | 'meter'>;

export const PAGE_METHODS = ['GET', 'HEAD'];

/** A fixed answer. */
export interface Page {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What the pages of health tell of. */
export interface Health {
  readonly readiness: Pick<Readiness, 'reason' | 'detail'>;
  /** Of the sources, whose servers are told of. */
  readonly mounts: readonly Mount[];
  /** Opens the details. */
  readonly token: string | undefined;
}

/** A page of health by its path: health is one thing, willingness to take more work another. */
export function healthPage(
  path: string,
  services: PageServices,
  health: () => Health,
): ((request: HttpRequest) => HttpResponse) | undefined {
  if (path === '/healthz') {
    const good = services.engine.ready();
    return (request) => status(request, good, services, good ? 'ok\n' : 'starting\n');
  }
  if (path !== '/readyz') return undefined;
  const { readiness, mounts, token } = health();
  const { reason } = readiness;
  const good = reason === undefined;
  return (request) => {
    if (wantsDetail(request, token)) {
      const text = `${JSON.stringify(readiness.detail, null, 2)}\n`;
      return status(request, good, services, text, 'application/json');
    }
    // A server behind that fails is no reason to send nobody here: what is kept is still served
    return status(request, good, services, `${reason ?? 'ok'}\n${healthLines(mounts)}`);
  };
}

function status(
  request: HttpRequest,
  good: boolean,
  services: PageServices,
  text: string,
  mediaType = 'text/plain; charset=utf-8',
): HttpResponse {
  if (!PAGE_METHODS.includes(request.method)) return otherMethod(request, PAGE_METHODS, services);
  const headers = { 'content-type': mediaType, 'cache-control': 'no-store' };
  const page = { headers, body: new TextEncoder().encode(text) };
  return fixedPage(request, page, services, good ? 200 : 503);
}

/** `?verbose`, from one who has the token. */
function wantsDetail(request: HttpRequest, token: string | undefined): boolean {
  const wanted = new URLSearchParams(request.target.split('?', 2)[1]).has('verbose');
  return wanted && token !== undefined && isBearer(request, token);
}

/** What the meter has counted, for one who may see it. */
export async function metricsPage(
  request: HttpRequest,
  services: PageServices,
): Promise<HttpResponse> {
  if (!PAGE_METHODS.includes(request.method)) return otherMethod(request, PAGE_METHODS, services);
  const page = {
    headers: {
      'content-type': services.meter?.mediaType ?? 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
    },
    body: new TextEncoder().encode((await services.meter?.text()) ?? ''),
  };
  return fixedPage(request, page, services);
}

/** A fixed answer to GET and HEAD. */
export function fixedPage(
  request: HttpRequest,
  page: Page,
  services: Pick<PageServices, 'clock' | 'policy'>,
  status = 200,
): HttpResponse {
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
export function otherMethod(
  request: HttpRequest,
  methods: readonly string[],
  services: PageServices,
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
export function neverAnswered({ method }: HttpRequest): boolean {
  return method === 'TRACE' || method === 'CONNECT';
}

export function options204(
  request: HttpRequest,
  methods: readonly string[],
  { clock, policy }: PageServices,
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
