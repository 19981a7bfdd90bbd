/**
 * Address guard: where an origin may connect to.
 *
 * The URL, its DNS and its redirects are in the hands of an attacker. The guard
 * decides twice: on the parsed URL before anything is asked, and on every
 * address a name resolved to before it is connected to. Both decisions are pure
 * functions of the configuration, so a refusal tells nothing about the network
 * behind this machine (docs/spec/http.md 13).
 *
 * Invariant: an address that is not public is reached only if an entry of the
 * allow list is that very address (or the name `localhost`), for that port.
 */
import { Fault } from '../base/fault.ts';
import { addressProblem, canonicalAddress } from './address-ranges.ts';
import { type AllowEntry, hostOf, listing, listsAddress, portOf } from './allow-list.ts';

/**
 * One text for blocked literals and refused connections: no oracle. Names that lead
 * to blocked addresses are answered like names that do not exist
 * (docs/spec/http.md 12.3).
 */
export const UNREACHABLE = 'The source could not be fetched from its host.';

const METADATA_NAMES = new Set(['metadata.google.internal', 'metadata', 'instance-data']);
const PRIVATE_SUFFIXES = ['.internal', '.local', '.localhost', '.home.arpa'];

export interface AddressGuard {
  /**
   * Passes a parsed URL whose scheme, port and host may be asked for.
   * @throws Fault source-refused
   */
  checkUrl(url: URL): void;
  /** Whether an address that `host` resolved to may be connected to on `port`. */
  admits(address: string, host: string, port: number): boolean;
}

export interface GuardOptions {
  readonly allow: readonly AllowEntry[];
  /**
   * Where this server itself answers: `host`, `host:port` or an address with either;
   * 0.0.0.0 and [::] stand for every address of `localAddresses` and loopback
   * (docs/spec/http.md 13.9).
   */
  readonly self?: readonly string[];
  /** Addresses of this machine, for `self` entries that listen on all of them. */
  readonly localAddresses?: readonly string[];
}

export function addressGuard({
  allow,
  self = [],
  localAddresses = [],
}: GuardOptions): AddressGuard {
  const isSelf = selfTest(self, localAddresses);

  function admits(address: string, host: string, port: number): boolean {
    const canonical = canonicalAddress(address);
    if (!canonical || isSelf(canonical, port)) return false;
    if (listsAddress(allow, canonical, port)) return true;
    if (host === 'localhost' && listing(allow, host, port) === 'exact' && isLoopback(canonical)) {
      return true;
    }
    return addressProblem(canonical) === undefined;
  }

  function checkUrl(url: URL): void {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw refused('Only http and https sources are served.', url);
    }
    if (url.username !== '' || url.password !== '') {
      throw refused('A source may not carry a user name or password.', url);
    }
    const host = hostOf(url);
    const port = portOf(url);
    const listed = listing(allow, host, port);
    if (!listed) throw refused('The host of the source is not on the list of allowed hosts.', url);
    const address = canonicalAddress(host);
    if (address ? !admits(address, host, port) : isSelf(host, port))
      throw refused(UNREACHABLE, url);
    if (!address && !nameMayBe(host, listed)) throw refused(UNREACHABLE, url);
  }

  return { checkUrl, admits };
}

/** True for a host that strangers can resolve and reach: a dotted public name or a public address. */
export function isPublicHost(url: URL): boolean {
  const host = hostOf(url);
  return canonicalAddress(host) ? addressProblem(host) === undefined : nameMayBe(host, 'any');
}

/** Names of private networks need an entry that names them; `*` does not. */
function nameMayBe(host: string, listed: 'exact' | 'suffix' | 'any'): boolean {
  if (listed === 'exact') return true;
  if (METADATA_NAMES.has(host) || !host.includes('.')) return false;
  return listed === 'suffix' || !PRIVATE_SUFFIXES.some((suffix) => host.endsWith(suffix));
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

function selfTest(self: readonly string[], local: readonly string[]) {
  const own = new Set<string>();
  for (const entry of self) {
    const bare = canonicalAddress(entry);
    const url = new URL(bare?.includes(':') ? `http://[${bare}]` : `http://${entry}`);
    const host = hostOf(url);
    // "host:80" and "host" parse alike, so the port is looked for in the text.
    const port = bare ? undefined : /:(\d+)$/.exec(entry)?.[1];
    const everywhere = host === '0.0.0.0' || host === '::';
    for (const name of everywhere ? [host, ...local.map(canonical)] : [host]) {
      own.add(`${name} ${port ?? '*'}`);
    }
    if (everywhere) own.add(`loopback ${port ?? '*'}`);
  }
  return (host: string, port: number): boolean =>
    [host, ...(isLoopback(host) || host === 'localhost' ? ['loopback'] : [])].some(
      (name) => own.has(`${name} ${port}`) || own.has(`${name} *`),
    );
}

function canonical(address: string): string {
  return canonicalAddress(address) ?? address;
}

function refused(message: string, url: URL): Fault {
  return new Fault('source-refused', message, { host: url.hostname, port: portOf(url) });
}
