/**
 * The processor cores that are really there, container limits included.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Whole cores this process may use, at least one. A quota of 1.5 cores is one. */
export function usableCores(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(cgroupCores())));
}

/** The quota of the control group (v2, then v1), or no limit. */
function cgroupCores(): number {
  const v2 = readWords('/sys/fs/cgroup/cpu.max');
  if (v2?.[0] && v2[0] !== 'max') return Number(v2[0]) / Number(v2[1]);
  const quota = Number(readWords('/sys/fs/cgroup/cpu/cpu.cfs_quota_us')?.[0]);
  const period = Number(readWords('/sys/fs/cgroup/cpu/cpu.cfs_period_us')?.[0]);
  return quota > 0 && period > 0 ? quota / period : Number.POSITIVE_INFINITY;
}

function readWords(file: string): string[] | undefined {
  try {
    return readFileSync(file, 'utf8').trim().split(/\s+/);
  } catch {
    return undefined;
  }
}
