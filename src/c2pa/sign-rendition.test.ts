/** A rendition with the manifests of its source, and what is found of those. */
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import {
  assertionOf,
  failuresOf,
  IDENTITY,
  NOW,
  provenanceOf,
  SIGNED,
} from '../../test/support/c2pa.ts';
import { committed } from '../../test/support/pictures.ts';
import { concat } from '../containers/bytes.ts';
import { walkJpeg, withJpegExif } from '../containers/jpeg.ts';
import type { ActionName } from './actions.ts';
import { actionsOf } from './actions.ts';
import { writeCbor } from './cbor.ts';
import { manifestStoreOf, withManifestStore, withoutManifestStore } from './jpeg-store.ts';
import { superBoxPayload, writeBox } from './jumbf.ts';
import { contentOf } from './manifest.ts';
import { signRendition } from './sign-rendition.ts';

const SMALL = new Uint8Array(await sharp(SIGNED).resize(80).jpeg().toBuffer());
const STEPS: ActionName[] = ['c2pa.opened', 'c2pa.resized', 'c2pa.transcoded'];

function sign(source: Uint8Array, bytes: Uint8Array = SMALL, actions = STEPS) {
  const { sign, ...credentials } = IDENTITY;
  return signRendition({ bytes, source, actions, credentials, sign, now: NOW });
}

async function signed(source: Uint8Array, bytes: Uint8Array = SMALL): Promise<Uint8Array> {
  const made = await sign(source, bytes);
  if (made.kind !== 'signed') throw new Error(`expected a signed picture, got ${made.kind}`);
  return made.bytes;
}

/** With one byte of its pixels changed, and nothing else. */
function touched(jpeg: Uint8Array): Uint8Array {
  const copy = jpeg.slice();
  copy[copy.length - 100]! ^= 1;
  return copy;
}

/** With one byte changed within the store, where a text stands. */
function forged(jpeg: Uint8Array, text: string): Uint8Array {
  const copy = jpeg.slice();
  const at = Buffer.from(copy).indexOf(text);
  expect(at).toBeGreaterThan(0);
  copy[at] = text.charCodeAt(0) ^ 1;
  return copy;
}

/** With another assertion in the store of its active manifest. @param box with its head */
function withAssertion(jpeg: Uint8Array, box: Uint8Array): Uint8Array {
  const store = Buffer.from(manifestStoreOf(jpeg)!);
  // The boxes around it, by where the descriptions of their types stand: each is longer now
  const places = ['c2pa', 'c2ma', 'c2as'].map((type) => store.indexOf(`jumd${type}`) - 12);
  const [, , assertions] = places;
  const end = assertions! + store.readUInt32BE(assertions!);
  for (const at of places) store.writeUInt32BE(store.readUInt32BE(at) + box.length, at);
  const whole = concat([store.subarray(0, end), box, store.subarray(end)]);
  return withManifestStore(withoutManifestStore(jpeg), whole);
}

describe('a source of another program', () => {
  test('is found to be what was signed', () => {
    const { found } = provenanceOf(SIGNED);
    expect(failuresOf(found)).toEqual(['signingCredential.untrusted']);
    expect(found.success.map(({ code }) => code).sort()).toEqual(
      [
        ...Array(4).fill('assertion.hashedURI.match'),
        'assertion.dataHash.match',
        'claimSignature.insideValidity',
        'claimSignature.validated',
      ].sort(),
    );
  });

  test.each([
    ['pixels', touched(SIGNED), 'assertion.dataHash.mismatch'],
    ['an assertion', forged(SIGNED, 'CreativeWork","version'), 'assertion.hashedURI.mismatch'],
    ['its claim', forged(SIGNED, 'Test camera'), 'claimSignature.mismatch'],
  ])('is found out where one byte of %s is another', (_, source, code) => {
    expect(failuresOf(provenanceOf(source).found)).toContain(code);
  });

  test.each([
    ['an assertion that its claim does not name', 'com.example', 'assertion.undeclared'],
    ['a second binding', 'c2pa.hash.data__1', 'assertion.multipleHardBindings'],
  ])('is found out where %s was put in', (_, label, code) => {
    const extra = writeBox(
      'jumb',
      superBoxPayload('cbor', label, [writeBox('cbor', writeCbor({}))]),
    );
    expect(failuresOf(provenanceOf(withAssertion(SIGNED, extra)).found)).toContain(code);
  });

  test('is said to be unchecked behind an update', () => {
    const bytes = SIGNED.slice();
    bytes.set(new TextEncoder().encode('c2um'), Buffer.from(bytes).indexOf('c2ma'));
    expect(failuresOf(provenanceOf(bytes).found)).toContain('general.error');
  });

  test('has run out where its certificate has', () => {
    const late = provenanceOf(SIGNED, Date.UTC(2200, 0, 1)).found;
    expect(failuresOf(late)).toContain('claimSignature.outsideValidity');
  });
});

