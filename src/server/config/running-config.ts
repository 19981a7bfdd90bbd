/**
 * Running config: what of a new configuration a server can follow while it runs.
 *
 * Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Config } from './config.ts';
import { OPTION_NAMES, OPTIONS, type OptionName } from './options.ts';

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
  for (const name of OPTION_NAMES) {
    if (!('restart' in OPTIONS[name])) continue;
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
