/** What the playground answers: to whom, of which pictures, and in which bounds. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { animation, committed, decode, noise } from '../support/pictures.ts';
import { startServer, type TestServer } from '../support/server.ts';

const LEAVES = committed('leaves.jpg');

let server: TestServer;
beforeAll(async () => {
  server = await startServer({
    settings: { playground: 'true', 'limits.uploadBytes': '2MB' },
    samples: [{ name: 'leaves.jpg', alt: 'Leaves', bytes: LEAVES }],
    pictures: { 'secret.jpg': LEAVES },
  });
});
afterAll(() => server.stop());

const api = (path: string) => `/_fovea/api/${path}`;

async function post(path: string, question: unknown, headers: Record<string, string> = {}) {
  const answer = await server.ask(api(path), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(question)),
  });
  return { ...answer, text: answer.body.toString() };
}

async function asked<Answer>(path: string, question: unknown, headers = {}): Promise<Answer> {
  const { status, text } = await post(path, question, headers);
  expect([status, text.slice(0, 200)]).toEqual([200, expect.any(String)]);
  return JSON.parse(text);
}

async function drop(bytes: Uint8Array, name = 'mine.jpg') {
  const answer = await server.ask(api('pictures'), {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', 'fovea-name': name },
    body: bytes,
  });
  return { status: answer.status, ...JSON.parse(answer.body.toString()) };
}

const SAMPLE = { sample: 'leaves.jpg', accepts: ['avif', 'webp'] };
const SMALL = { ...SAMPLE, dialect: 'imgix', values: [['w', '120']] };

/** The parts of a form. */
async function formOf({ headers, body }: { headers: object; body: Buffer }) {
  const type = (headers as Record<string, string>)['content-type']!;
  const form = await new Response(new Uint8Array(body), {
    headers: { 'content-type': type },
  }).formData();
  const [facts, file] = [form.get('facts'), form.get('file')];
  const text = typeof facts === 'string' ? facts : await (facts as File).text();
  return { facts: JSON.parse(text), file: Buffer.from(await (file as File).arrayBuffer()) };
}

describe('where it is', () => {
  test('closed unless it was opened', async () => {
    const closed = await startServer();
    try {
      for (const path of ['/_fovea/', api('start'), api('compile')]) {
        expect((await closed.ask(path)).status).toBe(404);
      }
    } finally {
      await closed.stop();
    }
  });

  test('a page that loads its own files alone, with a strict policy', async () => {
    const { status, headers, body } = await server.ask('/_fovea/');
    expect(status).toBe(200);
    const policy = headers['content-security-policy']!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    const links = [...body.toString().matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url!);
    expect(links.filter((url) => !/^(\.\/assets\/[\w.-]+|data:,)$/.test(url))).toEqual([]);
    for (const url of links.filter((one) => one.startsWith('./'))) {
      const file = await server.ask(`/_fovea/${url.slice(2)}`, {
        headers: { 'accept-encoding': 'gzip' },
      });
      expect([url, file.status, file.headers['content-encoding']]).toEqual([url, 200, 'gzip']);
    }
    expect((await server.ask('/_fovea')).headers.location).toBe('/_fovea/');
    expect((await server.ask('/_fovea/../package.json')).status).toBe(404);
  });

  test('its script takes at most 150 kB, and names no address elsewhere', () => {
    const folder = fileURLToPath(new URL('../../dist/playground/assets/', import.meta.url));
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
    const packed = files.reduce((sum, bytes) => sum + gzipSync(bytes).length, 0);
    expect(packed).toBeLessThan(150_000);
    const addresses = files.flatMap((bytes) => bytes.toString().match(/https?:\/\/[\w.-]+/g) ?? []);
    // Names of XML, which nothing is asked for
    expect(addresses.filter((url) => !url.startsWith('http://www.w3.org'))).toEqual([]);
  });
});

