/**
 * MachineChecks: what of this machine matters to a server, whatever its configuration. Pure but for the
 * facts, which come as an argument.
 */
import { affordableConnections } from '../../server/node/descriptors.ts';

/** What a check found. `broken`: it will not work; `risk`: it will, and may be regretted; `missing`: something optional. */
export interface Finding {
  readonly level: 'good' | 'missing' | 'risk' | 'broken';
  readonly what: string;
  /** What to do about it. */
  readonly advice?: string;
}

/** What is asked of the machine. */
export interface MachineFacts {
  /** Version of Node, such as 20.19.0. */
  readonly node: string;
  readonly cores: number;
  /** Bytes that this process and its children may have. */
  readonly memory: number;
  /** Limit of open files; undefined where there is none. */
  readonly files: number | undefined;
  /** Libraries by their names, such as vips. */
  readonly libraries: Readonly<Record<string, string>>;
  /** Versions of optional packages, and of ffmpeg. */
  readonly optional: readonly {
    readonly name: string;
    readonly gives: string;
    readonly version: string | undefined;
    readonly install: string;
  }[];
}

/** What of a configuration, or of its defaults, the machine has to bear. */
export interface Load {
  readonly workers: number;
  readonly connections: number;
}

/** The oldest Node that runs this. */
const LEAST_NODE = [20, 19] as const;

/** Bytes that a worker usually takes at its peak, and that the front does. */
const WORKER_BYTES = 400e6;
const FRONT_BYTES = 400e6;

export function machineChecks(facts: MachineFacts, load: Load): Finding[] {
  return [
    nodeFinding(facts.node),
    { level: 'good', what: `libvips ${facts.libraries.vips ?? 'unknown'}` },
    workersFinding(facts, load),
    memoryFinding(facts, load),
    filesFinding(facts, load),
    ...facts.optional.map(optionalFinding),
  ];
}

function nodeFinding(node: string): Finding {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  const [least, leastMinor] = LEAST_NODE;
  const good = major > least || (major === least && minor >= leastMinor);
  if (good) return { level: 'good', what: `Node ${node}` };
  const advice = `install Node ${least}.${leastMinor} or later`;
  return { level: 'broken', what: `Node ${node} is too old`, advice };
}

function workersFinding({ cores }: MachineFacts, { workers }: Load): Finding {
  const what = `${workers} render ${workers === 1 ? 'worker' : 'workers'}, ${cores} ${cores === 1 ? 'core' : 'cores'}`;
  if (workers <= cores) return { level: 'good', what };
  return { level: 'risk', what, advice: 'more workers than cores make each picture later' };
}

function memoryFinding({ memory }: MachineFacts, { workers }: Load): Finding {
  const wanted = FRONT_BYTES + workers * WORKER_BYTES;
  const what = `${sizeText(memory)} of memory`;
  if (memory >= wanted) return { level: 'good', what };
  const advice = `${workers} workers with large pictures take ${sizeText(wanted)}; have fewer, or lower limits.pixels`;
  return { level: 'risk', what, advice };
}

function filesFinding({ files }: MachineFacts, { connections, workers }: Load): Finding {
  if (files === undefined) return { level: 'good', what: 'no limit of open files' };
  const kept = affordableConnections(connections, files, workers);
  const what = `${files} open files, which are ${kept} connections`;
  if (kept >= connections) return { level: 'good', what };
  return { level: 'risk', what, advice: `${connections} are allowed: raise it, ulimit -n 65536` };
}

function optionalFinding({
  name,
  gives,
  version,
  install,
}: MachineFacts['optional'][number]): Finding {
  if (version !== undefined) return { level: 'good', what: `${name} ${version}: ${gives}` };
  return { level: 'missing', what: `${name}: ${gives}`, advice: install };
}

/** Bytes in a unit that people read. */
export function sizeText(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}
