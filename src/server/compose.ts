/**
 * Compose: the server put together from its configuration.
 *
 * Everything is made here and handed down: origins, engine, dialects, routes,
 * sockets. Nothing below this file knows the configuration.
 */
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import { systemClock } from '../base/clock.ts';
import type { SigningIdentity } from '../c2pa/signing-identity.ts';
import { createEngine } from '../engine/create.ts';
import type { Engine } from '../engine/engine.ts';
import { proveWritable, UnwritableError } from '../stores/folders.ts';
import { CompileCache } from './compile-cache.ts';
import { type Config, ConfigError } from './config/config.ts';
import { readSigning } from './config/config-signing.ts';
import { requestLimits } from './config/configured-limits.ts';
import { configuredRoutes } from './config/configured-routes.ts';
import { systemReason } from './config/system-reason.ts';
import { type FetchHandle, fetchHandle } from './fetch-adapter.ts';
import type { Fronts } from './fronts/fronts.ts';
import type { Services } from './handler.ts';
import { HitTable } from './hits/hit-table.ts';
import type { Handle } from './http/http-message.ts';
import { InFlight } from './in-flight.ts';
import { createListener } from './node/adapter.ts';
import { affordableConnections, openFilesLimit } from './node/descriptors.ts';
import { healthOf } from './origin-health.ts';
import { DiskProbe, Readiness } from './readiness.ts';
import { createHandle, createReady, type Page, type Route, type RouterOptions } from './routes.ts';
import { createAccessLog } from './telemetry/access-log.ts';
import { createLog, type Log } from './telemetry/log.ts';
import type { Metrics } from './telemetry/metrics.ts';
import type { Tracing } from './telemetry/tracing.ts';
import { packageVersion } from './telemetry/version.ts';
import { readUpload } from './upload/upload.ts';

/** A server put together; nothing listens before `listen`. */
export interface Server {
  /** Starts to answer; resolves with the address. Closes on failure. @throws the system's error, such as EADDRINUSE */
  listen(): Promise<AddressInfo>;
  /** The server as a function from a web `Request` to a web `Response`, without a socket. */
  readonly handle: FetchHandle;
  /** The same with plain data, targets raw. */
  readonly exchange: Handle;
  /** For `explain`. */
  readonly routes: readonly Route[];
  readonly engine: Engine;
  /** Where it listens; undefined before `listen`. */
  address(): AddressInfo | undefined;
  /**
   * Says 503 on `/readyz` at once, goes on answering for the time of `drain`,
   * takes no more connections, lets running answers end within `listen.grace`,
   * then frees everything. Called again with less, it shortens the drain.
   *
   * @param drain milliseconds, by default those of `listen.drain`; only a server that listens drains
   */
  close(options?: { readonly drain?: number }): Promise<void>;
}

/** What a program that embeds the server may add. */
export interface ServerExtras {
  /** Pages beside the sources, by exact path. */
  readonly pages?: ReadonlyMap<string, Page>;
  readonly log?: Log;
}

/** A server for a checked configuration. @throws when the cache folder cannot be written */
export async function createServer(config: Config, extras: ServerExtras = {}): Promise<Server> {
  const log = extras.log ?? createLog(config.log.level);
  const access = config.log.access ? createAccessLog(log) : undefined;
  const loopToken = `fovea-${randomUUID()}`;
  const signing = signingOf(config);
  const routes = configuredRoutes(config, loopToken, signing?.fingerprint);
  const tracing = await tracingOf(config, log);
  let fronts: Fronts | undefined;
  const meter =
    config.metrics.token === undefined ? undefined : await meterOf(async () => fronts?.collect());
  const engine = await startEngine(config, log, signing, meter, (key) => fronts?.changed(key));
  const compileCache = new CompileCache();
  const inFlight = new InFlight(config.listen.requests, routes.length > 1);
  const limits = requestLimits(config);
  const counting = meter === undefined ? {} : { meter };
  const common = { engine, compileCache, inFlight, clock: systemClock, policy: config.headers };
  const hits = new HitTable({ ...common, ...counting });
  const services: Services = {
    ...common,
    ...counting,
    readUpload: (headers, body) =>
      readUpload(headers, body, engine.incoming, { maxBytes: config.limits.uploadBytes }),
    log,
    reload: config.cache.reload,
    hits,
    ...(limits === undefined ? {} : { limits }),
  };
  let draining = false;
  const readiness = new Readiness(engine, () => draining, new DiskProbe(config.cache.folder));
  const router: RouterOptions = {
    routes,
    services,
    loopToken,
    ...(config.metrics.token === undefined ? {} : { metricsToken: config.metrics.token }),
    draining: () => draining,
    readiness,
    ...(access === undefined ? {} : { access }),
    ...(tracing === undefined ? {} : { tracing }),
    ...(config.log.slow === undefined ? {} : { slow: config.log.slow }),
    ...(extras.pages === undefined ? {} : { pages: extras.pages }),
  };
  const exchange = createHandle(router);
  const sockets = {
    policy: config.headers,
    connections: connectionsOf(config, log),
    connectionsPerAddress: config.listen.connectionsPerAddress,
    grace: config.listen.grace,
  };
  if (config.listen.fronts > 1) {
    const { createFronts } = await import('./fronts/create.ts');
    fronts = createFronts(config, {
      settings: { ...sockets, level: extras.log === undefined ? config.log.level : 'debug' },
      handle: exchange,
      hits: () => hits,
      lends: () => limits?.countsRequests !== true,
      ...counting,
      log,
    });
  }
  const listener =
    fronts ??
    createListener({
      ...sockets,
      handle: exchange,
      ready: createReady(router),
      log,
      ...(access === undefined ? {} : { access }),
      now: () => systemClock.now(),
    });
  meter?.watch({
    status: () => engine.status(),
    ready: () => readiness.reason === undefined,
    inFlight: () => inFlight.count,
    connections: () => listener.connections(),
    hits: () => hits.status,
    origins: () =>
      routes.flatMap(({ site: { mount } }) => {
        const health = healthOf(mount);
        return health === undefined ? [] : [[mount.name, health] as const];
      }),
    fronts: () => fronts?.status() ?? [],
  });
  let address: AddressInfo | undefined;
  const stop = async () => {
    if (address !== undefined) await listener.close();
    await engine.close();
    const mounts = routes.map(({ site }) => site.mount);
    await Promise.all(mounts.flatMap((m) => [m.origin.close(), m.elsewhere?.close()]));
    await tracing?.close();
    if (address !== undefined) log.info({}, 'stopped');
  };
  const drain = new Pause();
  let closing: Promise<void> | undefined;
  const close: Server['close'] = (options = {}) => {
    draining = true;
    const milliseconds = address === undefined ? 0 : (options.drain ?? config.listen.drain);
    if (milliseconds > 0) log.info({ milliseconds }, 'draining');
    drain.end(milliseconds);
    closing ??= drain.over.then(stop);
    return closing;
  };
  return {
    handle: fetchHandle(exchange),
    exchange,
    routes,
    engine,
    address: () => address,
    async listen() {
      try {
        address = await listener.listen(config.listen);
      } catch (error) {
        // A port that cannot be had must not leave workers behind
        await close();
        throw error;
      }
      log.info({ address: address.address, port: address.port }, 'listening');
      return address;
    },
    close,
  };
}

