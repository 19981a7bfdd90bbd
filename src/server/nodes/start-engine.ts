/**
 * Start engine: the engine of a configuration, with what it has in common with other nodes.
 */
import { createEngine, type EngineOptions } from '../../engine/create.ts';
import type { Engine, EngineParts } from '../../engine/engine.ts';
import { proveWritable, UnwritableError } from '../../stores/folders.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/problems.ts';
import { systemReason } from '../config/system-reason.ts';
import type { Log } from '../telemetry/log.ts';
import { openBucketStore } from './open-bucket-store.ts';
import { openNodes } from './open-nodes.ts';

/** Events of the engine that an operator should look at. */
const WARNED: ReadonlySet<string> = new Set(['disk-failed', 'signing-failed', 'video-failed']);

/**
 * @param meaning of a request of another node
 * @throws ConfigError for a cache folder that cannot be written to, or packages that are not installed
 */
export async function startEngine(
  config: Config,
  log: Log,
  more: Pick<EngineOptions, 'signing' | 'observer' | 'changed' | 'purged' | 'startWorker'>,
  meaning: EngineParts['requestOf'],
): Promise<Engine> {
  try {
    proveWritable(config.cache.folder);
  } catch (error) {
    if (!(error instanceof UnwritableError)) throw error;
    const { path, code } = error;
    throw new ConfigError([`cache.folder: cannot write to ${path}: ${systemReason(code)}`]);
  }
  const shared = await openBucketStore(config, log, more.observer?.bucket);
  const nodes = await openNodes(config, log);
  const options: EngineOptions = {
    ...config,
    tags: config.headers.tags !== 'off',
    ...more,
    ...(shared === undefined ? {} : { shared }),
    ...(nodes === undefined ? {} : { nodes }),
    log: (event, detail) => (WARNED.has(event) ? log.warn : log.info).call(log, detail, event),
  };
  return createEngine(options, meaning);
}
