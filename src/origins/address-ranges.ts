/**
 * Address ranges: which addresses are out on the public Internet.
 *
 * The list is the one of docs/spec/http.md 13 (IANA special-purpose
 * registries and well-known metadata services). What `ipaddr.js` calls anything
 * but "unicast" is refused as well, so a registry entry missing here is not a
 * hole; and IPv6 is an allow list, since only 2000::/3 has ever been given out.
 *
 * Pure: text in, a verdict out. The verdict says which row refused, for the log
 * and for tests; it is not for clients.
 */
import ipaddr, { type IPv4, type IPv6 } from 'ipaddr.js';

/** Networks that are refused, with why. Order matters only for the reason given. */
const DENIED: readonly (readonly [cidr: string, why: string])[] = [
  ['169.254.169.254/32', 'metadata service'],
  ['169.254.170.2/32', 'metadata service of containers'],
  ['169.254.170.23/32', 'metadata service of containers'],
  ['100.100.100.200/32', 'metadata service'],
  ['168.63.129.16/32', 'metadata service with a public number'],
  ['192.0.0.192/32', 'metadata service'],
  ['fd00:ec2::254/128', 'metadata service'],
  ['fd00:ec2::23/128', 'metadata service of containers'],
  ['0.0.0.0/8', 'this network; 0.0.0.0 reaches the local host'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'carrier-grade NAT'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'protocol assignments'],
  ['192.0.2.0/24', 'documentation'],
  ['192.88.99.0/24', '6to4 relays'],
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'benchmarking'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved and broadcast'],
  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  ['::/96', 'IPv4-compatible'],
  ['64:ff9b:1::/48', 'local NAT64'],
  ['100::/64', 'discard'],
  ['2001::/23', 'Teredo and protocol use'],
  ['2001:db8::/32', 'documentation'],
  ['2002::/16', '6to4'],
  ['3fff::/20', 'documentation'],
  ['5f00::/16', 'segment routing'],
  ['fc00::/7', 'unique local'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'site-local'],
  ['ff00::/8', 'multicast'],
];

const NETWORKS = DENIED.map(([cidr, why]) => ({ network: ipaddr.parseCIDR(cidr), why }));
const MAPPED = ipaddr.parseCIDR('::ffff:0:0/96');
const NAT64 = ipaddr.parseCIDR('64:ff9b::/96');
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');

/**
 * The one spelling of an address, or undefined for text that is none.
 *
 * IPv6 is shortened, brackets are taken off, and an IPv4-mapped address is the
 * IPv4 address it stands for: `[::FFFF:7f00:1]` is `127.0.0.1`. IPv4 is read in
 * four decimal parts only; the other spellings are names until the URL parser
 * has made them into this one.
 */
export function canonicalAddress(text: string): string | undefined {
  const address = parse(text);
  if (!address) return undefined;
  const embedded = isV6(address) && address.match(MAPPED) ? lastFour(address) : address;
  return embedded.toString();
}

/**
 * Why an address may not be connected to, or undefined when it is public.
 *
 * An address that carries an IPv4 address to where it will be delivered (mapped
 * `::ffff:0:0/96`, NAT64 `64:ff9b::/96`) is judged by that address; the other
 * embeddings (compatible, local NAT64, 6to4, Teredo) are refused whatever they
 * carry. Text that is no address is refused.
 */
export function addressProblem(text: string): string | undefined {
  const address = parse(text);
  if (!address) return 'not an address';
  if (isV6(address) && (address.match(MAPPED) || address.match(NAT64))) {
    const problem = addressProblem(lastFour(address).toString());
    return problem && `embedded IPv4: ${problem}`;
  }
  const row = NETWORKS.find(({ network }) => contains(network, address));
  if (row) return row.why;
  if (isV6(address) && !address.match(GLOBAL_UNICAST)) return 'not global unicast';
  const range = address.range();
  return range === 'unicast' ? undefined : range;
}

function parse(text: string): IPv4 | IPv6 | undefined {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return ipaddr.IPv4.parse(bare);
  // A zone names an interface of this machine; no public address needs one.
  if (bare.includes('%') || !ipaddr.IPv6.isValid(bare)) return undefined;
  return ipaddr.IPv6.parse(bare);
}

function isV6(address: IPv4 | IPv6): address is IPv6 {
  return address.kind() === 'ipv6';
}

function contains(network: [IPv4 | IPv6, number], address: IPv4 | IPv6): boolean {
  return network[0].kind() === address.kind() && address.match(network as [IPv4 & IPv6, number]);
}

function lastFour(address: IPv6): IPv4 {
  return new ipaddr.IPv4(address.toByteArray().slice(12));
}
