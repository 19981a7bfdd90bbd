/**
 * Fronts: the front processes of a server, started, told, watched, and ended.
 *
 * Connections are dealt out in turn by `node:cluster`; a front answers hits that it was lent and
 * hands everything else to this process, where configuration, stores, origins and workers are.
 *
 * Invariant: what was dropped is no longer answered by any front once `drop` has resolved; one that
 * does not say so in time is ended.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import type { HitTable } from '../hits/hit-table.ts';
import type { Handle, HeaderPolicy } from '../http/http-message.ts';
import type { SavingsLedger } from '../savings/savings-ledger.ts';
import { type Log, passLines } from '../telemetry/log.ts';
import type { FrontStatus, Metrics } from '../telemetry/metrics.ts';
import { FrontProcess } from './front-process.ts';
import type { Count, FromFront, FrontSettings } from './protocol.ts';
import { type RelayServer, startRelayServer } from './relay-server.ts';

export interface FrontsOptions {
  /** Front processes, at least 1. */
  readonly count: number;
  /** What each is told; connections and memory of all together. */
  readonly settings: Omit<FrontSettings, 'socket' | 'token' | 'host' | 'port'>;
  /** Answers what fronts hand over. */
  readonly handle: Handle;
  /** The answers that fronts may hold; another one after a reload. */
  readonly hits: () => HitTable;
  /** False where each answer has to be counted in one place: fronts then hand over everything. */
  readonly lends: () => boolean;
  readonly meter?: Metrics | undefined;
  readonly ledger: SavingsLedger;
  readonly log: Log;
}

/** Milliseconds before a front that ended is started again; doubled each time, up to the longest. */
const FIRST_WAIT = 100;
const LONGEST_WAIT = 10_000;
/** Milliseconds after which a front has shown that it can run. */
const PROVEN = 5000;
/** Longest wait for the word of a front, in milliseconds. */
const LONGEST_SILENCE = 5000;
/** Milliseconds in which a file has usually been looked at. */
const LOOKING = 20;
/** Bytes of the path of a local socket, on all systems. */
const LONGEST_PATH = 100;

interface Place {
  readonly number: number;
  front: FrontProcess | undefined;
  answers: number;
  connections: number;
  /** Of the fronts before, in milliseconds. */
  spent: number;
  processorTime: number;
  restarts: number;
  /** Starts in a row that came to nothing. */
  failures: number;
}

export class Fronts {
  readonly #options: FrontsOptions;
  readonly #places: Place[];
  #folder = '';
  readonly #token = randomUUID();
  #policy: HeaderPolicy;
  #relay: RelayServer | undefined;
  #address: AddressInfo | undefined;
  #host = '';
  #generation = 0;
  #changed = new Set<string>();
  #closing = false;

