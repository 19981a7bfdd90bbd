/** Processes as the system sees them (Linux only). */
import { readdirSync, readFileSync } from 'node:fs';

/** Process ids of the children of a process that run a program, such as `cli/front.js`. */
export function childrenOf(parent: number, program: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]) === parent && command.includes(program);
      } catch {
        return false;
      }
    });
}

/** Whether a process is there and has not ended. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
