/**
 * Reading headers: all lines of a request, and what is wrong with them
 * (docs/spec/http.md 11.6).
 */
import type { IncomingMessage } from 'node:http';
import { MAX_HEADERS } from './early-answers.ts';

/** All header lines, and the status of what is wrong with them or with the version. */
export interface ReadHeaders {
  readonly headers: Record<string, string>;
  readonly problem?: 400 | 431 | 505;
}

/** The header lines of a request, several of one name joined. */
export function readHeaders({ rawHeaders, httpVersion }: IncomingMessage): ReadHeaders {
  const headers: Record<string, string> = Object.create(null);
  let bytes = 0;
  let hosts = 0;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const line = rawHeaders[at] ?? '';
    const value = rawHeaders[at + 1] ?? '';
    const name = line.toLowerCase();
    // ": " and the line break
    bytes += line.length + value.length + 4;
    if (name === 'host') hosts += 1;
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  if (bytes > MAX_HEADERS) return { headers, problem: 431 };
  // A request line without a version is HTTP/0.9, whose answers have no head
  if (httpVersion === '0.9') return { headers, problem: 400 };
  if (!httpVersion.startsWith('1.')) return { headers, problem: 505 };
  // RFC 9112 section 3.2: exactly one Host in HTTP/1.1
  const badHost = hosts > 1 || (hosts === 0 && httpVersion === '1.1');
  return badHost ? { headers, problem: 400 } : { headers };
}
