import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redacted } from './redact.ts';

describe('redacted', () => {
  test.each([
    ['GET https://host/a.jpg?s=abc&w=3 failed', 'GET https://host/a.jpg failed', 'a query'],
    ['at https://name:pass@host/a', 'at https://host/a', 'user info'],
    ['at https%3A%2F%2Fname%3Apass%40host%2Fa%3Fs%3Dx', 'at https%3A%2F%2Fhost%2Fa', 'encoded'],
    ['/imgix/a.jpg?w=3&s=abc', '/imgix/a.jpg?w=3&s=[redacted]', 'a signature'],
    ['sig=abc;expires=1', 'sig=[redacted];expires=1', 'alone'],
    ['Authorization: Bearer abc.def', 'Authorization: [redacted]', 'a header'],
    ['with Bearer abc.def=', 'with Bearer [redacted]', 'a scheme'],
    ['{"token":"a\\"b","w":3}', '{"token":"[redacted]","w":3}', 'a field'],
    ['{"apiKey":"abc"}', '{"apiKey":"[redacted]"}', 'whatever its case'],
    ['{"requestId":"a","source":"s"}', '{"requestId":"a","source":"s"}', 'nothing'],
    [
      'the basic case, a key one: sigma=3',
      'the basic [redacted], a key one: sigma=3',
      'rather too much',
    ],
    ['x-amz-signature=abc', 'x-amz-signature=[redacted]', 'a name with more before'],
  ])('%j is %j (%s)', (text, shown, _why) => {
    expect(redacted(text)).toBe(shown);
  });

  const SECRET = fc.stringMatching(/^[A-Za-z0-9_-]{12,40}$/);
  const HOLDER = fc.constantFrom<(secret: string) => object>(
    (secret) => ({ token: secret }),
    (secret) => ({ deep: { Authorization: `Bearer ${secret}` } }),
    (secret) => ({ list: [{ cookie: `session=${secret}` }] }),
    (secret) => ({ error: `fetch of https://h.example/a?x=${secret} failed` }),
    (secret) => ({ error: `https://user:${secret}@h.example/` }),
    (secret) => ({ error: `https%3A%2F%2Fh.example%2Fa%3Fs%3D${secret}` }),
    (secret) => ({ target: `/a.jpg?w=1&s=${secret}` }),
    (secret) => ({ target: `/a.jpg?sig=${secret}&expires=1` }),
    (secret) => ({ cause: `Error: 401\n    authorization: Basic ${secret}` }),
    (secret) => ({ cause: `signature=${secret}, key=${secret}` }),
    (secret) => ({ 'x-api-key': secret }),
  );

  test('has no secret in any of the forms, and is JSON that says the rest', () => {
    fc.assert(
      fc.property(SECRET, HOLDER, fc.string(), (secret, hold, other) => {
        fc.pre(!other.includes(secret));
        const line = redacted(JSON.stringify({ ...hold(secret), status: 200 }));
        expect(line).not.toContain(secret);
        expect(JSON.parse(line).status).toBe(200);
        expect(() => JSON.parse(redacted(JSON.stringify({ other })))).not.toThrow();
      }),
    );
  });

  test('of a long text takes no long time', () => {
    for (const begin of ['x', 'a-', 'x=', '"a":"', 'token', 'a: ']) {
      const long = begin.repeat(20_000);
      expect(redacted(`${long}?`).length).toBeLessThan(20 * long.length);
    }
    for (const end of ['?', '@', `?${'s='.repeat(9000)}`, ' bearer ', ' s=x']) {
      const long = 'https://a'.repeat(9000) + end;
      expect(redacted(long).length).toBeLessThan(long.length + 20);
    }
  });
});
