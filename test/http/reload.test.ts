/**
 * Another configuration while the server runs: what holds at once, what stays, and that no request
 * fails by it.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { Server } from '../../src/server/compose.ts';
import type { Config } from '../../src/server/config/config.ts';
import { ask } from '../support/client.ts';
import { type LocalOrigin, startOrigin } from '../support/origin.ts';
import { card, decode } from '../support/pictures.ts';

const home = mkdtempSync(join(tmpdir(), 'fovea-reload-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const folders = { red: join(home, 'red'), wide: join(home, 'wide') };
for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
writeFileSync(join(folders.red, 'a.png'), await card(300, 200).png().toBuffer());
writeFileSync(join(folders.wide, 'a.png'), await card(300, 100).png().toBuffer());
writeFileSync(join(folders.wide, 'new.png'), await card(30, 10).png().toBuffer());

const { createServer }: typeof import('../../src/server/compose.ts') = await import(
  new URL('../../dist/server/compose.js', import.meta.url).href
);
const { parseConfig }: typeof import('../../src/server/config/config.ts') = await import(
  new URL('../../dist/server/config/config.js', import.meta.url).href
);

let running: Server | undefined;
let caches = 0;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

/** A server whose configuration is made by `configOf`. */
async function start(fronts: number) {
  const cache = join(home, `cache${caches++}`);
  const configOf = (source: object, more: object = {}): Config =>
    parseConfig(
      {
        listen: { host: '127.0.0.1', port: 0, grace: '2s', fronts },
        cache: { folder: cache, size: '64MB' },
        workers: 1,
        refine: false,
        log: { level: 'silent' },
        sources: [
          {
            name: 'p',
            dialect: 'imgix',
            mount: '/p',
            origin: { kind: 'folder', path: folders.red },
            ...source,
          },
        ],
        ...more,
      },
      { folder: home, env: {} },
    );
  const said: string[] = [];
  const note = (facts: object, message: string) => said.push(`${message} ${JSON.stringify(facts)}`);
  const log = { debug() {}, info() {}, warn: note, error: note };
  const server = await createServer(configOf({ defaults: { w: '40' } }), { log });
  running = server;
  const { port } = await server.listen();
  while (!server.engine.ready()) await new Promise((resolve) => setTimeout(resolve, 20));
  const widths = async (target: string, count = 4) => {
    const answers = await Promise.all(Array.from({ length: count }, () => ask(port, target)));
    const sizes = answers.map(async ({ status, body }) =>
      status === 200 ? (await decode(body)).width : status,
    );
    return [...new Set(await Promise.all(sizes))];
  };
  return { server, port, configOf, said, widths };
}

