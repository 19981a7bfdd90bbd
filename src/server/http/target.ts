/**
 * Targets: the request target cut into host and raw path, without decoding.
 *
 * Signatures cover raw bytes and source URLs stand inside paths, so nothing
 * here normalises: a target is cut at known places and otherwise left alone.
 */

/** Longest request target, in bytes (docs/spec/http.md 11.6). */
export const MAX_TARGET = 8192;

export interface RequestTarget {
  /** Lower case, without port and trailing dot; absent without a Host. */
  readonly host?: string;
  /** Raw path and query; begins with "/". */
  readonly path: string;
}

/**
 * Host and raw path of a request; undefined for a target that names neither
 * a path nor an absolute http URL.
 *
 * `http://img.example/a?b` is host img.example and path `/a?b`; the host of an
 * absolute target overrides the Host header (RFC 9112 section 3.2.2).
 */
export function readTarget(raw: string, hostHeader: string | undefined): RequestTarget | undefined {
  if (raw.startsWith('/')) return withHost(hostHeader, raw);
  const absolute = /^https?:\/\/([^/?#]*)/i.exec(raw);
  if (absolute === null) return undefined;
  const authority = absolute[1] ?? '';
  const rest = raw.slice(absolute[0].length);
  // User info is no part of the host, and stands nowhere in our answers
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (host === '') return undefined;
  return withHost(host, rest.startsWith('/') ? rest : `/${rest}`);
}

function withHost(host: string | undefined, path: string): RequestTarget {
  const name = host === undefined ? undefined : hostName(host);
  return name === undefined || name === '' ? { path } : { host: name, path };
}

/** `Images.Example.com.:8080` is `images.example.com`; IPv6 literals keep their brackets. */
export function hostName(host: string): string {
  return host.trim().toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '');
}

/**
 * Whether the path, decoded once, holds NUL, CR, LF or a backslash
 * (docs/spec/http.md 11.6). The query is the dialect's own business.
 */
export function hasForbiddenCharacter(path: string): boolean {
  const end = path.indexOf('?');
  const bare = end < 0 ? path : path.slice(0, end);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be found
  return /[\u0000\r\n\\]|%(?:00|0d|0a|5c)/i.test(bare);
}
