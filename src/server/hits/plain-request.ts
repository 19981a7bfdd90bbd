/**
 * Plain requests: those whose answer can stand ready, because no header makes it another one or
 * asks for more to be done.
 */
import type { HttpRequest } from '../http/http-message.ts';

/** What a table of ready answers looks at of a request. */
export type Asked = Pick<HttpRequest, 'method' | 'target' | 'headers'>;

/** Without headers that make an answer another one, or that more has to be done for. */
export function isPlain(headers: Asked['headers']): boolean {
  // Written out: a loop over their names takes longer than the look-up of the answer.
  return (
    headers['if-none-match'] === undefined &&
    headers['if-modified-since'] === undefined &&
    headers.range === undefined &&
    headers['cache-control'] === undefined &&
    headers['content-length'] === undefined &&
    headers['transfer-encoding'] === undefined &&
    headers.expect === undefined &&
    headers['cdn-loop'] === undefined &&
    headers['if-match'] === undefined &&
    headers['if-unmodified-since'] === undefined
  );
}

/** What an answer hangs on beside method and target. */
export interface Conditions {
  readonly host: string | undefined;
  readonly accept: string | undefined;
  /** The other headers that were looked at, with their values. */
  readonly read: readonly (readonly [name: string, value: string | undefined])[];
}

/** Whether an answer is one to a request with these headers. */
export function holds({ host, accept, read }: Conditions, headers: Asked['headers']): boolean {
  if (headers.accept !== accept || headers.host !== host) return false;
  for (const [name, value] of read) if (headers[name] !== value) return false;
  return true;
}
