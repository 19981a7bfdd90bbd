/**
 * Create: the fronts that a configuration asks for.
 */
import cluster from 'node:cluster';
import { type Config, ConfigError } from '../config/config.ts';
import { Fronts, type FrontsOptions } from './fronts.ts';

/** Bytes of renditions in memory where the configuration names none; see `engine/create.ts`. */
const MOST_MEMORY = 256e6;
const MEMORY_SHARE = 1 / 16;

type Given = Omit<FrontsOptions, 'count' | 'settings'> & {
  readonly settings: Omit<FrontsOptions['settings'], 'memory' | 'access'>;
};

/** The fronts of a server. @throws ConfigError in a process that is a front itself */
export function createFronts({ listen, cache, log }: Config, given: Given): Fronts {
  if (!cluster.isPrimary) {
    throw new ConfigError(['listen.fronts: expected 1 in a worker of node:cluster']);
  }
  const memory = cache.memory ?? Math.min(MOST_MEMORY, cache.size * MEMORY_SHARE);
  return new Fronts({
    ...given,
    count: listen.fronts,
    settings: { ...given.settings, memory, access: log.access },
  });
}
