/**
 * Create: an engine with its stores, on a cache folder.
 */
import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DiskFailures } from '../stores/disk/failures.ts';
import { DiskStore } from '../stores/disk/store.ts';
import { MemoryStore } from '../stores/memory.ts';
import { TieredStore } from '../stores/tiered.ts';
import type { Engine } from './engine.ts';
import type { EngineOptions } from './engine-options.ts';
import { LocalEngine } from './local-engine.ts';

export type { EngineOptions } from './engine-options.ts';

/** Removes the folders of sources and renditions of their own that 0.1.0 kept, whose room nobody counts any more. */
async function sweepFormer(folder: string): Promise<void> {
  for (const name of ['sources', 'renditions']) {
    await rm(join(folder, name, 'v1'), { recursive: true, force: true }).catch(() => undefined);
    await rmdir(join(folder, name)).catch(() => undefined);
  }
}

/** An engine on a cache folder. @throws when the folder cannot be written */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { folder, size } = options.cache;
  const memory = options.cache.memory ?? Math.min(256e6, size / 16);
  // One store for sources and renditions: what is used most has the room.
  const failures = new DiskFailures(
    (failure) => options.log?.('disk-failed', { ...failure }),
    options.clock,
  );
  const files = await DiskStore.open(folder, size, { onError: failures.note });
  void sweepFormer(folder);
  return new LocalEngine(
    options,
    files,
    files,
    new TieredStore(new MemoryStore(memory), files),
    failures,
  );
}
