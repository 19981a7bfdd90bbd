/**
 * Configuration: file, environment and flags read into one checked value.
 *
 * Flags override the environment, the environment overrides the file, and the
 * file overrides the fallbacks of the option table. Every problem is reported
 * at once under the path of its option; secrets are never repeated.
 */
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { readBucketSecret } from './bucket/bucket-settings.ts';
import { readAdminToken } from './config-admin.ts';
import { readConfigFile } from './config-file.ts';
import { readSigning, type SigningFiles } from './config-signing.ts';
import { checkSources } from './config-sources.ts';
import type { OptionValues } from './option-values.ts';
import { OPTION_NAMES, OPTIONS, type OptionName } from './options.ts';
import { ConfigError, describeIssue, type Problem } from './problems.ts';
import { PURGE_FILES, purgeProblem } from './purge/purge-settings.ts';
import { readRedisPassword } from './redis/redis-password.ts';
import { readSecrets } from './secrets.ts';
import { type SourceConfig, sourceSchema } from './source-schema.ts';

/**
 * A checked configuration: the values of the option table (bytes, pixels and
 * milliseconds as whole numbers, `cache.folder` absolute) and the sources.
 */
export type Config = OptionValues & { readonly sources: readonly SourceConfig[] };

export { ConfigError } from './problems.ts';

export interface ConfigContext {
  /** Folder that relative paths of the configuration start from. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Values of flags by option name. */
  readonly flags?: Readonly<Partial<Record<OptionName, unknown>>>;
  /** False: folders of sources need not be there yet. */
  readonly foldersExist?: boolean;
}

/**
 * The configuration in a JSON or YAML file, with environment and flags on top.
 *
 * @throws ConfigError
 */
export function loadConfig(file: string, context: Omit<ConfigContext, 'folder'> = {}): Config {
  return parseConfig(readConfigFile(file), { ...context, folder: dirname(resolve(file)) });
}

/**
 * A configuration given as a value of the same shape as a file.
 *
 * @throws ConfigError
 */
export function parseConfig(given: unknown, context: ConfigContext): Config {
  if (!isRecord(given)) {
    throw new ConfigError(['expected an object with "sources" for the configuration']);
  }
  const raw = { ...given };
  const origins = overlay(raw, context);
  const secrets = readSecrets(raw.sources, context);
  raw.sources = secrets.sources;
  // Once in the life of a process: code that zod would write for it takes longer than it saves
  const result = SCHEMA.safeParse(raw, { jitless: true });
  const problems: Problem[] = [
    ...secrets.problems,
    ...(result.success ? [] : result.error.issues.flatMap((issue) => describeIssue(issue, raw))),
  ];
  problems.push(...checkSources(raw.sources, context));
  if (problems.length > 0 || !result.success) {
    const lines = problems.map((problem) => lineOf(problem, origins));
    throw new ConfigError([...new Set(lines)]);
  }
  const config = result.data as unknown as Config;
  // What is named by a flag or a variable is relative to where the command was given
  const absolutePath = (name: OptionName, path: string) =>
    resolve(origins.has(name) ? '.' : context.folder, path);
  const c2pa: SigningFiles = Object.fromEntries(
    Object.entries(config.c2pa).map(([name, path]) => [
      name,
      absolutePath(`c2pa.${name as keyof SigningFiles}`, path),
    ]),
  );
  const signing = readSigning(c2pa);
  if (Array.isArray(signing)) throw new ConfigError(signing.map((one) => lineOf(one, origins)));
  const { tokenFile } = config.admin;
  const admin = {
    ...config.admin,
    ...(tokenFile === undefined ? {} : { tokenFile: absolutePath('admin.tokenFile', tokenFile) }),
  };
  const token = readAdminToken(admin);
  if (typeof token === 'object') throw new ConfigError([lineOf(token, origins)]);
  const redis = {
    ...config.redis,
    ...(config.redis.passwordFile === undefined
      ? {}
      : { passwordFile: absolutePath('redis.passwordFile', config.redis.passwordFile) }),
  };
  const password = readRedisPassword(redis);
  if (typeof password === 'object') throw new ConfigError([lineOf(password, origins)]);
  const { secretAccessKeyFile } = config.bucket;
  const bucket = {
    ...config.bucket,
    ...(secretAccessKeyFile === undefined
      ? {}
      : {
          secretAccessKeyFile: absolutePath('bucket.secretAccessKeyFile', secretAccessKeyFile),
        }),
  };
  const secret = readBucketSecret(bucket);
  if (typeof secret === 'object') throw new ConfigError([lineOf(secret, origins)]);
  const files = PURGE_FILES.flatMap((name) => {
    const path = config.purge[name];
    return path === undefined ? [] : [[name, absolutePath(`purge.${name}`, path)]];
  });
  const purge = { ...config.purge, ...Object.fromEntries(files) };
  const wrong = purgeProblem(purge, config.headers.tags);
  if (wrong !== undefined) throw new ConfigError([lineOf(wrong, origins)]);
  return {
    ...config,
    bucket: { ...bucket, ...(secret === undefined ? {} : { secretAccessKey: secret }) },
    admin: { ...admin, ...(token === undefined ? {} : { token }) },
    cache: { ...config.cache, folder: absolutePath('cache.folder', config.cache.folder) },
    c2pa,
    redis,
    purge,
    sources: config.sources.map((source) => absolute(source, context.folder)),
  };
}

