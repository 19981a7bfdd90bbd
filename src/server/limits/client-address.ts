/**
 * Client address: who asks, behind proxies that are trusted to say so.
 *
 * The header is read from its end, where the nearest proxy wrote: each address is taken from a proxy
 * that is trusted, until one comes that is not. What stands before it anybody may have written.
 *
 * Pure.
 */
import ipaddr from 'ipaddr.js';

/** Which header the trusted proxies write; a client may send the other one, so only one is read. */
export type ForwardingHeader = 'x-forwarded-for' | 'forwarded';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = readonly [Address, number];

/** Proxies in a row that are looked through. */
const MOST_HOPS = 16;
/** Characters of a header that are read, from its end. */
const MOST_READ = 2048;

export class ClientAddress {
  readonly #trusted: readonly Range[];
  readonly #header: ForwardingHeader;

  /** @param proxies addresses and ranges, as `isAddressRange` takes them */
  constructor(proxies: readonly string[], header: ForwardingHeader) {
    this.#trusted = proxies.map(rangeOf);
    this.#header = header;
  }

  /**
   * What names a client: its IPv4 address, or the first 64 bits of its IPv6 address, which one
   * customer has; empty where it is not known.
   *
   * @param remote the address at the far end of the connection
   */
  of(remote: string | undefined, headers: Readonly<Record<string, string | undefined>>): string {
    let address = addressOf(remote ?? '');
    if (address === undefined) return '';
    const said = this.#trusted.length === 0 ? undefined : headers[this.#header];
    if (said !== undefined && this.#trusts(address)) {
      for (const hop of this.#hops(said)) {
        const next = addressOf(hop);
        if (next === undefined) break;
        address = next;
        if (!this.#trusts(address)) break;
      }
    }
    return clientKey(address);
  }

  #trusts(address: Address): boolean {
    return this.#trusted.some(
      ([range, bits]) => range.kind() === address.kind() && address.match(range, bits),
    );
  }

  /** The hops of a header, the last one first. */
  #hops(said: string): string[] {
    const end = said.slice(-MOST_READ);
    const hops =
      this.#header === 'forwarded'
        ? Array.from(end.matchAll(FOR), ([, value = '']) => unquoted(value))
        : end.split(',');
    return hops.slice(-MOST_HOPS).reverse();
  }
}

/** `for=` of the elements of `Forwarded` (RFC 7239 section 4). */
const FOR = /(?:^|[,;])[ \t]*for=("(?:[^"\\]|\\.)*"|[^,;\s]*)/gi;

function unquoted(value: string): string {
  return value.startsWith('"') && value.endsWith('"') && value.length > 1
    ? value.slice(1, -1).replace(/\\(.)/g, '$1')
    : value;
}

/** Whether a text is an address, or a range such as `10.0.0.0/8`. */
export function isAddressRange(text: string): boolean {
  try {
    rangeOf(text);
    return true;
  } catch {
    return false;
  }
}

function rangeOf(text: string): Range {
  const [host = '', bits, ...more] = text.trim().split('/');
  const address = addressOf(host);
  const most = address?.kind() === 'ipv4' ? 32 : 128;
  const length = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : 999;
  if (address === undefined || more.length > 0 || length > most) {
    throw new TypeError(`expected an address or a range such as 10.0.0.0/8, got ${text}`);
  }
  return [address, length];
}

/** The address in a text that may have brackets and a port; mapped ones are those they carry. */
function addressOf(text: string): Address | undefined {
  const bare = text.trim();
  const bracketed = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(bare)?.[1];
  const host = bracketed ?? bare.replace(/^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/, '$1');
  const isV4 = bracketed === undefined && ipaddr.IPv4.isValidFourPartDecimal(host);
  return isV4 || ipaddr.IPv6.isValid(host) ? ipaddr.process(host) : undefined;
}

/** An IPv4 address as it is; of IPv6 the first 64 bits. */
export function clientKey(address: Address): string {
  return address.kind() === 'ipv4'
    ? address.toString()
    : (address as ipaddr.IPv6).parts.slice(0, 4).join(':');
}
