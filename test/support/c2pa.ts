/** Pictures with manifests, for tests: one of another program, and what can be said of any. */

import { type CborValue, readCbor } from '../../src/c2pa/cbor.ts';
import { manifestStoreOf } from '../../src/c2pa/jpeg-store.ts';
import { contentOf, type Manifest, readManifestStore } from '../../src/c2pa/manifest.ts';
import { signingIdentity } from '../../src/c2pa/signing-identity.ts';
import { type Validation, validationOf } from '../../src/c2pa/validate.ts';
import { signer } from './certificates.mjs';
import { committed } from './pictures.ts';

/** 320 × 240, signed by c2pa-rs, with a thumbnail and an assertion in JSON that holds the number 1.0. */
export const SIGNED = new Uint8Array(committed('signed-by-c2pa-rs.jpg'));

/** A time within the validity of its certificate. */
export const NOW = Date.UTC(2027, 0, 1);

const { certificate, privateKey } = signer({ from: -1000, to: 36_000 });

export const IDENTITY = signingIdentity(certificate, privateKey, () => NOW);

/** What a JPEG says of itself. */
export function provenanceOf(jpeg: Uint8Array, now = NOW) {
  const store = readManifestStore(manifestStoreOf(jpeg)!);
  return { store, active: store.active, found: validationOf(store, jpeg, now) };
}

export function failuresOf({ failure }: Validation): string[] {
  return failure.map(({ code }) => code);
}

/** The value of an assertion as plain data. */
export function assertionOf(manifest: Manifest, label: string): unknown {
  const box = manifest.assertions.get(label);
  const bytes = box && contentOf(box, 'cbor');
  return bytes && plainOf(readCbor(bytes));
}

function plainOf(value: CborValue): unknown {
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([name, field]) => [name, plainOf(field)]));
  }
  return Array.isArray(value) ? value.map(plainOf) : value;
}