/** Keeps asking over kept-alive connections until told to stop; gives what came. */
function load(port: number, target: string, clients: number) {
  const agent = new Agent({ keepAlive: true });
  const statuses = new Map<number | string, number>();
  let stopped = false;
  const one = () =>
    new Promise<number | string>((resolve) => {
      request({ host: '127.0.0.1', port, path: target, agent }, (response) => {
        response.on('error', (error) => resolve(String(error)));
        response.on('end', () => resolve(response.statusCode ?? 0));
        response.resume();
      })
        .on('error', (error) => resolve(String(error)))
        .end();
    });
  const client = async () => {
    while (!stopped) {
      const status = await one();
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  const clientsDone = Promise.all(Array.from({ length: clients }, client));
  return async () => {
    stopped = true;
    await clientsDone;
    agent.destroy();
    return statuses;
  };
}

test('is asked for on the admin listener', async () => {
  const token = 'a-token-of-some-length';
  const parts = await start(1);
  await parts.server.close();
  let w = '40';
  const read = () => parts.configOf({ defaults: { w } }, { admin: { port: 0, token } });
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const server = await createServer(read(), { log, readConfig: read });
  running = server;
  const { port } = await server.listen();
  while (!server.engine.ready()) await new Promise((resolve) => setTimeout(resolve, 20));
  const width = async () => (await decode((await ask(port, '/p/a.png?fm=png')).body)).width;
  expect(await width()).toBe(40);
  w = '60';
  const { status, body } = await ask(server.adminAddress()?.port ?? 0, '/reload', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
  expect([status, JSON.parse(body.toString())]).toEqual([200, { restart: [] }]);
  expect(await width()).toBe(60);
  // What was purged by the configuration of before is found in the one that holds
  expect(await server.purger.purge({ url: '/p/a.png' })).toMatchObject({ sources: 1 });
});

describe.each([1, 2])('with %i front(s)', (fronts) => {
  test('20 reloads under load fail no request, and hits follow at once', async () => {
    const { server, port, configOf, said, widths } = await start(fronts);
    const target = '/p/a.png?fm=png';
    for (let i = 0; i < 4; i++) expect(await widths(target)).toEqual([40]);
    const stop = load(port, target, 4);
    for (let i = 0; i < 20; i++) {
      const w = i % 2 ? 40 : 60;
      expect(await server.reload(configOf({ defaults: { w: String(w) } }))).toEqual({
        restart: [],
      });
      expect(await widths(target)).toEqual([w]);
    }
    const statuses = await stop();
    expect([...statuses.keys()]).toEqual([200]);
    expect(statuses.get(200)).toBeGreaterThan(20);
    expect(said).toEqual([]);
  });

  test('sources come, go and move at once', async () => {
    const { server, port, configOf } = await start(fronts);
    const size = async (target: string) => {
      const { status, body } = await ask(port, target);
      if (status !== 200) return status;
      const { width, height } = await decode(body);
      return `${width}x${height}`;
    };
    for (let i = 0; i < 3; i++) expect(await size('/p/a.png')).toBe('40x27');
    expect(await size('/p/new.png')).toBe(404);
    await server.reload(configOf({ origin: { kind: 'folder', path: folders.wide } }));
    expect([await size('/p/a.png'), await size('/p/new.png')]).toEqual(['300x100', '30x10']);
    await server.reload(configOf({ mount: '/q' }));
    expect([await size('/p/a.png'), await size('/q/a.png')]).toEqual([404, '300x200']);
  });

  test('limits and headers hold from the next request on', async () => {
    const { server, port, configOf } = await start(fronts);
    const target = '/p/a.png?w=50&fm=png';
    for (let i = 0; i < 3; i++) await ask(port, target);
    expect((await ask(port, target)).headers['server-timing']).toBeDefined();
    await server.reload(configOf({}, { headers: { timing: false, resourcePolicy: 'same-site' } }));
    for (let i = 0; i < 4; i++) {
      const { headers } = await ask(port, target);
      expect(headers['server-timing']).toBeUndefined();
      expect(headers['cross-origin-resource-policy']).toBe('same-site');
    }
    // What is refused before any request is read is said with the same headers
    expect((await ask(port, target, { headers: { expect: 'more' } })).headers).toMatchObject({
      'cross-origin-resource-policy': 'same-site',
    });
    await server.reload(configOf({}, { limits: { pixels: 1000 } }));
    expect((await ask(port, '/p/a.png?w=51&fm=png')).status).not.toBe(200);
    await server.reload(configOf({}));
    expect((await ask(port, '/p/a.png?w=52&fm=png')).status).toBe(200);
  });
});

test('one that cannot be used changes nothing, and what takes a restart is said', async () => {
  const { server, configOf, said, widths } = await start(1);
  const before = server.routes;
  const broken = { origin: { kind: 'http', base: 'http://a.test/', allow: ['a.test:99999'] } };
  let problems: unknown;
  try {
    problems = await server.reload(configOf(broken));
  } catch (error) {
    // Refused by whoever reads it
    problems = error;
  }
  expect(problems).toHaveProperty('problems');
  expect(server.routes).toBe(before);
  expect(await server.reload()).toEqual({
    problems: ['expected a configuration that can be read again, got none'],
  });
  expect(await widths('/p/a.png')).toEqual([40]);
  expect(await server.reload(configOf({ defaults: { w: '41' } }, { workers: 2 }))).toEqual({
    restart: ['workers'],
  });
  expect(await widths('/p/a.png')).toEqual([41]);
  expect(said.at(-1)).toContain('takes a restart');
});

describe('a request that is under way', () => {
  let origin: LocalOrigin;
  afterAll(() => origin.stop());

  test('ends by the configuration it came in', async () => {
    origin = await startOrigin({
      'slow.png': { body: await card(80, 40).png().toBuffer(), delay: 400 },
    });
    const { server, port, configOf } = await start(1);
    const far = {
      origin: { kind: 'http', base: `${origin.url}/`, allow: [`127.0.0.1:${origin.port}`] },
    };
    await server.reload(configOf({ ...far, defaults: { w: '20' } }));
    const asked = ask(port, '/p/slow.png?fm=png');
    // It has got as far as its origin
    while (origin.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await server.reload(configOf({ mount: '/q' }));
    const { status, body } = await asked;
    expect([status, (await decode(body)).width]).toEqual([200, 20]);
  });
});
