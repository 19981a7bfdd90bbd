/**
 * Name service for the part `guard`, loaded into the server before its own code: names that end in
 * `.inner.example` have private addresses, all others none. Nothing is asked outside.
 */
import { promises as dns } from 'node:dns';

const INNER = ['127.0.0.1', '10.0.0.7', '192.168.1.1', '172.16.5.4', '169.254.169.254', '0.0.0.0']
  .concat(['100.64.0.1', '::1', 'fd00::1', 'fe80::1', '::ffff:127.0.0.1', '64:ff9b::7f00:1'])
  .concat(['2002:7f00:1::', '::', '224.0.0.1', '255.255.255.255']);

dns.lookup = async (name) => {
  const number = /^n(\d+)\.inner\.example$/.exec(name)?.[1];
  if (number === undefined)
    throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
  const address = INNER[Number(number) % INNER.length];
  return [{ address, family: address.includes(':') ? 6 : 4 }];
};
