/**
 * Write manifest: a manifest of our own, signed, as the active one of a store.
 *
 * The manifests before it are passed on to the byte. The hash of the file leaves out the place of
 * the store, so it is that of the file before the store was put in.
 */
import type { CborSource } from './cbor.ts';
import { writeCbor } from './cbor.ts';
import { type Credentials, coseSign1, protectedHeader, toBeSigned } from './cose.ts';
import { storeRange, withManifestStore } from './jpeg-store.ts';
import { superBoxPayload, writeBox } from './jumbf.ts';
import {
  ASSERTIONS_UUID,
  CLAIM_UUID,
  MANIFEST_UUID,
  SIGNATURE_LABEL,
  SIGNATURE_UUID,
} from './manifest.ts';
import { digest } from './validate.ts';

/** Signs bytes with the key of the credentials. @throws Error, with a reason for the log */
export type Sign = (bytes: Uint8Array) => Promise<Uint8Array>;

/** An assertion that is no binding. */
export interface AssertionText {
  readonly label: string;
  /** @param reference the reference to an assertion that stands before this one, by its label */
  content(reference: (label: string) => CborSource): CborSource;
}

export interface ManifestFields {
  /** Unique: `urn:c2pa:` and a UUID. */
  readonly label: string;
  /** Of this very file. */
  readonly instanceId: string;
  readonly assertions: readonly AssertionText[];
  /** The payload of the store that it becomes part of; absent: a new one. */
  readonly before?: Uint8Array;
}

const DATA_HASH = 'c2pa.hash.data';

/** Lengths settle at once but where a number gets a longer head. */
const MOST_ROUNDS = 8;

/**
 * A JPEG, which has no manifest store, with one.
 *
 * @throws Error where it cannot be signed
 */
export async function withManifest(
  jpeg: Uint8Array,
  fields: ManifestFields,
  credentials: Credentials,
  sign: Sign,
): Promise<Uint8Array> {
  const header = protectedHeader(credentials);
  const hash = digest('sha256', [jpeg]);
  const room = new Uint8Array(credentials.signatureBytes);
  const draft = (length: number) => {
    const range = storeRange(jpeg, length);
    const parts = unsigned(fields, { hash, range });
    const store = (signature: Uint8Array) => storeOf(fields, parts, header, signature);
    return { claim: parts.claim, store, length: store(room).length };
  };
  let made = draft(0);
  for (let i = 0; ; i++) {
    const next = draft(made.length);
    const settled = next.length === made.length;
    made = next;
    if (settled) break;
    if (i === MOST_ROUNDS) throw new Error('the length of the manifest does not settle');
  }
  const signature = await sign(toBeSigned(header, made.claim));
  if (signature.length !== room.length) {
    throw new Error(`expected a signature of ${room.length} bytes, got ${signature.length}`);
  }
  return withManifestStore(jpeg, made.store(signature));
}

interface Unsigned {
  readonly assertions: readonly Uint8Array[];
  readonly claim: Uint8Array;
}

interface Binding {
  readonly hash: Uint8Array;
  readonly range: { readonly start: number; readonly length: number };
}

function unsigned({ label, instanceId, assertions }: ManifestFields, bound: Binding): Unsigned {
  const references = new Map<string, CborSource>();
  const boxes: Uint8Array[] = [];
  const add = (name: string, content: CborSource) => {
    const payload = superBoxPayload('cbor', name, [writeBox('cbor', writeCbor(content))]);
    references.set(name, {
      url: `self#jumbf=c2pa.assertions/${name}`,
      hash: digest('sha256', [payload]),
    });
    boxes.push(writeBox('jumb', payload));
  };
  for (const one of assertions)
    add(
      one.label,
      one.content((name) => references.get(name)!),
    );
  const { start, length } = bound.range;
  add(DATA_HASH, {
    exclusions: [{ start, length }],
    name: 'jumbf manifest',
    alg: 'sha256',
    hash: bound.hash,
    pad: new Uint8Array(),
  });
  const claim = writeCbor({
    instanceID: instanceId,
    claim_generator_info: { name: 'Fovea' },
    signature: `self#jumbf=/c2pa/${label}/${SIGNATURE_LABEL}`,
    created_assertions: [...references.values()],
    alg: 'sha256',
  });
  return { assertions: boxes, claim };
}

function storeOf(
  { label, before }: ManifestFields,
  { assertions, claim }: Unsigned,
  header: Uint8Array,
  signature: Uint8Array,
): Uint8Array {
  const box = (letters: string, name: string, boxes: readonly Uint8Array[]) =>
    writeBox('jumb', superBoxPayload(letters, name, boxes));
  const manifest = box(MANIFEST_UUID, label, [
    box(ASSERTIONS_UUID, 'c2pa.assertions', assertions),
    box(CLAIM_UUID, 'c2pa.claim.v2', [writeBox('cbor', claim)]),
    box(SIGNATURE_UUID, SIGNATURE_LABEL, [writeBox('cbor', coseSign1(header, signature))]),
  ]);
  return writeBox('jumb', before ?? superBoxPayload('c2pa', 'c2pa', []), manifest);
}