/** Loaded where metrics are served: what counts takes as long to load as the rest of the handler. */
async function meterOf(collect: () => Promise<void>): Promise<Metrics> {
  const { createMetrics } = await import('./telemetry/metrics.ts');
  const meter = createMetrics(packageVersion());
  // What is counted elsewhere comes first
  return { ...meter, text: () => collect().then(() => meter.text()) };
}

/** Loaded where traces are wanted, with the packages for them. @throws ConfigError where these are not installed */
async function tracingOf({ traces }: Config, log: Log): Promise<Tracing | undefined> {
  const { endpoint, ratio, acceptParent } = traces;
  if (endpoint === undefined) return undefined;
  const { MissingTracingPackages, openTracing } = await import('./telemetry/open-tracing.ts');
  try {
    return await openTracing({
      ...{ endpoint, ratio, acceptParent, version: packageVersion() },
      failed: (reason) => log.warn({ reason }, 'spans-not-sent'),
    });
  } catch (error) {
    if (!(error instanceof MissingTracingPackages)) throw error;
    throw new ConfigError([`traces.endpoint: ${error.message}`]);
  }
}

/** A time that ends once, at the earliest of the ends it is given. */
class Pause {
  readonly over: Promise<void>;
  #end: () => void = () => {};

  constructor() {
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Ends it in so many milliseconds. */
  end(milliseconds: number): void {
    if (milliseconds <= 0) this.#end();
    else setTimeout(this.#end, milliseconds).unref();
  }
}

/** The connections to take: those configured, or as many as open files allow. */
function connectionsOf({ listen, workers }: Config, log: Log): number {
  const wanted = listen.connections;
  const files = openFilesLimit();
  const connections = affordableConnections(wanted, files, workers ?? availableParallelism());
  if (connections < wanted) {
    log.warn(
      { connections, wanted, openFiles: files },
      'fewer connections: open files are limited',
    );
  }
  return connections;
}

/** Events of the engine that an operator should look at. */
const WARNED: ReadonlySet<string> = new Set(['disk-failed', 'signing-failed', 'video-failed']);

/** @throws ConfigError for files that have become unusable since they were checked */
function signingOf({ c2pa }: Config): SigningIdentity | undefined {
  const signing = readSigning(c2pa);
  if (!Array.isArray(signing)) return signing;
  throw new ConfigError(signing.map(({ path, message }) => `${path}: ${message}`));
}

/** @throws ConfigError for a cache folder that cannot be written to */
async function startEngine(
  config: Config,
  log: Log,
  signing: SigningIdentity | undefined,
  observer: Metrics | undefined,
  changed: (key: string) => void,
): Promise<Engine> {
  try {
    proveWritable(config.cache.folder);
  } catch (error) {
    if (!(error instanceof UnwritableError)) throw error;
    const { path, code } = error;
    throw new ConfigError([`cache.folder: cannot write to ${path}: ${systemReason(code)}`]);
  }
  return createEngine({
    ...config,
    tags: config.headers.tags !== 'off',
    ...(signing === undefined ? {} : { signing }),
    ...(observer === undefined ? {} : { observer }),
    changed,
    log: (event, detail) => (WARNED.has(event) ? log.warn : log.info).call(log, detail, event),
  });
}
