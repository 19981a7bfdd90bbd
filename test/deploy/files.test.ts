/**
 * The files for those who run the server: what they name is there, their configurations can be served, and
 * they read as what they are for.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { validate } from 'dockerfile-utils';
import { afterAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { OPTIONS } from '../../src/server/config/options.ts';
import { SOURCE_SETTINGS } from '../../src/server/config/source-schema.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const deployed = readdirSync(join(root, 'deploy'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(root.length));
/** Files that are written here; those of metrics are tested with the metrics. */
const files = [...deployed, 'Containerfile'].filter((path) => !/grafana|prometheus/.test(path));

const folder = mkdtempSync(join(tmpdir(), 'fovea-deploy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The configurations of Fovea that stand in the files, as texts. */
function configurations(): { readonly file: string; readonly text: string }[] {
  const map = parseAllDocuments(read('deploy/kubernetes/configuration.yaml'))[0]?.toJS();
  return [
    { file: 'deploy/fovea.yaml', text: read('deploy/fovea.yaml') },
    { file: 'deploy/nodes/fovea.yaml', text: read('deploy/nodes/fovea.yaml') },
    { file: 'deploy/kubernetes/configuration.yaml', text: map.data['fovea.yaml'] },
  ];
}

describe('what is named', () => {
  const options = Object.keys(OPTIONS);
  const sections = new Set(
    options.flatMap((name) => (name.includes('.') ? [name.split('.')[0]] : [])),
  );
  const variables = new Set(Object.values(OPTIONS).map(({ env }) => env as string));
  variables.add('FOVEA_CONFIG');

  test.each(files)('%s: variables are those of options', (file) => {
    const named = [...read(file).matchAll(/\bFOVEA_[A-Z][A-Z_]*\b/g)].map(([name]) => name);
    expect(named.filter((name) => !variables.has(name))).toEqual([]);
  });

  const pages = ['docs/operating.md', 'docs/scale.md', 'SECURITY.md'];

  // Scripts and the limits of a pod have names of their own; configurations are checked below as a whole
  const speaking = files.filter((file) => !/\.js$|deployment\.yaml$/.test(file));

  test.each([...speaking, ...pages])('%s: options are those of the table', (file) => {
    const files = [...sections].flatMap((name) => [`${name}.yaml`, `${name}.md`]);
    const known = new Set([...options, ...files]);
    const pattern = new RegExp(`\\b(?:${[...sections].join('|')})\\.[a-zA-Z]+\\b`, 'g');
    const named = [...read(file).matchAll(pattern)].map(([name]) => name);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
    // `{ age: subtract }` behind the name of a section
    const inline = new RegExp(`\\b(${[...sections].join('|')}): \\{ ([a-zA-Z]+):`, 'g');
    const written = [...read(file).matchAll(inline)].map(([, section, key]) => `${section}.${key}`);
    expect(written.filter((name) => !known.has(name))).toEqual([]);
  });

  test.each(pages)('%s: settings of a source are those of the table', (file) => {
    const named = [...read(file).matchAll(/`sources\[\]\.(\w+)`/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in SOURCE_SETTINGS))).toEqual([]);
  });
});

/** What a configuration leaves to the surroundings. */
function secretsOf(text: string): Record<string, string> {
  const named = [...text.matchAll(/FOVEA_\w+(?:KEY|TOKEN)/g)].map(([name]) => name);
  return Object.fromEntries(named.map((name) => [name, 'only-to-try-it']));
}

describe('configurations', () => {
  test.each(configurations())('$file can be served', ({ file, text }) => {
    const path = join(folder, `${file.replaceAll('/', '-')}`);
    writeFileSync(path, text);
    const program = join(root, 'dist/cli/main.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'check', '-c', path], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, ...secretsOf(text) },
    });
    expect(stderr).toBe('');
    expect(stdout).toContain('The configuration is good.');
    expect(status).toBe(0);
  });
});

