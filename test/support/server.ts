/**
 * The real server for tests that cross rooms: built code, real workers, a
 * loopback port of its own, a folder of pictures and a cache of its own.
 *
 * It is imported from `dist/`, because its workers are programs of their own
 * that stand there beside it; `npm test` builds first.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Server, ServerExtras } from '../../src/server/compose.ts';
import type { Config } from '../../src/server/config/config.ts';
import type { OptionName } from '../../src/server/config/options.ts';
import type { Handle } from '../../src/server/http/http-message.ts';
import type { Log } from '../../src/server/telemetry/log.ts';
import { type Answer, type Asking, ask } from './client.ts';

export type DialectName = 'fastly' | 'imgix' | 'imageoptim';
export const DIALECTS: readonly DialectName[] = ['fastly', 'imgix', 'imageoptim'];

/** What browsers of three generations send for an image. */
export const ACCEPTS = {
  avif: 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
  webp: 'image/webp,image/apng,image/*,*/*;q=0.8',
  plain: '*/*',
} as const;

export interface TestServerOptions {
  /** Files of the folder behind every dialect, by name. */
  readonly pictures?: Readonly<Record<string, Uint8Array>>;
  /** Further sources of the configuration. */
  readonly sources?: readonly object[];
  readonly workers?: number;
  readonly refine?: boolean;
  /** Time for a first answer; the usual one when not given. */
  readonly latency?: string;
  readonly limits?: Readonly<Record<string, unknown>>;
  /** Any other options, by name, as flags would give them. */
  readonly settings?: Readonly<Partial<Record<OptionName, unknown>>>;
  /** Pictures that the playground shows to everyone. */
  readonly samples?: ServerExtras['samples'];
  /** The folder of pictures and cache of a server that was stopped with `keep`. */
  readonly home?: string;
  /** Another build than the usual one: the URL of its folder, with a slash at the end. */
  readonly dist?: URL;
  /** Another program for workers than that of the build. */
  readonly worker?: URL;
}

export interface TestServer {
  readonly port: number;
  readonly handle: Handle;
  readonly server: Server;
  readonly config: Config;
  /** Warnings and errors of the log, as text. */
  readonly complaints: readonly string[];
  /** Names of the other events of the log. */
  readonly events: readonly string[];
  /** Holds `pictures`, where every dialect finds its sources, and `cache`. */
  readonly home: string;
  ask(target: string, asking?: Asking): Promise<Answer>;
  /** Puts a picture beside the others. */
  put(name: string, bytes: Uint8Array): void;
  /** Stops the server and takes its home away, unless the next one is to have it. */
  stop(options?: { readonly keep?: boolean }): Promise<void>;
}

const DIST = new URL('../../dist/', import.meta.url);

/** Starts the built server on a free loopback port with a mount per dialect; ready to render. */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const built = (room: string) => new URL(room, options.dist ?? DIST).href;
  const { createServer }: typeof import('../../src/server/compose.ts') = await import(
    built('server/compose.js')
  );
  const { parseConfig }: typeof import('../../src/server/config/config.ts') = await import(
    built('server/config/config.js')
  );
  const { forkWorker }: typeof import('../../src/engine/pool/worker-process.ts') = await import(
    built('engine/pool/worker-process.js')
  );
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'fovea-test-'));
  const folder = join(home, 'pictures');
  mkdirSync(folder, { recursive: true });
  const put = (name: string, bytes: Uint8Array) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  };
  for (const [name, bytes] of Object.entries(options.pictures ?? {})) put(name, bytes);
  const complaints: string[] = [];
  const events: string[] = [];
  const config = parseConfig(
    {
      listen: { host: '127.0.0.1', port: 0, grace: '2s' },
      cache: { folder: join(home, 'cache'), size: '64MB' },
      workers: options.workers ?? 1,
      refine: options.refine ?? false,
      ...(options.latency === undefined ? {} : { latency: options.latency }),
      // A machine that is busy with other tests is slow, and no less right
      limits: { queueWait: '2m', ...options.limits },
      log: { level: 'silent' },
      sources: [
        ...DIALECTS.map((dialect) => ({
          name: dialect,
          dialect,
          mount: `/${dialect}`,
          origin: { kind: 'folder', path: folder },
        })),
        ...(options.sources ?? []),
      ],
    },
    { folder, env: {}, ...(options.settings === undefined ? {} : { flags: options.settings }) },
  );
  const server = await createServer(config, {
    log: collector(complaints, events),
    ...(options.samples === undefined ? {} : { samples: options.samples }),
    ...(options.worker === undefined ? {} : { startWorker: forkWorker(options.worker) }),
  });
  const { port } = await server.listen();
  await untilReady(server);
  return {
    port,
    handle: server.exchange,
    server,
    config,
    complaints,
    events,
    home,
    ask: (target, asking) => ask(port, target, asking),
    put,
    async stop({ keep = false } = {}) {
      await server.close();
      if (!keep) rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The target of a picture in each dialect, with options in that dialect's words. */
export function targetOf(dialect: DialectName, name: string, options: string): string {
  return dialect === 'imageoptim'
    ? `/imageoptim/${options === '' ? 'full' : options}/${name}`
    : `/${dialect}/${name}${options === '' ? '' : `?${options}`}`;
}

async function untilReady(server: Server): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!server.engine.ready()) {
    if (Date.now() > deadline) throw new Error('expected a render worker within 30 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function collector(complaints: string[], events: string[]): Log {
  const complain = (facts: object, message: string) => {
    complaints.push(`${message} ${JSON.stringify(facts)}`);
  };
  const note = (_: object, message: string) => {
    events.push(message);
  };
  return { debug: note, info: note, warn: complain, error: complain };
}
