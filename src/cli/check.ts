/**
 * The command `check`: whether a configuration can be served, without serving it.
 */
import type { Config } from '../server/config/config.ts';
import { configuredRoutes } from '../server/config/configured-routes.ts';
import { placesOf } from '../server/config/source-schema.ts';
import type { Surroundings } from './surroundings.ts';

/** Prints where each source would answer. @throws ConfigError */
export async function check(config: Config, { out }: Surroundings): Promise<void> {
  const routes = configuredRoutes(config, 'fovea-check');
  await Promise.all(routes.map(({ site }) => site.mount.origin.close()));
  out('The configuration is good.\n');
  for (const source of config.sources) {
    out(`  ${source.name} (${source.dialect}) at ${placesOf(source).join(', ')}\n`);
  }
}
