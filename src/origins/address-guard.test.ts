import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFault } from '../base/fault.ts';
import { addressGuard, isPublicHost } from './address-guard.ts';
import { addressProblem, canonicalAddress } from './address-ranges.ts';
import { readAllowList } from './allow-list.ts';

/** 'passes', or the words of the refusal. */
function verdict(url: string, allow: readonly string[], self: readonly string[] = []): string {
  const guard = addressGuard({
    allow: readAllowList(allow),
    self,
    localAddresses: ['192.0.2.77', 'fe80::77'],
  });
  try {
    guard.checkUrl(new URL(url));
    return 'passes';
  } catch (error) {
    if (isFault(error, 'source-refused')) return error.message;
    throw error;
  }
}

describe('addressProblem', () => {
  test.each([
    ['0.0.0.0', 'reaches the local host'],
    ['0.1.2.3', 'this network'],
    ['10.0.0.1', 'private'],
    ['10.255.255.255', 'private'],
    ['100.64.0.1', 'carrier-grade NAT'],
    ['100.127.255.255', 'carrier-grade NAT'],
    ['100.100.100.200', 'metadata of Alibaba'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback to its end'],
    ['168.63.129.16', 'metadata of Azure, in public space'],
    ['169.254.0.1', 'link-local'],
    ['169.254.169.254', 'metadata'],
    ['169.254.170.2', 'metadata of containers'],
    ['169.254.170.23', 'metadata of containers'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private to its end'],
    ['192.0.0.1', 'protocol assignments'],
    ['192.0.0.192', 'metadata of Oracle'],
    ['192.0.2.1', 'documentation'],
    ['192.31.196.1', 'AS112, by the registry of ipaddr.js'],
    ['192.52.193.1', 'AMT, by the registry of ipaddr.js'],
    ['192.88.99.1', '6to4 relays'],
    ['192.168.1.1', 'private'],
    ['198.18.0.1', 'benchmarking'],
    ['198.19.255.255', 'benchmarking to its end'],
    ['198.51.100.1', 'documentation'],
    ['203.0.113.1', 'documentation'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.255', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['[::1]', 'with brackets'],
    ['::7f00:1', 'compatible 127.0.0.1'],
    ['::808:808', 'compatible 8.8.8.8: deprecated, never routed'],
    ['::ffff:127.0.0.1', 'mapped'],
    ['::ffff:a9fe:a9fe', 'mapped metadata, in hexadecimal'],
    ['0:0:0:0:0:ffff:0a00:0001', 'mapped, written out'],
    ['::ffff:168.63.129.16', 'mapped metadata of Azure'],
    ['::ffff:0:127.0.0.1', 'translated (RFC 6145)'],
    ['64:ff9b::a9fe:a9fe', 'NAT64 to the metadata'],
    ['64:ff9b::10.0.0.1', 'NAT64 to private'],
    ['64:ff9b::a83f:8110', 'NAT64 to the metadata of Azure'],
    ['64:ff9b:1::808:808', 'local NAT64, whatever is in it'],
    ['64:ff9b:1:2:3:4:5:6', 'local NAT64 to its end'],
    ['100::1', 'discard'],
    ['2001::1', 'Teredo'],
    ['2001:0:4136:e378:8000:63bf:3fff:fdd2', 'Teredo with a public client in it'],
    ['2001:2::1', 'benchmarking'],
    ['2001:10::1', 'ORCHID'],
    ['2001:1ff:ffff::1', 'protocol use to its end'],
    ['2001:db8::1', 'documentation'],
    ['2002:7f00:1::1', '6to4 of 127.0.0.1'],
    ['2002:808:808::1', '6to4, whatever is in it'],
    ['2620:4f:8000::1', 'AS112, by the registry of ipaddr.js'],
    ['3fff:abc::1', 'documentation'],
    ['4000::1', 'never given out'],
    ['5f00::1', 'segment routing'],
    ['fc00::1', 'unique local'],
    ['fd00:ec2::254', 'metadata of AWS'],
    ['fd00:ec2::23', 'metadata of containers'],
    ['fdff:ffff::1', 'unique local to its end'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'with a zone'],
    ['2606:4700::1%1', 'a zone is never public'],
    ['fec0::1', 'site-local'],
    ['ff02::1', 'multicast'],
    ['', 'no address'],
    ['example.com', 'no address'],
    ['010.0.0.1', 'an octal part is no address here'],
    ['127.1', 'a short form is no address here'],
  ])('refuses %s (%s)', (address) => {
    expect(addressProblem(address)).toBeTypeOf('string');
  });

  test.each([
    ['8.8.8.8', 'public'],
    ['1.1.1.1', 'public'],
    ['9.255.255.255', 'just below 10/8'],
    ['11.0.0.0', 'just above 10/8'],
    ['100.63.255.255', 'just below CGNAT'],
    ['100.128.0.0', 'just above CGNAT'],
    ['168.63.129.17', 'beside the metadata of Azure'],
    ['172.15.255.255', 'just below'],
    ['172.32.0.0', 'just above'],
    ['192.0.1.1', 'between two reserved blocks'],
    ['192.167.255.255', 'just below'],
    ['223.255.255.255', 'just below multicast'],
    ['2606:4700::1111', 'public'],
    ['2a00:1450:4001:80b::200e', 'public'],
    ['::ffff:8.8.8.8', 'mapped public'],
    ['64:ff9b::808:808', 'NAT64 to public: how IPv6-only networks see IPv4'],
  ])('passes %s (%s)', (address) => {
    expect(addressProblem(address)).toBeUndefined();
  });
});

describe('canonicalAddress', () => {
  test.each<[string, string | undefined, string]>([
    ['[::FFFF:7f00:1]', '127.0.0.1', 'mapped is IPv4'],
    ['2606:4700:0:0:0:0:0:1111', '2606:4700::1111', 'shortened'],
    ['1.2.3.4', '1.2.3.4', 'as it is'],
    ['example.com', undefined, 'a name'],
  ])('%s is %s (%s)', (text, expected) => {
    expect(canonicalAddress(text)).toBe(expected);
  });
});

const NOT_LISTED = 'The host of the source is not on the list of allowed hosts.';
const UNREACHABLE = 'The source could not be fetched from its host.';

describe('the guard on URLs', () => {
  test.each<[string, string[], string, string]>([
    ['http://example.com/a.png', ['example.com'], 'passes', 'listed'],
    ['https://example.com/a.png', ['example.com'], 'passes', 'both schemes'],
    ['https://EXAMPLE.com./a.png', ['example.com'], 'passes', 'one spelling of a name'],
    ['https://exa%6dple.com/', ['example.com'], 'passes', 'decoded by the parser'],
    ['http://example.com:8080/', ['example.com'], NOT_LISTED, 'other ports have to be named'],
    ['http://example.com:8080/', ['example.com:8080'], 'passes', 'named'],
    ['http://example.com/', ['example.com:8080'], NOT_LISTED, 'and then it is that port'],
    ['http://evil-example.com/', ['example.com'], NOT_LISTED, 'no suffix match'],
    ['http://a.example.com/', ['*.example.com'], 'passes', 'suffix'],
    ['http://a.b.example.com/', ['*.example.com'], 'passes', 'any depth'],
    ['http://example.com/', ['*.example.com'], NOT_LISTED, 'the suffix alone is another host'],
    ['http://evilexample.com/', ['*.example.com'], NOT_LISTED, 'the dot counts'],
    ['http://a.example.com:81/', ['*.example.com:81'], 'passes', 'suffix with port'],
    ['http://anything.org/', ['*'], 'passes', 'any public host'],
    ['http://anything.org:81/', ['*'], NOT_LISTED, 'on the ordinary ports'],
    ['http://8.8.8.8/', ['*'], 'passes', 'public addresses too'],
    ['http://xn--bcher-kva.example/', ['bücher.example'], 'passes', 'punycode either way'],
    ['http://10.0.0.1/', ['*'], UNREACHABLE, 'private'],
    ['http://10.0.0.1/', ['10.0.0.1'], 'passes', 'listed literally'],
    ['http://10.0.0.1:9000/', ['10.0.0.1:9000'], 'passes', 'listed with its port'],
    ['http://10.0.0.1:9001/', ['10.0.0.1:9000', '*'], NOT_LISTED, 'another port'],
    ['http://10.0.0.1/', ['10.0.0.1:9000', '*'], UNREACHABLE, 'the private address on 80 is not'],
    ['http://[::ffff:10.0.0.1]/', ['10.0.0.1'], 'passes', 'mapped is the same address'],
    ['http://[fd12::5]/', ['[fd12::5]'], 'passes', 'IPv6, listed'],
    ['http://[fd12::5]/', ['fd12:0::5'], 'passes', 'in another spelling'],
    ['http://[fd12::5]:9000/', ['[fd12:0::5]:9000'], 'passes', 'with port'],
    ['http://2130706433/', ['*'], UNREACHABLE, 'decimal 127.0.0.1'],
    ['http://0x7f.1/', ['*'], UNREACHABLE, 'hexadecimal'],
    ['http://0177.0.0.1/', ['*'], UNREACHABLE, 'octal'],
    ['http://017700000001/', ['*'], UNREACHABLE, 'octal in one number'],
    ['http://127.1/', ['*'], UNREACHABLE, 'short'],
    ['http://0/', ['*'], UNREACHABLE, '0.0.0.0'],
    ['http://127.0.0.1./', ['*'], UNREACHABLE, 'a dot at the end'],
    ['http://１２７.０.０.１/', ['*'], UNREACHABLE, 'full-width digits'],
    ['http://127。0。0。1/', ['*'], UNREACHABLE, 'ideographic full stops'],
    ['http:\\\\127.0.0.1', ['*'], UNREACHABLE, 'backslashes'],
    ['http:127.0.0.1', ['*'], UNREACHABLE, 'no slashes'],
    ['http://169.254.169.254/latest/', ['*'], UNREACHABLE, 'metadata'],
    ['http://metadata.google.internal/', ['*'], UNREACHABLE, 'metadata by name'],
    ['http://metadata.google.internal/', ['*.google.internal'], UNREACHABLE, 'not by a suffix'],
    ['http://metadata/', ['*'], UNREACHABLE, 'metadata by short name'],
    ['http://instance-data/', ['*'], UNREACHABLE, 'metadata by short name'],
    ['http://localhost/', ['*'], UNREACHABLE, 'single label'],
    ['http://localhost./', ['*'], UNREACHABLE, 'with a dot'],
    ['http://LOCALHOST/', ['*'], UNREACHABLE, 'in capitals'],
    ['http://a.localhost/', ['*'], UNREACHABLE, 'below localhost'],
    ['http://intranet/', ['*'], UNREACHABLE, 'single label'],
    ['http://intranet/', ['intranet'], 'passes', 'unless listed (its address is still checked)'],
    ['http://nas.local/', ['*'], UNREACHABLE, '.local'],
    ['http://nas.local/', ['nas.local'], 'passes', 'unless listed'],
    ['http://nas.home.arpa/', ['*'], UNREACHABLE, '.home.arpa'],
    ['http://db.internal/', ['*'], UNREACHABLE, '.internal'],
    ['http://db.internal/', ['*.internal'], 'passes', 'unless the suffix is listed'],
    ['ftp://example.com/', ['*'], 'Only http and https sources are served.', 'scheme'],
    ['file:///etc/passwd', ['*'], 'Only http and https sources are served.', 'scheme'],
    ['data:image/png;base64,AA', ['*'], 'Only http and https sources are served.', 'scheme'],
    ['http://u@example.com/', ['*'], 'A source may not carry a user name or password.', 'user'],
    [
      'http://:p@example.com/',
      ['*'],
      'A source may not carry a user name or password.',
      'password',
    ],
    ['http://example.com@10.0.0.1/', ['*'], 'A source may not carry a user name or password.', ''],
    ['http://example.com/', [], NOT_LISTED, 'nothing is allowed by default'],
  ])('%s with %j: %s (%s)', (url, allow, expected) => {
    expect(verdict(url, allow)).toBe(expected);
  });

  test.each([
    ['http://8.8.8.8/', ['8.8.8.8'], UNREACHABLE, 'our own address'],
    ['http://8.8.8.8/', ['8.8.8.8:8080'], 'passes', 'another port is another server'],
    ['http://img.example.com/', ['img.example.com'], UNREACHABLE, 'our own name'],
    ['http://img.example.com/', ['img.example.com:443'], 'passes', 'on another port'],
    ['http://127.0.0.1:8080/', ['0.0.0.0:8080'], UNREACHABLE, 'loopback of a wildcard listener'],
    ['http://127.0.0.9:8080/', ['0.0.0.0:8080'], UNREACHABLE, 'all of loopback'],
    ['http://[::1]:8080/', ['[::]:8080'], UNREACHABLE, 'loopback of a wildcard listener'],
    ['http://192.0.2.77:8080/', ['0.0.0.0:8080'], UNREACHABLE, 'an address of this machine'],
    ['http://127.0.0.1:9000/', ['0.0.0.0:8080'], 'passes', 'listed, and another port'],
  ])('%s when we answer at %j: %s (%s)', (url, self, expected) => {
    const allow = [
      '*',
      '127.0.0.1:8080',
      '127.0.0.9:8080',
      '[::1]:8080',
      '192.0.2.77:8080',
      '127.0.0.1:9000',
    ];
    expect(verdict(url, allow, self)).toBe(expected);
  });
});

describe('the guard on addresses of names', () => {
  const guard = (allow: readonly string[], self: readonly string[] = []) =>
    addressGuard({ allow: readAllowList(allow), self });

  test.each<[string, string, number, string[], boolean, string]>([
    ['8.8.8.8', 'example.com', 80, ['*'], true, 'public'],
    ['10.0.0.1', 'example.com', 80, ['*'], false, 'rebinding'],
    ['10.0.0.1', 'minio', 80, ['minio'], false, 'a listed name does not make its address public'],
    ['10.0.0.1', 'minio', 80, ['minio', '10.0.0.1'], true, 'a listed address does'],
    ['10.0.0.1', 'minio', 9000, ['minio:9000', '10.0.0.1'], false, 'for its port'],
    ['::ffff:10.0.0.1', 'a.example', 80, ['*'], false, 'mapped'],
    ['127.0.0.1', 'localhost', 3000, ['localhost:3000'], true, 'localhost means loopback'],
    ['::1', 'localhost', 3000, ['localhost:3000'], true, 'in both families'],
    ['127.0.0.1', 'localhost', 80, ['localhost:3000'], false, 'for its port'],
    ['127.0.0.1', 'a.example', 3000, ['localhost:3000', '*:3000'], false, 'for its name'],
    ['10.0.0.1', 'localhost', 3000, ['localhost:3000'], false, 'and nothing but loopback'],
    ['nonsense', 'example.com', 80, ['*'], false, 'no address'],
    ['', 'example.com', 80, ['*'], false, 'no address'],
  ])('%s of %s:%d with %j: %s (%s)', (address, host, port, allow, expected) => {
    expect(guard(allow).admits(address, host, port)).toBe(expected);
  });

  test('our own address is not reached through another name', () => {
    const ours = guard(['*', '127.0.0.1:80'], ['127.0.0.1:80']);
    expect(ours.admits('127.0.0.1', 'alias.example', 80)).toBe(false);
  });
});

describe('readAllowList', () => {
  test.each([
    '',
    'http://example.com',
    'example.com/path',
    'a*b.com',
    '*.*.com',
    '*.10.0.0.1',
    'a:0',
    'a:70000',
    'a b',
    'u@h',
    '[::1',
    '::1:x',
  ])('does not read %j', (entry) => {
    expect(() => readAllowList([entry])).toThrow(TypeError);
  });
});

describe('isPublicHost', () => {
  test.each([
    ['https://example.com/', true],
    ['http://8.8.8.8/', true],
    ['http://10.0.0.1/', false],
    ['http://minio:9000/', false],
    ['http://db.internal/', false],
  ])('%s: %s', (url, expected) => {
    expect(isPublicHost(new URL(url))).toBe(expected);
  });
});

describe('no spelling of a private address passes', () => {
  const privateV4 = fc
    .tuple(
      fc.constantFrom(
        ...[
          '10.',
          '127.',
          '0.',
          '192.168.',
          '172.16.',
          '172.31.',
          '169.254.',
          '100.64.',
          '198.18.',
        ],
        ...['224.', '240.', '192.0.2.', '169.254.169.254', '168.63.129.16', '255.255.255.255'],
      ),
      fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }),
    )
    .map(([prefix, fill]) => {
      const given = prefix.split('.').filter((part) => part !== '');
      return [...given, ...fill.map(String)].slice(0, 4).map(Number) as number[];
    });
  const radix = fc.constantFrom(8, 10, 16);
  const spell = (value: number, base: number) =>
    base === 8 ? `0${value.toString(8)}` : base === 16 ? `0X${value.toString(16)}` : `${value}`;
  const hex = (value: number) => value.toString(16);

  test('in IPv4: decimal, octal, hexadecimal, and with one to four parts', () => {
    fc.assert(
      fc.property(
        privateV4,
        fc.integer({ min: 1, max: 4 }),
        fc.array(radix, { minLength: 4, maxLength: 4 }),
        fc.constantFrom('', '.'),
        (octets, parts, bases, dot) => {
          const head = octets.slice(0, parts - 1);
          const tail = octets.slice(parts - 1).reduce((sum, octet) => sum * 256 + octet, 0);
          const host = [...head, tail].map((value, i) => spell(value, bases[i] ?? 10)).join('.');
          expect(verdict(`http://${host}${dot}/a.png`, ['*'])).toBe(UNREACHABLE);
        },
      ),
    );
  });

  test('in IPv6: mapped, compatible, NAT64, 6to4, Teredo', () => {
    fc.assert(
      fc.property(
        privateV4,
        fc.nat(7),
        fc.boolean(),
        ([a = 0, b = 0, c = 0, d = 0], form, upper) => {
          const high = hex(a * 256 + b);
          const low = hex(c * 256 + d);
          const dotted = `${a}.${b}.${c}.${d}`;
          const not = (value: number) => hex(value ^ 0xffff);
          const host = [
            `::ffff:${dotted}`,
            `0:0:0:0:0:ffff:${high}:${low}`,
            `::${dotted}`,
            `64:ff9b::${dotted}`,
            `64:ff9b:0:0:0:0:${high}:${low}`,
            `64:ff9b:1::${high}:${low}`,
            `2002:${high}:${low}::1`,
            `2001:0:1:2:3:4:${not(a * 256 + b)}:${not(c * 256 + d)}`,
          ][form];
          const text = upper ? host?.toUpperCase() : host;
          expect(verdict(`http://[${text}]/`, ['*'])).toBe(UNREACHABLE);
          expect(addressProblem(text ?? '')).toBeTypeOf('string');
        },
      ),
    );
  });
});
