/**
 * Answers: what all answers of the playground have in common: they are for pages of this server alone.
 */
import { Fault, isFault } from '../../base/fault.ts';
import {
  commonHeaders,
  type HeaderPolicy,
  type HttpResponse,
  type NamedRequest,
  NO_BODY,
} from '../http/http-message.ts';

/** Other sites have nothing to ask here. @throws Fault source-forbidden */
export function checkSameOrigin({ headers }: NamedRequest): void {
  const site = headers['sec-fetch-site'];
  const { origin, host } = headers;
  const foreign =
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    (origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host));
  if (foreign) throw new Fault('source-forbidden', 'This is for pages of this server alone.');
}

/** Another method than those of a place, which are named as `Allow` names them. */
export function wrongMethod(allow: string): Fault {
  return new Fault('method-not-allowed', `This address answers ${allow}.`, { allow });
}

/** A refusal with the methods that its place has (docs/spec/http.md 11.3). */
export function withMethods(refused: HttpResponse, error: unknown): HttpResponse {
  const allow = isFault(error) ? error.detail.allow : undefined;
  if (typeof allow !== 'string') return refused;
  return { ...refused, headers: { ...refused.headers, allow } };
}

/** To the page, from its address without the slash. */
export function moved(now: number, policy: HeaderPolicy): HttpResponse {
  const headers = { ...commonHeaders(now, policy), location: '/_fovea/', 'content-length': '0' };
  return { status: 308, headers, body: NO_BODY };
}

/** Bytes that nobody keeps. */
export function fileAnswer(
  body: Uint8Array,
  mediaType: string,
  now: number,
  policy: HeaderPolicy,
): HttpResponse {
  const headers = {
    ...commonHeaders(now, policy),
    'cache-control': 'no-store',
    'content-type': mediaType,
    'content-length': String(body.length),
  };
  return { status: 200, headers, body };
}

/** Nothing of it is for pages of other origins. */
export function own(response: HttpResponse, close = false): HttpResponse {
  const { 'access-control-allow-origin': _, ...headers } = response.headers;
  const closing = close ? { close: true } : {};
  return {
    ...{ ...response, ...closing },
    headers: { ...headers, 'cross-origin-resource-policy': 'same-origin' },
  };
}
