/**
 * C2PA manifests over HTTP: kept, extended and signed where keys are configured
 * (docs/spec/fastly-io.md 7.25).
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { manifestStoreOf, withoutManifestStore } from '../../src/c2pa/jpeg-store.ts';
import { assertionOf, failuresOf, provenanceOf, SIGNED } from '../support/c2pa.ts';
import { secondsLeft } from '../support/client.ts';
import { committed, quadrants } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { signer } from '../support/signer.ts';

const keys = mkdtempSync(join(tmpdir(), 'fovea-c2pa-'));
const PICTURES = {
  'signed.jpg': SIGNED,
  'leaves.jpg': committed('leaves.jpg'),
  'card.png': await quadrants(64, 48).png().toBuffer(),
};

function filesOf(name: string, identity = signer()) {
  const [certificate, privateKey] = ['pem', 'key'].map((end) => join(keys, `${name}.${end}`));
  writeFileSync(certificate!, identity.certificate);
  writeFileSync(privateKey!, identity.privateKey);
  return { 'c2pa.certificate': certificate!, 'c2pa.privateKey': privateKey! };
}

const start = (settings: ReturnType<typeof filesOf>, home?: string) =>
  startServer({
    pictures: PICTURES,
    settings: { ...settings, 'metrics.token': 'open sesame' },
    workers: 1,
    ...(home === undefined ? {} : { home }),
  });

const now = () => Date.now();

let server: TestServer;
let unsigned: TestServer;
beforeAll(async () => {
  server = await start(filesOf('one'));
  unsigned = await startServer({ pictures: PICTURES, workers: 1 });
});
afterAll(async () => {
  await server.stop();
  await unsigned.stop();
  rmSync(keys, { recursive: true });
});

const ask = (query: string, picture = 'signed.jpg', of = server) =>
  of.ask(`/fastly/${picture}?${query}`);

/** The names of the actions of an answer. */
async function actions(query: string, picture?: string): Promise<string[]> {
  const { active } = provenanceOf((await ask(query, picture)).body, now());
  const said = assertionOf(active, 'c2pa.actions.v2') as { actions: { action: string }[] };
  return said.actions.map(({ action }) => action);
}