describe('YAML', () => {
  test.each(files.filter((file) => /\.ya?ml$/.test(file)))('%s reads', (file) => {
    for (const document of parseAllDocuments(read(file))) {
      expect([...document.errors, ...document.warnings]).toEqual([]);
      expect(document.toJS()).toBeTypeOf('object');
    }
  });

  test.each(['deploy', 'deploy/nodes'])('volumes, services and files of %s are there', (folder) => {
    const compose = parseAllDocuments(read(`${folder}/compose.yaml`))[0]?.toJS();
    const mounts = Object.values<{ volumes?: string[] }>(compose.services).flatMap(
      ({ volumes = [] }) => volumes.map((text) => text.split(':')[0] ?? ''),
    );
    for (const from of mounts) {
      if (from.startsWith('./')) expect(files).toContain(join(folder, from));
      else expect(Object.keys(compose.volumes)).toContain(from);
    }
    for (const { depends_on: others = {} } of Object.values<{ depends_on?: object | string[] }>(
      compose.services,
    )) {
      for (const other of Array.isArray(others) ? others : Object.keys(others))
        expect(Object.keys(compose.services)).toContain(other);
    }
  });
});

describe('the container', () => {
  const text = read('Containerfile');
  const lines = text.replaceAll(/\\\n\s*/g, '').split('\n');
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM')));

  test('has no fault that a linter finds', () => {
    expect(validate(text).map(({ message }) => message)).toEqual([]);
  });

  test('has two stages, from one image of a registry by name and tag', () => {
    const from = lines
      .filter((line) => line.startsWith('FROM'))
      .map((line) => line.split(' ')[1] ?? '');
    expect(from).toHaveLength(2);
    expect(new Set(from).size).toBe(1);
    expect(from[0]).toMatch(/^node:\d+-[a-z-]+$/);
  });

  test('ends as a user without rights, with a check by Node, and without tools', () => {
    expect(last.filter((line) => line.startsWith('USER'))).toEqual(['USER 1000:1000']);
    expect(last.find((line) => line.startsWith('HEALTHCHECK'))).toMatch(/CMD \["node", "-e"/);
    expect(last.join('\n')).toMatch(/rm -rf \/usr\/local\/lib\/node_modules/);
    expect(last.join('\n')).not.toMatch(/npm (ci|install|run)|apt-get|curl/);
  });

  test('copies what is there, and what the ignore file lets by', () => {
    const copied = lines
      .filter((line) => line.startsWith('COPY') && !line.includes('--from'))
      .flatMap((line) => line.split(' ').slice(1, -1));
    const allowed = read('.containerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'));
    expect(copied.length).toBeGreaterThan(8);
    for (const name of copied) {
      expect(readdirSync(root)).toContain(name.replace('./', ''));
      expect(allowed).toContain(`!${name.replace('./', '')}`);
    }
    expect(read('.dockerignore')).toBe(read('.containerignore'));
  });
});

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

describe.skipIf(!hasSystemd)('the service of systemd', () => {
  const analyze = (...args: string[]) =>
    spawnSync('systemd-analyze', args, { encoding: 'utf8', cwd: folder });

  test('is understood', () => {
    // The programs that it names are not installed here
    const unit = read('deploy/systemd/fovea.service').replaceAll('/usr/bin/node', '/bin/true');
    writeFileSync(join(folder, 'fovea.service'), unit);
    const { stdout, stderr } = analyze('verify', './fovea.service');
    const told = (stdout + stderr).split('\n').filter((line) => line.includes('fovea.service'));
    expect(told).toEqual([]);
  });

  test('is exposed to little', () => {
    writeFileSync(join(folder, 'fovea.service'), read('deploy/systemd/fovea.service'));
    const { stdout, stderr, status } = analyze(
      'security',
      '--offline=true',
      '--threshold=20',
      './fovea.service',
    );
    expect(stdout + stderr).toMatch(/exposure level for fovea.service: [01]\.\d/);
    expect(status).toBe(0);
  });
});