describe('for whom', () => {
  test.each([
    [{ 'sec-fetch-site': 'cross-site' }, 403, 'another site'],
    [{ 'sec-fetch-site': 'same-site' }, 403, 'a neighbour'],
    [{ origin: 'https://elsewhere.example' }, 403, 'another origin'],
    [{ origin: 'null' }, 403, 'a page without an origin'],
    [{ 'sec-fetch-site': 'same-origin' }, 200, 'its own page'],
    [{}, 200, 'a program'],
  ] as [Record<string, string>, number, string][])('%j: %i (%s)', async (headers, status) => {
    const answer = await post('compile', SMALL, headers);
    expect(answer.status).toBe(status);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect(answer.headers['cross-origin-resource-policy']).toBe('same-origin');
  });

  test.each([
    ['leaves.jpg', 200],
    ['leaves%2Ejpg', 200],
    ['none.jpg', 404],
    ['%', 400],
    ['%zz.jpg', 400],
    ['%c3%28.jpg', 400],
    ['..%2f..%2fpackage.json', 404],
  ])('the sample %s: %i', async (name, status) => {
    expect((await server.ask(api(`samples/${name}`))).status).toBe(status);
  });

  test('no other method, no preflight, no form', async () => {
    for (const method of ['GET', 'PUT', 'OPTIONS', 'DELETE']) {
      const { status, headers } = await server.ask(api('compile'), { method });
      expect([method, status, headers['access-control-allow-methods']]).toEqual([
        method,
        405,
        undefined,
      ]);
      expect(headers.allow).toBe('POST');
    }
    const page = await server.ask('/_fovea/', { method: 'DELETE' });
    expect([page.status, page.headers.allow]).toEqual([405, 'GET, HEAD']);
    expect((await server.ask(api('start'), { method: 'PUT' })).headers.allow).toBe('GET');
    const plain = await post('compile', SMALL, { 'content-type': 'text/plain' });
    expect(plain.status).toBe(400);
  });
});

describe('of which pictures', () => {
  test('a dropped one, for the one who has its token, in memory alone', async () => {
    const disk = () => {
      const folder = join(server.home, 'cache');
      return readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((one) => one.isFile())
        .reduce((sum, one) => sum + statSync(join(one.parentPath, one.name)).size, 0);
    };
    const before = disk();
    const { session, picture } = await drop(LEAVES, 'Meine%20Bl%C3%A4tter.jpg');
    expect(picture).toMatchObject({ name: 'Meine-Bla-tter.jpg', format: 'jpeg', width: 480 });
    const mine = { accepts: [], dialect: 'imgix', values: [['w', '90']] };
    const made = await post('render', mine, { 'fovea-session': session });
    expect(made.status).toBe(200);
    expect(await decode((await formOf(made)).file)).toMatchObject({ width: 90 });
    expect(disk()).toBe(before);
    for (const token of ['', 'guess', session.slice(1)]) {
      expect((await post('render', mine, { 'fovea-session': token })).status).toBe(404);
    }
  });

  test('another one takes the place of the first in a session', async () => {
    const first = await drop(LEAVES);
    const second = await server.ask(api('pictures'), {
      method: 'POST',
      headers: { 'fovea-session': first.session },
      body: await noise(64, 48).png().toBuffer(),
    });
    expect(second.status).toBe(200);
    const mine = { accepts: [], dialect: 'imgix', values: [] };
    expect((await post('compile', mine, { 'fovea-session': first.session })).status).toBe(404);
  });

  test.each([
    ['too large', async () => noise(1200, 900).png().toBuffer(), 413, 'upload-too-large'],
    ['no picture', async () => Buffer.from('<html>'.repeat(200)), 415, 'source-not-an-image'],
    ['nothing', async () => Buffer.alloc(0), 415, 'source-not-an-image'],
    ['cut off', async () => LEAVES.subarray(0, 20), 422, 'source-broken'],
  ])('not what is %s', async (_, bytes, status, code) => {
    const answer = await drop(await bytes());
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect(answer.message).toMatch(/^[A-Z].*\.$/);
  });

  test('no source of the configuration, whatever a URL says', async () => {
    const other = { ...SAMPLE, sample: 'secret.jpg', dialect: 'imgix', values: [] };
    expect((await post('render', other)).status).toBe(404);
    const { url } = await asked<{ url: string }>('compile', {
      ...{ ...SAMPLE, dialect: 'imgix', url: '/imgix/secret.jpg?w=20' },
    });
    expect(url).toBe('/imgix/leaves.jpg?w=20');
    const mark = {
      ...SMALL,
      values: [
        ['w', '120'],
        ['mark', '/secret.jpg'],
      ],
    };
    const { facts } = await formOf(await post('render', mark));
    expect(JSON.stringify(facts.diagnostics)).toContain('"mark"');
  });
});