describe('a rendition', () => {
  test('has a manifest of its own that is true of it', async () => {
    const { active, found } = provenanceOf(await signed(SIGNED));
    expect(active.label).toMatch(/^urn:c2pa:[0-9a-f-]{36}$/);
    expect(failuresOf(found)).toEqual(['signingCredential.untrusted']);
    expect(found.success.map(({ code }) => code)).toContain('assertion.dataHash.match');
  });

  test('says what it was made of, what was found of that, and what was done', async () => {
    const source = provenanceOf(SIGNED).active;
    const { active, store } = provenanceOf(await signed(SIGNED));
    const ingredient = assertionOf(active, 'c2pa.ingredient.v3');
    expect(ingredient).toMatchObject({
      relationship: 'parentOf',
      activeManifest: { url: `self#jumbf=/c2pa/${source.label}` },
      validationResults: { activeManifest: { failure: [{ code: 'signingCredential.untrusted' }] } },
    });
    expect(assertionOf(active, 'c2pa.actions.v2')).toMatchObject({
      actions: [
        {
          action: 'c2pa.opened',
          parameters: { ingredients: [{ url: 'self#jumbf=c2pa.assertions/c2pa.ingredient.v3' }] },
        },
        { action: 'c2pa.resized' },
        { action: 'c2pa.transcoded' },
      ],
    });
    expect(store.manifest(source.label)?.label).toBe(source.label);
  });

  test('keeps the manifests of its source to the byte, whatever is in them', async () => {
    const before = manifestStoreOf(SIGNED)!;
    const after = manifestStoreOf(await signed(SIGNED))!;
    expect(Buffer.compare(after.subarray(8, before.length), before.subarray(8))).toBe(0);
  });

  test('of an altered source says so, where nobody else could find it out any more', async () => {
    const { active, found } = provenanceOf(await signed(touched(SIGNED)));
    expect(failuresOf(found)).toEqual(['signingCredential.untrusted']);
    expect(assertionOf(active, 'c2pa.ingredient.v3')).toMatchObject({
      validationResults: {
        activeManifest: {
          failure: [
            { code: 'signingCredential.untrusted' },
            { code: 'assertion.dataHash.mismatch' },
          ],
        },
      },
    });
  });

  test('of a rendition has three manifests', async () => {
    const once = await signed(SIGNED);
    const { active, store } = provenanceOf(await signed(once, touched(SMALL)));
    expect(store.manifest(provenanceOf(once).active.label)).toBeDefined();
    expect(store.manifest(provenanceOf(SIGNED).active.label)).toBeDefined();
    expect(active.label).not.toBe(provenanceOf(once).active.label);
  });

  test('shows the same picture, with its own segments first', async () => {
    const exif = withJpegExif(
      SMALL,
      Uint8Array.from([0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0]),
    );
    const made = await signed(SIGNED, exif);
    const markers = walkJpeg(made).segments.map(({ marker }) => marker);
    expect(markers.slice(0, 3)).toEqual([0xe1, 0xeb, 0xeb]);
    expect(Buffer.compare(withoutManifestStore(made), exif)).toBe(0);
    const raw = (jpeg: Uint8Array) => sharp(jpeg).raw().toBuffer();
    expect(await raw(made)).toEqual(await raw(SMALL));
  });

  test('that is the file of its source stays as it was', async () => {
    expect(await sign(SIGNED, SIGNED)).toEqual({ kind: 'as-it-was' });
  });

  test('takes the place of manifests that its bytes have brought along', async () => {
    const stale = withManifestStore(SMALL, manifestStoreOf(SIGNED)!);
    expect(failuresOf(provenanceOf(await signed(SIGNED, stale)).found)).toEqual([
      'signingCredential.untrusted',
    ]);
  });

  test('of a source without manifests has none', async () => {
    expect(await sign(new Uint8Array(committed('leaves.jpg')))).toEqual({ kind: 'nothing' });
  });

  test('is an error where it cannot be signed', async () => {
    const { sign: _, ...credentials } = IDENTITY;
    const fields = { bytes: SMALL, source: SIGNED, actions: STEPS, credentials, now: NOW };
    const fails = () => Promise.reject(new Error('the key is gone'));
    await expect(signRendition({ ...fields, sign: fails })).rejects.toThrow('the key is gone');
    const short = async () => new Uint8Array(3);
    await expect(signRendition({ ...fields, sign: short })).rejects.toThrow('64 bytes');
  });
});

