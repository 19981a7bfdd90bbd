/**
 * Redis link: the connections of this process to Redis or Valkey.
 *
 * One sends commands, one hears messages. No call waits longer than a bound, and while Redis is away no
 * call waits at all: it fails at once and its caller does without. The connections come back by themselves,
 * later and later up to some seconds; who has to catch up then is told.
 *
 * `ioredis` is installed by whoever runs several nodes, and loaded when a link is opened.
 */
import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Redis, RedisOptions } from 'ioredis';

export interface LinkOptions {
  /** `redis://` or `rediss://`, with or without name and password. */
  readonly url: string;
  /** In place of the one in the URL. */
  readonly password?: string;
  /** What all keys and channels begin with. */
  readonly prefix: string;
  /** Longest wait for an answer, in milliseconds; one second by default. */
  readonly timeout?: number;
  /** Told when Redis is reached for the first time or cannot be, with why; when it goes away, and when it is back. */
  readonly changed?: (available: boolean, reason?: string) => void;
}

/** Packages of Redis are not installed. */
export class MissingRedisPackages extends Error {}

/** Redis gave no answer, or none that is of use. */
export class RedisAway extends Error {}

/** A script that Redis runs as one step. */
export class Script {
  readonly text: string;
  readonly sha1: string;

  constructor(text: string) {
    this.text = text;
    this.sha1 = createHash('sha1').update(text).digest('hex');
  }
}

type Settings = Omit<RedisOptions, 'replyMapping'>;

/** Milliseconds that a call may take. */
const TIMEOUT = 1000;
/** Calls in a row without an answer after which nothing is asked for a moment. */
const FAILURES = 3;
/** Milliseconds of that moment. */
const PAUSE = 2000;
/** Longest wait between two attempts to connect. */
const LONGEST_RETRY = 3000;
/** Longest wait for a connection to stand. */
const CONNECT_TIMEOUT = 3000;

export class RedisLink {
  readonly prefix: string;
  readonly #commands: Redis;
  readonly #messages: Redis;
  readonly #connect: () => Redis;
  readonly #given: Redis[] = [];
  readonly #channels = new EventEmitter();
  readonly #events = new EventEmitter();
  readonly #changed: NonNullable<LinkOptions['changed']>;
  #failures = 0;
  #pausedUntil = 0;
  /** What was told last; nothing before the first attempt has come to an end. */
  #told: boolean | undefined;
  #closed = false;
  #reason = 'it was not reached yet';

  constructor(connect: (extra?: Settings) => Redis, { prefix, changed }: LinkOptions) {
    this.prefix = prefix;
    this.#changed = changed ?? (() => undefined);
    this.#channels.setMaxListeners(0);
    this.#commands = connect();
    this.#messages = connect({ commandTimeout: CONNECT_TIMEOUT });
    // A worker of a queue waits for as long as there is nothing to do.
    this.#connect = () => {
      // One that is to connect later, and cannot, is given up by its owner for good.
      const patient = { lazyConnect: false, maxRetriesPerRequest: null, enableOfflineQueue: true };
      return this.#held(connect(patient));
    };
    for (const connection of [this.#commands, this.#messages]) {
      connection.on('error', (error) => {
        this.#reason = error.message;
      });
      // The first of the two says nothing: the other is on its way
      connection.on('ready', () => this.available && this.#look());
      connection.on('close', () => void this.#look());
      connection.connect().catch(() => undefined);
    }
    this.#messages.on('message', (channel: string, text: string) => {
      this.#channels.emit(channel, text);
    });
  }

  /** Whether Redis is asked at present. */
  get available(): boolean {
    return this.#connected && performance.now() >= this.#pausedUntil;
  }

