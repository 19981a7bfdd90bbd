/**
 * What one source of the configuration means for another, and for its dialect.
 *
 * Runs on the raw value beside the schema, so that these problems are reported
 * together with those of shape; what has the wrong shape is passed over here.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { DIALECTS } from '../../dialects/all.ts';
import type { Problem } from './problems.ts';
import { DURATION } from './setting.ts';
import { isUrl } from './source-answers.ts';

/** Characters of a key that signs URLs. */
const SHORTEST_KEY = 16;

type Raw = Record<string, unknown>;

export interface SourceContext {
  /** Folder that relative paths start from. */
  readonly folder: string;
  /** False: folders of sources need not be there yet. */
  readonly foldersExist?: boolean;
}

/** Problems between sources and with folders, by path. */
export function checkSources(
  sources: unknown,
  { folder, foldersExist = true }: SourceContext,
): Problem[] {
  if (!Array.isArray(sources)) return [];
  const problems: Problem[] = [];
  const names = new Map<string, string>();
  const mounts = new Map<string, string>();
  const hosts = new Map<string, string>();
  const unique = (seen: Map<string, string>, key: unknown, path: string, what: string) => {
    if (typeof key !== 'string') return;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, path);
    else problems.push({ path, message: `expected a ${what} of its own, got that of ${first}` });
  };
  for (const [index, source] of sources.entries()) {
    if (!isObject(source)) continue;
    const at = `sources[${index}]`;
    unique(names, source.name, `${at}.name`, 'name');
    const mount = typeof source.mount === 'string' ? source.mount.replace(/\/$/, '') : undefined;
    unique(mounts, mount, `${at}.mount`, 'mount');
    for (const [number, host] of list(source.hosts).entries()) {
      const name = typeof host === 'string' ? host.toLowerCase() : undefined;
      unique(hosts, name, `${at}.hosts[${number}]`, 'host');
    }
    if (source.mount === undefined && list(source.hosts).length === 0) {
      problems.push({ path: `${at}.mount`, message: 'expected a mount or hosts, got neither' });
    }
    problems.push(
      ...checkDialect(source, at),
      ...checkNames(source, at, 'defaults'),
      ...checkNames(source, at, 'aliases'),
      ...checkAnswers(source, at),
      ...checkRules(source, at),
    );
    if (foldersExist) problems.push(...checkFolder(source, at, folder));
  }
  return problems;
}

function checkDialect(source: Raw, at: string): Problem[] {
  const problems: Problem[] = [];
  const { dialect, signing, accounts } = source;
  const kind = isObject(source.origin) ? source.origin.kind : undefined;
  if (dialect !== 'imgix') problems.push(...checkKeys(signing, at));
  if (accounts !== undefined && dialect !== 'imageoptim') {
    problems.push({ path: `${at}.accounts`, message: 'expected only for the imageoptim dialect' });
  }
  for (const name of ['defaults', 'svg'] as const) {
    if (source[name] === undefined || dialect !== 'imageoptim') continue;
    const message = 'expected only for the fastly and imgix dialects';
    problems.push({ path: `${at}.${name}`, message });
  }
  if (source.notPictures !== undefined && dialect !== 'imgix') {
    problems.push({ path: `${at}.notPictures`, message: 'expected only for the imgix dialect' });
  }
  if (source.aliases !== undefined && dialect !== 'fastly') {
    problems.push({ path: `${at}.aliases`, message: 'expected only for the fastly dialect' });
  }
  if (dialect === 'imageoptim' && kind === 'web' && accounts === undefined) {
    problems.push({
      path: `${at}.accounts`,
      message: 'expected the user names to serve for a web origin, got nothing',
    });
  }
  if (dialect === 'imageoptim' && accounts !== undefined && kind !== 'web' && kind !== undefined) {
    problems.push({ path: `${at}.accounts`, message: 'expected only with a web origin' });
  }
  if (dialect === 'fastly' && kind === 'web') {
    problems.push({
      path: `${at}.origin.kind`,
      message: 'expected folder, http or s3 for the fastly dialect, got "web"',
    });
  }
  return problems;
}

/** Keys of HMAC that could be guessed; imgix gives out tokens of its own. */
function checkKeys(signing: unknown, at: string): Problem[] {
  return list(isObject(signing) ? signing.tokens : undefined).flatMap((token, index) => {
    if (typeof token !== 'string' || token === '' || token.length >= SHORTEST_KEY) return [];
    const message = `expected at least ${SHORTEST_KEY} characters, got fewer`;
    return [{ path: `${at}.signing.tokens[${index}]`, message }];
  });
}

