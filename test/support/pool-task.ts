/** A task for a pool of workers in memory, which look at nothing but its path. */
import type { PoolTask } from '../../src/engine/pool/pool.ts';
import { DEFAULT_PICTURE_LIMITS } from '../../src/image/picture-limits.ts';

/** Milliseconds that it takes with all that it would do, and with the least. */
export const work = (usual: number, least = usual) => ({ usual, least });

export function poolTask(path: string, fields: Partial<PoolTask> = {}): PoolTask {
  return {
    request: {
      kind: 'render',
      source: { path, length: 0, crc: 0 },
      sourceHash: path,
      plan: { frames: { kind: 'all' }, ops: [], output: { kind: 'source', sanitize: false } },
      accepts: [],
      budget: { mode: 'online', milliseconds: 1000 },
      limits: DEFAULT_PICTURE_LIMITS,
      resultFile: '',
    },
    predicted: work(100),
    priority: 'request',
    sourceKey: path,
    ...fields,
  };
}
