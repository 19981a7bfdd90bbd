/**
 * Every option of the table changes something that can be seen from outside.
 *
 * `CHECKS` is a record over all names of the table: an option without a check
 * does not compile. Most checks share two servers, `strict` with the options
 * set and `plain` with their defaults, and ask both the same thing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPTION_NAMES, type OptionName } from '../src/server/config/options.ts';
import { startBucketServer } from './support/bucket-server.ts';
import { ask, form, maxAge } from './support/client.ts';
import { startCollector } from './support/collector.ts';
import { type LocalOrigin, startOrigin } from './support/origin.ts';
import { animation, card, committed, noise } from './support/pictures.ts';
import { childrenOf } from './support/processes.ts';
import { program } from './support/programs.ts';
import { startServer, type TestServer, type TestServerOptions } from './support/server.ts';
import { signer } from './support/signer.ts';
import { startSilentRedis } from './support/silent-redis.ts';
import { workerPids } from './support/worker-pids.ts';

const LEAVES = committed('leaves.jpg');
const SIGNER = signer();
const KEYS = mkdtempSync(join(tmpdir(), 'fovea-keys-'));
const keyFile = (name: string, text: string) => {
  writeFileSync(join(KEYS, name), text);
  return join(KEYS, name);
};

/** What a bucket is asked for the sake of one picture. */
async function inBucket(settings: Partial<Record<OptionName, unknown>> = {}, delay = 0) {
  const bucket = await startBucketServer();
  bucket.delay = delay;
  let server: TestServer | undefined;
  try {
    server = await startServer({
      settings: {
        'bucket.name': 'photos',
        'bucket.endpoint': bucket.endpoint,
        'bucket.accessKeyId': 'somebody',
        'bucket.secretAccessKey': SECRET,
        ...settings,
        ...(settings['bucket.endpoint'] === 'localhost'
          ? { 'bucket.endpoint': bucket.endpoint.replace('127.0.0.1', 'localhost') }
          : {}),
      },
      pictures: { 'small.png': await card(40, 40).png().toBuffer() },
    });
    const { engine } = server.server;
    await server.ask('/imgix/small.png?w=9');
    await until(async () => {
      const { shared } = engine.status();
      return shared !== undefined && shared.waiting === 0 && shared.written + shared.dropped > 0;
    });
    return {
      endpoint: bucket.endpoint,
      lines: bucket.asked.map(({ line }) => line),
      authorization: bucket.asked[0]?.authorization,
      status: engine.status().shared,
    };
  } finally {
    await server?.stop();
    await bucket.stop();
  }
}

const FILM = await animation(60, 40, 3, 'gif');
const TOKEN = 'open sesame';
const SECRET = 'a secret of some length'.replaceAll(' ', '-');
/** An address of documentation (RFC 5737), which no machine has. */
const NOWHERE = '192.0.2.1';

const STRICT: Partial<Record<OptionName, unknown>> = {
  'listen.connections': '1',
  'listen.grace': '20ms',
  'cache.size': '1MB',
  'cache.memory': '1',
  workers: '2',
  workerPermissions: 'false',
  refine: 'true',
  playground: 'true',
  latency: '1ms',
  'limits.sourceBytes': '395kB',
  'limits.sourceTimeout': '100ms',
  'limits.pixels': '160000',
  'limits.totalPixels': '200000',
  'limits.frames': '25',
  'limits.uploadBytes': '2kB',
  'c2pa.certificate': keyFile('chain.pem', SIGNER.certificate),
  'c2pa.privateKey': keyFile('key.pem', SIGNER.privateKey),
  'headers.resourcePolicy': 'same-site',
  'headers.timing': 'false',
  'headers.age': 'subtract',
  'headers.cacheKey': 'true',
  'metrics.token': TOKEN,
};

let origin: LocalOrigin;
let plain: TestServer;
let strict: TestServer;

beforeAll(async () => {
  origin = await startOrigin({
    'slow.jpg': { body: LEAVES, delay: 1000 },
    'tagged.jpg': {
      body: LEAVES,
      headers: { etag: '"one"', 'cache-control': 'max-age=3600', 'cache-tag': 'spring,sale' },
    },
    'never.jpg': { body: LEAVES, delay: Number.POSITIVE_INFINITY },
  });
  const options: TestServerOptions = {
    pictures: {
      'leaves.jpg': LEAVES,
      'signed.jpg': committed('signed-by-c2pa-rs.jpg'),
      'small.png': await card(40, 40).png().toBuffer(),
      'wide.png': await card(600, 300).png().toBuffer(),
      'heavy.png': await noise(370, 370).png().toBuffer(),
      'noise.png': await noise(300, 300).png().toBuffer(),
      'long.gif': await animation(70, 4, 30, 'gif'),
      'film.gif': await animation(110, 100, 20, 'gif'),
    },
    sources: [
      {
        name: 'far',
        dialect: 'imgix',
        mount: '/far',
        origin: { kind: 'http', base: `${origin.url}/`, allow: [`127.0.0.1:${origin.port}`] },
      },
    ],
  };
  [plain, strict] = await Promise.all([
    startServer({ ...options, settings: { latency: '30s' } }),
    startServer({ ...options, settings: STRICT }),
  ]);
});

