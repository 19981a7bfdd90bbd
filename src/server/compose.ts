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
import type { Engine } from '../engine/engine.ts';
import { workerFlags } from '../engine/pool/worker-permissions.ts';
import { forkWorker, type StartWorker } from '../engine/pool/worker-process.ts';
import { createAdmin } from './admin/admin.ts';
import { type Config, ConfigError } from './config/config.ts';
import { readSigning } from './config/config-signing.ts';
import { followed } from './config/running-config.ts';
import { type FetchHandle, fetchHandle } from './fetch-adapter.ts';
import type { Fronts } from './fronts/fronts.ts';
import { closeMounts, Generation, type GenerationParts } from './generation.ts';
import type { Handle } from './http/http-message.ts';
import { InFlight } from './in-flight.ts';
import { createListener } from './node/adapter.ts';
import { affordableConnections, openFilesLimit } from './node/descriptors.ts';
import { createMiddleware, type Middleware } from './node/middleware.ts';
import { Pause } from './node/pause.ts';
import { requestOf } from './nodes/asked.ts';
import { startEngine } from './nodes/start-engine.ts';
import { healthOf } from './origin-health.ts';
import type { Playground, Sample } from './playground/playground.ts';
import { createPurger, type Purger } from './purge/purger.ts';
import { tellOfPurges } from './purge/told.ts';
import { DiskProbe, Readiness } from './readiness.ts';
import { type Reloaded, Reloading } from './reloading.ts';
import { type Retired, retire } from './retired.ts';
import { hasRoute, type Page, type Route } from './routes.ts';
import { Savings } from './savings/savings.ts';
import { savingsAnswer } from './savings/savings-answers.ts';
import { SelfTest } from './self-test.ts';
import { createAccessLog } from './telemetry/access-log.ts';
import { meterOf, tracingOf } from './telemetry/configured-telemetry.ts';
import { createLog, type Log } from './telemetry/log.ts';

/** A server put together; nothing listens before `listen`. */
export interface Server {
  /** Starts to answer; resolves with the address. Closes on failure. @throws the system's error, such as EADDRINUSE */
  listen(): Promise<AddressInfo>;
  /** The server as a function from a web `Request` to a web `Response`, without a socket. */
  readonly handle: FetchHandle;
  /** The same with plain data, targets raw. */
  readonly exchange: Handle;
  /** The same inside another server of `node:http`: it answers what belongs to a source, and hands on the rest. */
  readonly middleware: Middleware;
  /** For `explain`. */
  readonly routes: readonly Route[];
  readonly engine: Engine;
  /** Purges, and tells of purges. */
  readonly purger: Purger;
  /** Where the admin listener listens; undefined without one, and before `listen`. */
  adminAddress(): AddressInfo | undefined;
  /** Where it listens; undefined before `listen`. */
  address(): AddressInfo | undefined;
  /**
   * Has another configuration hold from the next request on; by default the one that is read anew
   * (`readConfig`). One that cannot be used changes nothing, and why is logged and given. Resolves
   * when no front answers by the old one. One after the other.
   */
  reload(config?: Config): Promise<Reloaded>;
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
  /** Pictures that the playground shows, where it is open. */
  readonly samples?: readonly Sample[];
  readonly log?: Log;
  /** `worker`: it answers nobody but health and metrics, and does what other nodes have queued; `node` by default. */
  readonly role?: 'node' | 'worker';
  /** False: what it answers is nobody's traffic, and is not written down as savings. */
  readonly keepsSavings?: false;
  /** Reads the configuration again, for `reload`. May throw a ConfigError. */
  readonly readConfig?: () => Config;
  /** Starts a render worker; for tests. */
  readonly startWorker?: StartWorker;
}

/** Connections at once of operators and their tools. */
const ADMIN_CONNECTIONS = 64;

