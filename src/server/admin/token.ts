/**
 * Tokens that open what is for operators.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Services } from '../attempt.ts';
import { errorResponse } from '../http/errors.ts';
import type { HttpRequest, HttpResponse } from '../http/http-message.ts';

/** Header in which Fastly's clients send theirs with a purge. */
export const PURGE_KEY = 'fastly-key';

/** Whether a request brings a token as a bearer (RFC 6750 2.1). */
export function isBearer({ headers }: HttpRequest, token: string): boolean {
  return sameText(headers.authorization ?? '', `Bearer ${token}`);
}

/** Whether a request brings a token as the password of anybody (RFC 7617), as a browser asks for it. */
export function isPassword({ headers }: HttpRequest, token: string): boolean {
  const [, text = ''] = /^Basic ([\w+/=]+)$/i.exec(headers.authorization ?? '') ?? [];
  const pair = Buffer.from(text, 'base64').toString('utf8');
  return pair.includes(':') && sameText(pair.slice(pair.indexOf(':') + 1), token);
}

/** Whether two texts agree, in a time that does not tell where they differ. */
export function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** The answer to who brings none, or another. @param challenge how it may be brought */
export function needsToken(
  request: HttpRequest,
  { clock, policy }: Pick<Services, 'clock' | 'policy'>,
  challenge = 'Bearer',
): HttpResponse {
  const answer = { status: 401, code: 'token-needed', message: 'A token is needed.', ttl: 0 };
  const headers = { 'www-authenticate': challenge };
  return errorResponse(request, { ...answer, headers }, clock.now(), policy);
}