afterAll(async () => {
  await Promise.all([plain.stop(), strict.stop(), origin.stop()]);
});

/** The code of an answer, as problem+json says it; its status where it is no problem. */
async function outcome(server: TestServer, target: string): Promise<unknown> {
  const answer = await server.ask(target, { headers: { accept: 'application/problem+json' } });
  const isProblem = answer.headers['content-type']?.startsWith('application/problem+json');
  return isProblem ? JSON.parse(answer.body.toString()).code : answer.status;
}

/** Both servers' outcomes of a target: with the option set, and without. */
const both = async (target: string) => [
  await outcome(strict, target),
  await outcome(plain, target),
];

const receiptOf = async (server: TestServer, target: string) => {
  const { headers } = await server.ask(target, { headers: { accept: 'image/webp' } });
  const text = String(headers.fovea);
  return Object.fromEntries(text.split(', ').map((field) => field.split('=')));
};

/** Waits, at most 30 s, until something holds. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 300; turn++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('expected a change within 30 s, got none');
}

/** Why a server with these options does not listen. */
async function listenProblem(settings: TestServerOptions['settings'] & object): Promise<unknown> {
  try {
    await (await startServer({ settings })).stop();
    return undefined;
  } catch (error) {
    return error;
  }
}

const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

/** Whether the second of two equal requests is answered from the store, with the files gone between. */
async function hitsWithoutFiles(server: TestServer): Promise<boolean> {
  const target = '/imgix/leaves.jpg?w=41&fm=png';
  await server.ask(target);
  for (const file of filesOf(join(server.home, 'cache'))) {
    rmSync(join(file.parentPath, file.name));
  }
  return /; hit/.test(String((await server.ask(target)).headers['cache-status']));
}

/** Whether the first of ten renditions of 0.16 MB is still stored after the last. */
async function keepsTen(server: TestServer): Promise<boolean> {
  const target = (crop: number) => `/imgix/noise.png?rect=${crop},0,230,230&fm=png`;
  for (let crop = 0; crop < 10; crop++) await server.ask(target(crop));
  return /; hit/.test(String((await server.ask(target(0))).headers['cache-status']));
}

/** Who is told of both files says in a manifest what was done, and nobody else does. */
async function signsManifests(): Promise<void> {
  const said = async (server: TestServer) => {
    const { body } = await server.ask('/fastly/signed.jpg?metadata=c2pa&width=100');
    return body.includes('c2pa.resized');
  };
  expect([await said(strict), await said(plain)]).toEqual([true, false]);
}

const SMALL = { 'small.png': await card(40, 40).png().toBuffer() };

/** Clients behind a trusted proxy are told apart by what it says in its header. */
async function tellsClientsApart(
  header: 'forwarded' | 'x-forwarded-for',
  more: Partial<Record<OptionName, unknown>>,
): Promise<void> {
  const settings = { 'rates.requests': '1/1h', 'rates.proxies': '127.0.0.1, 10.0.0.0/8', ...more };
  const server = await startServer({ settings, pictures: SMALL });
  const said = (client: number) => `${header === 'forwarded' ? 'for=' : ''}198.51.100.${client}`;
  const statuses = [];
  for (const client of [1, 2, 1]) {
    const headers = { [header]: said(client) };
    statuses.push((await server.ask('/imgix/small.png?w=9', { headers })).status);
  }
  expect(statuses).toEqual([200, 200, 429]);
  await server.stop();
}

/** A connection that stays open, once the server has answered on it. */
async function openConnection(server: TestServer) {
  const socket = connect(server.port, '127.0.0.1').on('error', () => {});
  socket.write('GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n');
  await new Promise((resolve) => socket.once('data', resolve).once('close', resolve));
  return socket;
}

const tagged: NonNullable<TestServerOptions['settings']> = {
  'headers.cdnControl': 'Surrogate-Control',
  'headers.tags': 'Cache-Tag',
  'cache.reload': 'revalidate',
};

