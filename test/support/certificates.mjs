/**
 * X.509 certificates for tests, which Node reads and does not make: an authority and a signer,
 * as DER written by hand, signed with keys that are made at the same time and kept nowhere.
 */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';

/** OIDs: names, usages, and the signature of the authority, whose key is always on P-256. */
const COMMON_NAME = '2.5.4.3';
const BASIC_CONSTRAINTS = '2.5.29.19';
const KEY_USAGE = '2.5.29.15';
const EXTENDED_USAGE = '2.5.29.37';
const SUBJECT_KEY = '2.5.29.14';
const AUTHORITY_KEY = '2.5.29.35';
const ECDSA_SHA256 = '1.2.840.10045.4.3.2';
export const EMAIL = '1.3.6.1.5.5.7.3.4';
export const SERVER = '1.3.6.1.5.5.7.3.1';

const DAY = 86_400_000;

/** What a key of each kind is made of. */
const KEYS = {
  ES256: ['ec', { namedCurve: 'P-256' }],
  ES384: ['ec', { namedCurve: 'P-384' }],
  ES512: ['ec', { namedCurve: 'P-521' }],
  PS256: ['rsa', { modulusLength: 2048 }],
  EdDSA: ['ed25519', {}],
  short: ['rsa', { modulusLength: 1024 }],
  koblitz: ['ec', { namedCurve: 'secp256k1' }],
};

/**
 * A signer with its authority, in PEM.
 *
 * `kind`: of its key. `from`, `to`: days from now. `usage`: the OID of its purpose. `ca`: it says that
 * it is an authority. `self`: it is signed with its own key.
 */
export function signer({
  kind = 'ES256',
  from = -1,
  to = 3650,
  usage = EMAIL,
  ca = false,
  self = false,
} = {}) {
  const root = keys('ES256');
  const own = keys(kind);
  const span = [from, to].map((days) => new Date(Date.now() + days * DAY));
  const authority = certificate('Test authority', root, 'Test authority', root, span, [
    extension(BASIC_CONSTRAINTS, true, sequence(boolean(true))),
    extension(KEY_USAGE, true, Buffer.from([3, 2, 1, 6])),
  ]);
  const issuer = self ? own : root;
  const leaf = certificate(
    'Test signer',
    own,
    self ? 'Test signer' : 'Test authority',
    issuer,
    span,
    [
      extension(BASIC_CONSTRAINTS, true, ca ? sequence(boolean(true)) : sequence()),
      extension(KEY_USAGE, true, Buffer.from([3, 2, 2, ca ? 0x84 : 0x80])),
      extension(EXTENDED_USAGE, false, sequence(oid(usage))),
      extension(SUBJECT_KEY, false, der(4, keyId(own))),
      extension(AUTHORITY_KEY, false, sequence(der(0x80, keyId(issuer)))),
    ],
  );
  return {
    certificate: self ? pem(leaf) : pem(leaf) + pem(authority),
    leaf: pem(leaf),
    authority: pem(authority),
    privateKey: own.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    encryptedKey: own.privateKey.export({
      ...{ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open sesame' },
    }),
  };
}

function keys(kind) {
  return generateKeyPairSync(...KEYS[kind]);
}

function certificate(subject, { publicKey }, issuer, { privateKey }, [from, to], extensions) {
  const algorithm = sequence(oid(ECDSA_SHA256));
  const body = sequence(
    der(0xa0, der(2, Buffer.from([2]))),
    der(2, Buffer.from([1, ...createHash('sha256').update(subject).digest().subarray(0, 8)])),
    algorithm,
    name(issuer),
    sequence(time(from), time(to)),
    name(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', body, privateKey);
  return sequence(body, algorithm, der(3, Buffer.concat([Buffer.from([0]), signature])));
}

function keyId({ publicKey }) {
  return createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
}

function name(text) {
  return sequence(der(0x31, sequence(oid(COMMON_NAME), der(12, Buffer.from(text)))));
}

function extension(id, critical, value) {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), der(4, value));
}

function time(date) {
  return der(0x18, Buffer.from(date.toISOString().replace(/[-:T]|\.\d+/g, '')));
}

function boolean(value) {
  return der(1, Buffer.from([value ? 0xff : 0]));
}

function sequence(...parts) {
  return der(0x30, Buffer.concat(parts));
}

function oid(text) {
  const [first, second, ...others] = text.split('.').map(Number);
  const bytes = others.flatMap((number) => {
    const groups = [number & 127];
    for (let rest = number >>> 7; rest > 0; rest >>>= 7) groups.unshift((rest & 127) | 128);
    return groups;
  });
  return der(6, Buffer.from([first * 40 + second, ...bytes]));
}

function der(tag, value) {
  const { length } = value;
  const head =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...head]), value]);
}

function pem(bytes) {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
