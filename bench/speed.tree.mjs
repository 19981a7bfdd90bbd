/** What a process and all its children use, read from /proc (Linux only). */
import { readdirSync, readFileSync } from 'node:fs';

/** Milliseconds of a tick of the processor clock in /proc. */
const TICK = 10;

/** Process ids of a tree, its root first; without those that have ended meanwhile. */
export function treeOf(pid) {
  let own = [];
  try {
    own = readdirSync(`/proc/${pid}/task`).flatMap((task) => {
      const children = read(`/proc/${pid}/task/${task}/children`);
      return children.trim().split(/\s+/).filter(Boolean).map(Number);
    });
  } catch {
    return [];
  }
  return [pid, ...own.flatMap(treeOf)];
}

/** Processor time that a tree has used, its ended children included, in milliseconds. */
export function processorTime(pid) {
  let ticks = 0;
  for (const one of treeOf(pid)) {
    const fields = read(`/proc/${one}/stat`).split(') ')[1]?.split(' ') ?? [];
    // utime, stime, and those of children that were waited for
    for (const at of [11, 12, 13, 14]) ticks += Number(fields[at] ?? 0);
  }
  return ticks * TICK;
}

/** Proportional set size of a tree in bytes: pages that several processes share count once. */
export function memoryOf(pid) {
  let kilobytes = 0;
  for (const one of treeOf(pid)) {
    kilobytes += Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${one}/smaps_rollup`))?.[1] ?? 0);
  }
  return kilobytes * 1024;
}

/** The most memory of a tree while `work` runs, looked at every `pause` milliseconds. */
export async function peakOf(pid, work, pause = 15) {
  let peak = memoryOf(pid);
  const timer = setInterval(() => {
    peak = Math.max(peak, memoryOf(pid));
  }, pause);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return Math.max(peak, memoryOf(pid));
}

function read(path) {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
