/**
 * Create: an engine with its stores, on a cache folder.
 */
import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ByteBudget } from '../base/byte-budget.ts';
import { systemClock } from '../base/clock.ts';
import { DiskFailures } from '../stores/disk/failures.ts';
import { DiskStore } from '../stores/disk/store.ts';
import { MemoryStore } from '../stores/memory.ts';
import { Spool } from '../stores/spool.ts';
import { TieredStore } from '../stores/tiered.ts';
import type { Engine, EngineParts } from './engine.ts';
import type { EngineOptions } from './engine-options.ts';
import { LocalEngine } from './local-engine.ts';
import { openMarks } from './purge/purge-file.ts';
import { FormerVersions } from './renditions/former-versions.ts';

export type { EngineOptions } from './engine-options.ts';

/** An engine on a cache folder. @param requestOf what a request of another node means here @throws when the folder cannot be written */
export async function createEngine(
  options: EngineOptions,
  requestOf?: EngineParts['requestOf'],
): Promise<Engine> {
  const { folder, size } = options.cache;
  const memory = options.cache.memory ?? Math.min(256e6, size / 16);
  const failures = new DiskFailures(
    (failure) => options.log?.('disk-failed', { ...failure }),
    options.clock,
  );
  // One store for sources and renditions: what is used most has the room.
  const files = await DiskStore.open(folder, size, { onError: failures.note });
  void sweepFormer(folder);
  const near = new MemoryStore(memory);
  const renditions = new TieredStore(near, files);
  const bodyMemory = options.limits?.bodyMemory ?? 64e6;
  const memoryOfBodies = new ByteBudget(bodyMemory);
  const elsewhere = new ByteBudget(ELSEWHERE_BYTES);
  const spool = (ofMemory: ByteBudget, ofDisk: number) =>
    new Spool({
      store: files,
      memory: ofMemory,
      disk: new ByteBudget(ofDisk),
      elsewhere,
      onError: failures.note,
      relieve: () => engine.relieve(),
    });
  // Uploads have shares of their own, so that slow ones never keep sources out.
  const uploads = new ByteBudget(bodyMemory * UPLOADS_SHARE, memoryOfBodies);
  const clock = options.clock ?? systemClock;
  const marks = await openMarks(join(folder, 'purges.jsonl'), clock, failures.note);
  const versions =
    options.cache.former === false
      ? undefined
      : await FormerVersions.open(join(folder, 'versions.json'), failures.note);
  const engine = new LocalEngine(options, files, files, renditions, {
    failures,
    marks,
    versions,
    requestOf,
    sourceBodies: spool(memoryOfBodies, size * SOURCES_SHARE),
    incoming: spool(uploads, size * UPLOADS_SHARE),
    tiers: () => ({ memory: near.status, disk: files.status }),
  });
  // What is on the disk may have been purged while this node was away.
  await engine.caughtUp(CATCH_UP_MS);
  return engine;
}

/** Longest wait for word of purges before the first answer, in milliseconds. */
const CATCH_UP_MS = 1000;

/** Bytes of bodies on their way in whose files the cache folder does not take. */
const ELSEWHERE_BYTES = 256e6;

/** Shares of the cache's disk that bodies on their way in may take; of the memory, uploads have theirs too. */
const SOURCES_SHARE = 0.5;
const UPLOADS_SHARE = 0.25;

/** Removes the folders of sources and renditions of their own that 0.1.0 kept, whose room nobody counts any more. */
async function sweepFormer(folder: string): Promise<void> {
  for (const name of ['sources', 'renditions']) {
    await rm(join(folder, name, 'v1'), { recursive: true, force: true }).catch(() => undefined);
    await rmdir(join(folder, name)).catch(() => undefined);
  }
}
