/**
 * Tracing: what traces a request, where traces are wanted (docs/spec/telemetry.md 3.1 to 3.4).
 *
 * Nothing here knows OpenTelemetry: otel-tracing.ts does, which is loaded where an endpoint is configured.
 */
import type { Span } from '../../engine/tracing/span.ts';
import type { HttpRequest, PictureFacts } from '../http/http-message.ts';

/** What is looked at of a request. */
export type TracedRequest = Pick<HttpRequest, 'method' | 'target' | 'headers'>;

/** The span of a request. */
export interface RequestSpan extends Span {
  rename(name: string): void;
}

export interface Tracing {
  /**
   * The span of a request that has come.
   *
   * @param id see `request-id.ts`
   * @param arrived on the clock of `performance.now`
   */
  begin(request: TracedRequest, id: string, arrived: number): RequestSpan;
  /** Sends what is left, within some seconds. */
  close(): Promise<void>;
}

/** Methods by name; any other counts as `HTTP` (docs/spec/telemetry.md 3.3). */
const METHODS = new Set('GET HEAD POST PUT DELETE PATCH OPTIONS TRACE CONNECT QUERY'.split(' '));

/** A method as a word of few. */
export function knownMethod(method: string): string | undefined {
  return METHODS.has(method) ? method : undefined;
}

/** Says what became of a request, and ends its span. @param bytes of the body */
export function endRequest(
  span: RequestSpan,
  method: string,
  { status, bytes, picture }: { status: number; bytes: number; picture?: PictureFacts | undefined },
): void {
  span.set({ 'http.response.status_code': status, 'http.response.body.size': bytes });
  if (picture !== undefined) {
    const { source, dialect, cache, format } = picture;
    span.rename(`${knownMethod(method) ?? 'HTTP'} ${source}`);
    span.set({
      'fovea.source': source,
      'fovea.dialect': dialect,
      'fovea.cache': cache,
      'fovea.format': format,
    });
  }
  // An error of the client is none of the server's
  if (status >= 500) span.fail(String(status));
  span.end();
}