/** A server for a checked configuration. @throws when the cache folder cannot be written */
export async function createServer(config: Config, extras: ServerExtras = {}): Promise<Server> {
  const log = extras.log ?? createLog(config.log.level);
  const access = config.log.access ? createAccessLog(log) : undefined;
  const loopToken = `fovea-${randomUUID()}`;
  const signing = signingOf(config);
  const tracing = await tracingOf(config, log);
  const { token, port: adminPort } = config.admin;
  const metered = config.metrics.token !== undefined || adminPort !== undefined;
  let fronts: Fronts | undefined;
  const meter = metered ? await meterOf(async () => fronts?.collect()) : undefined;
  const startWorker = extras.startWorker ?? forkWorker(undefined, () => workerFlags(config));
  const engine = await startEngine(
    config,
    log,
    {
      ...(signing === undefined ? {} : { signing }),
      ...(meter === undefined ? {} : { observer: meter }),
      changed: (key) => fronts?.changed(key),
      purged: () => fronts?.drop(),
      startWorker,
    },
    (asked) => requestOf(asked, current.sites),
  );
  const selfTest = new SelfTest({
    ...{ start: startWorker, log },
    failing: () => void reloading.between(() => renew(current.config)),
  });
  const savings = new Savings({
    ...{ folder: config.cache.folder, clock: systemClock, log },
    collect: async () => fronts?.collect(),
    keeps: extras.keepsSavings !== false && extras.role !== 'worker',
  });
  const inFlight = new InFlight(config.listen.requests, config.sources.length > 1);
  const counting = meter === undefined ? {} : { meter };
  const purger = createPurger({ engine, routes: () => current.routes });
  purger.onPurge(() => fronts?.drop());
  const allTold = tellOfPurges(purger, config, log, meter?.purgedAtCdn);
  let draining = false;
  const readiness = new Readiness(
    engine,
    () => draining,
    new DiskProbe(config.cache.folder),
    selfTest,
  );
  const parts: GenerationParts = {
    ...{ engine, inFlight, clock: systemClock, log, access, loopToken, ...counting },
    ...{ readiness, tracing, purger, savings, failing: () => selfTest.failedFormats },
    playground: await playgroundOf(config, engine, extras.samples),
    signer: signing?.fingerprint,
    pages: extras.pages,
    serves: extras.role !== 'worker',
    draining: () => draining,
  };
  let current = new Generation(config, parts);
  const exchange: Handle = (request) => current.exchange(request);
  const sockets = {
    connections: connectionsOf(config, log),
    connectionsPerAddress: config.listen.connectionsPerAddress,
    grace: config.listen.grace,
  };
  if (config.listen.fronts > 1) {
    const { createFronts } = await import('./fronts/create.ts');
    fronts = createFronts(config, {
      settings: {
        ...sockets,
        policy: current.policy,
        level: extras.log === undefined ? config.log.level : 'debug',
      },
      handle: exchange,
      hits: () => current.hits,
      lends: () => current.limits?.countsRequests !== true,
      ...counting,
      ledger: savings.ledger,
      log,
    });
  }
  const listener =
    fronts ??
    createListener({
      ...sockets,
      get policy() {
        return current.policy;
      },
      handle: exchange,
      ready: (asked, from) => current.ready(asked, from),
      log,
      ...(access === undefined ? {} : { access }),
      now: () => systemClock.now(),
    });
  meter?.watch({
    status: () => engine.status(),
    ready: () => readiness.reason === undefined,
    inFlight: () => inFlight.count,
    connections: () => listener.connections(),
    hits: () => current.hits.status,
    origins: () =>
      current.mounts.flatMap((mount) => {
        const health = healthOf(mount);
        return health === undefined ? [] : [[mount.name, health] as const];
      }),
    fronts: () => fronts?.status() ?? [],
    selfTest: () => selfTest.results,
    savings: () => savings.ledger.sums(systemClock.now()),
  });
  const retired: Retired[] = [];
  const reloading = new Reloading(extras.readConfig, log, async (given) => {
    const { config: next, restart } = followed(current.config, given);
    await renew(next);
    return restart;
  });
  const renew = async (next: Config): Promise<void> => {
    const before = current;
    const after = new Generation(next, parts, before);
    engine.follow({ ...next, tags: next.headers.tags !== 'off' });
    inFlight.resize(next.listen.requests, next.sources.length > 1);
    current = after;
    await fronts?.follow(after.policy);
    const left = before.mounts.filter((mount) => !after.mounts.includes(mount));
    if (left.length > 0) retired.push(retire(before, left));
  };
  const admin =
    token === undefined || adminPort === undefined
      ? undefined
      : createListener({
          handle: createAdmin({
            purger,
            token,
            reload: () => reloading.run(),
            savings: savingsAnswer(savings, () => current.config, false),
            services: () => current.services,
            health: () => ({ readiness, mounts: current.mounts }),
          }),
          policy: current.policy,
          log,
          now: () => systemClock.now(),
          connections: ADMIN_CONNECTIONS,
          grace: config.listen.grace,
        });
  let address: AddressInfo | undefined;
  let adminAddress: AddressInfo | undefined;
  const stop = async () => {
    await selfTest.stop();
    await Promise.all([address && listener.close(), adminAddress && admin?.close()]);
    await Promise.all([reloading.over(), savings.close(), allTold()]);
    // A worker ends what it has in hand; of others, another node takes it up.
    await engine.close(extras.role === 'worker' ? current.config.listen.grace : 0);
    await Promise.all([closeMounts(current.mounts), ...retired.map((one) => one.end())]);
    await tracing?.close();
    if (address !== undefined) log.info({}, 'stopped');
  };
  const drain = new Pause();
  let closing: Promise<void> | undefined;
  const close: Server['close'] = (options = {}) => {
    draining = true;
    void savings.end();
    const { drain: usual } = current.config.listen;
    const milliseconds = address === undefined ? 0 : (options.drain ?? usual);
    if (milliseconds > 0) log.info({ milliseconds }, 'draining');
    drain.end(milliseconds);
    closing ??= drain.over.then(stop);
    return closing;
  };
  return {
    handle: fetchHandle(exchange),
    exchange,
    middleware: createMiddleware({
      handle: exchange,
      answers: (target, host) => hasRoute(current.routes, target, host),
      policy: () => current.policy,
      now: () => systemClock.now(),
      noted: (error, requestId) => log.warn({ requestId, error: String(error) }, 'body broke off'),
    }),
    get routes() {
      return current.routes;
    },
    engine,
    purger,
    address: () => address,
    adminAddress: () => adminAddress,
    async listen() {
      try {
        address = await listener.listen(config.listen);
        const { host } = config.admin;
        if (adminPort !== undefined) {
          adminAddress = await admin?.listen({ host, port: adminPort });
        }
      } catch (error) {
        // A port that cannot be had must not leave workers behind
        await close();
        throw error;
      }
      selfTest.begin();
      log.info({ address: address.address, port: address.port }, 'listening');
      if (adminAddress !== undefined) {
        log.info({ address: adminAddress.address, port: adminAddress.port }, 'admin listening');
      }
      return address;
    },
    reload: (next) => reloading.run(next),
    close,
  };
}

/** Loaded where it is open. */
async function playgroundOf(
  { playground, limits }: Config,
  engine: Engine,
  samples: ServerExtras['samples'] = [],
): Promise<Playground | undefined> {
  if (!playground) return undefined;
  const { Playground } = await import('./playground/playground.ts');
  const { uploadBytes } = limits;
  const workbench = () => engine.workbench();
  return new Playground({ clock: systemClock, workbench, samples, uploadBytes });
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

/** @throws ConfigError for files that have become unusable since they were checked */
function signingOf({ c2pa }: Config): SigningIdentity | undefined {
  const signing = readSigning(c2pa);
  if (!Array.isArray(signing)) return signing;
  throw new ConfigError(signing.map(({ path, message }) => `${path}: ${message}`));
}
