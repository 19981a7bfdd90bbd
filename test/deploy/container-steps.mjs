#!/usr/bin/env node
/**
 * Does what the `Containerfile` says in a folder, where no program for containers is at hand:
 *
 *   npm run container:steps
 *
 * The steps of the first stage run in a copy of what they are given (`npm ci` asks the registry); what the
 * second stage takes is laid out as there, started as the entry point says, with nothing to write to but the
 * cache and temporary files where this runs as root, and asked by the check of its health and for a picture.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { summarize } from '../support/summary.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'fovea-container-'));
const rows = [];
const isRoot = process.getuid?.() === 0;

/** The user of the container. */
const USER = 1000;

/** The instructions as word and rest, without comments. */
const steps = readFileSync(join(root, 'Containerfile'), 'utf8')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => /^(\w+)\s+(.*)$/.exec(line.trim()).slice(1));
const second = steps.findLastIndex(([word]) => word === 'FROM');

/** Where a path of a stage is here. */
const place = (stage, path) => join(home, stage, path);

function note(what, started, good, text = '') {
  rows.push({
    step: what.slice(0, 70),
    seconds: Math.round((Date.now() - started) / 1000),
    note: text,
    good,
  });
  if (!good) throw new Error(`${what}: ${text}`);
}

function lay(stage, steps) {
  let folder = '/';
  const environment = {};
  for (const [word, rest] of steps) {
    const started = Date.now();
    const inside = place(stage, folder);
    if (word === 'WORKDIR') {
      folder = rest;
      mkdirSync(place(stage, folder), { recursive: true });
    }
    if (word === 'ENV') {
      for (const [, name, value] of rest.matchAll(/(\w+)=(\S+)/g)) environment[name] = value;
    }
    if (word === 'COPY') {
      const parts = rest.split(/\s+/);
      const from = /^--from=(\w+)$/.exec(parts[0])?.[1];
      const names = parts.slice(from === undefined ? 0 : 1, -1);
      for (const name of names) {
        const source = from === undefined ? join(root, name) : place(from, name);
        const into = parts.at(-1).endsWith('/')
          ? join(inside, parts.at(-1), basename(name))
          : join(inside, parts.at(-1));
        mkdirSync(dirname(into), { recursive: true });
        cpSync(source, into, { recursive: true });
      }
      note(`COPY ${names.join(' ')}`, started, true);
    }
    // Steps of the second stage change the image, which is this machine here
    if (word === 'RUN' && stage === 'build') {
      const { status, stdout, stderr } = spawnSync('sh', ['-c', rest], {
        cwd: inside,
        encoding: 'utf8',
      });
      note(`RUN ${rest}`, started, status === 0, status === 0 ? '' : (stdout + stderr).slice(-800));
    }
  }
  return { folder: place(stage, folder), environment };
}

/** Bytes below a folder. */
function sizeOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((total, entry) => total + statSync(join(entry.parentPath, entry.name)).size, 0);
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function run({ folder, environment }) {
  const port = await freePort();
  const cache = join(home, 'cache');
  mkdirSync(cache);
  const images = join(home, 'images');
  cpSync(join(root, 'test/pictures'), images, { recursive: true });
  const file = join(home, 'fovea.yaml');
  writeFileSync(
    file,
    `sources: [{ name: a, dialect: imgix, mount: /a, origin: { kind: folder, path: ${images} } }]\n`,
  );
  chmodSync(home, 0o755);
  const user = isRoot ? { uid: USER, gid: USER } : {};
  if (isRoot) chownSync(cache, USER, USER);
  const own = {
    ...environment,
    FOVEA_HOST: '127.0.0.1',
    FOVEA_PORT: String(port),
    FOVEA_CACHE_FOLDER: cache,
  };
  const env = { PATH: process.env.PATH, ...own };
  const started = Date.now();
  const child = spawn(
    process.execPath,
    [join(folder, 'dist/cli/main.js'), 'serve', '--config', file],
    {
      ...{ cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] },
      ...user,
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      said = (said + text).slice(-4000);
    });
  }
  try {
    const check = JSON.parse(
      /CMD (\[.*\])$/.exec(steps.find(([word]) => word === 'HEALTHCHECK')[1])[1],
    );
    let status = 1;
    for (let turn = 0; turn < 100 && status !== 0 && child.exitCode === null; turn++) {
      status = spawnSync(process.execPath, check.slice(1), { env }).status;
    }
    note('HEALTHCHECK', started, status === 0, status === 0 ? '' : said);
    const answer = await fetch(`http://127.0.0.1:${port}/a/leaves.jpg?w=90&auto=format`, {
      headers: { accept: 'image/avif,*/*' },
    });
    const bytes = (await answer.arrayBuffer()).byteLength;
    const text = `${answer.status} ${answer.headers.get('content-type')}, ${bytes} bytes, as user ${isRoot ? USER : 'of this run'}`;
    note('a picture', started, answer.status === 200 && bytes > 500, text);
  } finally {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const code = child.exitCode ?? (await ended);
    rows.push({ step: 'SIGTERM', note: `exit ${code}`, good: code === 0 });
  }
}

try {
  lay('build', steps.slice(0, second));
  const image = lay('image', steps.slice(second));
  const tools = [
    'vitest',
    'typescript',
    '@biomejs/biome',
    'assemblyscript',
    'rolldown',
    'wasm-vips',
  ];
  const dev = tools.filter((name) =>
    existsSync(join(image.folder, 'node_modules', name, 'package.json')),
  );
  const megabytes = Math.round(sizeOf(image.folder) / 1e6);
  note(
    'what is left',
    Date.now(),
    dev.length === 0,
    `${megabytes} MB${dev.length > 0 ? `, with ${dev}` : ''}`,
  );
  await run(image);
} catch (error) {
  console.log(error.message);
} finally {
  rmSync(home, { recursive: true, force: true });
}
summarize(['step', 'seconds', 'note'], rows);
