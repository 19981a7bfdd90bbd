/** README: its commands, samples and rows do what it says. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Server } from '../src/server/compose.ts';
import { exchange } from './support/client.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const text = (name: string) => readFileSync(join(root, name), 'utf8');
const readme = text('README.md');
const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> };

const folder = mkdtempSync(join(tmpdir(), 'fovea-readme-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'fovea.yaml'), /```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? '');

/** Runs a command line of the README beside its configuration. */
function run(line: string) {
  const [program = '', ...words] = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(
    (m) => m[1] ?? m[2] ?? '',
  );
  expect(program).toBe('node');
  const args = words.map((word) => (word.startsWith('dist/') ? join(root, word) : word));
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const line = (command: string) => {
  const found = readme
    .split('\n')
    .find((row) => row.startsWith(`node dist/cli/main.js ${command} `));
  if (found === undefined) throw new Error(`expected a line for ${command}, got none`);
  return found;
};

/** Commands of npm that are no scripts. */
const NPM_OWN = new Set(['ci', 'install', 'run']);

describe('the words of the documents', () => {
  test('every npm script that is named exists', () => {
    for (const document of ['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md']) {
      const named = [...text(document).matchAll(/npm (?:run )?([a-z][\w:-]*)/g)].map(
        (m) => m[1] ?? '',
      );
      const missing = named.filter((name) => !NPM_OWN.has(name) && !(name in scripts));
      expect([document, missing]).toEqual([document, []]);
    }
  });

  test('CONTRIBUTING lists every script, and each once', () => {
    const rows = [...text('CONTRIBUTING.md').matchAll(/^\| `npm (?:run )?([\w:-]+)` \|/gm)];
    expect(rows.map(([, name]) => name).sort()).toEqual(Object.keys(scripts).sort());
  });

  test('every file of the repository that is named exists', () => {
    for (const document of ['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md']) {
      const named = [
        ...text(document).matchAll(/`((?:src|test|docs|demo|bench|kernels|scripts)\/[\w./-]+)`/g),
      ];
      const missing = named.map((m) => m[1] ?? '').filter((name) => !existsSync(join(root, name)));
      expect([document, missing]).toEqual([document, []]);
    }
  });

  test('every file that is linked exists', () => {
    for (const document of ['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md']) {
      const links = [...text(document).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(
        (m) => m[1] ?? '',
      );
      expect([document, links.filter((link) => !existsSync(join(root, link)))]).toEqual([
        document,
        [],
      ]);
    }
  });
});

describe('the configuration of the README', () => {
  test('says which folder is missing, and is good once it is there', () => {
    const early = run(line('check'));
    expect(early.stderr).toContain(`got nothing at ${join(folder, 'images')}; make it first`);
    expect(early.status).toBe(2);
    mkdirSync(join(folder, 'images'));
    expect(run(line('check'))).toMatchObject({ status: 0, stderr: '' });
  });

  test('gives the example of explain a plan', () => {
    const { stdout, stderr } = run(line('explain'));
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^plan\n(?: {2}.*\n)*? {2}resize .*width 300/m);
  });
});

describe('the table of the README', () => {
  const rows = [
    ...readme.matchAll(/^\| \w+ \| `(\/[^`]+)` \| ([\d,]+) \| ([\d,]+) \((\d+) %\) \|$/gm),
  ].map(([, target = '', before = '', after = '', share]) => ({
    target,
    before: Number(before.replaceAll(',', '')),
    after: Number(after.replaceAll(',', '')),
    share: Number(share),
  }));
  let server: Server;

  beforeAll(async () => {
    const built = (room: string) => new URL(`../dist/server/${room}`, import.meta.url).href;
    const { createServer } = await import(built('compose.js'));
    const { loadConfig } = await import(built('config/config.js'));
    const flags = {
      'cache.folder': join(folder, 'cache'),
      'log.level': 'silent',
      latency: '20s',
      refine: 'false',
    };
    server = await createServer(loadConfig(join(root, 'demo/fovea.yaml'), { flags }));
  });
  afterAll(() => server.close());

  test('has a row per dialect', () => {
    const mounts = rows.map(({ target }) => target.split('/')[1]);
    expect(mounts).toEqual(['fastly', 'imgix', 'imageoptim']);
  });

  test.each(rows)('$target', async ({ target, before, after, share }) => {
    const { status, headers } = await server.exchange(
      exchange(target, { headers: { accept: 'image/avif,image/webp,*/*' } }),
    );
    const receipt = Object.fromEntries(
      String(headers.fovea)
        .split(', ')
        .map((field) => field.split('=')),
    );
    expect([status, headers['content-type'], receipt.source]).toEqual([
      200,
      'image/avif',
      String(before),
    ]);
    const name = /\w+\.jpg/.exec(target)?.[0] ?? '';
    expect(statSync(join(root, 'demo/pictures', name)).size).toBe(before);
    expect(Math.round((100 * after) / before)).toBe(share);
    // First answers depend on the time they got; the row must not promise what is far from any
    expect(Number(receipt.bytes) / after).toBeGreaterThan(0.7);
    expect(Number(receipt.bytes) / after).toBeLessThan(1.4);
  });

  test('the receipt has the fields of the example, in their order', async () => {
    const example = /^fovea: (.*)$/m.exec(readme)?.[1] ?? '';
    const { headers } = await server.exchange(
      exchange('/imgix/forest.jpg?auto=compress,format&w=800', {
        headers: { accept: 'image/avif' },
      }),
    );
    const names = (receipt: string) => receipt.split(', ').map((field) => field.split('=')[0]);
    expect(names(String(headers.fovea))).toEqual(names(example));
  });
});
