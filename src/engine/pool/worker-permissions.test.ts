/** What a process with the flags of a worker may touch, tried by a program that tries it. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installedVersion, JXL_PACKAGE } from '../../vips/optional/optional-package.ts';
import { permissionFlag, permissionFlags, workerFlags } from './worker-permissions.ts';
import { forkWorker } from './worker-process.ts';

/** Bodies on their way in stand in folders of such names, so that it may be read. */
const home = realpathSync(mkdtempSync(join(tmpdir(), 'fovea-permissions-')));
const elsewhere = realpathSync(mkdtempSync(join(tmpdir(), 'elsewhere-')));
const cache = join(elsewhere, 'cache');
const linked = join(elsewhere, 'linked');
const further = join(elsewhere, 'further');
const program = join(home, 'probe.mjs');
const own = fileURLToPath(new URL('../../../package.json', import.meta.url));

/** As `installedVersion` does it, upwards to the root. */
const SEARCH = `for (let at = ${JSON.stringify(own)}; at !== path.dirname(at); ) {
  at = path.dirname(at);
  fs.existsSync(path.join(at, 'node_modules', 'a-package-that-nobody-has', 'package.json'));
}`;

/** Tries each, and says what became of it in place of being ready. */
const TRIES: Readonly<Record<string, string>> = {
  'read of a system file': `fs.readFileSync('/etc/passwd')`,
  'look at a system file': `fs.statSync('/etc/passwd')`,
  'list of a system folder': `fs.readdirSync('/etc')`,
  'read of what lies beside': `fs.readFileSync(${JSON.stringify(join(elsewhere, 'secret'))})`,
  'read by a link': `fs.readFileSync(${JSON.stringify(join(cache, 'v1/a/link'))})`,
  'search for a package that is not there': SEARCH,
  'read of its own package': `fs.readFileSync(${JSON.stringify(own)})`,
  'read of a source': `fs.readFileSync(${JSON.stringify(join(cache, 'v1/a/1.body'))})`,
  'read of the list of purges': `fs.readFileSync(${JSON.stringify(join(cache, 'purges.jsonl'))})`,
  'write of a result': `fs.writeFileSync(${JSON.stringify(join(cache, 'v1/tmp/1/result'))}, '')`,
  'write over a source': `fs.writeFileSync(${JSON.stringify(join(cache, 'v1/a/1.body'))}, '')`,
  'write elsewhere': `fs.writeFileSync(${JSON.stringify(join(elsewhere, 'new'))}, '')`,
  'removal of a source': `fs.rmSync(${JSON.stringify(join(cache, 'v1/a/1.body'))})`,
  program: `child.spawnSync('true')`,
  thread: `new threads.Worker('', { eval: true })`,
};

beforeAll(() => {
  for (const folder of ['v1/a', 'v1/tmp/1']) mkdirSync(join(cache, folder), { recursive: true });
  writeFileSync(join(cache, 'v1/a/1.body'), 'source');
  writeFileSync(join(cache, 'purges.jsonl'), '');
  writeFileSync(join(elsewhere, 'secret'), 'secret');
  symlinkSync(cache, linked);
  symlinkSync('linked', further);
  const lines = Object.entries(TRIES).map(
    ([name, code]) => `tell(${JSON.stringify(name)}, () => { ${code} });`,
  );
  writeFileSync(
    program,
    `import fs from 'node:fs';
import path from 'node:path';
import child from 'node:child_process';
import threads from 'node:worker_threads';
const told = {};
const tell = (name, work) => {
  try { work(); told[name] = 'done'; } catch (error) { told[name] = error.code ?? String(error); }
};
${lines.join('\n')}
process.send({ kind: 'ready', encoderVersion: JSON.stringify(told) });`,
  );
});
afterAll(() => {
  for (const folder of [home, elsewhere]) rmSync(folder, { recursive: true, force: true });
});

/** What became of each try, and what the process wrote to its standard error. */
async function tried(flags: readonly string[]) {
  let said = '';
  const ends: (() => Promise<void>)[] = [];
  const told = await new Promise<Record<string, string>>((resolve, reject) => {
    const worker = forkWorker(pathToFileURL(program), () => flags)('request', {
      message: (message) =>
        message.kind === 'ready' && resolve(JSON.parse(message.encoderVersion) as typeof told),
      ended: (exit) => reject(new Error(`ended: ${JSON.stringify(exit)} ${said}`)),
      said: (text) => {
        said += text;
      },
    });
    ends.push(() => worker.end());
  });
  for (const end of ends) await end();
  return { told, said };
}

const refused = (told: Readonly<Record<string, string>>) =>
  Object.keys(told).filter((name) => told[name] === 'ERR_ACCESS_DENIED');

const ALLOWED = [
  ...['search for a package that is not there', 'read of its own package'],
  ...['read of a source', 'write of a result'],
  ...(installedVersion(JXL_PACKAGE) === undefined ? [] : ['thread']),
];

describe('a process with the permissions of a worker', () => {
  test.each([
    ['a folder', cache],
    ['a link to a folder', linked],
    ['a link to a link', further],
  ])(
    'reads packages and cache, writes results, and nothing else (the cache is %s)',
    async (_, at) => {
      const { told, said } = await tried(permissionFlags({ cache: at, programs: false }));
      const done = Object.keys(told).filter((name) => told[name] === 'done');
      expect(done.sort()).toEqual([...ALLOWED].sort());
      expect(refused(told).length).toBeGreaterThanOrEqual(
        Object.keys(TRIES).length - done.length - 1,
      );
      expect(said).toBe('');
    },
  );

  test('starts programs where videos are made by one', async () => {
    const { told } = await tried(permissionFlags({ cache, programs: true }));
    expect(told.program).toBe('done');
    expect(refused(told)).toContain('read of a system file');
  });

  test('has all that its user has where permissions are off', async () => {
    const settings = { cache: { folder: cache }, video: { encoder: 'off' } };
    const off = workerFlags({ ...settings, workerPermissions: false });
    expect(off).toEqual([]);
    expect((await tried(off)).told['read of a system file']).toBe('done');
    expect(workerFlags({ ...settings, workerPermissions: true })).toContain(permissionFlag());
  });
});

test.each([
  ['20.19.0', '--experimental-permission'],
  ['22.12.0', '--experimental-permission'],
  ['22.13.0', '--permission'],
  ['23.4.0', '--experimental-permission'],
  ['23.5.0', '--permission'],
  ['24.0.0', '--permission'],
  ['25.1.0', '--permission'],
])('Node %s is told by %s', (version, flag) => {
  expect(permissionFlag(version)).toBe(flag);
});

test('a cache whose folder is gone, or has a file in its place, is no reason not to start', () => {
  for (const at of [join(elsewhere, 'nowhere'), join(elsewhere, 'secret')]) {
    const flags = permissionFlags({ cache: at, programs: false });
    expect(flags).toContain(`--allow-fs-write=${join(at, 'v1/tmp/*')}`);
  }
});

test('no path is given twice or within another: Node 20 does not start then', () => {
  const flags = permissionFlags({
    cache: join(fileURLToPath(new URL('../../../', import.meta.url)), 'c'),
    programs: false,
  });
  for (const access of ['read', 'write']) {
    const start = `--allow-fs-${access}=`;
    const paths = flags
      .filter((flag) => flag.startsWith(start))
      .map((flag) => flag.slice(start.length));
    for (const path of paths) {
      const within = paths.filter(
        (other) => other !== path && path.startsWith(other.replace(/\*$/, '')),
      );
      expect([path, within]).toEqual([path, []]);
    }
    expect(new Set(paths).size).toBe(paths.length);
  }
});
