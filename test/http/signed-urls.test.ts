/**
 * Signed URLs in every dialect, over a real socket: who is let in, who is not, in which form, and
 * that nothing that is kept ready lets anybody in.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signedTarget } from '../../src/dialects/signed-url.ts';
import { secondsLeft } from '../support/client.ts';
import { card, decode } from '../support/pictures.ts';
import { DIALECTS, type DialectName, startServer, type TestServer } from '../support/server.ts';

const KEYS = ['the key of today!', 'that of yesterday'];
const OPTIONS = { fastly: 'width=90', imgix: 'w=90', imageoptim: '90' } as const;
let server: TestServer;

beforeAll(async () => {
  const closed = (dialect: DialectName, fields: object = {}) => ({
    name: `closed-${dialect}`,
    dialect,
    mount: `/closed/${dialect}`,
    origin: { kind: 'folder', path: '.' },
    signing: { tokens: KEYS },
    ...fields,
  });
  server = await startServer({
    pictures: { 'card.jpg': await card(300, 200).jpeg().toBuffer() },
    sources: [
      ...DIALECTS.map((dialect) => closed(dialect)),
      closed('fastly', {
        name: 'open',
        mount: '/open',
        signing: { tokens: KEYS, required: false },
      }),
    ],
  });
});

afterAll(() => server.stop());

const rest = (dialect: DialectName, options: string = OPTIONS[dialect]) =>
  dialect === 'imageoptim' ? `/${options}/card.jpg` : `/card.jpg?${options}`;
const signed = (dialect: DialectName, key: string, target = rest(dialect), until?: number) =>
  `/closed/${dialect}${signedTarget(dialect, key, target, until)}`;
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

describe.each(DIALECTS)('%s', (dialect) => {
  test.each(KEYS)('a URL signed by %s is answered with what it asks for', async (key) => {
    const { status, body } = await server.ask(signed(dialect, key));
    expect(status).toBe(200);
    expect((await decode(body)).width).toBe(90);
  });

  test('anything else is a 403 that no cache keeps, again and again', async () => {
    const good = signed(dialect, KEYS[0]!);
    const strangers = [
      `/closed/${dialect}${rest(dialect)}`,
      signed(dialect, 'a key of somebody'),
      good.replace('90', '91'),
      good.slice(0, -1),
      `${good}&x=1`,
    ];
    // The good one is made, kept, and kept ready before the others ask
    for (let again = 0; again < 3; again++) expect((await server.ask(good)).status).toBe(200);
    expect((await server.ask(good)).headers['cache-status']).toContain('hit');
    for (const target of [...strangers, ...strangers]) {
      const { status, headers, body } = await server.ask(target);
      expect(status, target).toBe(403);
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['content-type']).toContain('text/plain');
      expect(body.toString()).not.toContain(KEYS[0]);
    }
    expect((await server.ask(good, { method: 'HEAD' })).status).toBe(200);
    expect((await server.ask(strangers[0]!, { method: 'HEAD' })).status).toBe(403);
  });

  test('a URL lives as long as it says, and so do its answers', async () => {
    const answer = await server.ask(signed(dialect, KEYS[0]!, rest(dialect), inSeconds(300)));
    expect(answer.status).toBe(200);
    expect(secondsLeft(answer)).toBeGreaterThan(200);
    expect(secondsLeft(answer)).toBeLessThanOrEqual(300);
    const past = await server.ask(signed(dialect, KEYS[0]!, rest(dialect), inSeconds(-1)));
    expect(past.status).toBe(dialect === 'imgix' ? 404 : 403);
    expect(past.headers['cache-control']).toBe('no-store');
  });
});

describe('the form of a refusal', () => {
  test('Fastly says it in its header', async () => {
    const { headers } = await server.ask('/closed/fastly/card.jpg');
    expect(headers['fastly-io-error']).toBe('Expected a signed URL, got one without a signature.');
  });

  test('ImageOptim says it in its JSON to who lists that', async () => {
    const { headers, body } = await server.ask('/closed/imageoptim/90/card.jpg', {
      headers: { accept: 'image/*,application/im2+json' },
    });
    expect(headers['content-type']).toBe('application/im2+json');
    expect(JSON.parse(body.toString())).toMatchObject({ status: 403 });
  });
});

test('an upload to a closed source needs a signed target too', async () => {
  const body = await card(60, 40).jpeg().toBuffer();
  const post = (target: string) =>
    server.ask(target, { method: 'POST', headers: { 'content-type': 'image/jpeg' }, body });
  expect((await post('/closed/imageoptim/30')).status).toBe(403);
  expect((await post(signed('imageoptim', KEYS[0]!, '/30'))).status).toBe(200);
});

test('where none is required, a wrong signature leaves a warning', async () => {
  const { status, headers } = await server.ask('/open/card.jpg?width=80&sig=mine');
  expect(status).toBe(200);
  expect(headers['fovea-warning']).toContain('signature');
  const good = await server.ask(`/open${signedTarget('fastly', KEYS[1]!, '/card.jpg?width=80')}`);
  expect(good.headers['fovea-warning']).toBeUndefined();
});
