/**
 * Sign rendition: a JPEG made of a JPEG, with the manifests of its source and a new one that says
 * what was done (docs/spec/fastly-io.md 7.25, docs/decisions/0034-content-credentials.md).
 */
import { randomUUID } from 'node:crypto';
import type { ActionName } from './actions.ts';
import { CborError, type CborSource } from './cbor.ts';
import type { Credentials } from './cose.ts';
import { manifestStoreOf, StoreError, withoutManifestStore } from './jpeg-store.ts';
import { JumbfError } from './jumbf.ts';
import { type ManifestStore, readManifestStore, SIGNATURE_LABEL } from './manifest.ts';
import { addressOf, digest, type Status, type Validation, validationOf } from './validate.ts';
import { type Sign, withManifest } from './write-manifest.ts';

/**
 * What becomes of a source without a manifest: `nothing` is written, for there is none to keep. The
 * vendor's page says only that the manifest is kept (docs/spec/fastly-io.md 7.25).
 */
export const SOURCE_WITHOUT_MANIFEST = 'nothing';

/** What came of it. */
export type SignedRendition =
  | { readonly kind: 'signed'; readonly bytes: Uint8Array }
  /** The file of the source itself, whose manifest is true of it. */
  | { readonly kind: 'as-it-was' }
  | { readonly kind: typeof SOURCE_WITHOUT_MANIFEST }
  /** The manifests of the source cannot be read. */
  | { readonly kind: 'unreadable'; readonly reason: string };

export interface RenditionToSign {
  /** A JPEG. */
  readonly bytes: Uint8Array;
  /** The JPEG it was made of. */
  readonly source: Uint8Array;
  readonly actions: readonly ActionName[];
  readonly credentials: Credentials;
  readonly sign: Sign;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The rendition with its manifests. @throws Error where it cannot be signed */
export async function signRendition(rendition: RenditionToSign): Promise<SignedRendition> {
  const { bytes, source, actions, credentials, sign, now } = rendition;
  const found = readParent(source, now);
  if (found === undefined) return { kind: SOURCE_WITHOUT_MANIFEST };
  if ('reason' in found) return { kind: 'unreadable', reason: found.reason };
  if (Buffer.compare(bytes, source) === 0) return { kind: 'as-it-was' };
  const ingredient = 'c2pa.ingredient.v3';
  const fields = {
    label: `urn:c2pa:${randomUUID()}`,
    instanceId: `xmp:iid:${randomUUID()}`,
    before: found.store.payload,
    assertions: [
      { label: ingredient, content: () => parentIngredient(found) },
      {
        label: 'c2pa.actions.v2',
        content: (reference: (label: string) => CborSource) => ({
          actions: actions.map((action) =>
            action === 'c2pa.opened'
              ? { action, parameters: { ingredients: [reference(ingredient)] } }
              : { action },
          ),
        }),
      },
    ],
  };
  return {
    kind: 'signed',
    bytes: await withManifest(withoutManifestStore(bytes), fields, credentials, sign),
  };
}

interface Parent {
  readonly store: ManifestStore;
  readonly validation: Validation;
}

function readParent(
  source: Uint8Array,
  now: number,
): Parent | { readonly reason: string } | undefined {
  try {
    const bytes = manifestStoreOf(source);
    if (bytes === undefined) return undefined;
    const store = readManifestStore(bytes);
    return { store, validation: validationOf(store, source, now) };
  } catch (error) {
    const known = [StoreError, JumbfError, CborError].some((kind) => error instanceof kind);
    if (!known || !(error instanceof Error)) throw error;
    return { reason: error.message };
  }
}

/** The source as what the rendition was made of (C2PA 2.1, 18.13). */
function parentIngredient({ store: { active }, validation }: Parent): CborSource {
  const instance = active.claim.get('instanceID');
  const reference = (path: string | undefined, payload: Uint8Array) => ({
    url: addressOf(active.label, path),
    hash: digest('sha256', [payload]),
  });
  const { success, informational, failure } = validation;
  return {
    'dc:format': 'image/jpeg',
    ...(typeof instance === 'string' ? { instanceID: instance } : {}),
    relationship: 'parentOf',
    validationResults: {
      activeManifest: {
        success: success.map(plainStatus),
        informational: informational.map(plainStatus),
        failure: failure.map(plainStatus),
      },
    },
    activeManifest: reference(undefined, active.box.payload),
    claimSignature: reference(SIGNATURE_LABEL, active.signature.payload),
  };
}

function plainStatus({ code, url, explanation }: Status): CborSource {
  return { code, url, explanation };
}
