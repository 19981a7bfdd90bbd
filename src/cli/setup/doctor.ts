/**
 * The command `doctor`: what of this machine, and of a configuration, is broken, risky or missing.
 */
import { constants } from 'node:fs';
import { access, readdir, readFile, stat, statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { usableCores } from '../../engine/cores.ts';
import { type Config, ConfigError } from '../../server/config/config.ts';
import { OPTIONS } from '../../server/config/options.ts';
import { openFilesLimit } from '../../server/node/descriptors.ts';
import { findBackEnd } from '../../video/find-back-end.ts';
import { vipsVersions } from '../../vips/loader-policy.ts';
import {
  HEIC_PACKAGE,
  installedVersion,
  JXL_PACKAGE,
  PDF_PACKAGE,
  TRACER_PACKAGE,
} from '../../vips/optional/optional-package.ts';
import type { Surroundings } from '../surroundings.ts';
import { type CacheFacts, configChecks, secretsOf } from './config-checks.ts';
import { type Finding, type MachineFacts, machineChecks } from './machine-checks.ts';

export interface DoctorFlags {
  readonly json: boolean;
  /** Risks count as failures. */
  readonly strict: boolean;
}

/** A configuration with the file it came from. */
export interface DoctorConfig {
  readonly file: string;
  read(): Config;
}

/** Packages that may stand beside the server, and what they are for. */
const OPTIONAL = [
  [JXL_PACKAGE, 'JPEG XL, read and written'],
  [HEIC_PACKAGE, 'HEIC, read'],
  [PDF_PACKAGE, 'PDF, read'],
  [TRACER_PACKAGE, 'drawings of photographs as SVG'],
] as const;

/** Looks, and prints what it finds; true where nothing is broken. */
export async function doctor(
  source: DoctorConfig | undefined,
  { json, strict }: DoctorFlags,
  { out }: Pick<Surroundings, 'out'>,
): Promise<boolean> {
  const { config, problems } = readConfig(source);
  const load = {
    workers: config?.workers ?? usableCores(),
    connections: config?.listen.connections ?? Number(OPTIONS['listen.connections'].fallback),
  };
  const findings: Finding[] = [
    ...machineChecks(machineFacts(config), load),
    ...problems.map((what): Finding => ({ level: 'broken', what })),
    ...(config ? configChecks(config, await cacheFacts(config, source?.file)) : []),
  ];
  const count = (level: Finding['level']) => findings.filter((one) => one.level === level).length;
  const good = count('broken') === 0 && (!strict || count('risk') === 0);
  if (json) out(`${JSON.stringify({ good, findings }, null, 2)}\n`);
  else {
    for (const finding of findings) out(lineOf(finding));
    out(`\n${count('broken')} broken, ${count('risk')} risky, ${count('missing')} missing.\n`);
    if (source === undefined) out('With --config FILE a configuration is looked at as well.\n');
  }
  return good;
}

function readConfig(source: DoctorConfig | undefined): {
  readonly config?: Config;
  readonly problems: readonly string[];
} {
  if (source === undefined) return { problems: [] };
  try {
    return { config: source.read(), problems: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { problems: error.problems.map((problem) => `${source.file}: ${problem}`) };
  }
}

function machineFacts(config: Config | undefined): MachineFacts {
  const video = findBackEnd(config?.video.encoder ?? 'auto');
  const packages = OPTIONAL.map(([name, gives]) => ({
    ...{ name, gives, version: installedVersion(name), install: `npm install ${name}` },
  }));
  const films = {
    name: video?.ref.kind ?? 'ffmpeg',
    gives: 'videos of animations',
    version: video && (/\d{1,6}(?:\.\d{1,6}){1,4}/.exec(video.version)?.[0] ?? 'found'),
    install: 'install ffmpeg, or npm install node-av',
  };
  return {
    node: process.versions.node,
    cores: usableCores(),
    memory: memoryOf(process.constrainedMemory()),
    files: openFilesLimit(),
    libraries: vipsVersions(),
    optional: [...packages, films],
  };
}

/** What the control group allows, where it allows less than there is. */
function memoryOf(constrained: number | undefined): number {
  const all = totalmem();
  return constrained !== undefined && constrained > 0 ? Math.min(all, constrained) : all;
}

async function cacheFacts(config: Config, file: string | undefined): Promise<CacheFacts> {
  const { folder } = config.cache;
  const there = await nearest(folder);
  const writable = await access(there, constants.W_OK).then(
    () => true,
    () => false,
  );
  const space = await statfs(there).catch(() => undefined);
  return {
    writable,
    free: space && space.bavail * space.bsize,
    used: there === folder ? await usedBy(folder) : 0,
    openSecrets: file !== undefined && (await showsSecrets(file, config)),
  };
}

/** The folder, or the one that it would be made in. */
async function nearest(folder: string): Promise<string> {
  const there = await stat(folder).then(
    () => true,
    () => false,
  );
  return there || dirname(folder) === folder ? folder : await nearest(dirname(folder));
}

/** Bytes below a folder, as far as they can be counted in some thousand files. */
async function usedBy(folder: string): Promise<number> {
  let bytes = 0;
  const waiting = [folder];
  for (let looked = 0; looked < 5000 && waiting.length > 0; looked++) {
    const path = waiting.pop() ?? folder;
    for (const entry of await readdir(path, { withFileTypes: true }).catch(() => [])) {
      const full = join(path, entry.name);
      if (entry.isDirectory()) waiting.push(full);
      else
        bytes += await stat(full).then(
          ({ size }) => size,
          () => 0,
        );
    }
  }
  return bytes;
}

/** Whether a file that everybody may read holds a secret in so many words. */
async function showsSecrets(file: string, config: Config): Promise<boolean> {
  const { mode } = await stat(file);
  if (process.platform === 'win32' || (mode & 0o004) === 0) return false;
  const text = await readFile(file, 'utf8');
  return secretsOf(config).some((secret) => text.includes(secret));
}

const MARKS = { good: 'ok     ', missing: 'none   ', risk: 'risk   ', broken: 'broken ' } as const;

function lineOf({ level, what, advice }: Finding): string {
  return `${MARKS[level]} ${what}${advice === undefined ? '' : `; ${advice}`}\n`;
}
