/**
 * Running config: what of a new configuration a server can follow while it runs.
 *
 * Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Config } from './config.ts';
import type { OptionName } from './options.ts';

/** Options that take effect with a restart only. */
export const TAKES_A_RESTART: readonly OptionName[] = [
  'listen.host',
  'listen.port',
  'listen.fronts',
  'listen.connections',
  'listen.connectionsPerAddress',
  'listen.grace',
  'cache.folder',
  'cache.size',
  'cache.memory',
  'bucket.name',
  'bucket.prefix',
  'bucket.region',
  'bucket.endpoint',
  'bucket.pathStyle',
  'bucket.accessKeyId',
  'bucket.secretAccessKey',
  'bucket.secretAccessKeyFile',
  'bucket.deadline',
  'workers',
  'playground',
  'workerPermissions',
  'limits.bodyMemory',
  'video.encoder',
  'c2pa.certificate',
  'c2pa.privateKey',
  'admin.host',
  'admin.port',
  'admin.token',
  'admin.tokenFile',
  'admin.purgeMethod',
  'redis.url',
  'purge.webhook',
  'purge.tokenFile',
  'purge.fastlyService',
  'purge.fastlyToken',
  'purge.fastlyTokenFile',
  'purge.fastlyApi',
  'purge.cloudflareZone',
  'purge.cloudflareToken',
  'purge.cloudflareTokenFile',
  'purge.cloudflareApi',
  'redis.passwordFile',
  'redis.prefix',
  'metrics.token',
  'traces.endpoint',
  'traces.ratio',
  'traces.acceptParent',
  'log.level',
  'log.access',
];

export interface Followed {
  /** The new configuration, but for what takes a restart. */
  readonly config: Config;
  /** Options that are others in the new one and take a restart. */
  readonly restart: readonly OptionName[];
}

/** What becomes of a running configuration by a new one. */
export function followed(running: Config, next: Config): Followed {
  const config: Record<string, unknown> = { ...next };
  const restart: OptionName[] = [];
  for (const name of TAKES_A_RESTART) {
    const [section = name, key] = name.split('.');
    const [old, fresh] = [held(running, section, key), held(next, section, key)];
    if (isDeepStrictEqual(old, fresh)) continue;
    restart.push(name);
    if (key === undefined) config[section] = old;
    else config[section] = { ...(config[section] as object), [key]: old };
  }
  return { config: config as unknown as Config, restart };
}

function held(config: Config, section: string, key: string | undefined): unknown {
  const value = (config as unknown as Record<string, unknown>)[section];
  return key === undefined ? value : (value as Record<string, unknown> | undefined)?.[key];
}