describe('metadata=c2pa', () => {
  test('keeps the manifest of the source under a new one, signed and true of the answer', async () => {
    const { status, headers, body } = await ask('metadata=c2pa&width=120');
    expect(status).toBe(200);
    expect(headers['fovea-warning']).toBeUndefined();
    const { active, store, found } = provenanceOf(body, now());
    expect(failuresOf(found)).toEqual(['signingCredential.untrusted']);
    const source = provenanceOf(SIGNED).active.label;
    expect(store.manifest(source)).toBeDefined();
    expect(assertionOf(active, 'c2pa.ingredient.v3')).toMatchObject({
      relationship: 'parentOf',
      activeManifest: { url: `self#jumbf=/c2pa/${source}` },
    });
    expect(await sharp(body).metadata()).toMatchObject({ format: 'jpeg', width: 120, height: 90 });
  });

  test.each([
    ['width=120', ['c2pa.opened', 'c2pa.resized', 'c2pa.transcoded']],
    [
      'crop=100,100&orient=r',
      ['c2pa.opened', 'c2pa.cropped', 'c2pa.orientation', 'c2pa.transcoded'],
    ],
    [
      'brightness=20&blur=2',
      ['c2pa.opened', 'c2pa.color_adjustments', 'c2pa.filtered', 'c2pa.transcoded'],
    ],
    ['pad=10', ['c2pa.opened', 'c2pa.edited', 'c2pa.transcoded']],
    ['quality=100', ['c2pa.opened', 'c2pa.repackaged']],
  ])('with %s says %j', async (query, names) => {
    expect(await actions(`metadata=c2pa&${query}`)).toEqual(names);
  });

  test('is the same from the store, byte for byte', async () => {
    const first = await ask('metadata=c2pa&width=90');
    const again = await ask('metadata=c2pa&width=90');
    expect(String(again.headers['cache-status'])).toContain('; hit');
    expect(again.body.equals(first.body)).toBe(true);
    expect(again.headers.etag).toBe(first.headers.etag);
  });

  test('shows the picture that it would be without, and only that is scored', async () => {
    const [kept, plain] = await Promise.all([
      ask('metadata=c2pa&width=150&optimize=medium'),
      ask('width=150&optimize=medium'),
    ]);
    expect(Buffer.compare(withoutManifestStore(kept.body), plain.body)).toBe(0);
    expect(manifestStoreOf(plain.body)).toBeUndefined();
  });

  test('stands beside the copyright', async () => {
    const { body } = await ask('metadata=copyright,c2pa&width=80');
    expect(failuresOf(provenanceOf(body, now()).found)).toEqual(['signingCredential.untrusted']);
  });

  test.each([
    ['metadata=c2pa&width=80&format=webp', 'signed.jpg'],
    ['metadata=c2pa&width=80&format=jpg', 'card.png'],
    ['metadata=c2pa&width=80', 'leaves.jpg'],
    ['metadata=copyright&width=80', 'signed.jpg'],
    ['width=80', 'signed.jpg'],
  ])('%s of %s has none', async (query, picture) => {
    const { status, headers, body } = await ask(query, picture);
    expect(status).toBe(200);
    expect(headers['fovea-warning']).toBeUndefined();
    expect(body.includes('c2pa')).toBe(false);
  });

  test('of manifests that cannot be read says so', async () => {
    const broken = SIGNED.slice();
    broken.fill(0xff, Buffer.from(broken).indexOf('jumdc2ma'), 3000);
    server.put('broken.jpg', broken);
    const { status, headers, body } = await ask('metadata=c2pa&width=80', 'broken.jpg');
    expect(status).toBe(200);
    expect(String(headers['fovea-warning'])).toContain('is not kept');
    expect(manifestStoreOf(body)).toBeUndefined();
  });

  test('without keys is treated as absent, with a warning', async () => {
    const { status, headers, body } = await ask('metadata=c2pa&width=80', 'signed.jpg', unsigned);
    expect(status).toBe(200);
    expect(String(headers['fovea-warning'])).toContain('c2pa needs signing keys');
    expect(body.includes('c2pa')).toBe(false);
  });

  test('by another certificate is another rendition', async () => {
    const before = await start(filesOf('two'));
    const first = await ask('metadata=c2pa&width=70', 'signed.jpg', before);
    const plain = await ask('width=70', 'signed.jpg', before);
    await before.stop({ keep: true });
    const after = await start(filesOf('three'), before.home);
    const second = await ask('metadata=c2pa&width=70', 'signed.jpg', after);
    expect(String(second.headers['cache-status'])).not.toContain('; hit');
    expect(second.headers.etag).not.toBe(first.headers.etag);
    const again = await ask('width=70', 'signed.jpg', after);
    expect(String(again.headers['cache-status'])).toContain('; hit');
    expect(again.headers.etag).toBe(plain.headers.etag);
    await after.stop();
  });

  test('that cannot be signed any more gives the picture without, says so and counts', async () => {
    const brief = await start(filesOf('brief'));
    const later = Date.now() + 20 * 365 * 86_400_000;
    const clock = vi.spyOn(Date, 'now').mockReturnValue(later);
    const answer = await ask('metadata=c2pa&width=60', 'signed.jpg', brief);
    clock.mockRestore();
    const { status, headers, body } = answer;
    expect(status).toBe(200);
    expect(String(headers['fovea-warning'])).toContain('could not be signed');
    expect(secondsLeft(answer)).toBeLessThanOrEqual(60);
    expect(body.includes('c2pa')).toBe(false);
    const metrics = await brief.ask('/_fovea/metrics', {
      headers: { authorization: 'Bearer open sesame' },
    });
    expect(metrics.body.toString()).toMatch(/^fovea_signing_failures_total 1$/m);
    expect(brief.complaints.join('\n')).toContain('signing-failed');
    await brief.stop();
  });
});
