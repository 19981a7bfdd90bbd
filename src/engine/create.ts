/**
 * Create: an engine with its stores, on a cache folder.
 */
import { join } from 'node:path';
import { DiskStore } from '../stores/disk.ts';
import { MemoryStore } from '../stores/memory.ts';
import { TieredStore } from '../stores/tiered.ts';
import type { Engine } from './engine.ts';
import type { EngineOptions } from './engine-options.ts';
import { LocalEngine } from './local-engine.ts';

export type { EngineOptions } from './engine-options.ts';

/** An engine on a cache folder. @throws when the folder cannot be written */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { folder, size } = options.cache;
  const memory = options.cache.memory ?? Math.min(256e6, size / 16);
  const sources = await DiskStore.open(join(folder, 'sources'), size / 2);
  const renditions = await DiskStore.open(join(folder, 'renditions'), size / 2);
  return new LocalEngine(
    options,
    sources,
    renditions,
    new TieredStore(new MemoryStore(memory), renditions),
  );
}
