/**
 * Generation: what one configuration means for the requests that come while it is the current one.
 *
 * Routes, what addresses were found to mean, and the answers that stand ready belong to one
 * configuration and go with it; the engine stays. Requests that are under way end by the
 * configuration they came in.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../base/clock.ts';
import type { Engine, Mount } from '../engine/engine.ts';
import type { FormatName } from '../image/format.ts';
import type { Site } from './attempt.ts';
import { CompileCache } from './compile-cache.ts';
import type { Config } from './config/config.ts';
import { requestLimits } from './config/configured-limits.ts';
import { configuredRoutes } from './config/configured-routes.ts';
import { Documentation } from './documentation/documentation.ts';
import type { Services } from './handler.ts';
import type { Ready } from './hits/hit-table.ts';
import { HitTable } from './hits/hit-table.ts';
import type { Handle, HeaderPolicy } from './http/http-message.ts';
import type { InFlight } from './in-flight.ts';
import type { RequestLimits } from './limits/request-limits.ts';
import type { Purger } from './purge/purger.ts';
import { createHandle, createReady, type Route, type RouterOptions } from './routes.ts';
import type { Savings } from './savings/savings.ts';
import { savingsAnswer } from './savings/savings-answers.ts';
import type { AccessLog } from './telemetry/access-log.ts';
import type { Log } from './telemetry/log.ts';
import type { Metrics } from './telemetry/metrics.ts';
import { readUpload } from './upload/upload.ts';

/** What stays from one configuration to the next. */
export interface GenerationParts {
  readonly engine: Engine;
  readonly inFlight: InFlight;
  readonly clock: Clock;
  readonly log: Log;
  readonly access?: AccessLog | undefined;
  readonly meter?: Metrics | undefined;
  readonly pages?: RouterOptions['pages'] | undefined;
  readonly draining: () => boolean;
  readonly readiness?: RouterOptions['readiness'] | undefined;
  readonly tracing?: RouterOptions['tracing'] | undefined;
  readonly playground?: RouterOptions['playground'] | undefined;
  /** Formats whose encoders do not work. */
  readonly failing?: () => readonly FormatName[];
  readonly purger: Purger;
  readonly savings: Savings;
  /** False: nothing is answered but health and metrics. */
  readonly serves?: boolean;
  /** What this server says of itself to origins. */
  readonly loopToken: string;
  /** Names the certificates that C2PA manifests are signed with. */
  readonly signer?: string | undefined;
}

export class Generation {
  readonly config: Config;
  readonly policy: HeaderPolicy;
  readonly routes: readonly Route[];
  readonly hits: HitTable;
  readonly services: Services;
  readonly ready: Ready;
  /** What counts requests of clients; undefined where nothing does. */
  readonly limits: RequestLimits | undefined;
  readonly #handle: Handle;
  #running = 0;
  #ended: () => void = () => {};

  /**
   * @param before the one whose origins are kept where they are meant to be the same
   * @throws ConfigError for an origin that cannot be meant
   */
  constructor(config: Config, parts: GenerationParts, before?: Generation) {
    const { engine, inFlight, clock, log, access, meter, pages, draining, loopToken } = parts;
    const { readiness, tracing, purger, playground, savings } = parts;
    const { slow } = config.log;
    const { token, purgeMethod } = config.admin;
    this.config = config;
    this.policy = policyOf(config);
    const failing = parts.failing?.() ?? [];
    this.routes = configuredRoutes(config, loopToken, parts.signer, failing, before?.mounts);
    // Counts go on where the rates are the same
    const kept = before !== undefined && isDeepStrictEqual(ratesOf(before.config), ratesOf(config));
    this.limits = kept ? before.limits : requestLimits(config);
    const compileCache = new CompileCache();
    const counting = { ledger: savings.ledger, ...(meter === undefined ? {} : { meter }) };
    const common = { engine, compileCache, inFlight, clock, policy: this.policy, ...counting };
    this.hits = new HitTable(common);
    this.services = {
      ...common,
      readUpload: (headers, body) =>
        readUpload(headers, body, engine.incoming, { maxBytes: config.limits.uploadBytes }),
      log,
      reload: config.cache.reload,
      hits: this.hits,
      ...(this.limits === undefined ? {} : { limits: this.limits }),
    };
    const router: RouterOptions = {
      routes: parts.serves === false ? [] : this.routes,
      services: this.services,
      ...(token !== undefined && purgeMethod ? { purgeMethod: { purger, token } } : {}),
      loopToken,
      ...(config.metrics.token === undefined ? {} : { metricsToken: config.metrics.token }),
      draining,
      ...(readiness === undefined ? {} : { readiness }),
      ...(tracing === undefined ? {} : { tracing }),
      ...(slow === undefined ? {} : { slow }),
      ...(access === undefined ? {} : { access }),
      ...(playground === undefined ? {} : { playground }),
      ...(pages === undefined ? {} : { pages }),
      ...(config.docs ? { documentation: new Documentation() } : {}),
      ...(config.savings.page ? { savings: savingsAnswer(savings, () => config, true) } : {}),
    };
    this.#handle = createHandle(router);
    this.ready = createReady(router);
  }

  get sites(): Site[] {
    return this.routes.map(({ site }) => site);
  }

  get mounts(): Mount[] {
    return this.routes.map(({ site }) => site.mount);
  }

  /** Answers a request by this configuration. It never rejects. */
  async exchange(request: Parameters<Handle>[0]): ReturnType<Handle> {
    this.#running += 1;
    try {
      return await this.#handle(request);
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#ended();
    }
  }

  /** Resolves when no answer is being made by this configuration. */
  async unused(): Promise<void> {
    if (this.#running === 0) return;
    await new Promise<void>((resolve) => {
      this.#ended = resolve;
    });
  }
}

/** What a configuration says of headers. */
function policyOf({ headers, docs }: Config): HeaderPolicy {
  return docs ? { ...headers, guides: true } : headers;
}

/** All that counting requests hangs on. */
function ratesOf({ rates, sources }: Config): unknown {
  const own = sources.map(({ name, requestRate, missRate }) => [name, requestRate, missRate]);
  return [rates, own];
}

/** Closes origins. */
export async function closeMounts(mounts: readonly Mount[]): Promise<void> {
  await Promise.all(
    mounts.flatMap(({ origin, elsewhere }) => [origin.close(), elsewhere?.close()]),
  );
}
