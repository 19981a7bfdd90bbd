/**
 * Fault response: the answer to a request that went wrong, by its dialect and
 * by the configuration of its source: an error, a picture in its place, or the
 * source as it is.
 */
import type { Fault } from '../base/fault.ts';
import type { Compiled, Dialect, ImageRequest, Refusal } from '../dialects/dialect.ts';
import { type Attempt, clientGone, refused } from './attempt.ts';
import { errorSeconds, insteadOf } from './config/source-answers.ts';
import { asFault, faultAnswer } from './http/errors.ts';
import type { HttpResponse } from './http/http-message.ts';
import { rateLimitHeaders } from './limits/request-limits.ts';
import { renditionResponse } from './rendition-response.ts';
import { logFault } from './telemetry/fault-log.ts';

/** The dialect's answer to a fault: an error, or the source as it is. */
export async function faultResponse(attempt: Attempt, fault: Fault): Promise<HttpResponse> {
  const { site, request, image, services, compiled, job } = attempt;
  attempt.fault = fault;
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
  if (refusal?.kind === 'error') {
    return (await pictureInstead(attempt, refusal, fault)) ?? refusedBy(attempt, refusal, fault);
  }
  if (refusal?.kind === 'source' && compiled !== undefined && job !== undefined) {
    try {
      const source = await services.engine.deliverSource(job);
      attempt.fallback = 'source';
      const ttl = errorSeconds(site.answers, refusal.ttl);
      return renditionResponse(attempt, compiled, source, { ...refusal, ttl, fault });
    } catch (error) {
      if (request.signal.aborted) return clientGone();
      const second = asFault(error);
      note(attempt, second);
      const again = refuse(site.dialect, second, image, compiled);
      if (again?.kind === 'error') {
        return (await pictureInstead(attempt, again, second)) ?? refusedBy(attempt, again, second);
      }
      return refused(request, services, { ...faultAnswer(second), ...varyOf(compiled) });
    }
  }
  return refused(request, services, { ...faultAnswer(fault), ...varyOf(compiled) });
}

/** The picture that its source has configured for an error; undefined where there is none to send. */
async function pictureInstead(
  attempt: Attempt,
  refusal: Extract<Refusal, { kind: 'error' }>,
  fault: Fault,
): Promise<HttpResponse | undefined> {
  const { site, services, request, job } = attempt;
  const compiled = attempt.compiled && insteadOf(fault, attempt.compiled, site.answers);
  if (compiled === undefined || job === undefined) return undefined;
  try {
    const rendition = await services.engine.render(job.instead(compiled));
    attempt.fallback = 'picture';
    const ttl = errorSeconds(site.answers, refusal.ttl);
    const status = site.answers?.imageStatus === 'ok' ? {} : { status: refusal.status };
    return renditionResponse(attempt, compiled, rendition, { fault, headers: {}, ttl, ...status });
  } catch (error) {
    if (request.signal.aborted) return clientGone();
    note(attempt, asFault(error));
    return undefined;
  }
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
  { site, request, services, compiled, image }: Attempt,
  refusal: Extract<Refusal, { kind: 'error' }>,
  fault: Fault,
): HttpResponse {
  const { status, message, headers, body } = refusal;
  return refused(request, services, {
    status,
    message,
    headers: { ...headers, ...rateLimitHeaders(fault) },
    code: fault.code,
    retryAfter: fault.retryAfter,
    ttl: image.method === 'POST' ? 0 : errorSeconds(site.answers, refusal.ttl),
    ...(site.mount.isPrivate ? { shared: false } : {}),
    ...(body === undefined ? {} : { body }),
    ...varyOf(compiled),
  });
}

function varyOf(compiled: Compiled | undefined): { vary?: string } {
  return compiled === undefined ? {} : { vary: compiled.response.vary.join(',') };
}

function note({ site, request, services }: Attempt, fault: Fault): void {
  const { id: requestId, method, target, span } = request;
  const traceId = span?.traceId;
  logFault(services.log, { requestId, traceId, source: site.settings.name, method, target }, fault);
}
