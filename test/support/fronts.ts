/** nginx and Varnish as they are installed here, started on sockets in a folder of their own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether a program is there, told by a flag that it answers. */
const isInstalled = (program: string, flag: string) =>
  spawnSync(program, [flag], { stdio: 'ignore' }).error === undefined;

export const HAS_NGINX = isInstalled('nginx', '-v');
export const HAS_VARNISH = isInstalled('varnishd', '-V');

export interface Front {
  /** It listens there. */
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts nginx with the inside of an `http` block; `{port}` is where it listens, `{folder}` where it may write. */
export async function startNginx(http: string): Promise<Front> {
  const folder = folderFor('nginx');
  const port = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  const lines = [
    `pid ${join(folder, 'nginx.pid')};`,
    'error_log stderr;',
    'worker_processes 1;',
    'events {}',
    'http {',
    'access_log off;',
    ...temporary,
    http.replaceAll('{port}', String(port)).replaceAll('{folder}', folder),
    '}',
  ];
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, lines.join('\n'));
  const args = ['-e', 'stderr', '-p', folder, '-c', file, '-g', 'daemon off;'];
  return start('nginx', args, port, folder);
}

/** Starts Varnish with a VCL. */
export async function startVarnish(vcl: string): Promise<Front> {
  const folder = folderFor('varnish');
  const port = await freePort();
  const work = join(folder, 'work');
  mkdirSync(work);
  const file = join(folder, 'front.vcl');
  writeFileSync(file, vcl);
  const place = ['-n', work, '-a', `127.0.0.1:${port}`, '-f', file];
  // Header lines as long as Fovea takes them; those of Varnish are 8 kB by default
  const parameters = ['http_req_hdr_len=16k', 'http_req_size=32k', 'workspace_client=128k']
    .concat(['workspace_backend=128k'])
    .flatMap((parameter) => ['-p', parameter]);
  return start('varnishd', ['-F', '-j', 'none', ...place, ...parameters], port, folder);
}

function folderFor(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `fovea-${name}-`));
  // Their workers run as another user
  chmodSync(folder, 0o755);
  return folder;
}

async function start(
  program: string,
  args: readonly string[],
  port: number,
  folder: string,
): Promise<Front> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      said = (said + text).slice(-8000);
    });
  }
  const front = {
    port,
    async stop() {
      await ended(child);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  for (let turn = 0; turn < 300 && child.exitCode === null; turn++) {
    if (await answers(port)) return front;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await front.stop();
  throw new Error(`expected ${program} to answer, got: ${said}`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exit;
}

/** Whether the front hands on an answer of the server behind it. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path: '/readyz', agent: false };
    request(options, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode === 200));
    })
      .on('error', () => resolve(false))
      .end();
  });
}

async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
