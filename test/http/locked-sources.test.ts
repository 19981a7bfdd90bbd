/**
 * Sources that let URLs say only so much: sizes, parameters, presets, and who may keep the answers.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { card, decode } from '../support/pictures.ts';
import { DIALECTS, type DialectName, startServer, type TestServer } from '../support/server.ts';

let server: TestServer;

/** What each dialect calls the same. */
const WORDS = {
  fastly: { width: 'width', quality: 'quality', preset: 'width=60&height=60&fit=crop' },
  imgix: { width: 'w', quality: 'q', preset: 'w=60&h=60&fit=crop' },
  imageoptim: { width: 'size', quality: 'quality', preset: '60x60,crop' },
} as const;

beforeAll(async () => {
  const locked = (dialect: DialectName, lock: string, fields: object) => ({
    name: `${lock}-${dialect}`,
    dialect,
    mount: `/${lock}/${dialect}`,
    origin: { kind: 'folder', path: '.' },
    ...fields,
  });
  server = await startServer({
    pictures: { 'card.jpg': await card(300, 200).jpeg().toBuffer() },
    sources: DIALECTS.flatMap((dialect) => {
      const { width, quality, preset } = WORDS[dialect];
      const presets = { card: preset };
      return [
        locked(dialect, 'listed', { widths: { list: [50, 100, 200] } }),
        locked(dialect, 'nearest', { widths: { step: 40, to: 240, policy: 'nearest' } }),
        locked(dialect, 'few', { parameters: { allow: [width] } }),
        locked(dialect, 'most', { parameters: { deny: [quality] } }),
        locked(dialect, 'named', { presets, parameters: { allow: [quality] } }),
        locked(dialect, 'own', { private: true }),
      ];
    }),
  });
});

afterAll(() => server.stop());

function targetOf(lock: string, dialect: DialectName, options: string): string {
  return dialect === 'imageoptim'
    ? `/${lock}/imageoptim/${options || 'full'}/card.jpg`
    : `/${lock}/${dialect}/card.jpg${options && '?'}${options}`;
}

const ask = (lock: string, dialect: DialectName, options: string) =>
  server.ask(targetOf(lock, dialect, options));

async function size(answer: { readonly status: number; readonly body: Buffer }) {
  if (answer.status !== 200) return answer.status;
  const { width, height } = await decode(answer.body);
  return `${width}x${height}`;
}

const wide = (dialect: DialectName, width: number) =>
  ({ fastly: `width=${width}`, imgix: `w=${width}`, imageoptim: `${width}` })[dialect];

describe.each(DIALECTS)('%s', (dialect) => {
  test.each([
    [100, '100x67'],
    [50, '50x33'],
    [101, 400],
    [99, 400],
  ])('a width of %d from a list is %s', async (width, expected) => {
    expect(await size(await ask('listed', dialect, wide(dialect, width)))).toBe(expected);
  });

  test.each([
    [120, '120x80'],
    [125, '120x80'],
    [101, '120x80'],
    [3, '40x27'],
    [290, '240x160'],
  ])('a width of %d is made the nearest: %s', async (width, expected) => {
    expect(await size(await ask('nearest', dialect, wide(dialect, width)))).toBe(expected);
  });

  test('density counts towards a width', async () => {
    const dense = { fastly: 'width=50&dpr=2', imgix: 'w=50&dpr=2', imageoptim: '50,2x' }[dialect];
    const denser = { fastly: 'width=50&dpr=3', imgix: 'w=50&dpr=3', imageoptim: '50,3x' }[dialect];
    expect(await size(await ask('listed', dialect, dense))).toBe('100x67');
    expect((await ask('listed', dialect, denser)).status).toBe(400);
  });

  test('what is nearest is the same picture as what is asked for by its own width', async () => {
    const [own, near] = [wide(dialect, 80), wide(dialect, 83)];
    const first = await ask('nearest', dialect, own);
    const second = await ask('nearest', dialect, near);
    expect(second.headers.etag).toBe(first.headers.etag);
    expect(second.headers['cache-status']).toContain('hit');
  });

  const odd = { fastly: 'quality=40', imgix: 'q=40', imageoptim: 'quality=low' }[dialect];
  const both =
    dialect === 'imageoptim' ? [wide(dialect, 90), odd].join() : `${wide(dialect, 90)}&${odd}`;

  test.each([
    ['few', wide(dialect, 90), 200, 'the one that is allowed'],
    ['few', '', 200, 'none'],
    ['few', odd, 400, 'another one'],
    ['few', both, 400, 'both'],
    ['most', wide(dialect, 90), 200, 'one that is not denied'],
    ['most', both, 400, 'the one that is denied'],
  ])('%s parameters: %s is %d (%s)', async (lock, options, status) => {
    const answer = await ask(lock, dialect, options);
    expect(answer.status).toBe(status);
    if (status === 400) expect(answer.body.toString()).toContain('may not be used here');
  });

  test('a preset stands for its parameters, and what is allowed may stand beside it', async () => {
    const options = (...words: string[]) => words.join(dialect === 'imageoptim' ? ',' : '&');
    expect(await size(await ask('named', dialect, 'preset=card'))).toBe('60x60');
    expect(await size(await ask('named', dialect, options('preset=card', odd)))).toBe('60x60');
    expect(await size(await ask('named', dialect, options('preset=card', wide(dialect, 90))))).toBe(
      400,
    );
    expect(await size(await ask('named', dialect, wide(dialect, 60)))).toBe(400);
    for (const none of ['preset=cards', 'preset=', 'preset=__proto__', 'preset=card&preset=x']) {
      if (dialect === 'imageoptim' && none.includes('&')) continue;
      expect(await size(await ask('named', dialect, none))).toBe(400);
    }
  });

  test('a private source is kept by the client alone, errors too, and shares no picture', async () => {
    const shared = await server.ask(targetOf('', dialect, wide(dialect, 77)).replace('//', '/'));
    expect(shared.headers['cache-control']).toContain('public');
    for (const hit of [false, true, true]) {
      const own = await ask('own', dialect, wide(dialect, 77));
      expect(own.headers['cache-control']).toMatch(/^private, max-age=/);
      expect(own.headers['cache-status']?.includes('; hit')).toBe(hit);
      expect(own.headers.etag).not.toBe(shared.headers.etag);
    }
    const none = await server.ask(targetOf('own', dialect, '').replace('card', 'none'));
    expect(none.status).toBe(404);
    expect(none.headers['cache-control']).toMatch(/^private, max-age=/);
  });
});
