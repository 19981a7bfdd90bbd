/**
 * Signing identity: the certificates and the key of who signs, read from PEM files and checked
 * against what C2PA 2.1, 14.5, asks for.
 *
 * The key stays within: what is asked for is a signature. Nothing here repeats a byte of it.
 */
import { createHash, createPrivateKey, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { plain } from '../containers/bytes.ts';
import { ALGORITHMS, type AlgorithmName, type Credentials, keyUse } from './cose.ts';
import type { Sign } from './write-manifest.ts';

export interface SigningIdentity extends Credentials {
  /** Names the certificates: SHA-256 over all of them, hexadecimal. */
  readonly fingerprint: string;
  /** @throws Error once the certificate has run out */
  readonly sign: Sign;
}

/** What is wrong with the files of an identity, in words that name no secret. */
export class IdentityError extends Error {
  /** Which file it is about. */
  readonly file: 'certificate' | 'privateKey';

  constructor(file: IdentityError['file'], message: string) {
    super(message);
    this.file = file;
  }
}

/** Purposes of a certificate that may sign claims, of which it has one (C2PA 2.1, 14.5). */
const PURPOSES: readonly string[] = [
  '1.3.6.1.5.5.7.3.4', // protection of e-mail
  '1.3.6.1.5.5.7.3.36', // signing of documents
  '1.3.6.1.4.1.311.76.59.1.9', // the same by another name
  '1.3.6.1.4.1.62558.2.1', // claims of C2PA
];

const CURVES: Readonly<Record<string, { readonly name: AlgorithmName; readonly bytes: number }>> = {
  prime256v1: { name: 'ES256', bytes: 64 },
  secp384r1: { name: 'ES384', bytes: 96 },
  secp521r1: { name: 'ES512', bytes: 132 },
};

/** Bits of the smallest RSA key (C2PA 2.1, 13.2). */
const LEAST_RSA = 2048;

/**
 * The identity of two PEM texts.
 *
 * @param certificate that of the signer first, then those that it follows from
 * @param now milliseconds since 1970, of the check and of every signature
 * @throws IdentityError
 */
export function signingIdentity(
  certificate: string,
  privateKey: string,
  now: () => number = () => Date.now(),
): SigningIdentity {
  const chain = certificatesOf(certificate);
  const leaf = chain[0]!;
  checkCertificate(leaf, now());
  checkChain(chain);
  const key = keyOf(privateKey);
  const { name, bytes } = algorithmOf(key);
  if (!leaf.checkPrivateKey(key)) {
    throw new IdentityError('privateKey', 'expected the key of the certificate, got another');
  }
  const ders = chain.map(({ raw }) => plain(raw));
  const hash = createHash('sha256');
  for (const der of ders) hash.update(der);
  return {
    algorithm: name,
    chain: ders,
    signatureBytes: bytes,
    fingerprint: hash.digest('hex'),
    async sign(payload) {
      if (Date.parse(leaf.validTo) < now()) throw new Error('the certificate has run out');
      return plain(await signed(payload, key, name));
    },
  };
}

/** Off the event loop: a signature by RSA takes a millisecond or more. */
function signed(payload: Uint8Array, key: KeyObject, name: AlgorithmName): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    sign(ALGORITHMS[name].hash, payload, keyUse(key, name), (error, signature) =>
      error ? reject(error) : resolve(signature),
    );
  });
}

function certificatesOf(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) {
    const found = /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem) ? 'a private key' : 'none';
    throw new IdentityError('certificate', `expected certificates in PEM, got ${found}`);
  }
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch {
      throw new IdentityError(
        'certificate',
        `expected a certificate, cannot read number ${index + 1}`,
      );
    }
  });
}

function checkCertificate(leaf: X509Certificate, now: number): void {
  const wrong = (message: string) => new IdentityError('certificate', message);
  if (Date.parse(leaf.validTo) < now) {
    throw wrong(`expected a certificate that is valid, got one that ran out on ${leaf.validTo}`);
  }
  if (Date.parse(leaf.validFrom) > now) {
    throw wrong(`expected a certificate that is valid, got one that begins on ${leaf.validFrom}`);
  }
  if (leaf.ca) throw wrong('expected the certificate of a signer first, got that of an authority');
  if (leaf.issuer === leaf.subject && leaf.verify(leaf.publicKey)) {
    throw wrong('expected a certificate by an authority, got one that is its own');
  }
  // Node's name for the extended key usage
  if (!(leaf.keyUsage ?? []).some((purpose) => PURPOSES.includes(purpose))) {
    throw wrong('expected a certificate for signing documents, e-mail or C2PA claims, got another');
  }
}

function checkChain(chain: readonly X509Certificate[]): void {
  for (const [index, one] of chain.slice(0, -1).entries()) {
    const next = chain[index + 1]!;
    if (one.checkIssued(next) && one.verify(next.publicKey)) continue;
    const message = `expected certificate ${index + 2} to be the issuer of number ${index + 1}`;
    throw new IdentityError('certificate', message);
  }
}

function keyOf(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    const encrypted = /ENCRYPTED/.test(pem);
    const found = encrypted ? 'one with a passphrase' : 'something else';
    throw new IdentityError('privateKey', `expected a private key in PEM, got ${found}`);
  }
}

function algorithmOf(key: KeyObject): { readonly name: AlgorithmName; readonly bytes: number } {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ed25519') return { name: 'EdDSA', bytes: 64 };
  const curve = CURVES[(type === 'ec' && details?.namedCurve) || ''];
  if (curve) return curve;
  const bits = details?.modulusLength ?? 0;
  if (type === 'rsa' && bits >= LEAST_RSA) return { name: 'PS256', bytes: Math.ceil(bits / 8) };
  const found =
    bits > 0 ? `${type} of ${bits} bits` : `${type} ${details?.namedCurve ?? ''}`.trim();
  throw new IdentityError(
    'privateKey',
    `expected a key on P-256, P-384, P-521 or Ed25519, or RSA of at least ${LEAST_RSA} bits, got ${found}`,
  );
}
