/**
 * Origin health: how the servers behind the sources are, for readiness and metrics.
 */
import type { Mount } from '../engine/engine.ts';
import type { OriginHealth } from '../origins/origin.ts';

/** How the origins of a source are, added up; undefined where it asks no server. */
export function healthOf({ origin, elsewhere }: Mount): OriginHealth | undefined {
  const found = [origin.health?.(), elsewhere?.health?.()].filter((one) => one !== undefined);
  if (found.length === 0) return undefined;
  const sum = (name: keyof OriginHealth) => found.reduce((all, one) => all + one[name], 0);
  return { paused: sum('paused'), retries: sum('retries'), resumed: sum('resumed') };
}

/**
 * A line for each source with a server that is left alone at present: `origin shop: 1 server paused`.
 * No host is named: with `web` it would be a visitor's.
 */
export function healthLines(mounts: readonly Mount[]): string {
  return mounts
    .map((mount) => ({ name: mount.name, paused: healthOf(mount)?.paused ?? 0 }))
    .filter(({ paused }) => paused > 0)
    .map(({ name, paused }) => `origin ${name}: ${paused} server${paused > 1 ? 's' : ''} paused\n`)
    .join('');
}