/** A problem with where its value came from. */
function lineOf({ path, message }: Problem, origins: ReadonlyMap<OptionName, string>): string {
  const from = origins.get(path as OptionName);
  return `${path}${from === undefined ? '' : ` (from ${from})`}: ${message}`;
}

/** Puts flags, environment and fallbacks into a value of our own; tells which option came from where. */
function overlay(raw: Record<string, unknown>, context: ConfigContext): Map<OptionName, string> {
  const origins = new Map<OptionName, string>();
  const own = new Set<string>();
  for (const name of OPTION_NAMES) {
    const { env, flag, fallback } = OPTIONS[name] as (typeof OPTIONS)[OptionName] & {
      fallback?: string;
    };
    const fromFlag = context.flags?.[name];
    const fromEnv = context.env?.[env];
    if (fromFlag !== undefined) origins.set(name, `--${flag}`);
    else if (fromEnv !== undefined && fromEnv !== '') origins.set(name, env);
    const value = fromFlag ?? (fromEnv === '' ? undefined : fromEnv);
    const [section, key] = name.includes('.') ? name.split('.') : [undefined, name];
    if (section !== undefined && !own.has(section)) {
      const held = raw[section];
      if (held === undefined || isRecord(held)) raw[section] = { ...held };
      own.add(section);
    }
    const holder = section === undefined ? raw : raw[section];
    if (!isRecord(holder) || key === undefined) continue;
    if (value !== undefined) holder[key] = value;
    else if (holder[key] === undefined && fallback !== undefined) holder[key] = fallback;
  }
  return origins;
}

/** The field of an option: read by the table's own reader. */
function field(name: OptionName) {
  const option = OPTIONS[name];
  const reader = z.unknown().transform((value, context) => {
    const reading = option.read(value);
    if ('value' in reading) return reading.value;
    context.addIssue({ code: 'custom', message: `expected ${reading.expected}` });
    return z.NEVER;
  });
  return 'fallback' in option ? reader : reader.optional();
}

/** `{ host: field('listen.host'), … }` for the options of a section. */
function section(name: string) {
  const names = OPTION_NAMES.filter((option) => option.startsWith(`${name}.`));
  return z.strictObject(
    Object.fromEntries(names.map((option) => [option.slice(name.length + 1), field(option)])),
  );
}

/** Sections and plain options in the order of the table. */
const TOP_NAMES = [...new Set(OPTION_NAMES.map((name) => name.split('.')[0]!))];

const SCHEMA = z.strictObject({
  ...Object.fromEntries(
    TOP_NAMES.map((name) => [name, name in OPTIONS ? field(name as OptionName) : section(name)]),
  ),
  sources: z.array(sourceSchema).min(1),
});

function absolute(source: SourceConfig, folder: string): SourceConfig {
  return source.origin.kind === 'folder'
    ? { ...source, origin: { ...source.origin, path: resolve(folder, source.origin.path) } }
    : source;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
