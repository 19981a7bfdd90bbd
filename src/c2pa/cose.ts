/**
 * COSE_Sign1 (RFC 9052) as C2PA signs a claim: the algorithm and the certificates in the protected
 * header, the claim itself left out.
 */
import { constants, type KeyObject, verify, X509Certificate } from 'node:crypto';
import { plain } from '../containers/bytes.ts';
import { type CborSource, type CborValue, readCbor, writeCbor, writeTagged } from './cbor.ts';

/** Algorithms of C2PA 2.1, 13.2, with their COSE numbers and the hash that they sign. */
export const ALGORITHMS = {
  ES256: { id: -7, hash: 'sha256' },
  ES384: { id: -35, hash: 'sha384' },
  ES512: { id: -36, hash: 'sha512' },
  PS256: { id: -37, hash: 'sha256' },
  PS384: { id: -38, hash: 'sha384' },
  PS512: { id: -39, hash: 'sha512' },
  EdDSA: { id: -8, hash: undefined },
} as const satisfies Record<string, { readonly id: number; readonly hash: string | undefined }>;

export type AlgorithmName = keyof typeof ALGORITHMS;

/** What is public of who signs. */
export interface Credentials {
  readonly algorithm: AlgorithmName;
  /** DER, that of the signer first. */
  readonly chain: readonly Uint8Array[];
  /** Bytes of every signature. */
  readonly signatureBytes: number;
}

/** Names of the header: the algorithm, and the certificates (RFC 9360). */
const ALGORITHM = 1;
const CERTIFICATES = 33;

const COSE_SIGN1 = 18;

/** The protected header. */
export function protectedHeader({ algorithm, chain }: Credentials): Uint8Array {
  return writeCbor(
    new Map<number, CborSource>([
      [ALGORITHM, ALGORITHMS[algorithm].id],
      [CERTIFICATES, chain],
    ]),
  );
}

/** What is signed of a claim. */
export function toBeSigned(header: Uint8Array, claim: Uint8Array): Uint8Array {
  return writeCbor(['Signature1', header, new Uint8Array(), claim]);
}

/** The signature of a claim as it is stored. */
export function coseSign1(header: Uint8Array, signature: Uint8Array): Uint8Array {
  return writeTagged(COSE_SIGN1, [header, {}, null, signature]);
}

/** How Node signs and verifies with a key by an algorithm: ECDSA as two numbers, PSS with a salt as long as its hash. */
export function keyUse(key: KeyObject, algorithm: AlgorithmName) {
  if (algorithm.startsWith('PS')) {
    return {
      key,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    };
  }
  return algorithm === 'EdDSA' ? { key } : { key, dsaEncoding: 'ieee-p1363' as const };
}

/** What a stored signature says of itself. */
export interface StoredSignature {
  readonly header: Uint8Array;
  readonly algorithm: AlgorithmName | undefined;
  /** Of the signer; undefined where none can be read. */
  readonly certificate: X509Certificate | undefined;
  readonly signature: Uint8Array;
  /** It carries the word of a time-stamp authority. */
  readonly timeStamped: boolean;
}

/** A stored signature taken apart; undefined for what is none. @throws CborError */
export function readSign1(bytes: Uint8Array): StoredSignature | undefined {
  const whole = readCbor(bytes);
  const parts = isTagged(whole) ? whole.value : whole;
  if (!Array.isArray(parts)) return undefined;
  const [header, open, , signature] = parts as readonly CborValue[];
  if (!(header instanceof Uint8Array) || !(signature instanceof Uint8Array)) return undefined;
  const sealed = readCbor(header);
  if (!(sealed instanceof Map)) return undefined;
  const unsealed = open instanceof Map ? open : new Map<string | number, CborValue>();
  const id = sealed.get(ALGORITHM);
  const names = Object.keys(ALGORITHMS) as AlgorithmName[];
  const chain =
    sealed.get(CERTIFICATES) ??
    sealed.get('x5chain') ??
    unsealed.get(CERTIFICATES) ??
    unsealed.get('x5chain');
  const leaf = Array.isArray(chain) ? (chain[0] as CborValue) : chain;
  return {
    header,
    signature,
    algorithm: names.find((name) => ALGORITHMS[name].id === id),
    certificate: leaf instanceof Uint8Array ? certificateOf(leaf) : undefined,
    timeStamped: unsealed.has('sigTst') || unsealed.has('sigTst2'),
  };
}

/** Whether a claim is what was signed. */
export function isSigned(stored: StoredSignature, claim: Uint8Array): boolean {
  const { algorithm, certificate, header, signature } = stored;
  if (algorithm === undefined || certificate === undefined) return false;
  try {
    const use = keyUse(certificate.publicKey, algorithm);
    return verify(ALGORITHMS[algorithm].hash, toBeSigned(header, claim), use, signature);
  } catch {
    // A key that is not of the algorithm
    return false;
  }
}

function certificateOf(der: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(plain(der));
  } catch {
    return undefined;
  }
}

function isTagged(value: CborValue): value is Extract<CborValue, { readonly tag: number }> {
  return typeof value === 'object' && value !== null && 'tag' in value;
}