  get #connected(): boolean {
    return this.#commands.status === 'ready' && this.#messages.status === 'ready';
  }

  /** Why it is not, or was not the last time. */
  get reason(): string {
    return this.#reason;
  }

  /** A connection for one who waits for what comes, until this link is closed. */
  own(): Redis {
    return this.#connect();
  }

  /** A connection that ends with this link, as do those that its owner makes after it (a worker waits on one). */
  #held(own: Redis): Redis {
    const duplicate = own.duplicate.bind(own);
    own.options.commandTimeout = undefined;
    own.on('error', () => undefined);
    own.duplicate = (override) => this.#held(duplicate(override));
    this.#given.push(own);
    if (this.#closed) own.disconnect();
    return own;
  }

  /** The name of a key or channel. */
  key(...parts: readonly string[]): string {
    return [this.prefix, ...parts].join(':');
  }

  /** Sends a command. @throws RedisAway */
  call(name: string, ...args: readonly (string | number)[]): Promise<unknown> {
    return this.#bounded(() => this.#commands.call(name, ...args));
  }

  /** Runs a script. @throws RedisAway */
  run(
    { sha1, text }: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    const given = [...keys, ...args];
    return this.#bounded(async () => {
      try {
        return await this.#commands.evalsha(sha1, keys.length, ...given);
      } catch (error) {
        if (!String(error).includes('NOSCRIPT')) throw error;
        return await this.#commands.eval(text, keys.length, ...given);
      }
    });
  }

  /** Hears all messages of a channel from now on, and again after each time that Redis was away. */
  hear(channel: string, listener: (text: string) => void): void {
    const first = this.#channels.listenerCount(channel) === 0;
    this.#channels.on(channel, listener);
    if (first && this.#messages.status === 'ready') {
      this.#messages.subscribe(channel).catch(() => undefined);
    }
  }

  /** Calls `work` each time that Redis can be asked (again), and now where it can. */
  onReturn(work: () => void): void {
    this.#events.on('return', work);
    if (this.available && this.#told) work();
  }

  close(): void {
    this.#closed = true;
    this.#channels.removeAllListeners();
    this.#events.removeAllListeners();
    // Who was given one of their own leaves it open.
    for (const connection of [this.#commands, this.#messages, ...this.#given]) {
      connection.disconnect();
    }
  }

  async #bounded<Result>(call: () => Promise<Result>): Promise<Result> {
    if (!this.available) throw new RedisAway(this.#reason);
    try {
      const result = await call();
      this.#failures = 0;
      return result;
    } catch (error) {
      this.#failed(error);
      throw new RedisAway('Redis gave no answer.', { cause: error });
    }
  }

  #failed(error: unknown): void {
    this.#reason = error instanceof Error ? error.message : String(error);
    this.#failures++;
    if (this.#failures < FAILURES || this.#closed) return;
    this.#failures = 0;
    this.#pausedUntil = performance.now() + PAUSE;
    this.#tell(false);
    // What stopped answering may never say that it has gone; new connections tell.
    setTimeout(() => {
      if (this.#closed) return;
      for (const connection of [this.#commands, this.#messages]) connection.disconnect(true);
      this.#look();
    }, PAUSE).unref();
  }

  #look(): void {
    if (this.#closed) return;
    if (!this.available) {
      this.#tell(false);
      return;
    }
    const channels = this.#channels.eventNames().map(String);
    const heard = channels.length === 0 ? Promise.resolve() : this.#messages.subscribe(...channels);
    Promise.resolve(heard).then(
      () => this.#tell(this.available),
      () => undefined,
    );
  }

  #tell(available: boolean): void {
    if (available === this.#told) return;
    this.#told = available;
    this.#changed(available, available ? undefined : this.#reason);
    if (available) this.#events.emit('return');
  }
}

/** @throws MissingRedisPackages */
export async function openLink(options: LinkOptions): Promise<RedisLink> {
  const { Redis } = await loadClient();
  const { url, password, timeout = TIMEOUT } = options;
  const settings: Settings = {
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_TIMEOUT,
    commandTimeout: timeout,
    retryStrategy: (times) => Math.min(LONGEST_RETRY, 50 * 2 ** Math.min(times, 10)),
    ...(password === undefined ? {} : { password }),
  };
  const connect = (extra: Settings = {}) => new Redis(url, { ...settings, ...extra });
  return new RedisLink(connect, options);
}

async function loadClient() {
  try {
    return await import('ioredis');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    throw new MissingRedisPackages(
      `several nodes need packages beside the server: npm install ${REDIS_PACKAGES.join(' ')}`,
    );
  }
}

/** What has to be installed beside the server. */
export const REDIS_PACKAGES = ['ioredis@6', 'bullmq@6'] as const;
