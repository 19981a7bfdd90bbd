/**
 * Handler: one request below one mount, from its raw target to the answer.
 *
 * compile → (upload) → render → preconditions → headers. A fault on the way
 * goes to the dialect, which answers with an error or with the bytes of the
 * source. Nothing here knows sockets, and nothing decodes a pixel.
 */
import { bodyLength } from '../base/body.ts';
import { Fault } from '../base/fault.ts';
import type { Compiled, ImageRequest } from '../dialects/dialect.ts';
import { shortfallNames } from '../dialects/shortfall.ts';
import type { Rendition } from '../engine/engine.ts';
import { spanned } from '../engine/tracing/span.ts';
import { type Attempt, clientGone, refused, type Services, type Site } from './attempt.ts';
import { faultResponse } from './fault-response.ts';
import { acceptedFormats } from './http/accept.ts';
import { asFault, type ErrorAnswer } from './http/errors.ts';
import type { HttpRequest, HttpResponse, NamedRequest, PictureFacts } from './http/http-message.ts';
import { requestDirectives } from './http/request-directives.ts';
import { hasForbiddenCharacter } from './http/target.ts';
import { askedOf } from './nodes/asked.ts';
import { RenderJob } from './render-job.ts';
import { renditionResponse } from './rendition-response.ts';

export type { Services, Site, UploadReader } from './attempt.ts';

/** Said before any file or origin is touched. */
const NO_ROOM: ErrorAnswer = {
  status: 503,
  code: 'overloaded',
  message: 'The server has more work than it can take at the moment.',
  ttl: 0,
};

/**
 * The answer of a site to a GET, HEAD or POST that its dialect has.
 *
 * @param target the raw rest of the request target below the mount
 */
export async function answerImage(
  site: Site,
  request: NamedRequest,
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
    services.limits?.request(request, site.settings.name);
    const response = await services.inFlight.run(() => deliver(attempt), site.settings.name);
    return counted(attempt, response ?? refused(request, services, NO_ROOM));
  } catch (error) {
    if (request.signal.aborted) return clientGone();
    return counted(attempt, await faultResponse(attempt, asFault(error)));
  } finally {
    // What the engine has taken over stays.
    await attempt.upload?.discard();
  }
}

function counted(attempt: Attempt, response: HttpResponse): HttpResponse {
  const { site, services, request, rendition, compiled, fault, fallback, upload } = attempt;
  const { name, params } = site.dialect;
  const { meter, ledger, clock } = services;
  if (fault !== undefined) request.span?.set({ 'fovea.fault': fault.code });
  const { status, body } = response;
  const bytes = bodyLength(body);
  ledger?.answered(site.settings.name, { status, bytes, rendition, fallback }, clock.now());
  if (meter !== undefined) {
    const milliseconds = performance.now() - request.arrived;
    meter.answered({
      ...{ dialect: name, status, rendition, fault, fallback, bytes, milliseconds },
    });
    const remarks = [...(compiled?.diagnostics ?? []), ...(rendition?.diagnostics ?? [])];
    meter.fellShort(name, shortfallNames(params, remarks));
    if (upload !== undefined) meter.uploaded(upload.length);
  }
  if (rendition !== undefined) response.timings = rendition.timings;
  response.picture = madeFacts(site.settings.name, name, rendition);
  return response;
}

function madeFacts(
  source: string,
  dialect: string,
  rendition: Rendition | undefined,
): PictureFacts {
  if (rendition === undefined) return { source, dialect };
  const { cache, result } = rendition;
  return {
    source,
    dialect,
    cache: cache.hit ? 'hit' : cache.collapsed ? 'collapsed' : 'miss',
    format: result.format,
  };
}

async function deliver(attempt: Attempt): Promise<HttpResponse> {
  const { site, request, services } = attempt;
  let { image } = attempt;
  // Compiled before the body is read: who may not upload is told so before sending
  const compile = (of: ImageRequest) => spannedCompile(attempt, of);
  let compiled = compile(image);
  attempt.compiled = compiled;
  if (image.upload && !services.engine.admits(site.mount)) {
    throw new Fault('overloaded', 'The server is busy; please try again soon.');
  }
  const upload = image.upload
    ? await spanned(request.span, 'upload', () =>
        services.readUpload(request.headers, request.body),
      )
    : undefined;
  if (upload) attempt.upload = upload;
  if (image.upload && upload === undefined) {
    image = { ...image, upload: false };
    compiled = compile(image);
    attempt.compiled = compiled;
  }
  const job = new RenderJob(site.mount, compiled, image.accepts, request);
  if (upload !== undefined) job.upload = upload;
  const { storedOnly, maxAge } = requestDirectives(request.headers['cache-control']);
  if (storedOnly) job.storedOnly = true;
  if (maxAge !== undefined && services.reload === 'revalidate') job.maxAge = maxAge;
  const { limits } = services;
  if (limits !== undefined) job.mayMake = once(() => limits.miss(request, site.settings.name));
  const { compileCache } = services;
  job.asked = () => askedOf(site.mount, image, compileCache.readOf(compiled));
  attempt.job = job;
  const rendition = await services.engine.render(job);
  attempt.rendition = rendition;
  const response = renditionResponse(attempt, compiled, rendition);
  services.hits?.note(attempt, rendition, response);
  return response;
}

/** What is done the first time alone, and ends alike each time it throws. */
function once(run: () => void): () => void {
  let done = false;
  return () => {
    if (!done) run();
    done = true;
  };
}

/** What an address means, found as a span where the request is traced. */
function spannedCompile({ site, request, services }: Attempt, image: ImageRequest): Compiled {
  const span = request.span?.child('compile');
  try {
    return services.compileCache.compile(site, image);
  } finally {
    span?.end();
  }
}

function announcesBody(headers: HttpRequest['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
