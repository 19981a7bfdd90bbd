/**
 * Any target with any headers ends in an answer of the table: never a 500,
 * never a word about the machine.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fastly } from '../../src/dialects/fastly/index.ts';
import { imageoptim } from '../../src/dialects/imageoptim/index.ts';
import { imgix } from '../../src/dialects/imgix/index.ts';
import { exchange } from '../support/client.ts';
import { animation, card, committed } from '../support/pictures.ts';
import { ACCEPTS, DIALECTS, startServer, type TestServer } from '../support/server.ts';
import { effort, expectSafe } from './answers.ts';

const NAMES = ['card.png', 'house.png', 'moving.gif', 'none.jpg'];
const PARAMS = {
  fastly: Object.keys(fastly.params),
  imgix: Object.keys(imgix.params),
  imageoptim: Object.keys(imageoptim.params),
};

let server: TestServer;

beforeAll(async () => {
  server = await startServer({
    workers: 2,
    limits: { renderTimeout: '5s' },
    pictures: {
      'card.png': await card(40, 30).png().toBuffer(),
      'house.png': committed('house.png'),
      'moving.gif': await animation(24, 16, 3, 'gif'),
    },
  });
});

afterAll(async () => {
  expect(server.server.engine.status().workers).toBeGreaterThan(0);
  await server.stop();
  // A picture enlarged beyond reason may take too long; nothing else is our own failure
  expect(server.complaints.filter((line) => !line.includes('render-timeout'))).toEqual([]);
});

/** Text with a liking for what breaks parsers. */
const text = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('..', '%00', '%', '%zz', '%2e%2e/', '__proto__', 'constructor', '\\', '/a/b'),
  fc.constantFrom('http://127.0.0.1/', 'file:///a/b', 'data:,x', '//[::1]/', '\u202e', '\0'),
);

/** Values as a careless client would write them, mostly small enough to be rendered at once. */
const value = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -5, max: 120 }).map(String) },
  { weight: 2, arbitrary: fc.integer({ min: -20, max: 1200 }).map((tenths) => `${tenths / 10}`) },
  { weight: 1, arbitrary: fc.double({ min: -2, max: 120, noNaN: true }).map(String) },
  {
    weight: 3,
    arbitrary: fc
      .array(fc.integer({ min: -3, max: 60 }), { minLength: 2, maxLength: 5 })
      .map((list) => list.join(',')),
  },
  { weight: 2, arbitrary: fc.constantFrom('', '1e2', '-99999999999', 'NaN', '-0', '0x10', '50p') },
  {
    weight: 3,
    arbitrary: fc.constantFrom('crop', 'auto', 'format,compress', 'png', 'avif', 'webp', 'json'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('ff0000', 'red', '255,0,0,0.5', '16:9', '3,2:1', 'smart'),
  },
  { weight: 2, arbitrary: text },
);

const tokens = fc.constantFrom(
  ...['accept', 'range', 'if-none-match', 'if-range', 'if-match'],
  ...[
    'host',
    'dpr',
    'width',
    'viewport-width',
    'save-data',
    'user-agent',
    'via',
    'cookie',
    'cache-control',
    'if-modified-since',
    'x-fastly-imageopto-overlay',
    'content-type',
  ],
);
const headers = fc.dictionary(
  tokens,
  fc.oneof(
    fc.constantFrom(...Object.values(ACCEPTS), 'bytes=0-', 'bytes=-5,3-', '*', '2', '"x"'),
    text,
  ),
  { maxKeys: 5 },
);
const method = fc.oneof(
  { weight: 12, arbitrary: fc.constant('GET') },
  { weight: 3, arbitrary: fc.constantFrom('HEAD', 'POST', 'OPTIONS', 'PUT', 'TRACE', 'BREW') },
);

async function holds(target: string, how: { method: string; headers: Record<string, string> }) {
  const answer = await server.handle(exchange(target, how));
  try {
    expectSafe(answer, [server.home]);
  } catch (error) {
    throw new Error(`${how.method} ${JSON.stringify(target)}: ${String(error)}`, { cause: error });
  }
}

const run = <T>(property: fc.IAsyncProperty<T>, numRuns: number) =>
  fc.assert(property, effort(numRuns));

describe.each(DIALECTS)('%s', (dialect) => {
  test('any text as the target', async () => {
    await run(
      fc.asyncProperty(text, text, headers, method, async (path, query, headers, method) => {
        await holds(`/${dialect}/${path}?${query}`, { method, headers });
        await holds(`${path}${query}`, { method, headers });
      }),
      300,
    );
  });

  test('its own parameters with any values', async () => {
    const names = PARAMS[dialect];
    const pairs = fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 5 });
    await run(
      fc.asyncProperty(
        fc.constantFrom(...NAMES),
        pairs,
        headers,
        method,
        async (name, pairs, headers, method) => {
          await holds(targetFor(name, pairs), { method, headers });
        },
      ),
      250,
    );
  });

  function targetFor(name: string, pairs: readonly (readonly [string, string])[]): string {
    if (dialect !== 'imageoptim') {
      return `/${dialect}/${name}?${pairs.map(([key, text]) => `${key}=${encode(text)}`).join('&')}`;
    }
    const words = pairs.map(([key, text]) => {
      if (key === 'size') return `${encode(text)}x${encode(text)}`;
      if (key === 'density') return `${encode(text)}x`;
      return text === '' ? key : `${key}=${encode(text)}`;
    });
    return `/imageoptim/${words.join(',') || 'full'}/${name}`;
  }
});

/** Percent-encoding for most values, none for those that look harmless. */
function encode(text: string): string {
  return /^[\w.,:-]*$/.test(text)
    ? text
    : encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '?'));
}
