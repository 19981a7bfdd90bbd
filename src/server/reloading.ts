/**
 * Reloading: configurations followed one after the other, and what became of each.
 */
import { type Config, ConfigError } from './config/config.ts';
import type { OptionName } from './config/options.ts';
import type { Log } from './telemetry/log.ts';

/** What became of a new configuration. */
export type Reloaded =
  /** It holds, but for these options, which take a restart. */
  | { readonly restart: readonly OptionName[] }
  /** The old one goes on. */
  | { readonly problems: readonly string[] };

export class Reloading {
  readonly #read: (() => Config) | undefined;
  readonly #log: Log;
  readonly #follow: (config: Config) => Promise<readonly OptionName[]>;
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @param read reads the configuration anew; may throw a ConfigError
   * @param follow has a configuration hold; gives the options that take a restart
   */
  constructor(
    read: (() => Config) | undefined,
    log: Log,
    follow: (config: Config) => Promise<readonly OptionName[]>,
  ) {
    this.#read = read;
    this.#log = log;
    this.#follow = follow;
  }

  /** Follows a configuration, or the one that is read anew, after those before. */
  run(config?: Config): Promise<Reloaded> {
    const done = this.#last.then(() => this.#reload(config));
    this.#last = done;
    return done;
  }

  /** Does a thing that must not fall into a reload, after those before. */
  between(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Resolves when none is under way. */
  async over(): Promise<void> {
    await this.#last;
  }

  async #reload(given: Config | undefined): Promise<Reloaded> {
    try {
      const config = given ?? this.#read?.();
      if (config === undefined) {
        throw new ConfigError(['expected a configuration that can be read again, got none']);
      }
      const restart = await this.#follow(config);
      const sources = config.sources.length;
      if (restart.length === 0) this.#log.info({ sources }, 'configuration reloaded');
      else
        this.#log.warn({ sources, restart }, 'configuration reloaded; some of it takes a restart');
      return { restart };
    } catch (error) {
      const problems = error instanceof ConfigError ? error.problems : [String(error)];
      this.#log.error({ problems }, 'configuration not reloaded; the old one goes on');
      return { problems };
    }
  }
}
