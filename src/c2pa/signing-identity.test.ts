/** Who signs: every kind of key that may, and clear words for what may not. */
import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { SERVER, signer } from '../../test/support/signer.ts';
import { ALGORITHMS, type AlgorithmName, keyUse } from './cose.ts';
import { IdentityError, signingIdentity } from './signing-identity.ts';

const good = signer();

function problem(certificate: string, privateKey: string): string {
  try {
    signingIdentity(certificate, privateKey);
  } catch (error) {
    if (error instanceof IdentityError) return `${error.file}: ${error.message}`;
    throw error;
  }
  return 'none';
}

describe('an identity', () => {
  test.each([
    ['ES256', 64],
    ['ES384', 96],
    ['ES512', 132],
    ['PS256', 256],
    ['EdDSA', 64],
  ] as const)('with a key for %s signs with it', async (kind, bytes) => {
    const { certificate, privateKey } = signer({ kind });
    const identity = signingIdentity(certificate, privateKey);
    expect(identity).toMatchObject({ algorithm: kind, signatureBytes: bytes });
    expect(identity.chain).toHaveLength(2);
    const payload = new TextEncoder().encode('a claim');
    const signature = await identity.sign(payload);
    expect(signature).toHaveLength(bytes);
    const key = createPublicKey(privateKey);
    const name: AlgorithmName = kind;
    expect(verify(ALGORITHMS[name].hash, payload, keyUse(key, name), signature)).toBe(true);
  });

  test('has a fingerprint of its certificates', () => {
    const identity = signingIdentity(good.certificate, good.privateKey);
    expect(identity.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(signingIdentity(good.leaf, good.privateKey).fingerprint).not.toBe(identity.fingerprint);
  });

  test('signs no more once its certificate has run out', async () => {
    let now = Date.now();
    const identity = signingIdentity(good.certificate, good.privateKey, () => now);
    now = Date.parse(new X509Certificate(good.leaf).validTo) + 1000;
    await expect(identity.sign(new Uint8Array(3))).rejects.toThrow('has run out');
  });

  test('shows nothing of its key', () => {
    const shown = JSON.stringify(signingIdentity(good.certificate, good.privateKey));
    expect(shown).not.toMatch(/private|PRIVATE/);
  });

  const late = signer({ from: -10, to: -1 });
  const early = signer({ from: 1 });
  const short = signer({ kind: 'short' });
  const koblitz = signer({ kind: 'koblitz' });
  const authority = signer({ ca: true });
  const own = signer({ self: true });
  const server = signer({ usage: SERVER });
  const other = signer();
  test.each([
    ['run out', late.certificate, late.privateKey, /^certificate: .*ran out on/],
    ['not begun', early.certificate, early.privateKey, /^certificate: .*begins on/],
    ['of an authority', authority.certificate, authority.privateKey, /^certificate: .*authority$/],
    ['signed by itself', own.certificate, own.privateKey, /^certificate: .*its own$/],
    ['for servers', server.certificate, server.privateKey, /^certificate: .*for signing/],
    ['of another key', good.certificate, other.privateKey, /^privateKey: .*got another$/],
    ['with a short key', short.certificate, short.privateKey, /^privateKey: .*rsa of 1024 bits$/],
    ['on another curve', koblitz.certificate, koblitz.privateKey, /^privateKey: .*secp256k1$/],
    ['behind a passphrase', good.certificate, good.encryptedKey, /^privateKey: .*a passphrase$/],
    ['without a key', good.certificate, good.leaf, /^privateKey: .*something else$/],
    ['in the wrong file', good.privateKey, good.certificate, /^certificate: .*a private key$/],
    ['of nothing', '', good.privateKey, /^certificate: .*got none$/],
    ['in disorder', good.authority + good.leaf, good.privateKey, /^certificate: .*an authority$/],
    ['with a stranger', good.leaf + other.authority, good.privateKey, /^certificate: .*issuer of/],
    ['cut off', good.leaf.replace(/\n.{20}/, '\n'), good.privateKey, /^certificate: .*number 1$/],
  ])('%s is refused in words', (_, certificate, privateKey, words) => {
    const text = problem(certificate, privateKey);
    expect(text).toMatch(words);
    expect(text).not.toContain('PRIVATE');
  });
});
