/**
 * Which render workers there are, as the system sees them.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Render workers below this process, as the system sees them. */
export function workerPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const parent = / \S (\d+)/.exec(
          readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, ''),
        );
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return Number(parent?.[1]) === process.pid && command.includes('engine/worker.js');
      } catch {
        return false;
      }
    });
}