  constructor(options: FrontsOptions) {
    this.#options = options;
    this.#policy = options.settings.policy;
    this.#places = Array.from({ length: options.count }, (_, index) => ({
      number: index + 1,
      front: undefined,
      ...{ answers: 0, connections: 0, spent: 0, processorTime: 0, restarts: 0, failures: 0 },
    }));
  }

  /** Starts the fronts; resolves when all listen. @throws the system's error of the first that cannot */
  async listen({ host, port }: { host: string; port: number }): Promise<AddressInfo> {
    this.#host = host;
    this.#folder = socketFolder();
    try {
      this.#relay = await this.#startRelay();
      const [first, ...others] = this.#places;
      if (first === undefined) throw new Error('expected at least one front');
      // The others have to have the same one, and so has whoever is started again
      const address = await this.#start(first, port === 0 ? await freePort(host) : port);
      await Promise.all(others.map((place) => this.#start(place, address.port)));
      this.#address = address;
      return address;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** A rendition was stored or changed: fronts drop what they hold of it. */
  changed(key: string): void {
    if (this.#changed.size === 0) setImmediate(() => this.#dropChanged());
    this.#changed.add(key);
  }

  /** Has all fronts drop all they hold; resolves when they have. */
  async drop(): Promise<void> {
    const generation = ++this.#generation;
    await this.#acknowledged(generation, (front) => front.send({ kind: 'drop', generation }));
  }

  /** What answers go out with from now on; resolves when no front gives an older one. */
  async follow(policy: HeaderPolicy): Promise<void> {
    this.#policy = policy;
    for (const front of this.#running()) front.send({ kind: 'policy', policy });
    await this.drop();
  }

  /** Resolves when what fronts have counted so far stands in the meter. */
  async collect(): Promise<void> {
    await Promise.all(
      this.#running().map((front) =>
        this.#word(front, 'counted', () => front.send({ kind: 'count' })),
      ),
    );
  }

  status(): FrontStatus[] {
    return this.#places.map(({ number, connections, answers, spent, processorTime, restarts }) => ({
      ...{ number, connections, answers, restarts },
      processorTime: spent + processorTime,
    }));
  }

  /** Connections of all fronts, as they have said last. */
  connections(): number {
    return this.#places.reduce((sum, { connections }) => sum + connections, 0);
  }

  /** Process ids, for tests and diagnostics. */
  pids(): number[] {
    return this.#running().flatMap(({ pid }) => pid ?? []);
  }

  /** Lets running answers end within the grace of each front, and ends all. */
  async close(): Promise<void> {
    this.#closing = true;
    const { grace } = this.#options.settings;
    const all = this.#places.flatMap(({ front }) => front ?? []);
    await Promise.all(all.map((front) => front.stop(grace + LONGEST_SILENCE)));
    await this.#relay?.close();
    if (this.#folder !== '') rmSync(this.#folder, { recursive: true, force: true });
  }

  #startRelay(): Promise<RelayServer> {
    const { handle, hits, lends } = this.#options;
    return startRelayServer({
      socket: this.#socket,
      token: this.#token,
      handle,
      held: (asked) => (lends() ? hits().held(asked) : undefined),
      generation: () => this.#generation,
    });
  }

  get #socket(): string {
    return join(this.#folder, 's');
  }

  /** Those that can be told something; one that cannot yet holds nothing. */
  #running(): FrontProcess[] {
    return this.#places.flatMap(({ front }) => (front?.begun ? front : []));
  }

  async #start(place: Place, port: number): Promise<AddressInfo> {
    const { settings, count, log } = this.#options;
    const share = (total: number) => Math.ceil(total / count);
    const front = new FrontProcess({
      ...settings,
      policy: this.#policy,
      connections: share(settings.connections),
      connectionsPerAddress: share(settings.connectionsPerAddress),
      memory: Math.floor(settings.memory / count),
      socket: this.#socket,
      token: this.#token,
      host: this.#host,
      port,
    });
    place.front = front;
    front.on((message) => this.#receive(place, front, message));
    const since = performance.now();
    void front.ended.then(({ code, signal }) => {
      if (place.front !== front) return;
      Object.assign(place, { front: undefined, connections: 0, processorTime: 0 });
      place.spent += front.processorTime;
      if (this.#closing || this.#address === undefined) return;
      log.warn({ front: place.number, code, signal }, 'front ended');
      this.#startAgain(place, performance.now() - since);
    });
    return await front.listening;
  }

  /** Starts a front in place of one that ended, the later the more often it failed. */
  #startAgain(place: Place, lived: number): void {
    place.failures = lived >= PROVEN ? 0 : place.failures + 1;
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.max(0, place.failures - 1));
    setTimeout(() => {
      if (this.#closing || this.#address === undefined) return;
      place.restarts += 1;
      this.#start(place, this.#address.port).catch((error: unknown) =>
        this.#options.log.error({ front: place.number, error: String(error) }, 'front failed'),
      );
    }, wait).unref();
  }

  #receive(place: Place, front: FrontProcess, message: FromFront): void {
    const { meter, ledger, log } = this.#options;
    switch (message.kind) {
      case 'renew':
        return void this.#renew(front, message);
      case 'counted':
        place.connections = message.connections;
        place.processorTime = message.processorTime;
        for (const count of message.counts) {
          place.answers += count.answers;
          ledger.add(count.source, count.savings, systemClock.now());
          if (meter !== undefined) addUp(meter, count);
        }
        return;
      case 'log':
        return passLines(log, message.lines);
      case 'up':
      case 'listening':
      case 'failed':
      case 'dropped':
        return;
    }
  }

  /** Says what has become of answers; where nobody waits yet, once their files may have been looked at again. */
  async #renew(
    front: FrontProcess,
    { question, asked, ahead }: Extract<FromFront, { kind: 'renew' }>,
  ): Promise<void> {
    const table = this.#options.hits();
    const renewals = () => asked.map(([target, serial]) => table.renewal(target, serial) ?? null);
    let answers = renewals();
    if (ahead) {
      // Asking has them looked at, where that is due
      await new Promise((resolve) => setTimeout(resolve, LOOKING));
      answers = renewals();
    }
    front.send({ kind: 'renewed', question, answers });
  }

  #dropChanged(): void {
    const keys = [...this.#changed];
    this.#changed.clear();
    const generation = ++this.#generation;
    for (const front of this.#running()) front.send({ kind: 'drop', generation, keys });
  }

  /** Resolves when each front has dropped a generation, or is no more. */
  async #acknowledged(generation: number, tell: (front: FrontProcess) => void): Promise<void> {
    await Promise.all(
      this.#running().map((front) => this.#word(front, 'dropped', () => tell(front), generation)),
    );
  }

  /** Resolves with a word of a front, or with its end, which is brought about where it is silent. */
  async #word(
    front: FrontProcess,
    kind: FromFront['kind'],
    ask: () => void,
    generation?: number,
  ): Promise<void> {
    const heard = new Promise<void>((resolve) => {
      const off = front.on((message) => {
        if (message.kind !== kind) return;
        if (message.kind === 'dropped' && message.generation !== generation) return;
        off();
        resolve();
      });
    });
    ask();
    const late = setTimeout(() => front.kill(), LONGEST_SILENCE);
    await Promise.race([heard, front.ended]);
    clearTimeout(late);
  }
}

/** Adds answers of a front to those of the server. */
function addUp(meter: Metrics, { dialect, format, shortfalls, ...count }: Count): void {
  const tally = meter.tally(dialect, format);
  tally.answers += count.answers;
  tally.bytes += count.bytes;
  tally.sourceBytes += count.sourceBytes;
  tally.savedBytes += count.savedBytes;
  for (const [name, times] of Object.entries(shortfalls)) meter.fellShort(dialect, [name], times);
}

/** A port that is free now; by the time that it is used it might not be. @throws the system's error */
function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port: 0 }, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** A folder for this process alone, with a path short enough for a socket in it. */
function socketFolder(): string {
  const usual = join(tmpdir(), 'fovea-');
  return mkdtempSync(Buffer.byteLength(usual) > LONGEST_PATH - 10 ? '/tmp/fovea-' : usual);
}
