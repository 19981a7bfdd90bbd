import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ClientAddress, isAddressRange } from './client-address.ts';

const PROXIES = ['10.0.0.0/8', '127.0.0.1', '2001:db8::/32'];

describe('X-Forwarded-For', () => {
  const address = new ClientAddress(PROXIES, 'x-forwarded-for');
  test.each<[string | undefined, string | undefined, string, string]>([
    ['192.0.2.1', undefined, '192.0.2.1', 'no proxy'],
    ['192.0.2.1', '198.51.100.7', '192.0.2.1', 'said by somebody who is not trusted'],
    ['10.1.2.3', '198.51.100.7', '198.51.100.7', 'said by a proxy'],
    ['::ffff:10.1.2.3', '198.51.100.7', '198.51.100.7', 'a mapped address is the one it carries'],
    ['10.1.2.3', '203.0.113.9, 198.51.100.7', '198.51.100.7', 'what a client wrote before'],
    ['10.1.2.3', '198.51.100.7, 10.9.9.9', '198.51.100.7', 'through two proxies'],
    ['10.1.2.3', '203.0.113.9, 198.51.100.7 , 127.0.0.1,10.9.9.9', '198.51.100.7', 'three'],
    ['10.1.2.3', '10.2.2.2, 10.9.9.9', '10.2.2.2', 'from a proxy itself'],
    ['10.1.2.3', '198.51.100.7:4711', '198.51.100.7', 'with a port'],
    ['10.1.2.3', '[2001:db9:1:2:3::4]:443', '8193:3513:1:2', 'IPv6 by its first half'],
    ['10.1.2.3', '2001:db9:1:2::9', '8193:3513:1:2', 'the same client'],
    ['2001:db8::1', '198.51.100.7', '198.51.100.7', 'an IPv6 proxy'],
    ['10.1.2.3', 'unknown', '10.1.2.3', 'no address'],
    ['10.1.2.3', '198.51.100.7, unknown', '10.1.2.3', 'none at the end'],
    ['10.1.2.3', '0x0a.1', '10.1.2.3', 'no spelling but the usual one'],
    ['10.1.2.3', '', '10.1.2.3', 'empty'],
    ['10.1.2.3', undefined, '10.1.2.3', 'absent'],
    [undefined, '198.51.100.7', '', 'no connection'],
    ['/a/socket', '198.51.100.7', '', 'no address'],
  ])('%s with %j is %j (%s)', (remote, said, client) => {
    const headers = said === undefined ? {} : { 'x-forwarded-for': said };
    expect(address.of(remote, headers)).toBe(client);
  });

  test('of a client that writes what it likes in front never changes who it is', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 3000 }), (front) => {
        const said = `${front.replaceAll(/[\r\n]/g, '')}, 198.51.100.7`;
        expect(address.of('10.0.0.1', { 'x-forwarded-for': said })).toBe('198.51.100.7');
      }),
    );
  });
});

describe('Forwarded', () => {
  const address = new ClientAddress(PROXIES, 'forwarded');
  test.each<[string, string, string]>([
    ['for=198.51.100.7', '198.51.100.7', 'plain'],
    ['For="198.51.100.7:80";proto=https;by=10.0.0.1', '198.51.100.7', 'quoted, with a port'],
    ['proto=http; for=198.51.100.7', '198.51.100.7', 'behind others'],
    ['for="[2001:db9:1:2::9]:443"', '8193:3513:1:2', 'IPv6'],
    ['for=203.0.113.9, for=198.51.100.7, for=10.0.0.9', '198.51.100.7', 'through two proxies'],
    ['for=203.0.113.9;x="a, for=192.0.2.9", for=198.51.100.7', '198.51.100.7', 'a text in between'],
    ['for="203.0.113.9, for=198.51.100.7', '198.51.100.7', 'a quote that does not end'],
    ['for=_hidden', '10.0.0.1', 'an identifier'],
    ['for=unknown', '10.0.0.1', 'unknown'],
    ['by=198.51.100.7', '10.0.0.1', 'no for'],
  ])('%s is %s (%s)', (said, client) => {
    expect(address.of('10.0.0.1', { forwarded: said, 'x-forwarded-for': '192.0.2.77' })).toBe(
      client,
    );
  });
});

test.each([
  ['10.0.0.0/8', true],
  ['::1', true],
  ['2001:db8::/32', true],
  ['10.0.0.0/33', false],
  ['10.0.0.0/', false],
  ['10.0.0.0/8/8', false],
  ['10', false],
  ['proxy.test', false],
  ['', false],
])('%j is a range: %s', (text, good) => expect(isAddressRange(text)).toBe(good));