interface Compiled {
  readonly dialect: string;
  readonly values: [string, string][];
  readonly url: string;
  readonly plan?: string[];
  readonly refusal?: { code: string };
  readonly diagnostics: { param?: string; message: string }[];
  readonly widths: [number, string][];
  readonly others: { dialect: string; url: string; same: boolean; ours: string[] }[];
  readonly formats: { format: string; widths: [number, string][] }[];
}
const compile = (question: object) => asked<Compiled>('compile', { ...SAMPLE, ...question });

describe('URLs', () => {
  test.each([
    [
      'fastly',
      [
        ['width', '300'],
        ['format', 'auto'],
      ],
      '/fastly/leaves.jpg?width=300&format=auto',
    ],
    [
      'imgix',
      [
        ['w', '300'],
        ['txt', 'a & b'],
      ],
      '/imgix/leaves.jpg?w=300&txt=a%20%26%20b',
    ],
    [
      'imageoptim',
      [
        ['size', '300x200'],
        ['crop', 'top'],
        ['density', '2x'],
      ],
      '/imageoptim/300x200,crop=top,2x/leaves.jpg',
    ],
    ['imageoptim', [], '/imageoptim/full/leaves.jpg'],
    [
      'imageoptim',
      [
        ['size', '40'],
        ['pad', ''],
      ],
      '/imageoptim/40,pad/leaves.jpg',
    ],
  ])('%s is built from %j', async (dialect, values, url) => {
    const made = await compile({ dialect, values });
    expect(made.url).toBe(url);
    // And taken apart it says the same
    const apart = await compile({ dialect: 'fastly', url });
    expect([apart.dialect, apart.values]).toEqual([dialect, values]);
  });

  test.each([
    ['https://acme.imgix.net/a/b.jpg?w=300&auto=format&s=0123', 'imgix', 'w=300 auto=format'],
    [
      'https://img.gs/someone/300x200,2x/https://example.com/a.jpg',
      'imageoptim',
      'size=300x200 density=2x',
    ],
    [
      'https://www.example.com/photo.jpg?width=300&optimize=medium',
      'fastly',
      'width=300 optimize=medium',
    ],
    ['/photo.jpg?w=300&h=200&fit=crop', 'imgix', 'w=300 h=200 fit=crop'],
    ['/300x200,crop/photo.jpg', 'imageoptim', 'size=300x200 crop='],
    ['/imageoptim/full,quality=low/cliff.jpg', 'imageoptim', 'quality=low'],
    ['https://cdn.example.com/a.jpg?txt64=SGVsbG8', 'imgix', 'txt=Hello'],
  ])('%s is recognized as %s', async (url, dialect, values) => {
    const apart = await compile({ dialect: 'fastly', url });
    expect(apart.dialect).toBe(dialect);
    expect(apart.values.map(([name, text]) => `${name}=${text}`).join(' ')).toBe(values);
    expect(apart.plan).toBeDefined();
  });

  test('what a service would refuse is said, and remarks name their parameter', async () => {
    const refused = await compile({ dialect: 'imageoptim', values: [['crop', 'top']] });
    expect([refused.plan, refused.refusal?.code]).toEqual([undefined, 'bad-parameter']);
    const { diagnostics } = await compile({ dialect: 'imgix', values: [['blur', 'much']] });
    expect(diagnostics.map(({ param }) => param)).toEqual(['blur']);
  });

  test('the same is said in the other dialects, or what differs', async () => {
    const { others } = await compile({
      ...{
        dialect: 'fastly',
        values: [
          ['width', '90'],
          ['height', '60'],
          ['fit', 'bounds'],
          ['format', 'png'],
        ],
      },
    });
    expect(others).toMatchObject([
      { dialect: 'imgix', same: true, ours: [], theirs: [] },
      { dialect: 'imageoptim', same: true },
    ]);
    expect(others[0]!.url).toMatch(/^\/imgix\/leaves\.jpg\?w=90&h=60&fit=max/);
    const sepia = await compile({ dialect: 'imgix', values: [['sepia', '40']] });
    expect(sepia.others[0]).toMatchObject({ dialect: 'fastly', same: false });
    expect(sepia.others[0]!.ours.join()).toContain('tone');
  });

  test('a srcset has widths up to that of the picture, and its ratio', async () => {
    const { widths, formats } = await compile({
      ...{
        dialect: 'imgix',
        values: [
          ['w', '100'],
          ['h', '50'],
          ['auto', 'format,compress'],
        ],
      },
    });
    expect(widths.map(([width]) => width)).toEqual([320, 480]);
    expect(widths[0]![1]).toContain('w=320&h=160');
    expect(formats.map(({ format }) => format)).toEqual(['avif', 'webp']);
    expect(formats[0]!.widths[0]![1]).toBe('/imgix/leaves.jpg?w=320&h=160&auto=compress&fm=avif');
  });

  test.each([
    ['not JSON', '{', 400],
    ['another name', JSON.stringify({ ...SMALL, extra: 1 }), 400],
    ['another dialect', JSON.stringify({ ...SMALL, dialect: 'other' }), 400],
    ['a value that is no text', JSON.stringify({ ...SMALL, values: [['w', 1]] }), 400],
    ['too many values', JSON.stringify({ ...SMALL, values: Array(300).fill(['w', '1']) }), 400],
    ['too long a text', JSON.stringify({ ...SMALL, values: [['txt', 'a'.repeat(3000)]] }), 400],
    ['more than a question takes', 'x'.repeat(70_000), 413],
  ])('a question with %s is refused', async (_, body, status) => {
    const answer = await server.ask(api('compile'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(body),
    });
    expect(answer.status).toBe(status);
  });

  test('tables have a control for every parameter', async () => {
    const { body } = await server.ask(api('start'));
    const { dialects } = JSON.parse(body.toString());
    const control = (dialect: string, name: string) =>
      dialects
        .find((one: { name: string }) => one.name === dialect)
        .parameters.find((one: { name: string }) => one.name === name).control;
    expect(control('fastly', 'brightness')).toMatchObject({ kind: 'number', min: -100, max: 100 });
    expect(control('fastly', 'fit')).toMatchObject({ kind: 'choice', several: false });
    expect(control('fastly', 'bg-color')).toEqual({ kind: 'color' });
    expect(control('imgix', 'auto')).toMatchObject({ kind: 'choice', several: true });
    expect(control('imageoptim', 'full')).toEqual({ kind: 'flag' });
    expect(control('imageoptim', 'quality')).toMatchObject({ kind: 'choice' });
    expect(control('imageoptim', 'size')).toEqual({ kind: 'text' });
  });
});