describe('manifests that cannot be read', () => {
  const store = manifestStoreOf(SIGNED)!;
  const bare = withoutManifestStore(SIGNED);
  const twice = withManifestStore(withManifestStore(bare, store), store);
  const label = provenanceOf(SIGNED).active.label;
  const compressed = store.slice();
  const at = Buffer.from(compressed).indexOf('c2ma');
  compressed.set(new TextEncoder().encode('c2cm'), at);

  /** With the length of a box within it changed. */
  const misfit = (name: string, by: number) => {
    const copy = store.slice();
    const place = Buffer.from(copy).indexOf(name) - 1;
    copy[place]! += by;
    return withManifestStore(bare, copy);
  };

  test.each([
    ['two of them', twice, 'expected one manifest store'],
    ['compressed ones', withManifestStore(bare, compressed), 'not compressed'],
    ['a store without its end', withManifestStore(bare, store.subarray(0, 70_000)), 'whole'],
    ['a box that passes its end', misfit('jumdc2ma', 99), 'expected'],
    ['no manifest', withManifestStore(bare, store.slice(0, 38)), 'expected'],
  ])('%s are said to be', async (_, source, reason) => {
    const made = await sign(source);
    expect(made).toMatchObject({ kind: 'unreadable' });
    expect('reason' in made && made.reason).toContain(reason);
    expect('reason' in made && made.reason).not.toContain(label);
  });

  test('of any bytes are no worse than unreadable', async () => {
    for (let from = 8; from < store.length; from += 4999) {
      const copy = store.slice();
      copy.fill(0xff, from, from + 3);
      const made = await sign(withManifestStore(bare, copy));
      expect(['signed', 'unreadable', 'nothing']).toContain(made.kind);
    }
  });

  test('by another name in APP11 are none', async () => {
    const copy = store.slice();
    copy.fill(0x41, 16, 20);
    expect(await sign(withManifestStore(bare, copy))).toEqual({ kind: 'nothing' });
  });
});

test('actions are in their order, each once', () => {
  const steps = ['orient', 'extract', 'scale', 'tone', 'enhance', 'sharpen', 'extend', 'blur'];
  const kinds = steps.map((kind) => ({ kind: kind as 'orient' }));
  expect(actionsOf(kinds, true)).toEqual([
    'c2pa.opened',
    'c2pa.orientation',
    'c2pa.cropped',
    'c2pa.resized',
    'c2pa.color_adjustments',
    'c2pa.filtered',
    'c2pa.edited',
    'c2pa.transcoded',
  ]);
  expect(actionsOf([], false)).toEqual(['c2pa.opened', 'c2pa.repackaged']);
});

test('a store of any length stands in segments that hold all of it', () => {
  for (const length of [100, 65_525, 65_526, 65_527, 131_042, 131_043, 200_000]) {
    const store = concat([
      manifestStoreOf(SIGNED)!.subarray(0, 60),
      new Uint8Array(length - 60).map((_, i) => i),
    ]);
    new DataView(store.buffer).setUint32(0, length);
    expect(Buffer.compare(manifestStoreOf(withManifestStore(SMALL, store))!, store)).toBe(0);
  }
});

test('the content of a box is that of its first, where the type is right', () => {
  const box = provenanceOf(SIGNED).active.assertions.get('stds.schema-org.CreativeWork')!;
  expect(contentOf(box, 'cbor')).toBeUndefined();
  expect(Buffer.from(contentOf(box, 'json')!).toString()).toContain('"version":1.0');
});
