/**
 * A reader who types what a page says: in a folder of the reader's own, with a shell, the built program, and servers
 * that go on while the next lines are typed.
 *
 * Ports of the pages stand for free ones, and the origin of the pages for one on loopback; nothing else of a line or
 * of a configuration is changed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from './fences.ts';

export interface Typed {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly port: number;
}

export class Reader {
  readonly folder = mkdtempSync(join(tmpdir(), 'fovea-reader-'));
  readonly #env: NodeJS.ProcessEnv;
  readonly #originUrl: string;
  readonly #servers = new Map<string, Started>();
  readonly #exports: string[] = [];
  #adminPort = 0;

  /**
   * @param originUrl where `https://origin.example.com` is asked, without a slash at its end
   * @param env variables that the page takes for granted
   */
  constructor(originUrl: string, env: Readonly<Record<string, string>> = {}) {
    this.#originUrl = originUrl;
    const home = join(this.folder, '.home');
    this.#env = {
      PATH: `${join(home, 'bin')}:${process.env.PATH ?? ''}`,
      HOME: home,
      TMPDIR: home,
      ...env,
    };
    const program = join(ROOT, 'dist/cli/main.js');
    this.put('.home/bin/fovea', `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, 0o755);
    symlinkSync(join(ROOT, 'dist'), join(this.folder, 'dist'));
  }

  /** Puts a file into the folder; in a text the origin of the pages becomes that on loopback. */
  put(name: string, content: string | Uint8Array, mode = 0o600): void {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    const placed = typeof content === 'string' ? this.#placed(content) : content;
    writeFileSync(path, placed, { mode });
  }

  #placed(text: string): string {
    return text
      .replaceAll('https://origin.example.com', this.#originUrl)
      .replace(
        /allow: \[(?:origin\.example\.com|'\*\.example\.com')\]/g,
        `allow: ['${new URL(this.#originUrl).host}']`,
      )
      .replaceAll(/\/run\/secrets\/[\w-]+/g, join(this.folder, 'token'));
  }

  /** Types a line that ends by itself; `server` is the line of the one that it speaks to. */
  async type(line: string, server?: string): Promise<Typed> {
    if (line.startsWith('export ')) this.#exports.push(line);
    const port = server === undefined ? undefined : this.#servers.get(server)?.port;
    if (server !== undefined && port === undefined) {
      throw new Error(`expected a server by "${server}" to run, got none`);
    }
    const typed = [...this.#exports, line].join('\n');
    const placed = this.#placed(typed)
      .replaceAll('127.0.0.1:8080', `127.0.0.1:${port ?? 'closed'}`)
      .replaceAll('127.0.0.1:8081', `127.0.0.1:${this.#adminPort}`);
    const child = spawn('bash', ['-euo', 'pipefail', '-c', placed], {
      ...{ cwd: this.folder, env: this.#env, stdio: ['ignore', 'pipe', 'pipe'] },
    });
    const [stdout, stderr] = [gathered(child.stdout), gathered(child.stderr)];
    const [status] = await once(child, 'close');
    return { status, stdout: stdout(), stderr: stderr() };
  }

  /**
   * Types a line that starts a server, which stays until the end; the port that it got.
   *
   * @param as what is typed in its place; `admin` for one whose page opens the admin listener
   */
  async serve(line: string, { as = line, admin = false } = {}): Promise<number> {
    if (admin) this.#adminPort = await freePort();
    const child = spawn('bash', ['-c', as], {
      cwd: this.folder,
      // A group of its own: a signal reaches the program behind a shell as Ctrl+C does
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...this.#env,
        FOVEA_HOST: '127.0.0.1',
        FOVEA_PORT: '0',
        ...(admin ? { FOVEA_ADMIN_PORT: String(this.#adminPort) } : {}),
        FOVEA_WORKERS: '1',
        FOVEA_REFINE: 'false',
        FOVEA_LATENCY: '20s',
        FOVEA_LOG_LEVEL: 'info',
      },
    });
    const [stdout, stderr] = [gathered(child.stdout), gathered(child.stderr)];
    const ended = once(child, 'exit').then(([code]) => code as number | null);
    const port = await new Promise<number>((resolve, reject) => {
      child.stdout.on('data', () => {
        const found = /http:\/\/127\.0\.0\.1:(\d+)\/|"port":(\d+),"msg":"listening"/.exec(stdout());
        if (found !== null) resolve(Number(found[1] ?? found[2]));
      });
      ended.then((code) => reject(new Error(`"${line}" ended with ${code}: ${stderr()}`)), reject);
    });
    this.#servers.set(line, { child, ended, port });
    return port;
  }

  /** Ends all servers as Ctrl+C does, and takes the folder away; what they ended with, by their lines. */
  async leave(): Promise<Record<string, number | null>> {
    const codes: Record<string, number | null> = {};
    for (const [line, { child, ended }] of this.#servers) {
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
      codes[line] = await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
    return codes;
  }
}

/** All that a stream has said so far, when it is asked. */
function gathered(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  return () => text;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
