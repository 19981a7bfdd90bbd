/**
 * The method PURGE, as Fastly has it: an address is purged by asking for it so, with a token in a header of
 * Fastly's (docs/spec/http.md 7.19). Only where the configuration opens it.
 */
import { randomUUID } from 'node:crypto';
import { Fault } from '../../base/fault.ts';
import { needsToken, PURGE_KEY, sameText } from '../admin/token.ts';
import type { Services } from '../attempt.ts';
import { errorResponse, faultAnswer } from '../http/errors.ts';
import type { HttpResponse, NamedRequest } from '../http/http-message.ts';
import { jsonResponse } from '../http/json-response.ts';
import { loggable } from '../telemetry/log.ts';
import type { Purger } from './purger.ts';

export interface PurgeMethod {
  readonly purger: Purger;
  readonly token: string;
}

/** Purges what a request with this method names. */
export async function answerPurge(
  { purger, token }: PurgeMethod,
  request: NamedRequest,
  services: Services,
): Promise<HttpResponse> {
  const { clock, policy, log } = services;
  const { headers, target } = request;
  if (!sameText(headers[PURGE_KEY] ?? '', token)) return needsToken(request, services);
  const soft = headers['fastly-soft-purge'] === '1';
  const url = target.startsWith('/') && headers.host ? `http://${headers.host}${target}` : target;
  try {
    const report = await purger.purge({ url, soft });
    log.info({ requestId: request.id, target: loggable(target), soft, ...report }, 'purged');
    return jsonResponse({ status: 'ok', id: randomUUID(), ...report }, clock.now(), policy);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return errorResponse(request, { ...faultAnswer(error), ttl: 0 }, clock.now(), policy);
  }
}