/** Names in rules that no URL would be held against: fastly alone may hand unknown ones on to the origin. */
function checkRules({ dialect, parameters }: Raw, at: string): Problem[] {
  if (!isObject(parameters) || typeof dialect !== 'string') return [];
  if (!Object.hasOwn(DIALECTS, dialect)) return [];
  const { params } = DIALECTS[dialect as keyof typeof DIALECTS];
  return (['allow', 'deny'] as const).flatMap((kind) =>
    list(parameters[kind]).flatMap((name, index) => {
      const unchecked = typeof name !== 'string' || (kind === 'allow' && dialect === 'fastly');
      if (unchecked || Object.hasOwn(params, name)) return [];
      const path = `${at}.parameters.${kind}[${index}]`;
      return [{ path, message: `expected the own name of a parameter of ${dialect}` }];
    }),
  );
}

/** Times and pictures that contradict one another or the origin. */
function checkAnswers(source: Raw, at: string): Problem[] {
  const problems: Problem[] = [];
  const { ttl, ttlMode, minTtl, maxTtl, imageStatus } = source;
  if (ttl === undefined && (ttlMode === 'override' || ttlMode === 'minimum')) {
    problems.push({
      path: `${at}.ttl`,
      message: `expected a time for ttlMode ${ttlMode}, got nothing`,
    });
  }
  const [floor, ceiling] = [minTtl, maxTtl].map(milliseconds);
  if (floor !== undefined && ceiling !== undefined && floor > ceiling) {
    problems.push({ path: `${at}.minTtl`, message: 'expected at most maxTtl, got more' });
  }
  if (ttlMode === 'override') {
    for (const name of ['minTtl', 'maxTtl']) {
      if (source[name] === undefined) continue;
      problems.push({ path: `${at}.${name}`, message: 'expected only without ttlMode override' });
    }
  }
  const images = ['defaultImage', 'errorImage'] as const;
  const isWeb = isObject(source.origin) && source.origin.kind === 'web';
  for (const name of images) {
    const image = source[name];
    if (typeof image !== 'string' || isUrl(image) === isWeb) continue;
    const expected = isWeb ? 'a URL for a web origin' : 'a path below the origin';
    problems.push({ path: `${at}.${name}`, message: `expected ${expected}` });
  }
  if (imageStatus !== undefined && images.every((name) => source[name] === undefined)) {
    const message = 'expected only with a defaultImage or an errorImage';
    problems.push({ path: `${at}.imageStatus`, message });
  }
  return problems;
}

function milliseconds(value: unknown): number | undefined {
  const reading = DURATION.read(value);
  return 'value' in reading ? reading.value : undefined;
}

/** Names and values of an object, as the dialect knows them; values of the wrong kind are the schema's matter. */
function checkNames(source: Raw, at: string, setting: 'defaults' | 'aliases'): Problem[] {
  const { dialect } = source;
  const given = source[setting];
  if (!isObject(given) || typeof dialect !== 'string') return [];
  const checks = Object.hasOwn(DIALECTS, dialect)
    ? DIALECTS[dialect as keyof typeof DIALECTS]
    : undefined;
  const types = setting === 'defaults' ? ['string', 'number', 'boolean'] : ['string'];
  const plain = Object.entries(given).filter(([, value]) => types.includes(typeof value));
  const texts = Object.fromEntries(plain.map(([name, value]) => [name, String(value)]));
  const check = setting === 'defaults' ? checks?.checkDefaults : checks?.checkAliases;
  return (check?.(texts) ?? []).map(({ name, message }) => ({
    path: `${at}.${setting}.${name}`,
    message,
  }));
}

function checkFolder({ origin }: Raw, at: string, folder: string): Problem[] {
  if (!isObject(origin) || origin.kind !== 'folder' || typeof origin.path !== 'string') return [];
  const path = resolve(folder, origin.path);
  const missing = folderProblem(path);
  return missing === undefined ? [] : [{ path: `${at}.origin.path`, message: missing }];
}

/** What keeps a path from being a folder of sources, in words; undefined where nothing does. */
export function folderProblem(path: string): string | undefined {
  try {
    if (!statSync(path).isDirectory()) return `expected a folder, got a file at ${path}`;
    accessSync(path, constants.R_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return `expected a folder, got nothing at ${path}; make it first`;
    return `expected a folder that can be read, got ${code} at ${path}`;
  }
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
