/**
 * Target: the raw request target taken apart into account, options and source.
 *
 * The target is read as it was received. A router or a URL parser would
 * decode it or collapse `a/../b` and `//` first, and everything behind the
 * third slash, `?query` included, belongs to the source byte for byte.
 *
 * With accounts (`/{account}/{options}/{absolute URL}`) the source is raw or
 * wholly percent-encoded; in site mode (`/{options}/{path}`) it is a path of
 * the one site behind the mount.
 *
 * Invariant: no message repeats any part of a source; it may hold a secret.
 * Source of the rules: docs/spec/imageoptim.md 2, 11 and 12.
 */
import { Fault } from '../../base/fault.ts';
import type { SourceRef } from '../../image/source-ref.ts';
import type { DialectSettings } from '../dialect.ts';
import { decodeOnce, escapeRaw } from './text.ts';

export interface ImageoptimTarget {
  /** The raw options segment. */
  readonly options: string;
  /** What follows the options; empty where nothing does. */
  readonly rest: string;
}

/**
 * Whether the mount takes `/{account}/…`: accounts are configured and the
 * source stands in the request as an absolute URL.
 */
export function hasAccounts({ origin, accounts }: DialectSettings): boolean {
  return origin === 'web' && accounts !== undefined;
}

/**
 * Options and source of a raw target, the account checked and taken off.
 *
 * @throws Fault `account-unknown` for a missing, malformed or unserved name,
 * `bad-request` where the options were forgotten
 */
export function splitTarget(target: string, settings: DialectSettings): ImageoptimTarget {
  let rest = target.startsWith('/') ? target.slice(1) : target;
  if (hasAccounts(settings)) {
    const [account, after] = cut(rest);
    checkAccount(account, settings.accounts ?? []);
    rest = after;
  }
  const [options, source] = cut(rest);
  if (/^https?(:|%3a)/i.test(options)) {
    throw new Fault(
      'bad-request',
      'The options are missing: expected a segment such as "full" or "300x200" before the source.',
    );
  }
  if (options === '') {
    throw new Fault('bad-request', 'The options are missing: expected at least "full".');
  }
  return { options, rest: source };
}

/** The text before the first slash and behind it; a query ends a segment and is dropped. */
function cut(text: string): [string, string] {
  const end = text.search(/[/?]/);
  if (end < 0) return [text, ''];
  return [text.slice(0, end), text[end] === '/' ? text.slice(end + 1) : ''];
}

function checkAccount(raw: string, accounts: readonly string[]): void {
  const account = decodeOnce(raw);
  if (account === '' || /^https?:/i.test(account)) {
    throw new Fault(
      'account-unknown',
      'The user name is missing: expected /username/options/source.',
    );
  }
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(account) || !accounts.includes(account)) {
    throw new Fault('account-unknown', 'This user name is not known here.');
  }
}

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
