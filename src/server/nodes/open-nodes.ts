/**
 * Open nodes: what this server has in common with the other nodes of its service, by the configuration.
 */
import type { Coordination } from '../../coordination/coordination.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/problems.ts';
import { readRedisPassword } from '../config/redis/redis-password.ts';
import type { Log } from '../telemetry/log.ts';

/** Loaded where a Redis is configured, with the packages for it. @throws ConfigError where these are not installed */
export async function openNodes({ redis }: Config, log: Log): Promise<Coordination | undefined> {
  const { url, prefix } = redis;
  if (url === undefined) return undefined;
  const password = readRedisPassword(redis);
  if (typeof password === 'object')
    throw new ConfigError([`${password.path}: ${password.message}`]);
  const [{ openRedis }, { MissingRedisPackages }] = await Promise.all([
    import('../../coordination/open-redis.ts'),
    import('../../coordination/redis-link.ts'),
  ]);
  try {
    return await openRedis({
      ...{ url, prefix },
      ...(password === undefined ? {} : { password }),
      changed: (available, reason) =>
        available ? log.info({}, 'redis-back') : log.warn({ reason }, 'redis-away'),
    });
  } catch (error) {
    if (!(error instanceof MissingRedisPackages)) throw error;
    throw new ConfigError([`redis.url: ${error.message}`]);
  }
}
