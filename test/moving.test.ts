/**
 * The recipes of docs/moving.md: a cache in front keeps one copy per format,
 * whatever browsers send. Skipped where nginx or Varnish is not installed.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { committed } from './support/pictures.ts';
import { startServer, type TestServer } from './support/server.ts';

const page = readFileSync(new URL('../docs/moving.md', import.meta.url), 'utf8');
const recipe = (language: string) =>
  new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? '';

const folder = mkdtempSync(join(tmpdir(), 'fovea-moving-'));
const nginxSocket = join(folder, 'nginx.sock');
const varnishSocket = join(folder, 'varnish.sock');
const running: ChildProcess[] = [];
let server: TestServer;

beforeAll(async () => {
  // Their workers run as another user
  chmodSync(folder, 0o755);
  server = await startServer({ pictures: { 'leaves.jpg': committed('leaves.jpg') } });
});

afterAll(async () => {
  for (const child of running) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const isInstalled = (program: string, flag: string) =>
  spawnSync(program, [flag], { stdio: 'ignore' }).error === undefined;

function ask(socketPath: string, path: string, accept: string): Promise<IncomingHttpHeaders> {
  return new Promise((resolve, reject) => {
    const headers = { host: 'images.example.com', accept };
    request({ socketPath, path, headers, agent: false }, (answer) => {
      answer.resume().on('end', () => resolve(answer.headers));
    })
      .on('error', reject)
      .end();
  });
}

async function start(program: string, args: readonly string[], socket: string): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text) => {
      said += text;
    });
  }
  for (let turn = 0; turn < 200; turn++) {
    const answered = await ask(socket, '/healthz', '*/*').then(
      () => true,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`expected ${program} to answer, got: ${said}`);
}

/** The formats and cache states that four clients get one after the other, and two who do not want AVIF. */
async function visits(socket: string): Promise<string[]> {
  const target = '/imgix/leaves.jpg?w=160&auto=format';
  const seen: string[] = [];
  for (const accept of [
    'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
    'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
    'text/html,image/avif;q=0.9,image/webp,*/*',
    'image/webp,image/apng,*/*;q=0.8',
    'image/avif;q=0,image/webp',
    'image/avif; q=0.000, image/webp',
  ]) {
    const headers = await ask(socket, target, accept);
    seen.push(`${headers['content-type']} ${headers['x-cache']}`);
  }
  return seen;
}

const ONE_COPY_PER_FORMAT = [
  'image/avif MISS',
  'image/avif HIT',
  'image/avif HIT',
  'image/webp MISS',
  'image/webp HIT',
  'image/webp HIT',
];

describe('a cache in front keeps one copy per format', () => {
  test('nginx', async ({ skip }) => {
    skip(!isInstalled('nginx', '-v'), 'nginx is not installed');
    const config = recipe('nginx')
      .replace('listen 80;', `listen unix:${nginxSocket};`)
      .replace('127.0.0.1:8080', `127.0.0.1:${server.port}`)
      .replace('/var/cache/nginx/fovea', join(folder, 'cache'));
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${join(folder, name)};`,
    );
    const whole = [
      `pid ${join(folder, 'nginx.pid')};\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;`,
      ...temporary,
      config,
      '}',
    ];
    writeFileSync(join(folder, 'nginx.conf'), whole.join('\n'));
    const args = [
      '-e',
      'stderr',
      '-p',
      folder,
      '-c',
      join(folder, 'nginx.conf'),
      '-g',
      'daemon off;',
    ];
    await start('nginx', args, nginxSocket);
    expect(await visits(nginxSocket)).toEqual(ONE_COPY_PER_FORMAT);
  });

  test('Varnish', async ({ skip }) => {
    skip(!isInstalled('varnishd', '-V'), 'Varnish is not installed');
    const work = join(folder, 'varnish');
    mkdirSync(work);
    writeFileSync(
      join(folder, 'fovea.vcl'),
      recipe('vcl').replace('.port = "8080"', `.port = "${server.port}"`),
    );
    const args = [
      '-F',
      '-n',
      work,
      '-a',
      varnishSocket,
      '-f',
      join(folder, 'fovea.vcl'),
      '-j',
      'none',
    ];
    await start('varnishd', args, varnishSocket);
    expect(await visits(varnishSocket)).toEqual(ONE_COPY_PER_FORMAT);
  });
});
