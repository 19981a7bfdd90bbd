/**
 * Source: from the text behind the options to a source reference.
 *
 * With accounts the source is an absolute URL, raw or wholly percent-encoded;
 * in site mode it is a path of the one site behind the mount.
 *
 * Invariant: no message repeats any part of a source; it may hold a secret.
 * Source of the rules: docs/spec/imageoptim.md 2, 11 and 12.
 */
import { Fault } from '../../base/fault.ts';
import type { SourceRef } from '../../image/source-ref.ts';
import type { DialectSettings } from '../dialect.ts';
import { decodeOnce, escapeRaw } from './text.ts';

/**
 * The source that the text behind the options names; undefined where it names
 * none (nothing, or only a query, as some libraries append one to uploads).
 *
 * @throws Fault `bad-request` for what is no usable address, `source-refused`
 * for a foreign host in site mode
 */
export function readSource(rest: string, origin: DialectSettings['origin']): SourceRef | undefined {
  if (rest === '' || rest.startsWith('?')) return undefined;
  return origin === 'web' ? { kind: 'url', url: absoluteUrl(rest) } : sitePath(rest);
}

/**
 * The absolute URL in a raw or wholly encoded text.
 *
 * `http%3A%2F%2Fexample.com%2F%252F` is `http://example.com/%2F`: decoded
 * exactly once. A literal query behind an encoded source is appended to it, a
 * fragment is dropped, slashes merged by a proxy are restored, and `//host`
 * is https.
 */
function absoluteUrl(rest: string): string {
  const url = dropFragment(isEncoded(rest) ? decodeWhole(rest) : escapeRaw(rest));
  if (hasUnsafe(url)) throw new Fault('bad-request', 'The source contains forbidden characters.');
  const [begin, scheme] = /^(?:(https?):)?\/+/i.exec(url) ?? [];
  if (begin === undefined || (scheme === undefined && !url.startsWith('//'))) {
    throw new Fault(
      'bad-request',
      'Expected an absolute http or https address for the source, such as http://example.com/a.jpg.',
    );
  }
  const absolute = `${scheme?.toLowerCase() ?? 'https'}://${url.slice(begin.length)}`;
  checkAuthority(absolute);
  return absolute;
}

/** `http%3A…`, `http:%2F…` and `%2F%2F…`: a wholly encoded source. */
function isEncoded(rest: string): boolean {
  return /^(https?(%3a|:%2f)|%2f%2f)/i.test(rest);
}

function decodeWhole(rest: string): string {
  const at = rest.indexOf('?');
  if (at < 0) return decodeOnce(rest);
  const decoded = dropFragment(decodeOnce(rest.slice(0, at)));
  const query = rest.slice(at + 1);
  if (query === '') return decoded;
  return `${decoded}${decoded.includes('?') ? '&' : '?'}${escapeRaw(query)}`;
}

function dropFragment(url: string): string {
  const at = url.indexOf('#');
  return at < 0 ? url : url.slice(0, at);
}

/** Control characters and backslashes, which URL parsers drop or turn into slashes. */
function hasUnsafe(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x7f || code === 0x5c) return true;
  }
  return false;
}

/** A host must be there, and a name or password must not. */
function checkAuthority(absolute: string): void {
  let url: URL;
  try {
    url = new URL(absolute);
  } catch {
    throw new Fault('bad-request', 'The source is not a valid address.');
  }
  const authority = /^https?:\/\/([^/?#]*)/.exec(absolute)?.[1] ?? '';
  if (url.username !== '' || url.password !== '' || authority.includes('@')) {
    throw new Fault('bad-request', 'User names and passwords in the source are not accepted.');
  }
}

/** The path and query of a source in site mode, as they stood in the request. */
function sitePath(rest: string): SourceRef | undefined {
  if (/^[a-z][a-z0-9+.-]*(:|%3a)(\/|%2f)/i.test(rest)) {
    throw new Fault('source-refused', 'Expected a path of this site for the source.');
  }
  const text = dropFragment(escapeRaw(rest));
  const [raw = '', ...query] = text.split('?');
  if (hasUnsafe(text)) throw new Fault('bad-request', 'The source contains forbidden characters.');
  // a template that joins "full/" and "/a.jpg" means the path, not another host
  const path = raw.replace(/^\/+/, '');
  if (path === '') return undefined;
  return query.length === 0
    ? { kind: 'path', path }
    : { kind: 'path', path, query: query.join('?') };
}
