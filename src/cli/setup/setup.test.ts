/**
 * What sets up: the doctor's findings, the first configuration, and the completion of shells.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseConfig } from '../../server/config/config.ts';
import { readConfigFile } from '../../server/config/config-file.ts';
import { command } from '../command.suite.ts';
import { configChecks } from './config-checks.ts';
import { configText } from './init.ts';
import { type MachineFacts, machineChecks } from './machine-checks.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-setup-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MACHINE: MachineFacts = {
  ...{ node: '20.19.0', cores: 2, memory: 4e9, files: undefined },
  libraries: { vips: '8.18.7' },
  optional: [{ name: 'libheif-js', gives: 'HEIC', version: undefined, install: 'npm install' }],
};
const LOAD = { workers: 2, connections: 4096 };
const levels = (found: readonly { readonly level: string }[]) => found.map(({ level }) => level);

describe('the machine', () => {
  test('is good but for what is optional', () => {
    expect(levels(machineChecks(MACHINE, LOAD))).toEqual([
      ...['good', 'good', 'good', 'good', 'good', 'missing'],
    ]);
  });

  test.each([
    [{ node: '20.18.9' }, {}, 'broken', 'too old'],
    [{ node: '18.20.0' }, {}, 'broken', 'too old'],
    [{}, { workers: 9 }, 'risk', '9 render workers, 2 cores'],
    [{ memory: 5e8 }, {}, 'risk', '500 MB of memory'],
    [{ files: 1024 }, {}, 'risk', '1024 open files'],
  ])('%j under %j is a %s', (facts, load, level, words) => {
    const found = machineChecks({ ...MACHINE, ...facts }, { ...LOAD, ...load });
    const of = found.filter((one) => one.level === level);
    expect(of.map(({ what }) => what).join('\n')).toContain(words);
  });
});

describe('a configuration', () => {
  const CACHE = { writable: true, free: 1e12, used: 0, openSecrets: false };
  const SECRET = 'a secret of many letters';
  const source = (fields: object) => ({
    sources: [{ name: 'a', dialect: 'imgix', mount: '/a', ...fields }],
  });
  const pictures = { origin: { kind: 'folder', path: './pictures' } };
  const web = { origin: { kind: 'web', allow: ['example.com'] } };
  const signing = { tokens: [SECRET], required: true };
  const check = (given: object, cache: object = {}) =>
    configChecks(
      parseConfig(
        { ...source({ ...pictures, signing }), ...given },
        { folder, foldersExist: false },
      ),
      {
        ...CACHE,
        ...cache,
      },
    );

  test.each([
    // configuration                                             risks   why
    [{ ...source(pictures) }, [], 'nobody but this machine asks'],
    [{ listen: { host: '0.0.0.0' }, ...source(pictures) }, ['any size'], 'anybody asks'],
    [{ listen: { host: '0.0.0.0' }, ...source({ ...pictures, signing }) }, [], 'with a signature'],
    [
      {
        listen: { host: '::' },
        ...source({ ...pictures, signing: { ...signing, required: false } }),
      },
      ['any size'],
      'a signature that nobody needs',
    ],
    [
      { listen: { host: '0.0.0.0' }, ...source({ ...pictures, widths: { list: [320] } }) },
      [],
      'in sizes that are listed',
    ],
    [{ ...source(web) }, ['nobody else'], 'pictures of others, for anybody'],
    [{ ...source({ ...web, signing }) }, [], 'the same with a signature'],
    [
      { ...source({ origin: { kind: 'web', allow: ['*.github.io'] }, signing }) },
      ['name the hosts'],
      'hosts that anybody can have',
    ],
    [
      { admin: { host: '0.0.0.0', port: 1, token: 'a-token-of-many-letters' } },
      ['127.0.0.1'],
      'purging from anywhere',
    ],
  ])('%j has %j (%s)', (given: object, risks: readonly string[], _why: string) => {
    const found = check(given).filter(({ level }) => level === 'risk');
    expect(found).toHaveLength(risks.length);
    for (const [i, words] of risks.entries()) expect(found[i]?.advice).toContain(words);
  });

  test('needs a cache folder that can be written and has room, and keeps its secrets', () => {
    expect(levels(check({}, { writable: false }))).toContain('broken');
    expect(levels(check({ cache: { size: '10GB' } }, { free: 1e9 }))).toContain('risk');
    expect(levels(check({ cache: { size: '10GB' } }, { free: 1e9, used: 9.5e9 }))).not.toContain(
      'risk',
    );
    expect(levels(check({}, { openSecrets: true }))).toContain('risk');
  });
});

describe('the command doctor', () => {
  test('looks at a configuration, finds the secret that everybody can read, and prints none', async () => {
    const secret = 'keep this to yourself';
    const file = join(folder, 'open.yaml');
    mkdirSync(join(folder, 'pictures'));
    writeFileSync(
      file,
      `cache: { folder: ./cache }
sources: [{ name: a, dialect: fastly, mount: /a, origin: { kind: folder, path: ./pictures }, signing: { tokens: ['${secret}'] } }]
`,
    );
    chmodSync(file, 0o644);
    const { code, out } = await command(['doctor', '--config', file]);
    expect(out).toContain('every user of this machine can read');
    expect(out).not.toContain(secret);
    expect(out).toContain('a signature');
    expect(code).toBe(0);
    expect((await command(['doctor', '--config', file, '--strict'])).code).toBe(1);
    chmodSync(file, 0o600);
    expect((await command(['doctor', '--config', file])).out).not.toContain('every user');
  });

  test('says as JSON what cannot be served, and fails', async () => {
    const file = join(folder, 'wrong.yaml');
    writeFileSync(file, 'sources: [{ name: a, dialect: nothing }]\n');
    const { code, out } = await command(['doctor', '--config', file, '--json']);
    const { good, findings } = JSON.parse(out);
    expect([good, code]).toEqual([false, 1]);
    expect(
      findings.filter(({ level }: { level: string }) => level === 'broken').length,
    ).toBeGreaterThan(0);
  });

  test('says without a configuration how to give one', async () => {
    expect((await command(['doctor'])).out).toContain('With --config FILE');
  });
});

describe('the command init', () => {
  test.each(['fastly', 'imgix', 'imageoptim'] as const)(
    'writes a configuration for %s that is good',
    async (dialect) => {
      const file = join(folder, `${dialect}.yaml`);
      const { code, out } = await command([
        'init',
        file,
        '--dialect',
        dialect,
        '--origin',
        './pictures',
      ]);
      expect(code).toBe(0);
      expect(out).toContain(`fovea serve --config ${file}`);
      expect(statSync(file).mode & 0o077).toBe(0);
      const config = parseConfig(readConfigFile(file), { folder, foldersExist: false });
      expect(config.sources[0]).toMatchObject({ dialect, mount: `/${dialect}` });
      // What is there stays
      const again = await command(['init', file]);
      expect(again.err).toContain('is there already');
      expect(again.code).toBe(2);
    },
  );

  test.each([
    ['https://origin.example.com', 'https://origin.example.com/'],
    ['https://origin.example.com/a/b/', 'https://origin.example.com/a/b/'],
    ['http://origin.example.com/a', 'http://origin.example.com/a/'],
  ])('has originals from %s', (origin, base) => {
    const file = join(folder, `${encodeURIComponent(origin)}.yaml`);
    writeFileSync(file, configText({ dialect: 'imgix', origin }));
    const config = parseConfig(readConfigFile(file), { folder });
    expect(config.sources[0]?.origin).toMatchObject({
      kind: 'http',
      base,
      allow: ['origin.example.com'],
    });
  });

  test('what is behind # is good as well', () => {
    const text = configText({ dialect: 'imgix', origin: './pictures' }).replaceAll(
      /^( *)# (signing|widths|ttl|workers|admin): /gm,
      '$1$2: ',
    );
    const file = join(folder, 'all.yaml');
    writeFileSync(file, text);
    writeFileSync(join(folder, 'admin-token'), 'a-token-of-many-letters\n', { mode: 0o600 });
    expect(text).toMatch(/^ {4}signing: .*\n(?:.*\n)* {4}widths: .*\n(?:.*\n)*admin: /m);
    const env = { PICTURE_KEY: 'a secret of many letters' };
    const config = parseConfig(readConfigFile(file), { folder, foldersExist: false, env });
    expect(config.sources[0]?.signing?.tokens).toEqual([env.PICTURE_KEY]);
    expect(config.admin.port).toBe(8081);
  });

  test.each([
    [['init', 'a.json'], '.yaml'],
    [['init', 'a.yaml', '--dialect', 'other'], '--dialect'],
    [['init', 'a.yaml', '--origin', "it's"], '--origin'],
  ])('%j is refused', async (args, words) => {
    const { code, err } = await command(args);
    expect(err).toContain(words);
    expect(code).toBe(2);
  });
});

describe('completion', () => {
  const has = (program: string) => spawnSync(program, ['--version']).error === undefined;
  const script = async (shell: string) => (await command(['completion', shell])).out;

  test('of bash proposes commands, and the flags of the one that is typed', async ({ skip }) => {
    if (!has('bash')) skip('bash is not there');
    const complete = async (...typed: string[]) => {
      const program = `${await script('bash')}
COMP_WORDS=(fovea ${typed.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${typed.length}
_fovea; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', program], { encoding: 'utf8' });
      expect(stderr).toBe('');
      return stdout.trim().split('\n');
    };
    expect(await complete('opt')).toEqual(['optimize']);
    expect(await complete('co')).toEqual(['compare', 'completion']);
    expect(await complete('optimize', '--w')).toEqual(['--width', '--watch']);
    expect(await complete('serve', '--po')).toEqual(['--port']);
  });

  test('of every shell names every command and flag', async () => {
    const { out: help } = await command(['--help']);
    const commands = [...help.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = '']) => name);
    expect(commands.length).toBeGreaterThan(9);
    for (const shell of ['bash', 'zsh', 'fish']) {
      const text = await script(shell);
      for (const name of commands)
        if (name !== 'help') expect([shell, text]).toEqual([shell, expect.stringContaining(name)]);
      expect(text).toContain('heat-map');
    }
    expect((await command(['completion', 'tcsh'])).code).toBe(2);
  });

  test.each(['zsh', 'fish'])('of %s is read by it', async (shell) => {
    const text = await script(shell);
    if (!has(shell)) return expect(text.split("'").length % 2).toBe(1);
    const file = join(folder, `completion.${shell}`);
    writeFileSync(file, text);
    const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
    expect([stderr, status]).toEqual(['', 0]);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});
