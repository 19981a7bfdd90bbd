/** What stands beside the pixels of a file, read from any bytes. */
import { CborError, readCbor } from '../../../src/c2pa/cbor.ts';
import { readSign1 } from '../../../src/c2pa/cose.ts';
import {
  manifestStoreOf,
  StoreError,
  withManifestStore,
  withoutManifestStore,
} from '../../../src/c2pa/jpeg-store.ts';
import { JumbfError } from '../../../src/c2pa/jumbf.ts';
import { readManifestStore } from '../../../src/c2pa/manifest.ts';
import { validationOf } from '../../../src/c2pa/validate.ts';
import { readCopyright } from '../../../src/metadata/copyright.ts';
import { readExif } from '../../../src/metadata/exif.ts';
import { profileKind, profileName } from '../../../src/metadata/icc.ts';
import { fromIptc } from '../../../src/metadata/iptc.ts';
import { matrixProfile } from '../../../src/metadata/matrix-profile.ts';
import { exifOrientation } from '../../../src/metadata/orientation.ts';
import { copyrightXmp, fromXmp } from '../../../src/metadata/xmp.ts';
import { ensure, orRefusal, sameBytes } from './expect.ts';

export function exif(data: Uint8Array): void {
  readExif(data);
  const orientation = exifOrientation(data);
  ensure(orientation >= 1 && orientation <= 8, 'an orientation is 1 to 8');
}

/** ICC profiles. */
export function icc(data: Uint8Array): void {
  profileKind(data);
  profileName(data);
  matrixProfile(data);
}

/** The copyright of a picture: IPTC, XMP, and all of them in a JPEG. */
export function copyright(data: Uint8Array): void {
  fromIptc(data);
  readCopyright(data);
  const fields = fromXmp(data);
  const written = new TextEncoder().encode(copyrightXmp(fields));
  const again = fromXmp(written);
  ensure(JSON.stringify(again) === JSON.stringify(fields), 'XMP that was written reads the same');
}

const isC2paError = (error: unknown) =>
  error instanceof CborError || error instanceof JumbfError || error instanceof StoreError;

/** Content credentials: CBOR, COSE, JUMBF, the manifest store, and where a JPEG keeps it. */
export function c2pa(data: Uint8Array): void {
  orRefusal(() => readCbor(data), isC2paError);
  orRefusal(() => readSign1(data), isC2paError);
  orRefusal(() => {
    validationOf(readManifestStore(data), data, 1_900_000_000_000);
  }, isC2paError);
  const bare = orRefusal(() => withoutManifestStore(data), isC2paError);
  orRefusal(() => {
    const store = manifestStoreOf(data);
    if (store !== undefined) readManifestStore(store);
  }, isC2paError);
  if (bare !== undefined && bare[0] === 0xff && bare[1] === 0xd8) {
    const store = orRefusal(() => withManifestStore(bare, data), isC2paError);
    if (store === undefined) return;
    const kept = orRefusal(() => manifestStoreOf(store), isC2paError);
    ensure(kept === undefined || sameBytes(kept, data), 'a store that was put in comes out');
  }
}
