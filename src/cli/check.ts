/**
 * The command `check`: whether a configuration can be served, without serving it.
 */
import type { Config } from '../server/config/config.ts';
import { configuredRoutes } from '../server/config/configured-routes.ts';
import { placesOf } from '../server/config/source-schema.ts';
import type { Surroundings } from './surroundings.ts';

/** Prints where each source would answer. @throws ConfigError */
export async function check(
  config: Config,
  { out }: Surroundings,
  { json = false } = {},
): Promise<void> {
  const routes = configuredRoutes(config, 'fovea-check');
  await Promise.all(routes.map(({ site }) => site.mount.origin.close()));
  if (json) {
    const sources = config.sources.map((source) => {
      const { name, dialect } = source;
      return { name, dialect, places: placesOf(source) };
    });
    return out(`${JSON.stringify({ good: true, sources }, null, 2)}\n`);
  }
  out('The configuration is good.\n');
  for (const source of config.sources) {
    out(`  ${source.name} (${source.dialect}) at ${placesOf(source).join(', ')}\n`);
  }
}
