/**
 * Allow list: the hosts an operator names for an origin.
 *
 * An entry is `host`, `host:port`, `*.suffix`, `*.suffix:port`, or `*` for any
 * public host. Without a port an entry means ports 80 and 443. An entry that
 * is an address allows that address though it is private; naming `localhost`
 * allows the loopback addresses for that name; nothing else makes a private
 * address reachable (docs/spec/http.md 13.1 and 13.2).
 *
 * Pure. Entries come from the configuration, so a bad one is a TypeError.
 */
import { canonicalAddress } from './address-ranges.ts';

export interface AllowEntry {
  readonly kind: 'any' | 'suffix' | 'name' | 'address';
  /** Canonical host, ".suffix" in lower case, or "". */
  readonly host: string;
  /** Absent: 80 and 443. */
  readonly port?: number;
}

/** How a list answers for a host: by the entry that names it most closely. */
export type Listing = 'exact' | 'suffix' | 'any' | undefined;

/** @throws TypeError naming the entry that cannot be read */
export function readAllowList(entries: readonly string[]): readonly AllowEntry[] {
  return entries.map(readEntry);
}

/** How `host` (canonical, as `hostOf` gives it) is listed for `port`. */
export function listing(list: readonly AllowEntry[], host: string, port: number): Listing {
  const matching = list.filter((entry) => admitsPort(entry, port) && admitsHost(entry, host));
  if (matching.some(({ kind }) => kind === 'name' || kind === 'address')) return 'exact';
  if (matching.some(({ kind }) => kind === 'suffix')) return 'suffix';
  return matching.length > 0 ? 'any' : undefined;
}

/** True when the address itself is an entry for `port`; such an address may be private. */
export function listsAddress(list: readonly AllowEntry[], address: string, port: number): boolean {
  const canonical = canonicalAddress(address);
  return list.some(
    (entry) => entry.kind === 'address' && entry.host === canonical && admitsPort(entry, port),
  );
}

/** The host of a parsed URL in its one spelling: lower case, no brackets, no dot at the end. */
export function hostOf(url: URL): string {
  return canonicalHost(url.hostname);
}

/** A name or an address in its one spelling, brackets or not. */
export function canonicalHost(host: string): string {
  const name = host.toLowerCase().replace(/\.$/, '');
  return canonicalAddress(name) ?? name;
}

/** The port of a parsed URL, the scheme's own where none is written. */
export function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
}

function admitsPort(entry: AllowEntry, port: number): boolean {
  return entry.port === undefined ? port === 80 || port === 443 : entry.port === port;
}

function admitsHost(entry: AllowEntry, host: string): boolean {
  if (entry.kind === 'any') return true;
  // An address has no suffixes: "*.1" must not mean 127.0.0.1.
  if (entry.kind === 'suffix') return host.endsWith(entry.host) && !canonicalAddress(host);
  return entry.host === host;
}

function readEntry(text: string): AllowEntry {
  const bare = canonicalAddress(text);
  if (bare) return { kind: 'address', host: bare };
  const match = /^(?<host>\[[^\]]+\]|[^:/?#@[\]\s]+)(?::(?<port>\d{1,5}))?$/.exec(text.trim());
  const host = match?.groups?.host ?? '';
  const port = match?.groups?.port === undefined ? {} : { port: Number(match.groups.port) };
  if (!match || port.port === 0 || (port.port ?? 0) > 65_535) throw bad(text);
  if (host === '*') return { kind: 'any', host: '', ...port };
  const suffix = host.startsWith('*.');
  const name = suffix ? host.slice(2) : host;
  if (name.includes('*')) throw bad(text);
  const parsed = hostOf(parseHost(name, text));
  if (canonicalAddress(parsed)) {
    if (suffix) throw bad(text);
    return { kind: 'address', host: parsed, ...port };
  }
  return suffix
    ? { kind: 'suffix', host: `.${parsed}`, ...port }
    : { kind: 'name', host: parsed, ...port };
}

/** Hosts of entries go through the same parser as hosts of requests. */
function parseHost(name: string, entry: string): URL {
  try {
    return new URL(`http://${name}/`);
  } catch {
    throw bad(entry);
  }
}

function bad(entry: string): TypeError {
  return new TypeError(
    `expected "host", "host:port", "*.suffix" or "*" for an allowed host, got ${JSON.stringify(entry)}`,
  );
}
