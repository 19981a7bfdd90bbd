/** What the programs load when they start: what only some requests need comes later (docs/decisions/0027). */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

interface Loaded {
  /** Names of packages that are imported. */
  readonly packages: readonly string[];
  /** Names of packages that are asked for as CommonJS. */
  readonly required: readonly string[];
}

/** What a built file loads as it is loaded, and what the files do that it imports. */
function loadedBy(file: URL, seen = new Set<string>()): Loaded {
  if (seen.has(file.href)) return { packages: [], required: [] };
  seen.add(file.href);
  const text = readFileSync(file, 'utf8');
  const imports = [...text.matchAll(/^(?:import|export) (?:[^;'"]*? from )?["']([^"']+)["'];/gm)]
    .map(([, name = '']) => name)
    .filter((name) => !isBuiltin(name));
  const here = text.matchAll(/createRequire\(import\.meta\.url\)\("(.*)"\)/g);
  const below = imports
    .filter((name) => name.startsWith('.'))
    .map((name) => loadedBy(new URL(name, file), seen));
  return {
    packages: [
      ...imports.filter((name) => !name.startsWith('.')),
      ...below.flatMap(({ packages }) => packages),
    ],
    required: [
      ...[...here].map(([, name = '']) => name),
      ...below.flatMap(({ required }) => required),
    ],
  };
}

const built = (name: string) => new URL(`../dist/${name}`, import.meta.url);

test('the front starts without any package: no decoder, no client of origins', () => {
  expect(loadedBy(built('cli/main.js'))).toEqual({ packages: [], required: [] });
});

test('a worker starts with sharp alone, asked for as CommonJS', () => {
  expect(loadedBy(built('engine/worker.js'))).toEqual({ packages: [], required: ['sharp'] });
});

test('a front process starts without any package, and is small: no dialect, no configuration', () => {
  expect(loadedBy(built('cli/front.js'))).toEqual({ packages: [], required: [] });
  expect(readFileSync(built('cli/front.js')).length).toBeLessThan(200_000);
});

/** Files that a server has loaded once it has answered: modules by their URL, what is CommonJS by its path. */
function loadedWith(settings: object): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-loading-'));
  const config = {
    listen: { port: 0 },
    log: { level: 'silent' },
    cache: { folder },
    workers: 1,
    ...settings,
    sources: [
      { name: 'a', dialect: 'imgix', mount: '/a', origin: { kind: 'folder', path: folder } },
    ],
  };
  const list = join(folder, 'modules.txt');
  const hook = `
      import { appendFileSync } from 'node:fs';
      export function load(url, context, next) {
        appendFileSync(${JSON.stringify(list)}, url + '\\n');
        return next(url, context);
      }
    `;
  const program = `
      import Module from 'node:module';
      Module.register('data:text/javascript,' + ${JSON.stringify(encodeURIComponent(hook))});
      const { createServer } = await import('${built('server/compose.js').href}');
      const { parseConfig } = await import('${built('server/config/config.js').href}');
      const server = await createServer(parseConfig(${JSON.stringify(config)}, { folder: '.' }));
      await server.listen();
      await server.handle(new Request('http://localhost/nowhere'));
      console.log(JSON.stringify(Object.keys(Module._cache)));
      await server.close();
    `;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
    cwd: folder,
  });
  const modules = readFileSync(list, 'utf8').split('\n');
  rmSync(folder, { recursive: true });
  return [...modules, ...JSON.parse(stdout)];
}

test('a configuration is read without code that is written for it: it is read once', () => {
  const program = `
      import { parseConfig } from '${built('server/config/config.js').href}';
      const written = [];
      globalThis.Function = new Proxy(Function, {
        construct(target, given) {
          written.push(given.at(-1) ?? '');
          return Reflect.construct(target, given);
        },
      });
      const origin = { kind: 'folder', path: '.' };
      const config = parseConfig(
        { sources: [{ name: 'a', dialect: 'imgix', mount: '/a', origin }] },
        { folder: '.' },
      );
      console.log(JSON.stringify({ sources: config.sources.length, written }));
    `;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  expect(JSON.parse(stdout)).toEqual({ sources: 1, written: [] });
});

const ofPackage = (files: readonly string[], name: string) =>
  files.filter((file) => file.includes(`node_modules/${name}`));

describe('packages of OpenTelemetry', () => {
  test('are not loaded where nothing is traced', () => {
    expect(ofPackage(loadedWith({}), '@opentelemetry')).toEqual([]);
  });

  test('are where an endpoint is configured', () => {
    // Nobody listens there: what is not sent is dropped
    const files = loadedWith({ traces: { endpoint: 'http://127.0.0.1:9' } });
    for (const name of ['api', 'sdk-trace-base', 'resources', 'exporter-trace-otlp-http']) {
      expect(files.some((file) => file.includes(`@opentelemetry/${name}/`))).toBe(true);
    }
  });
});

describe('packages of Redis', () => {
  test('are loaded where one is configured, and nowhere else', () => {
    const names = ['ioredis', 'bullmq'];
    const without = loadedWith({});
    expect(names.flatMap((name) => ofPackage(without, name))).toEqual([]);
    // Nobody listens there: it works alone
    const files = loadedWith({ redis: { url: 'redis://127.0.0.1:9' } });
    expect(ofPackage(files, 'ioredis').length).toBeGreaterThan(0);
  });
});

describe('the client of buckets', () => {
  test('is loaded where one is configured, and nowhere else', () => {
    expect(ofPackage(loadedWith({}), '@aws-sdk/')).toEqual([]);
    const bucket = { name: 'photos', endpoint: 'http://127.0.0.1:9' };
    expect(ofPackage(loadedWith({ bucket }), '@aws-sdk/client-s3/')).not.toEqual([]);
  });
});

describe('one node alone', () => {
  /** What of ours is for several nodes only. */
  const shared = /\/dist\/(?:stores\/bucket-|coordination\/(?:open-redis|redis-|bull-))/;

  test('loads nothing of what nodes share, and with a bucket and Redis it does', () => {
    const of = (settings: object) => [
      ...new Set(loadedWith(settings).filter((file) => shared.test(file))),
    ];
    expect(of({})).toEqual([]);
    const both = of({
      bucket: { name: 'photos', endpoint: 'http://127.0.0.1:9' },
      redis: { url: 'redis://127.0.0.1:9' },
    });
    for (const name of ['stores/bucket-store', 'coordination/open-redis']) {
      expect(both.some((file) => file.includes(`/dist/${name}.js`))).toBe(true);
    }
  });
});
