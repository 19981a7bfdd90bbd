/**
 * Validate: what can be said of the active manifest of a source, as its ingredient assertion records it
 * (C2PA 2.1, 15 and 18.13).
 *
 * The pixels of a source do not travel with what is made of it: whoever looks at the result can
 * check the old signatures again, but not whether the source was what they were made for. So
 * that is found out here and signed with the rest.
 *
 * No list of trusted authorities is kept, so a signer is never called trusted.
 */
import { createHash } from 'node:crypto';
import { type CborValue, readCbor } from './cbor.ts';
import { isSigned, readSign1 } from './cose.ts';
import {
  contentOf,
  hashName,
  isList,
  type Manifest,
  type ManifestStore,
  placeOf,
  redactionsOf,
  referencesOf,
  SIGNATURE_LABEL,
} from './manifest.ts';

/** One finding, by the codes of C2PA 2.1, 15.2. */
export interface Status {
  readonly code: string;
  readonly url: string;
  readonly explanation?: string;
}

export interface Validation {
  readonly success: readonly Status[];
  readonly informational: readonly Status[];
  readonly failure: readonly Status[];
}

/** Assertions that bind a manifest to the bytes of its file. */
const BINDING = /^c2pa\.hash\.(data|boxes|bmff|collection\.data)/;

/**
 * What is found of the active manifest of a store.
 *
 * @param jpeg the file that it was in
 * @param now milliseconds since 1970
 * @throws CborError, JumbfError for what cannot be taken apart
 */
export function validationOf(store: ManifestStore, jpeg: Uint8Array, now: number): Validation {
  const found = { success: [] as Status[], informational: [], failure: [] as Status[] };
  const note = (good: boolean, code: string, url: string, explanation?: string) =>
    (good ? found.success : found.failure).push({
      code,
      url,
      ...(explanation === undefined ? {} : { explanation }),
    });
  signature(store.active, now, note);
  assertions(store.active, note);
  binding(store.active, jpeg, note);
  return found;
}

type Note = (good: boolean, code: string, url: string, explanation?: string) => void;

/** The address of a box of a manifest. */
export function addressOf(manifest: string, path?: string): string {
  return `self#jumbf=/c2pa/${manifest}${path === undefined ? '' : `/${path}`}`;
}

function signature({ label, signature: box, claimBytes }: Manifest, now: number, note: Note): void {
  const url = addressOf(label, SIGNATURE_LABEL);
  const bytes = contentOf(box, 'cbor');
  const stored = bytes && readSign1(bytes);
  if (stored === undefined) return note(false, 'claimSignature.missing', url);
  const { certificate, timeStamped } = stored;
  if (certificate === undefined) return note(false, 'signingCredential.invalid', url);
  const signed = isSigned(stored, claimBytes);
  note(signed, signed ? 'claimSignature.validated' : 'claimSignature.mismatch', url);
  const inside = Date.parse(certificate.validFrom) <= now && now <= Date.parse(certificate.validTo);
  // When it was signed only its time-stamp says, which is not looked into.
  if (inside) note(true, 'claimSignature.insideValidity', url);
  else if (!timeStamped) note(false, 'claimSignature.outsideValidity', url);
  note(false, 'signingCredential.untrusted', url, 'no list of trusted authorities is kept');
}

function assertions(manifest: Manifest, note: Note): void {
  const redacted = redactionsOf(manifest);
  const undeclared = new Set(manifest.assertions.keys());
  for (const reference of referencesOf(manifest)) {
    if (reference === undefined) {
      note(false, 'assertion.missing', addressOf(manifest.label), 'a reference cannot be read');
      continue;
    }
    const place = placeOf(reference.url, manifest.label);
    const name = place?.path.replace(/^c2pa\.assertions\//, '') ?? '';
    const url = addressOf(manifest.label, `c2pa.assertions/${name}`);
    if (place?.manifest !== manifest.label) {
      note(false, 'assertion.outsideManifest', reference.url);
      continue;
    }
    const box = manifest.assertions.get(name);
    undeclared.delete(name);
    if (box === undefined) {
      if (!redacted.includes(url)) note(false, 'assertion.missing', url);
      continue;
    }
    const same = isHash(reference.hash, digest(reference.algorithm, [box.payload]));
    note(same, same ? 'assertion.hashedURI.match' : 'assertion.hashedURI.mismatch', url);
  }
  for (const name of undeclared) {
    note(false, 'assertion.undeclared', addressOf(manifest.label, `c2pa.assertions/${name}`));
  }
}

/** Whether the file is the one that was signed, by the one assertion of the claim that says which it is. */
function binding(manifest: Manifest, jpeg: Uint8Array, note: Note): void {
  if (manifest.update) {
    const url = addressOf(manifest.label);
    return note(false, 'general.error', url, 'the binding of an update is not checked here');
  }
  const bindings = [...manifest.assertions.keys()].filter((name) => BINDING.test(name));
  const [name] = bindings;
  if (name === undefined) {
    return note(false, 'claim.hardBindings.missing', addressOf(manifest.label));
  }
  const url = addressOf(manifest.label, `c2pa.assertions/${name}`);
  if (bindings.length > 1) return note(false, 'assertion.multipleHardBindings', url);
  if (name !== 'c2pa.hash.data') {
    return note(false, 'general.error', url, `${name} is not checked here`);
  }
  const bytes = contentOf(manifest.assertions.get(name)!, 'cbor');
  const same = bytes && matches(readCbor(bytes), manifest, jpeg);
  if (same === undefined) return note(false, 'assertion.dataHash.malformed', url);
  note(same, same ? 'assertion.dataHash.match' : 'assertion.dataHash.mismatch', url);
}

/** Whether the bytes of a file are those of a data hash; undefined where that cannot be read. */
function matches(assertion: CborValue, { claim }: Manifest, jpeg: Uint8Array): boolean | undefined {
  if (!(assertion instanceof Map)) return undefined;
  const algorithm = hashName(assertion.get('alg') ?? claim.get('alg'));
  const [hash, given] = [assertion.get('hash'), assertion.get('exclusions') ?? []];
  if (algorithm === undefined || !(hash instanceof Uint8Array) || !isList(given)) return undefined;
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const one of given) {
    if (!(one instanceof Map)) return undefined;
    const [start, length] = [one.get('start'), one.get('length')];
    if (typeof start !== 'number' || typeof length !== 'number') return undefined;
    if (start < at || length < 0 || start + length > jpeg.length) return undefined;
    parts.push(jpeg.subarray(at, start));
    at = start + length;
  }
  return isHash(hash, digest(algorithm, [...parts, jpeg.subarray(at)]));
}

/** @param algorithm as Node names it */
export function digest(algorithm: string, parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function isHash(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