/** What a server with these settings says of a picture to caches, and to one who asks for it anew. */
async function heard(settings: NonNullable<TestServerOptions['settings']>) {
  const server = await startServer({
    settings,
    sources: [
      {
        name: 'cdn',
        dialect: 'imgix',
        mount: '/cdn',
        origin: { kind: 'http', base: `${origin.url}/`, allow: [`127.0.0.1:${origin.port}`] },
        cdnTtl: '2h',
      },
    ],
  });
  const target = '/cdn/tagged.jpg?w=13';
  const { headers } = await server.ask(target);
  const again = await server.ask(target, { headers: { 'cache-control': 'no-cache' } });
  await server.stop();
  return { headers, reloaded: again.headers['cache-status'] };
}

/** The status of a page of the admin listener of a server with these settings. */
async function adminStatus(
  settings: NonNullable<TestServerOptions['settings']>,
  page: string,
  token = '',
): Promise<number> {
  const server = await startServer({ settings: { 'admin.port': '0', ...settings } });
  const { port = 0 } = server.server.adminAddress() ?? {};
  const { status } = await ask(port, page, { headers: { authorization: `Bearer ${token}` } });
  await server.stop();
  return status;
}

type Settings = { readonly [Name in OptionName]?: string | undefined };
interface Told {
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a server tells of a purge. @param settingsAt its settings, by the address at which it is heard */
async function toldOf(settingsAt: (url: string) => Settings): Promise<Told> {
  const told: Told[] = [];
  const hook = createHttpServer(async (request, response) => {
    let body = '';
    for await (const bytes of request) body += bytes;
    told.push({ url: request.url, headers: request.headers, body });
    response.end('{"success":true}');
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  const { port } = hook.address() as AddressInfo;
  const given = Object.entries(settingsAt(`http://127.0.0.1:${port}`));
  const settings = Object.fromEntries(given.filter(([, value]) => value !== undefined));
  const server = await startServer({ settings });
  await server.server.purger.purge({ tag: 'spring' });
  await until(async () => told.length > 0);
  await server.stop();
  hook.close();
  hook.closeAllConnections();
  return told[0]!;
}

const toldOfPurge = (settings: Settings) =>
  toldOf((url) => ({ 'purge.webhook': url, ...settings }));

const toldFastly = (settings: Settings) =>
  toldOf((url) => ({
    'headers.tags': 'Surrogate-Key',
    'purge.fastlyApi': url,
    'purge.fastlyService': 'SU1Z0isxPaozGVKXdv0eY',
    'purge.fastlyToken': SECRET,
    ...settings,
  }));

const toldCloudflare = (settings: Settings) =>
  toldOf((url) => ({
    'headers.tags': 'Cache-Tag',
    'purge.cloudflareApi': url,
    'purge.cloudflareZone': '0a'.repeat(16),
    'purge.cloudflareToken': SECRET,
    ...settings,
  }));

/** What a server with these settings says to a Redis that hears everything. */
async function saidToRedis(
  settings: NonNullable<TestServerOptions['settings']>,
  expected: RegExp,
): Promise<void> {
  const redis = await startSilentRedis();
  const server = await startServer({ settings: { 'redis.url': redis.url, ...settings } });
  await until(async () => expected.test(redis.heard()));
  await server.stop();
  await redis.stop();
}

/** By name: the option, set through the configuration, changes what is looked at. */
const CHECKS: Readonly<Record<OptionName, () => Promise<void>>> = {
  'listen.host': async () => {
    const error = await listenProblem({ 'listen.host': NOWHERE });
    expect(error).toMatchObject({ code: 'EADDRNOTAVAIL', address: NOWHERE });
  },

  'listen.port': async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const error = await listenProblem({ 'listen.port': port });
    other.close();
    expect(error).toMatchObject({ code: 'EADDRINUSE', port });
  },

  'listen.fronts': async () => {
    const fronts = () => childrenOf(process.pid, 'cli/front.js').length;
    expect(fronts()).toBe(0);
    const server = await startServer({ settings: { 'listen.fronts': '2' } });
    expect(fronts()).toBe(2);
    expect((await server.ask('/readyz')).status).toBe(200);
    await server.stop();
    expect(fronts()).toBe(0);
    // The port, or why it cannot be had, is told as by one process
    const error = await listenProblem({ 'listen.fronts': '2', 'listen.host': NOWHERE });
    expect(error).toMatchObject({ code: 'EADDRNOTAVAIL', address: NOWHERE });
  },

  'c2pa.certificate': signsManifests,

  'c2pa.privateKey': signsManifests,

  'listen.connections': async () => {
    const held = { strict: await openConnection(strict), plain: await openConnection(plain) };
    // The idle one makes room for the next
    await until(async () => (await strict.ask('/healthz')).status === 200);
    expect((await plain.ask('/healthz')).status).toBe(200);
    await until(async () => held.strict.destroyed);
    expect(held.plain.destroyed).toBe(false);
    held.plain.destroy();
  },

  'listen.connectionsPerAddress': async () => {
    const server = await startServer({ settings: { 'listen.connectionsPerAddress': '1' } });
    const held = await openConnection(server);
    await until(async () => (await server.ask('/healthz')).status === 200);
    await until(async () => held.destroyed);
    await server.stop();
  },

  'rates.requests': async () => {
    const server = await startServer({ settings: { 'rates.requests': '1/1h' }, pictures: SMALL });
    expect((await server.ask('/imgix/small.png?w=9')).status).toBe(200);
    expect((await server.ask('/imgix/small.png?w=9')).status).toBe(429);
    await server.stop();
  },

  'rates.misses': async () => {
    const server = await startServer({ settings: { 'rates.misses': '1/1h' }, pictures: SMALL });
    const statuses = [];
    for (const width of [9, 9, 8]) {
      statuses.push((await server.ask(`/imgix/small.png?w=${width}`)).status);
    }
    expect(statuses).toEqual([200, 200, 429]);
    await server.stop();
  },

  'rates.proxies': () => tellsClientsApart('x-forwarded-for', {}),

  'rates.forwarded': () => tellsClientsApart('forwarded', { 'rates.forwarded': 'forwarded' }),

  'listen.requests': async () => {
    const server = await startServer({
      settings: { 'listen.requests': '1', 'listen.grace': '20ms' },
      pictures: { 'small.png': await card(40, 40).png().toBuffer() },
      sources: [
        {
          name: 'far',
          dialect: 'imgix',
          mount: '/far',
          origin: { kind: 'http', base: `${origin.url}/`, allow: [`127.0.0.1:${origin.port}`] },
        },
      ],
    });
    const asked = origin.asked.length;
    const running = server.ask('/far/never.jpg').catch(() => 'cut off');
    await until(async () => origin.asked.length > asked);
    expect(await outcome(server, '/imgix/small.png?w=9')).toBe('overloaded');
    expect((await server.ask('/readyz')).status).toBe(200);
    await server.stop();
    expect(await running).toBe('cut off');
  },

  'listen.drain': async () => {
    const server = await startServer({
      settings: { 'listen.drain': '1h' },
      pictures: { 'small.png': await card(40, 40).png().toBuffer() },
    });
    const closed = server.server.close();
    // Still there, and saying that it goes
    const ready = await server.ask('/readyz');
    expect([ready.status, ready.body.toString()]).toEqual([503, 'stopping\n']);
    expect((await server.ask('/healthz')).status).toBe(200);
    expect((await server.ask('/imgix/small.png?w=9')).status).toBe(200);
    await server.server.close({ drain: 0 });
    await closed;
    await expect(server.ask('/healthz')).rejects.toThrow();
    await server.stop();
  },

  'listen.grace': async () => {
    const server = await startServer({
      settings: { 'listen.grace': '20ms', 'limits.sourceTimeout': '1h' },
      sources: [
        {
          name: 'far',
          dialect: 'imgix',
          mount: '/far',
          origin: { kind: 'http', base: `${origin.url}/`, allow: [`127.0.0.1:${origin.port}`] },
        },
      ],
    });
    const asked = origin.asked.length;
    const running = server.ask('/far/never.jpg').catch(() => 'cut off');
    await until(async () => origin.asked.length > asked);
    await server.stop();
    expect(await running).toBe('cut off');
  },

  'cache.folder': async () => {
    const folder = join(strict.home, 'elsewhere');
    const server = await startServer({ settings: { 'cache.folder': folder } });
    const isThere = existsSync(folder);
    await server.stop();
    expect([isThere, existsSync(join(server.home, 'cache'))]).toEqual([true, false]);
  },

  'cache.size': async () => {
    // Nothing is refined there: a better rendition of the first would be the newest
    const server = await startServer({
      settings: { 'cache.size': '1MB', 'cache.memory': '1' },
      pictures: { 'noise.png': await noise(300, 300).png().toBuffer() },
    });
    expect([await keepsTen(server), await keepsTen(plain)]).toEqual([false, true]);
    await server.stop();
  },

  'cache.former': async () => {
    const of = async (former: string) => {
      const settings = { 'cache.former': former };
      const server = await startServer({
        settings,
        pictures: { 'small.png': await card(40, 40).png().toBuffer() },
      });
      await server.ask('/imgix/small.png?w=9');
      const path = join(server.home, 'cache', 'versions.json');
      const listed = async () => existsSync(path);
      if (former === 'true') await until(listed);
      const found = await listed();
      await server.stop();
      return found;
    };
    expect([await of('true'), await of('false')]).toEqual([true, false]);
  },

  'cache.reload': async () => {
    const { reloaded } = await heard(tagged);
    expect(reloaded).toMatch(/fwd=request; fwd-status=304/);
    expect((await heard({})).reloaded).toMatch(/; hit;/);
  },

  'cache.memory': async () => {
    expect([await hitsWithoutFiles(strict), await hitsWithoutFiles(plain)]).toEqual([false, true]);
  },

  'bucket.name': async () => {
    expect((await inBucket()).lines[0]).toMatch(/^GET \/photos\//);
    expect(plain.server.engine.status().shared).toBeUndefined();
  },

  'bucket.prefix': async () => {
    const { lines } = await inBucket({ 'bucket.prefix': '/shop/a/' });
    expect(lines.filter((line) => !/ \/photos\/shop\/a\/v1\/../.test(line))).toEqual([]);
    expect((await inBucket()).lines[0]).toMatch(/ \/photos\/fovea\/v1\//);
  },

  'bucket.region': async () => {
    const { authorization } = await inBucket({ 'bucket.region': 'eu-north-9' });
    expect(authorization).toContain('/eu-north-9/s3/');
  },

  'bucket.endpoint': async () => {
    expect((await inBucket()).lines.length).toBeGreaterThan(1);
  },

  'bucket.pathStyle': async () => {
    const inPath = ({ lines }: { readonly lines: readonly string[] }) =>
      lines.some((line) => line.startsWith('GET /photos/'));
    expect(inPath(await inBucket())).toBe(true);
    // An address has no names below it, so that a name is asked for, whether or not there is one
    const settings = { 'bucket.pathStyle': 'false', 'bucket.endpoint': 'localhost' };
    expect(inPath(await inBucket(settings))).toBe(false);
  },

  'bucket.accessKeyId': async () => {
    const { authorization } = await inBucket();
    expect(authorization).toContain('Credential=somebody/');
    await expect(inBucket({ 'bucket.accessKeyId': undefined })).rejects.toThrow(
      'bucket.accessKeyId',
    );
  },

  'bucket.secretAccessKey': async () => {
    await expect(inBucket({ 'bucket.secretAccessKey': undefined })).rejects.toThrow(
      'bucket.secretAccessKey',
    );
  },

  'bucket.secretAccessKeyFile': async () => {
    const file = keyFile('bucket.txt', `${SECRET}\n`);
    const settings = { 'bucket.secretAccessKey': undefined, 'bucket.secretAccessKeyFile': file };
    expect((await inBucket(settings)).lines.length).toBeGreaterThan(1);
    await expect(inBucket({ 'bucket.secretAccessKeyFile': file })).rejects.toThrow(
      'bucket.secretAccessKeyFile',
    );
  },

  'bucket.deadline': async () => {
    const { status } = await inBucket({ 'bucket.deadline': '20ms' }, 400);
    expect(status?.errors).toBeGreaterThan(0);
    expect((await inBucket({}, 400)).status?.errors).toBe(0);
  },

  workers: async () => {
    await until(async () => strict.server.engine.status().workers === 2);
    expect(plain.server.engine.status().workers).toBe(1);
  },

  workerPermissions: async () => {
    await until(async () => strict.server.engine.status().workers === 2);
    // The worker of the one server was started with flags for them, those of the other were not
    const all = workerPids();
    const bounded = all.filter((pid) => {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('permission');
    });
    expect(bounded.length).toBeGreaterThan(0);
    expect(all.length).toBeGreaterThanOrEqual(bounded.length + 2);
  },

  refine: async () => {
    const target = '/imgix/leaves.jpg?w=64&auto=compress';
    const first = [maxAge(await strict.ask(target)), maxAge(await plain.ask(target))];
    expect(first).toEqual([60, 31_536_000]);
    await until(async () => maxAge(await strict.ask(target)) > 1000);
  },

  playground: async () => {
    expect(await both('/_fovea/api/start')).toEqual([200, 'mount-unknown']);
  },

  latency: async () => {
    const target = '/imgix/leaves.jpg?w=320&auto=compress,format';
    // Before any other picture of this source has taught the search what to expect
    const hurried = Number((await receiptOf(strict, target)).trials);
    const patient = Number((await receiptOf(plain, target)).trials);
    expect(hurried).toBeLessThan(patient);
  },

  'limits.sourceBytes': async () => {
    expect(await both('/imgix/heavy.png?w=9')).toEqual(['source-too-large', 200]);
  },

  'limits.sourceTimeout': async () => {
    expect(await both('/far/slow.jpg?w=9')).toEqual(['origin-timeout', 200]);
  },

  'limits.pixels': async () => {
    expect(await both('/imgix/wide.png?w=9')).toEqual(['source-too-many-pixels', 200]);
  },

  'limits.totalPixels': async () => {
    expect(await both('/imgix/film.gif?w=9')).toEqual(['source-too-many-pixels', 200]);
  },

  'limits.frames': async () => {
    expect(await both('/imgix/long.gif?w=9')).toEqual(['source-too-many-pixels', 200]);
  },

  'limits.renderTimeout': async () => {
    const server = await startServer({
      pictures: { 'small.png': await card(40, 40).png().toBuffer() },
      settings: { 'limits.renderTimeout': '0ms' },
    });
    const code = await outcome(server, '/imgix/small.png?w=9');
    await server.stop();
    expect([code, await outcome(plain, '/imgix/small.png?w=9')]).toEqual(['render-timeout', 200]);
  },

  'limits.videoTimeout': async () => {
    const server = await startServer({
      pictures: { 'film.gif': FILM },
      settings: { 'limits.videoTimeout': '70ms', 'video.encoder': program('sleep 60') },
    });
    await outcome(server, '/imgix/film.gif?fm=mp4');
    await server.stop();
    expect(server.complaints.join()).toContain('takes longer than');
  },

  'video.encoder': async () => {
    const start = (encoder: string) =>
      startServer({ pictures: { 'film.gif': FILM }, settings: { 'video.encoder': encoder } });
    const target = '/imgix/film.gif?fm=mp4';
    const [off, broken] = [await start('off'), await start(program('exit 1'))];
    expect([await outcome(off, target), await outcome(broken, target)]).toEqual([
      'not-implemented',
      200,
    ]);
    await Promise.all([off.stop(), broken.stop()]);
  },

  'limits.queueWait': async () => {
    const server = await startServer({
      pictures: { 'leaves.jpg': LEAVES },
      settings: { 'limits.queueWait': '0ms' },
    });
    // One is being made, the others would have to wait
    const targets = [90, 91, 92, 93].map((width) => `/imgix/leaves.jpg?w=${width}`);
    const ask = (of: TestServer) => Promise.all(targets.map((target) => outcome(of, target)));
    const [outcomes, usual] = [await ask(server), await ask(plain)];
    await server.stop();
    expect(outcomes).toContain('overloaded');
    expect(usual).toEqual([200, 200, 200, 200]);
  },

  'limits.uploadBytes': async () => {
    const post = async (server: TestServer) =>
      (await server.ask('/imageoptim/9', form(LEAVES))).status;
    expect([await post(strict), await post(plain)]).toEqual([413, 200]);
  },

  'limits.bodyMemory': async () => {
    const server = await startServer({
      pictures: { 'leaves.jpg': LEAVES },
      settings: { 'limits.bodyMemory': '60kB' },
    });
    const post = async (to: TestServer) => (await to.ask('/imageoptim/9', form(LEAVES))).status;
    const got = [await post(server), await outcome(server, '/imgix/leaves.jpg?w=9')];
    await server.stop();
    expect([...got, await post(plain)]).toEqual([503, 'overloaded', 200]);
  },

  'headers.resourcePolicy': async () => {
    const policy = async (server: TestServer) =>
      (await server.ask('/imgix/small.png?w=9')).headers['cross-origin-resource-policy'];
    expect([await policy(strict), await policy(plain)]).toEqual(['same-site', 'cross-origin']);
  },

  'headers.timing': async () => {
    // Of one that is made, not found
    const timing = async (server: TestServer) =>
      (await server.ask('/imgix/small.png?w=10')).headers['server-timing'] === undefined;
    expect([await timing(strict), await timing(plain)]).toEqual([true, false]);
  },

  'headers.age': async () => {
    const ages = async (server: TestServer) => {
      const { headers } = await server.ask('/imgix/small.png?w=9');
      return headers.age;
    };
    expect(await ages(strict)).toBeUndefined();
    expect(await ages(plain)).toMatch(/^\d+$/);
  },

  'headers.cdnControl': async () => {
    const { headers } = await heard(tagged);
    expect(headers['surrogate-control']).toMatch(/^max-age=720\d$/);
    expect(headers['cdn-cache-control']).toBeUndefined();
    expect((await heard({})).headers['cdn-cache-control']).toMatch(/^max-age=720\d$/);
  },

  'headers.tags': async () => {
    const { headers } = await heard(tagged);
    expect(headers['cache-tag']).toMatch(/^cdn,source-[0-9a-f]{16},spring,sale$/);
    expect((await heard({})).headers['cache-tag']).toBeUndefined();
  },

  'headers.cacheKey': async () => {
    const status = async (server: TestServer) =>
      (await server.ask('/imgix/small.png?w=9')).headers['cache-status'];
    expect(await status(strict)).toMatch(/; key="[0-9a-f]{64}"$/);
    expect(await status(plain)).not.toContain('key=');
  },

  docs: async () => {
    const docs = await startServer({ settings: { docs: 'true' } });
    expect((await docs.ask('/_fovea/docs/')).status).toBe(200);
    expect((await plain.ask('/_fovea/docs/')).status).toBe(404);
    await docs.stop();
  },

  'savings.page': async () => {
    const open = await startServer({ settings: { 'savings.page': 'true' } });
    expect((await open.ask('/_fovea/savings')).status).toBe(200);
    expect((await open.ask('/_fovea/savings.json')).status).toBe(200);
    expect((await plain.ask('/_fovea/savings')).status).toBe(404);
    expect((await plain.ask('/_fovea/savings.json')).status).toBe(404);
    await open.stop();
  },

  'savings.quality': async () => {
    const settings = { 'savings.page': 'true', 'savings.quality': '70' };
    const open = await startServer({ settings });
    const { body } = await open.ask('/_fovea/savings.json');
    expect(JSON.parse(body.toString()).fixedQuality).toEqual({ format: 'jpeg', quality: 70 });
    await open.stop();
  },

  'savings.pricePerGB': async () => {
    const settings = { 'savings.page': 'true', 'savings.pricePerGB': '0.08 USD' };
    const open = await startServer({ settings, pictures: { 'leaves.jpg': LEAVES } });
    const sent = await open.ask('/imgix/leaves.jpg?w=64');
    const { all } = JSON.parse((await open.ask('/_fovea/savings.json')).body.toString());
    const saved = LEAVES.length - sent.body.length;
    expect(all.money.saved.USD).toBeCloseTo((saved * 0.08) / 1e9, 12);
    await open.stop();
  },

  'admin.host': async () => {
    const settings = { 'admin.port': '0', 'admin.token': SECRET, 'admin.host': NOWHERE };
    expect(await listenProblem(settings)).toMatchObject({ code: 'EADDRNOTAVAIL' });
  },

  'admin.port': async () => {
    expect(plain.server.adminAddress()).toBeUndefined();
    expect(await adminStatus({ 'admin.token': SECRET }, '/healthz')).toBe(200);
  },

  'admin.token': async () => {
    const status = await adminStatus({ 'admin.token': SECRET }, '/metrics', SECRET);
    expect([status, await adminStatus({ 'admin.token': SECRET }, '/metrics', TOKEN)]).toEqual([
      200, 401,
    ]);
  },

  'admin.tokenFile': async () => {
    const file = { 'admin.tokenFile': keyFile('admin', `${SECRET}\n`) };
    expect(await adminStatus(file, '/metrics', SECRET)).toBe(200);
  },

  'admin.purgeMethod': async () => {
    const server = await startServer({
      settings: { 'admin.purgeMethod': 'true', 'admin.token': SECRET },
    });
    const ask = async (to: TestServer) =>
      (await to.ask('/imgix/a.jpg', { method: 'PURGE', headers: { 'fastly-key': SECRET } })).status;
    const statuses = [await ask(server), await ask(plain)];
    await server.stop();
    expect(statuses).toEqual([200, 501]);
  },

  'purge.webhook': async () => expect((await toldOfPurge({})).body).toContain('"order"'),

  'purge.tokenFile': async () => {
    const file = keyFile('purge.txt', 'a-token-of-purges\n');
    const told = await toldOfPurge({ 'purge.tokenFile': file });
    expect(told.headers.authorization).toBe('Bearer a-token-of-purges');
  },

  'purge.fastlyService': async () =>
    expect((await toldFastly({})).url).toBe('/service/SU1Z0isxPaozGVKXdv0eY/purge'),

  'purge.fastlyToken': async () =>
    expect((await toldFastly({ 'purge.fastlyToken': SECRET })).headers['fastly-key']).toBe(SECRET),

  'purge.fastlyTokenFile': async () => {
    const file = keyFile('fastly.txt', 'a-token-of-fastly\n');
    const settings = { 'purge.fastlyToken': undefined, 'purge.fastlyTokenFile': file };
    expect((await toldFastly(settings)).headers['fastly-key']).toBe('a-token-of-fastly');
  },

  'purge.fastlyApi': async () =>
    expect((await toldFastly({})).body).toBe('{"surrogate_keys":["spring"]}'),

  'purge.cloudflareZone': async () =>
    expect((await toldCloudflare({})).url).toBe(`/zones/${'0a'.repeat(16)}/purge_cache`),

  'purge.cloudflareToken': async () => {
    const told = await toldCloudflare({ 'purge.cloudflareToken': SECRET });
    expect(told.headers.authorization).toBe(`Bearer ${SECRET}`);
  },

  'purge.cloudflareTokenFile': async () => {
    const file = keyFile('cloudflare.txt', 'a-token-of-cloudflare\n');
    const settings = { 'purge.cloudflareToken': undefined, 'purge.cloudflareTokenFile': file };
    const told = await toldCloudflare(settings);
    expect(told.headers.authorization).toBe('Bearer a-token-of-cloudflare');
  },

  'purge.cloudflareApi': async () =>
    expect((await toldCloudflare({})).body).toBe('{"tags":["spring"]}'),

  'redis.url': () => saidToRedis({}, /./),

  'redis.passwordFile': () => {
    const file = keyFile('redis.txt', 'a-password-of-redis\n');
    return saidToRedis({ 'redis.passwordFile': file }, /auth[\s\S]*a-password-of-redis\r/i);
  },

  'redis.prefix': () => saidToRedis({ 'redis.prefix': 'shop' }, /subscribe[\s\S]*shop:purges/),

  'metrics.token': async () => {
    const status = async (server: TestServer, token: string) =>
      (await server.ask('/_fovea/metrics', { headers: { authorization: `Bearer ${token}` } }))
        .status;
    expect([await status(strict, TOKEN), await status(strict, 'guess')]).toEqual([200, 401]);
    expect(await status(plain, TOKEN)).toBe(404);
  },

  'traces.endpoint': async () => {
    const collector = await startCollector();
    const server = await startServer({ settings: { 'traces.endpoint': collector.url } });
    await server.ask('/nowhere');
    await server.stop();
    await collector.stop();
    expect(collector.spans.map(({ name }) => name)).toEqual(['GET']);
  },

  'traces.ratio': async () => {
    const collector = await startCollector();
    const settings = { 'traces.endpoint': collector.url, 'traces.ratio': '0' };
    const server = await startServer({ settings });
    await server.ask('/nowhere');
    await server.stop();
    await collector.stop();
    expect(collector.spans).toEqual([]);
  },

  'traces.acceptParent': async () => {
    const collector = await startCollector();
    const settings = { 'traces.endpoint': collector.url, 'traces.acceptParent': 'true' };
    const server = await startServer({ settings });
    const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`;
    await server.ask('/nowhere', { headers: { traceparent } });
    await server.stop();
    await collector.stop();
    expect(collector.spans.map(({ parentSpanId }) => parentSpanId)).toEqual(['cd'.repeat(8)]);
  },

  'log.slow': async () => {
    const server = await startServer({ settings: { 'log.slow': '0s' } });
    await server.ask('/nowhere');
    await server.stop();
    const slow = [server, plain].map(({ complaints }) =>
      complaints.join().includes('slow request'),
    );
    expect(slow).toEqual([true, false]);
  },

  'log.access': async () => {
    const server = await startServer({ settings: { 'log.access': 'false' } });
    await server.ask('/nowhere');
    await plain.ask('/nowhere');
    const requests = [server, plain].map(({ events }) => events.includes('request'));
    await server.stop();
    expect(requests).toEqual([false, true]);
  },

  'log.level': async () => {
    expect([logged('silent'), logged('info')]).toEqual([[], ['listening', 'stopped']]);
  },
};

/** What a server that starts and stops writes to its log. */
function logged(level: string): string[] {
  const config = {
    listen: { port: 0 },
    cache: { folder: join(strict.home, 'log') },
    log: { level },
    sources: [
      {
        name: 'a',
        dialect: 'imgix',
        mount: '/a',
        origin: { kind: 'folder', path: '.' },
      },
    ],
  };
  const room = new URL('../dist/', import.meta.url).href;
  const program = `
    import { createServer } from '${room}server/compose.js';
    import { parseConfig } from '${room}server/config/config.js';
    const server = await createServer(parseConfig(${JSON.stringify(config)}, { folder: '.' }));
    await server.listen();
    await server.close();
  `;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).msg]));
}

describe('an option changes what the server does', () => {
  test.each(OPTION_NAMES)('%s', (name) => CHECKS[name]());
});
