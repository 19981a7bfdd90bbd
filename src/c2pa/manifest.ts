/**
 * Manifests of a store, taken apart: claim, assertions, signature (C2PA 2.1, 10 and 11).
 *
 * Pure.
 */
import { type CborValue, readCbor } from './cbor.ts';
import { type Box, JumbfError, readJumbf, type SuperBox, typeUuid } from './jumbf.ts';

export interface Manifest {
  readonly label: string;
  /** An update says nothing of pixels: those are bound by a manifest before it. */
  readonly update: boolean;
  readonly box: SuperBox;
  readonly claim: ReadonlyMap<string | number, CborValue>;
  /** What is signed. */
  readonly claimBytes: Uint8Array;
  /** By their labels. */
  readonly assertions: ReadonlyMap<string, SuperBox>;
  readonly signature: SuperBox;
}

/** A reference of a claim to a box, with the hash of what it should be. */
export interface HashedUri {
  readonly url: string;
  readonly hash: Uint8Array;
  /** As Node names it: sha256. */
  readonly algorithm: string;
}

/** Hashes of C2PA 2.1, 13.1. */
const HASHES = ['sha256', 'sha384', 'sha512'];

/** The label of the box of the signature of every manifest. */
export const SIGNATURE_LABEL = 'c2pa.signature';

export const CLAIM_UUID = 'c2cl';
export const SIGNATURE_UUID = 'c2cs';
export const ASSERTIONS_UUID = 'c2as';
export const MANIFEST_UUID = 'c2ma';
const UPDATE_UUID = 'c2um';
const COMPRESSED_UUID = 'c2cm';

/** A manifest store; the last of its manifests is the active one. */
export interface ManifestStore {
  /** Description and manifests to the byte. */
  readonly payload: Uint8Array;
  readonly active: Manifest;
  /** A manifest by its label. @throws JumbfError, CborError */
  manifest(label: string): Manifest | undefined;
}

/** A store taken apart as far as its active manifest. @throws JumbfError, CborError */
export function readManifestStore(bytes: Uint8Array): ManifestStore {
  const store = readJumbf(bytes);
  const boxes = store.boxes.filter(isManifest);
  const last = boxes.at(-1);
  if (store.uuid !== typeUuid('c2pa') || last === undefined) {
    throw new JumbfError('expected a manifest store with a manifest');
  }
  if (new Set(boxes.map(({ label }) => label)).size < boxes.length) {
    throw new JumbfError('expected manifests with labels of their own');
  }
  return {
    payload: store.payload,
    active: manifestOf(last),
    manifest(label) {
      const box = boxes.find((one) => one.label === label);
      return box && manifestOf(box);
    },
  };
}

function isManifest(box: Box): box is SuperBox {
  const uuids = [MANIFEST_UUID, UPDATE_UUID, COMPRESSED_UUID].map(typeUuid);
  return box.kind === 'super' && uuids.includes(box.uuid);
}

function manifestOf(box: SuperBox): Manifest {
  if (box.uuid === typeUuid(COMPRESSED_UUID)) {
    throw new JumbfError('expected a manifest that is not compressed');
  }
  const claimBytes = contentOf(only(box, CLAIM_UUID), 'cbor');
  const claim = claimBytes && readCbor(claimBytes);
  if (!(claim instanceof Map)) throw new JumbfError('expected a claim');
  const assertions = only(box, ASSERTIONS_UUID).boxes.filter((one) => one.kind === 'super');
  if (new Set(assertions.map(({ label }) => label)).size < assertions.length) {
    throw new JumbfError('expected assertions with labels of their own');
  }
  return {
    label: box.label,
    update: box.uuid === typeUuid(UPDATE_UUID),
    box,
    claim,
    claimBytes: claimBytes!,
    assertions: new Map(assertions.map((one) => [one.label, one])),
    signature: only(box, SIGNATURE_UUID),
  };
}

function only({ boxes }: SuperBox, letters: string): SuperBox {
  const found = boxes.filter((one) => one.kind === 'super' && one.uuid === typeUuid(letters));
  const [box] = found;
  if (found.length !== 1 || box?.kind !== 'super') {
    throw new JumbfError(`expected one box of type ${letters}`);
  }
  return box;
}

/** What the first box of a type within a superbox holds. @param type four letters */
export function contentOf({ boxes }: SuperBox, type: string): Uint8Array | undefined {
  const [box] = boxes;
  return box?.kind === 'content' && box.type === type ? box.data : undefined;
}

/** The references of a claim to its assertions. */
export function referencesOf({ claim }: Manifest): (HashedUri | undefined)[] {
  const lists = ['assertions', 'created_assertions', 'gathered_assertions'];
  return lists.flatMap((name) => {
    const list = claim.get(name);
    return isList(list) ? list.map((one) => hashedUri(one, claim)) : [];
  });
}

/** Addresses of assertions that this or another manifest says are taken out. */
export function redactionsOf({ claim }: Manifest): string[] {
  const list = claim.get('redacted_assertions');
  return isList(list) ? list.filter((one) => typeof one === 'string') : [];
}

/** A reference; undefined for what is none, or has a hash that is not of C2PA. */
function hashedUri(value: CborValue, claim: NamedValues): HashedUri | undefined {
  if (!(value instanceof Map)) return undefined;
  const [url, hash] = [value.get('url'), value.get('hash')];
  const algorithm = hashName(value.get('alg') ?? claim.get('alg'));
  if (typeof url !== 'string' || !(hash instanceof Uint8Array)) return undefined;
  return algorithm === undefined ? undefined : { url, hash, algorithm };
}

type NamedValues = Pick<ReadonlyMap<string | number, CborValue>, 'get'>;

/** A hash as Node names it; sha256 where none is said, undefined for what is none of C2PA. */
export function hashName(value: CborValue): string | undefined {
  if (value === undefined) return 'sha256';
  return typeof value === 'string' && HASHES.includes(value) ? value : undefined;
}

/** Where a reference leads: the manifest, its own where it does not say, and the path within. */
export function placeOf(
  url: string,
  own: string,
): { readonly manifest: string; readonly path: string } | undefined {
  const path = /^self#jumbf=(.+)$/.exec(url)?.[1];
  if (path === undefined) return undefined;
  const absolute = /^\/c2pa\/([^/]+)(?:\/(.*))?$/.exec(path);
  return absolute === null
    ? { manifest: own, path: path.replace(/^\//, '') }
    : { manifest: absolute[1]!, path: absolute[2] ?? '' };
}

export function isList(value: CborValue): value is readonly CborValue[] {
  return Array.isArray(value);
}
