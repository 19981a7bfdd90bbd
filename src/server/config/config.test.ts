import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { signer } from '../../../test/support/signer.ts';
import { type ConfigContext, ConfigError, loadConfig, parseConfig } from './config.ts';
import { OPTION_NAMES, OPTIONS } from './options.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-config-'));
mkdirSync(join(folder, 'images'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const IMAGES = { kind: 'folder', path: './images' };
const SHOP = { name: 'shop', dialect: 'fastly', mount: '/shop', origin: IMAGES };
const PRESS = {
  name: 'press',
  dialect: 'imgix',
  mount: '/press',
  origin: { kind: 'http', base: 'https://o.example/', allow: ['o.example'] },
};

const parse = (given: unknown, context: Partial<ConfigContext> = {}) =>
  parseConfig(given, { folder, ...context });

function problems(given: unknown, context: Partial<ConfigContext> = {}): readonly string[] {
  try {
    parse(given, context);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('a configuration', () => {
  test('of the contract is read, with fallbacks filled in and paths made absolute', () => {
    const config = parse({
      listen: { host: '127.0.0.1', port: 8080 },
      cache: { folder: './.fovea', size: '512MB' },
      refine: true,
      sources: [
        { ...SHOP, hosts: ['Images.Example.com'] },
        {
          ...PRESS,
          signing: { tokens: ['FOO123bar'], required: true },
          defaults: { auto: 'format', w: 240 },
        },
        {
          name: 'any',
          dialect: 'imageoptim',
          mount: '/imageoptim/',
          accounts: ['eX4mp1E4pI'],
          origin: { kind: 'web', allow: ['*.example.com', '127.0.0.1:9000'] },
        },
      ],
    });
    expect(config.listen).toEqual({
      host: '127.0.0.1',
      port: 8080,
      fronts: 1,
      connections: 4096,
      connectionsPerAddress: 256,
      drain: 0,
      requests: 2048,
      grace: 10_000,
    });
    expect(config.cache).toEqual({
      folder: join(folder, '.fovea'),
      former: true,
      reload: 'ignore',
      size: 512_000_000,
    });
    expect(config.limits.uploadBytes).toBe(50_000_000);
    expect(config.workers).toBeUndefined();
    expect(config.sources[0]?.hosts).toEqual(['images.example.com']);
    expect(config.sources[0]?.origin).toEqual({ kind: 'folder', path: join(folder, 'images') });
    expect(config.sources[1]?.defaults).toEqual({ auto: 'format', w: '240' });
    expect(config.sources[2]?.mount).toBe('/imageoptim');
  });

  test('takes flags over environment over file', () => {
    const given = { listen: { port: 1 }, sources: [SHOP] };
    const env = { FOVEA_PORT: '2', FOVEA_REFINE: 'off', FOVEA_WORKERS: '3', FOVEA_HOST: '' };
    expect(parse(given).listen.port).toBe(1);
    const config = parse(given, { env });
    expect([config.listen.port, config.refine, config.workers]).toEqual([2, false, 3]);
    expect(config.listen.host).toBe('127.0.0.1');
    expect(parse(given, { env, flags: { 'listen.port': '3' } }).listen.port).toBe(3);
  });

  test('does not change what it was given', () => {
    const given = { listen: { port: 1 }, sources: [SHOP] };
    parse(given, { env: { FOVEA_PORT: '2' } });
    expect(given).toEqual({ listen: { port: 1 }, sources: [SHOP] });
  });

  test('finds a cache folder of a flag from where the command was given', () => {
    const given = { sources: [SHOP] };
    const flags = { 'cache.folder': 'here' };
    expect(parse(given, { flags }).cache.folder).toBe(resolve('here'));
    expect(parse(given, { env: { FOVEA_CACHE_FOLDER: '/x' } }).cache.folder).toBe('/x');
  });
});

describe('secrets', () => {
  const env = { KEY: 'a key of sixteen!', TOKEN: 'Bearer hunter2' };
  const far = (headers: object) => ({
    ...PRESS,
    origin: { kind: 'http', base: 'https://far.test/', headers },
  });

  test('stand in the configuration, in a variable, or in a file', () => {
    writeFileSync(join(folder, 'rotated.key'), 'the key before it\n');
    const tokens = [{ env: 'KEY' }, { file: './rotated.key' }, 'one that is written'];
    const [shop] = parse({ sources: [{ ...SHOP, signing: { tokens } }] }, { env }).sources;
    expect(shop?.signing).toEqual({
      tokens: ['a key of sixteen!', 'the key before it', 'one that is written'],
      required: true,
    });
    const [press] = parse({ sources: [far({ Authorization: { env: 'TOKEN' } })] }, { env }).sources;
    expect(press?.origin).toMatchObject({ headers: { Authorization: 'Bearer hunter2' } });
  });

  test.each<[object, string]>([
    [{ 'x-a': { env: 'NONE' } }, '.x-a: expected a secret in the variable NONE, got nothing'],
    [{ 'x-a': { env: 'TOKEN', file: 'x' } }, '.x-a: expected text, got an object'],
    [{ 'x-a': 5 }, '.x-a: expected text, got something else'],
    [{ Host: { env: 'TOKEN' } }, ': expected no Host, which is written here, got an object'],
    [
      { 'x-a': 'hunter2\n' },
      ': expected printable ASCII without blanks at its ends for x-a, got an object',
    ],
  ])('that cannot be sent are refused, unsaid: %j', (headers, problem) => {
    const [found = ''] = problems({ sources: [far(headers)] }, { env });
    expect(found).toBe(`sources[0].origin.headers${problem}`);
    expect(found).not.toContain('hunter2');
  });

  test('are not for hosts that a visitor names', () => {
    const origin = { kind: 'web', allow: ['far.test'], headers: { 'x-a': 'b' } };
    expect(problems({ sources: [{ ...PRESS, origin }] })).toEqual([
      'sources[0].origin.headers: expected no such option here',
    ]);
  });
});

describe('problems', () => {
  test('are reported all at once, by path, under the name of where they came from', () => {
    const given = {
      listen: { port: 'eighty', hostname: 'x' },
      cache: { size: '5 parsecs' },
      color: 'blue',
      log: { level: 'loud' },
      sources: [
        { ...SHOP, dialect: 'cloudinary', mount: 'shop' },
        { ...PRESS, origin: { kind: 'web', allow: [] }, accounts: ['a'] },
        { ...SHOP, origin: { kind: 'ftp' } },
        { name: 'x y', dialect: 'imageoptim', origin: { kind: 'web', allow: ['http://a/'] } },
        { ...SHOP, name: 'z', mount: '/healthz', hosts: 'a.test', origin: IMAGES },
      ],
    };
    expect([...problems(given, { env: { FOVEA_WORKERS: 'many' } })].sort()).toEqual([
      'cache.size: expected a size such as 512MB or 64MiB, got "5 parsecs"',
      'color: expected no such option here',
      'listen.hostname: expected no such option here',
      'listen.port: expected a whole number from 0 to 65535, got "eighty"',
      'log.level: expected one of silent, error, warn, info, debug, got "loud"',
      'sources[0].dialect: expected one of fastly, imgix, imageoptim, got "cloudinary"',
      'sources[0].mount: expected a path such as /images, got "shop"',
      'sources[1].accounts: expected only for the imageoptim dialect',
      'sources[1].origin.allow: expected at least one, got an empty list',
      'sources[2].name: expected a name of its own, got that of sources[0].name',
      'sources[2].origin.kind: expected one of folder, http, web, got "ftp"',
      'sources[3].accounts: expected the user names to serve for a web origin, got nothing',
      'sources[3].mount: expected a mount or hosts, got neither',
      'sources[3].name: expected letters, digits, "-", "_" or ".", at most 64, got "x y"',
      'sources[3].origin.allow[0]: expected a host, host:port or *.suffix, got "http://a/"',
      'sources[4].hosts: expected a list, got "a.test"',
      'sources[4].mount: expected a path that the server does not need itself, got "/healthz"',
      'workers (from FOVEA_WORKERS): expected a whole number from 1 to 256, got "many"',
    ]);
  });

  test.each([
    [{}, 'sources: expected a list, got nothing'],
    [{ sources: [] }, 'sources: expected at least one, got an empty list'],
    [{ sources: {} }, 'sources: expected a list, got an object'],
    [{ listen: 5, sources: [SHOP] }, 'listen: expected an object, got 5'],
    [
      { sources: [SHOP, { ...SHOP, name: 'b', mount: '/shop/' }] },
      'sources[1].mount: expected a mount of its own, got that of sources[0].mount',
    ],
    [
      {
        sources: [
          { ...SHOP, hosts: ['a.test'] },
          { ...PRESS, hosts: ['A.test'] },
        ],
      },
      'sources[1].hosts[0]: expected a host of its own, got that of sources[0].hosts[0]',
    ],
    [
      { sources: [{ ...SHOP, hosts: ['a.test:80'] }] },
      'sources[0].hosts[0]: expected a host name without a port, got "a.test:80"',
    ],
    [
      { sources: [{ ...SHOP, origin: { kind: 'folder', path: './nowhere' } }] },
      `sources[0].origin.path: expected a folder, got nothing at ${join(folder, 'nowhere')}; make it first`,
    ],
    [
      { sources: [{ ...SHOP, origin: { kind: 'web', allow: ['a.test'] } }] },
      'sources[0].origin.kind: expected folder, http or s3 for the fastly dialect, got "web"',
    ],
    [
      { sources: [{ ...SHOP, origin: undefined }] },
      'sources[0].origin: expected an object, got nothing',
    ],
    [
      { sources: [{ ...SHOP, signing: { tokens: ['x'.repeat(16), 'hunter2'] } }] },
      'sources[0].signing.tokens[1]: expected at least 16 characters, got fewer',
    ],
    [
      { sources: [{ ...PRESS, signing: { tokens: [{ env: 'NOT_THERE' }] } }] },
      'sources[0].signing.tokens[0]: expected a secret in the variable NOT_THERE, got nothing',
    ],
    [
      { sources: [{ ...PRESS, signing: { tokens: [{ file: './none.key' }] } }] },
      `sources[0].signing.tokens[0]: expected a file that can be read at ${join(folder, 'none.key')}: there is none`,
    ],
    [
      { sources: [{ ...PRESS, parameters: { deny: ['w', 'wdth'] } }] },
      'sources[0].parameters.deny[1]: expected the own name of a parameter of imgix',
    ],
    [
      { sources: [{ ...SHOP, parameters: { allow: ['width', 'v'], deny: [] } }] },
      'sources[0].parameters: expected allow or deny, got an object',
    ],
    [
      { sources: [{ ...SHOP, widths: { list: [100], to: 300 } }] },
      'sources[0].widths: expected a list, or a step and where it ends, got an object',
    ],
    [
      { sources: [{ ...SHOP, widths: { step: 100, to: 99 } }] },
      'sources[0].widths: expected a list, or a step and where it ends, got an object',
    ],
    [
      { sources: [{ ...SHOP, heights: { list: [100.5] } }] },
      'sources[0].heights.list[0]: expected a whole number from 1 to 65535, got 100.5',
    ],
    [
      { sources: [{ ...SHOP, presets: { 'a b': 'width=1' } }] },
      'sources[0].presets: expected names of letters, digits, "-", "_" or ".", at most 64 characters, got an object',
    ],
    [
      { sources: [{ ...SHOP, requestRate: '0/1m' }] },
      'sources[0].requestRate: expected a number and a time such as 600/1m or 20/s, got "0/1m"',
    ],
    [
      { sources: [{ ...PRESS, svg: 'draw' }] },
      'sources[0].svg: expected one of pass, rasterise, got "draw"',
    ],
    [
      { sources: [{ ...SHOP, dialect: 'imageoptim', svg: 'pass' }] },
      'sources[0].svg: expected only for the fastly and imgix dialects',
    ],
    [
      { sources: [{ ...SHOP, notPictures: 'pass' }] },
      'sources[0].notPictures: expected only for the imgix dialect',
    ],
    [
      { sources: [{ ...PRESS, aliases: { w: 'width' } }] },
      'sources[0].aliases: expected only for the fastly dialect',
    ],
    [
      { sources: [{ ...SHOP, aliases: { w: 'widht' } }] },
      'sources[0].aliases.w: expected the name of a parameter; did you mean "width"?',
    ],
    [
      { sources: [{ ...SHOP, aliases: { width: 'height' } }] },
      'sources[0].aliases.width: expected a name that is no parameter itself',
    ],
    [{ sources: [{ ...SHOP, aliases: { w: 5 } }] }, 'sources[0].aliases.w: expected text, got 5'],
    [
      { sources: [{ ...SHOP, unsupported: 'ignore' }] },
      'sources[0].unsupported: expected one of warn, refuse, got "ignore"',
    ],
    [
      { sources: [{ ...SHOP, defaults: { jpge_quality: 80 } }] },
      'sources[0].defaults.jpge_quality: expected the name of a setting; did you mean "jpeg_quality"?',
    ],
    [
      { sources: [{ ...SHOP, defaults: { jpeg_quality: 'abc' } }] },
      'sources[0].defaults.jpeg_quality: expected a whole number from 1 to 100, got "abc"',
    ],
    [
      { sources: [{ ...PRESS, defaults: { bogus: 1 } }] },
      'sources[0].defaults.bogus: expected the name of a parameter',
    ],
    [
      { sources: [{ ...PRESS, defaults: { q: 300 } }] },
      'sources[0].defaults.q: expected a whole number from 0 to 100, got "300"',
    ],
    [
      { sources: [{ ...PRESS, defaults: { w: {} } }] },
      'sources[0].defaults.w: expected text, a number or true or false, got an object',
    ],
  ])('%j: %s', (given, problem) => {
    expect(problems(given)).toEqual([problem]);
  });

  test('never repeat a secret', () => {
    const text = problems({
      sources: [
        { ...PRESS, signing: { tokens: [['hunter2']], required: 'hunter2?' } },
        { ...PRESS, name: 'b', mount: '/b', origin: { kind: 'http', base: 'ftp://u:hunter2@a/' } },
        { ...PRESS, name: 'c', mount: '/c', signing: { tokens: 'hunter2' } },
      ],
    }).join('\n');
    expect(text).toContain('sources[0].signing.tokens[0]');
    expect(text).toContain('sources[1].origin.base');
    expect(text.replace('"hunter2?"', '')).not.toContain('hunter2');
  });

  test('are all that anything can cause', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (any, other) => {
        expect(problems({ sources: any, listen: other }).length).toBeGreaterThan(0);
        expect(problems({ sources: [any, { ...SHOP, origin: other }] }).length).toBeGreaterThan(0);
        expect(problems(any).length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('the times and pictures of a source', () => {
  const of = (fields: object) => ({ sources: [{ ...PRESS, ...fields }] });

  test('are read, times as milliseconds', () => {
    const given = { ttl: '1h', ttlMode: 'minimum', minTtl: '0s', errorTtl: '90s' };
    const { sources } = parse(of({ ...given, defaultImage: 'none.png' }));
    expect(sources[0]).toMatchObject({
      ttl: 3_600_000,
      ttlMode: 'minimum',
      minTtl: 0,
      errorTtl: 90_000,
      defaultImage: 'none.png',
      imageStatus: 'error',
    });
    expect(parse(of({})).sources[0]?.ttlMode).toBe('respect');
  });

  test.each([
    [{ ttl: 60 }, 'ttl: expected a duration such as 90s, 10m or 7d, at most 365d, got 60'],
    [{ ttl: '366d' }, 'ttl: expected a duration such as 90s, 10m or 7d, at most 365d, got "366d"'],
    [{ ttlMode: 'override' }, 'ttl: expected a time for ttlMode override, got nothing'],
    [
      { ttl: '1h', ttlMode: 'ignore' },
      'ttlMode: expected one of respect, override, minimum, got "ignore"',
    ],
    [{ minTtl: '2h', maxTtl: '1h' }, 'minTtl: expected at most maxTtl, got more'],
    [
      { ttl: '1h', ttlMode: 'override', maxTtl: '1h' },
      'maxTtl: expected only without ttlMode override',
    ],
    [{ errorImage: 'https://a.b/c.png' }, 'errorImage: expected a path below the origin'],
    [{ imageStatus: 'ok' }, 'imageStatus: expected only with a defaultImage or an errorImage'],
    [
      { origin: { kind: 'web', allow: ['a.b'] }, defaultImage: 'c.png' },
      'defaultImage: expected a URL for a web origin',
    ],
  ])('%j: %s', (fields, problem) => {
    expect(problems(of(fields))).toEqual([`sources[0].${problem}`]);
  });
});

describe('loadConfig', () => {
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const message = (file: string) => {
    try {
      loadConfig(file);
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };

  test('reads JSON and YAML alike', () => {
    const json = write('a.json', JSON.stringify({ sources: [SHOP] }));
    const yaml = write(
      'a.yaml',
      'sources:\n  - name: shop\n    dialect: fastly\n    mount: /shop\n    origin: { kind: folder, path: ./images }\n',
    );
    expect(loadConfig(yaml)).toEqual(loadConfig(json));
  });

  test.each([
    [
      'missing.json',
      undefined,
      /expected a configuration file at .*missing\.json, but there is none/,
    ],
    ['a.toml', '', /expected a \.json, \.yaml or \.yml file/],
    ['b.json', '{\n "sources": [hunter2', /b\.json, line 2, column 14: expected a value/],
    ['c.json', '{ "hunter2": 1, "hunter2": 2 }', /line 1, column 17: this key stands twice/],
    ['b.yml', 'a: [hunter2\nb: }', /b\.yml, line 2, column 1: .*\n.*b\.yml, line 2, column \d+: /],
    ['c.yml', 'hunter2: 1\nhunter2: 2', /c\.yml, line 2, column 1: this key stands twice/],
    ['d.yml', 'a:\n  b: 1\n hunter2: 2', /d\.yml, line 3, column 1: /],
    ['e.yml', 'a:\n\t- hunter2', /e\.yml, line 2, column 1: a tab cannot indent/],
    ['f.yml', 'a: "hunter2', /f\.yml, line 1, column \d+: a closing bracket, quote/],
    ['g.yml', 'a: hunter2: b', /g\.yml, line 1, column 4: /],
    ['h.yml', 'a: *hunter2', /h\.yml.*: .*alias/],
    ['i.yml', 'a: @hunter2', /i\.yml, line 1, column 4: a text cannot begin/],
    ['empty.yaml', '', /expected an object with "sources"/],
  ])('%s gives a sentence, without quoting the file', (name, text, expected) => {
    const file = text === undefined ? join(folder, name) : write(name, text);
    expect(message(file)).toMatch(expected);
    expect(message(file)).not.toContain('hunter2');
    expect(message(file)).not.toContain('undefined');
  });

  test('names a file that is a folder, or stands below a file', () => {
    mkdirSync(join(folder, 'folder.yaml'), { recursive: true });
    expect(message(join(folder, 'folder.yaml'))).toMatch(
      /at .*folder\.yaml, but it cannot be read: it is a folder, not a file \(EISDIR\)/,
    );
    const below = join(write('file.json', '{}'), 'a.json');
    expect(message(below)).toMatch(/a part of the path is a file, not a folder \(ENOTDIR\)/);
  });
});

describe('the option table', () => {
  test('has one variable and one flag per option, and fallbacks that its own readers take', () => {
    const rows = OPTION_NAMES.map((name) => OPTIONS[name]);
    expect(new Set(rows.map(({ env }) => env)).size).toBe(rows.length);
    expect(new Set(rows.map(({ flag }) => flag)).size).toBe(rows.length);
    for (const row of rows) {
      expect(row.env).toMatch(/^(?:FOVEA|OTEL)_[A-Z0-9_]+$/);
      expect(row.doc).toMatch(/\.$/);
      if ('fallback' in row) expect(row.read(row.fallback)).toHaveProperty('value');
    }
  });
});

describe('who signs', () => {
  const put = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return `./${name}`;
  };
  const { certificate, privateKey } = signer();
  const late = signer({ from: -9, to: -1 });
  const files = {
    certificate: put('chain.pem', certificate),
    privateKey: put('key.pem', privateKey),
  };
  const old = {
    certificate: put('old.pem', late.certificate),
    privateKey: put('old.key', late.privateKey),
  };
  const given = (c2pa: object) => ({ sources: [SHOP], c2pa });

  test('is read from files beside the configuration, which become absolute', () => {
    const { c2pa } = parse(given(files));
    expect(c2pa).toEqual({
      certificate: join(folder, 'chain.pem'),
      privateKey: join(folder, 'key.pem'),
    });
    expect(parse({ sources: [SHOP] }).c2pa).toEqual({});
  });

  test.each([
    [{ certificate: files.certificate }, /^c2pa\.privateKey: expected a file beside/],
    [{ privateKey: files.privateKey }, /^c2pa\.certificate: expected a file beside/],
    [{ ...files, certificate: './none.pem' }, /^c2pa\.certificate: .*none\.pem: there is no such/],
    [{ ...files, privateKey: './images' }, /^c2pa\.privateKey: .*a folder, not a file/],
    [{ ...files, privateKey: old.privateKey }, /^c2pa\.privateKey: expected the key of the cert/],
    [
      { certificate: files.privateKey, privateKey: files.certificate },
      /^c2pa\.certificate: .*got a/,
    ],
    [old, /^c2pa\.certificate: .*ran out on/],
  ])('is refused in words for %o', (c2pa, words) => {
    const [problem, ...others] = problems(given(c2pa));
    expect(others).toEqual([]);
    expect(problem).toMatch(words);
    expect(problem).not.toContain('PRIVATE');
  });

  test('of a variable starts from where the command was given', () => {
    const [problem] = problems(given({ privateKey: files.privateKey }), {
      env: { FOVEA_C2PA_CERTIFICATE: 'chain.pem' },
    });
    expect(problem).toContain(
      `(from FOVEA_C2PA_CERTIFICATE): expected a file that can be read at ${resolve('chain.pem')}`,
    );
  });
});
