/**
 * The command `worker`: a node without visitors, which does what others have queued.
 */
import { createServer } from '../server/compose.ts';
import { type Config, ConfigError } from '../server/config/config.ts';
import { untilStopped } from './serve.ts';
import type { Surroundings } from './surroundings.ts';

/** Works until the process is asked to stop, and ends what it has in hand within `listen.grace`. @throws ConfigError */
export async function work(readConfig: () => Config, around: Surroundings): Promise<void> {
  const config = readConfig();
  const lacking = [
    ...(config.redis.url === undefined ? ['redis.url: expected one for a worker, got none'] : []),
    ...(config.bucket.name === undefined
      ? ['bucket.name: expected one for a worker, got none']
      : []),
    ...(config.refine ? [] : ['refine: expected true for a worker, got false']),
  ];
  if (lacking.length > 0) throw new ConfigError(lacking);
  const server = await createServer(config, { readConfig, role: 'worker' });
  await server.listen();
  await untilStopped(server, around);
}