describe('studies', () => {
  test('points of a curve, and the map of a result', async () => {
    const { points } = await asked<{ points: { format: string; score: number }[] }>('curve', {
      ...{ ...SMALL, format: 'webp', qualities: [40, 80] },
    });
    expect(points.map(({ format }) => format)).toEqual(['webp', 'webp']);
    expect(points[1]!.score).toBeGreaterThan(points[0]!.score);
    const made = await formOf(await post('render', SMALL));
    expect(made.facts.receipt).toMatchObject({ format: expect.any(String) });
    const { facts, file } = await formOf(await post('errors', { ...SMALL, result: made.facts.id }));
    expect(facts.map.scores).toHaveLength(facts.map.columns * facts.map.rows);
    expect(await decode(file)).toMatchObject({ width: 120 });
  });

  test('a result of somebody else is not found', async () => {
    const { session } = await drop(LEAVES);
    const mine = { accepts: [], dialect: 'imgix', values: [['w', '77']] };
    const headers = { 'fovea-session': session };
    const { facts } = await formOf(await post('render', mine, headers));
    expect((await post('errors', { ...mine, result: facts.id }, headers)).status).toBe(200);
    const other = await drop(LEAVES);
    const theirs = { 'fovea-session': other.session };
    expect((await post('errors', { ...mine, result: facts.id }, theirs)).status).toBe(503);
  });

  test('an animation has none, and says so', async () => {
    const { session } = await drop(await animation(40, 30, 3, 'gif'), 'a.gif');
    const mine = { accepts: [], dialect: 'imgix', values: [], format: 'webp', qualities: [50] };
    const answer = await post('curve', mine, { 'fovea-session': session });
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([501, 'not-implemented']);
  });
});
