/**
 * Any bytes as a source end in a picture or in an answer of the table, and the
 * workers live on.
 */
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bytesOf } from '../../src/base/body.ts';
import type { Quality } from '../../src/image/encoding.ts';
import { still } from '../../src/raster/pixels.ts';
import { sanitizeSvg } from '../../src/svg/sanitize.ts';
import { vipsEncoder } from '../../src/vips/encode.ts';
import { exchange } from '../support/client.ts';
import { pdf, psd } from '../support/documents.ts';
import { animation, card, committed, decode, SVG } from '../support/pictures.ts';
import {
  ACCEPTS,
  DIALECTS,
  type DialectName,
  startServer,
  type TestServer,
  targetOf,
} from '../support/server.ts';
import { effort, expectSafe } from './answers.ts';

const OPTIONS = { fastly: 'width=20&auto=webp', imgix: 'w=20&auto=format', imageoptim: '20' };
const FORMATS = [
  'jpeg',
  'png',
  'webp',
  'avif',
  'gif',
  'svg',
  'turned jpeg',
  'moving webp',
  'heic',
  'jxl',
  'pdf',
  'psd',
] as const;

let server: TestServer;
let count = 0;
let seeds: Record<(typeof FORMATS)[number], Uint8Array>;

beforeAll(async () => {
  const picture = card(32, 24);
  seeds = {
    jpeg: await picture.clone().jpeg().toBuffer(),
    png: await picture.clone().png().toBuffer(),
    webp: await picture.clone().webp().toBuffer(),
    avif: await picture.clone().avif({ effort: 0 }).toBuffer(),
    gif: await animation(24, 16, 3, 'gif'),
    svg: SVG,
    'turned jpeg': await picture
      .clone()
      .jpeg({ progressive: true })
      .withMetadata({ orientation: 6 })
      .withIccProfile('p3')
      .toBuffer(),
    'moving webp': await animation(24, 16, 3, 'webp'),
    heic: committed('quadrants-alpha.heic'),
    jxl: await vipsEncoder.encode(still(32, 24, 3, await picture.clone().raw().toBuffer()), {
      format: 'jxl',
      mode: 'lossy',
      quality: 80 as Quality<'jxl'>,
      effort: 3,
    }),
    pdf: pdf(32, 24),
    psd: await psd(32, 24),
  };
  server = await startServer({ workers: 2, limits: { renderTimeout: '10s' } });
});

afterAll(async () => {
  const fresh = await card(50, 40).png().toBuffer();
  server.put('fresh.png', fresh);
  for (const dialect of DIALECTS) {
    const answer = await server.ask(targetOf(dialect, 'fresh.png', OPTIONS[dialect]));
    expect((await decode(answer.body)).width).toBe(20);
  }
  const crashes = server.events.filter((event) => event === 'worker-crashed');
  await server.stop();
  expect(crashes, 'workers that died').toEqual([]);
  expect(server.complaints).toEqual([]);
});

/** A place in a file, as a share; whole numbers, because doubles crowd around 0. */
const place = fc.integer({ min: 0, max: 9999 }).map((number) => number / 10_000);

/** A change to bytes: cut, flip, overwrite, double or drop a stretch. */
const change = fc.record({
  kind: fc.constantFrom('flip', 'flip', 'set', 'set', 'drop', 'double', 'cut'),
  at: place,
  by: fc.integer({ min: 0, max: 255 }),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function changed(bytes: Uint8Array, changes: readonly Change[]): Uint8Array {
  let result: Uint8Array = Uint8Array.from(bytes);
  for (const step of changes) {
    const at = Math.min(result.length - 1, Math.floor(step.at * result.length));
    if (at < 0) return result;
    if (step.kind === 'cut') result = result.slice(0, at);
    else if (step.kind === 'flip') result[at]! ^= 1 << (step.by & 7);
    else if (step.kind === 'set') result[at] = step.by;
    else {
      const end = Math.min(result.length, at + 1 + step.by);
      const middle =
        step.kind === 'drop' ? [] : [...result.slice(at, end), ...result.slice(at, end)];
      result = Uint8Array.from([...result.slice(0, at), ...middle, ...result.slice(end)]);
    }
  }
  return result;
}

async function holds(bytes: Uint8Array, dialects: readonly DialectName[]): Promise<void> {
  const name = `${count++}.jpg`;
  server.put(name, bytes);
  for (const dialect of dialects) {
    const target = targetOf(dialect, name, OPTIONS[dialect]);
    const answer = await server.handle(exchange(target, { headers: { accept: ACCEPTS.webp } }));
    expectSafe(answer, [server.home]);
    if (answer.status !== 200) continue;
    const body = await bytesOf(answer.body);
    const drawing = answer.headers['content-type'] === 'image/svg+xml';
    // A picture that was made has a receipt, and may have warnings too.
    const unmade = answer.headers.warning && answer.headers.fovea === undefined;
    if (drawing || answer.headers['fastly-io-error'] || unmade) {
      // An SVG passes without being drawn, made safe: what is not on the allow list goes.
      const safe = drawing ? sanitizeSvg(bytes) : bytes;
      expect(Buffer.from(body).equals(safe), 'the source as it was').toBe(true);
      expect(answer.headers['content-type']).not.toMatch(/html|javascript/);
    } else {
      // Complete to the last row, for a decoder that forgives nothing
      await sharp(body, { failOn: 'warning' }).raw().toBuffer();
    }
  }
}

const run = <T>(property: fc.IAsyncProperty<T>, numRuns: number) =>
  fc.assert(property, effort(numRuns));

/** One dialect for each file: what a decoder makes of it does not depend on the words of the request. */
const dialect = fc.constantFrom(...DIALECTS);

test.each(FORMATS)('a damaged %s', async (format) => {
  await run(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 3 }),
      dialect,
      async (changes, one) => {
        await holds(changed(seeds[format], changes), [one]);
      },
    ),
    180,
  );
});

test('bytes that only begin like a picture', async () => {
  await run(
    fc.asyncProperty(
      fc.constantFrom(...FORMATS),
      fc.integer({ min: 0, max: 24 }),
      fc.uint8Array({ maxLength: 300 }),
      async (format, length, rest) => {
        await holds(Buffer.concat([seeds[format].subarray(0, length), rest]), DIALECTS);
      },
    ),
    80,
  );
});

test('damaged uploads', async () => {
  await run(
    fc.asyncProperty(
      fc.constantFrom(...FORMATS),
      fc.array(change, { maxLength: 3 }),
      async (format, changes) => {
        const body = changed(seeds[format], changes);
        const headers = { 'content-type': 'image/jpeg', 'content-length': String(body.length) };
        const request = exchange('/imageoptim/20', { method: 'POST', headers, body });
        const answer = await server.handle(request);
        expectSafe(answer, [server.home]);
        expect(answer.headers['cache-control']).toBe('no-store');
      },
    ),
    60,
  );
});
