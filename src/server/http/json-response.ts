/** JSON response: an answer to a program, which nobody keeps. */
import { commonHeaders, type HeaderPolicy, type HttpResponse } from './http-message.ts';

/** @param now milliseconds since 1970 */
export function jsonResponse(
  value: object,
  now: number,
  policy: HeaderPolicy,
  status = 200,
): HttpResponse {
  const body = new TextEncoder().encode(`${JSON.stringify(value)}\n`);
  return {
    status,
    headers: {
      ...commonHeaders(now, policy),
      'cache-control': 'no-store',
      'content-type': 'application/json',
      'content-length': String(body.length),
    },
    body,
  };
}
