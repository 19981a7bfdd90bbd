/**
 * Secrets of the configuration: text, or where it stands, so that a file that many may read holds none.
 *
 * `{ env: NAME }` is the value of a variable, `{ file: PATH }` what a file holds, without the line
 * break at its end. They are read before the schema looks, which then sees text alone.
 *
 * Invariant: no problem repeats a secret.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Problem } from './problems.ts';
import { systemReason } from './system-reason.ts';

export interface SecretsContext {
  /** Folder that relative paths start from. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Settings of an origin of kind `s3` that may be secrets. */
const BUCKET_SECRETS = ['accessKeyId', 'secretAccessKey', 'sessionToken'] as const;

/** Stands for a secret that could not be read, so that only that is reported. */
const UNREAD = 'unread secret of this configuration';

/** The sources with the secrets that they name, and what kept one from being read. */
export function readSecrets(
  sources: unknown,
  context: SecretsContext,
): { readonly sources: unknown; readonly problems: readonly Problem[] } {
  if (!Array.isArray(sources)) return { sources, problems: [] };
  const problems: Problem[] = [];
  const read = (value: unknown, path: string) => {
    const found = secretAt(value, context);
    if (typeof found !== 'object' || found === null || !('problem' in found)) return found;
    problems.push({ path, message: String(found.problem) });
    return UNREAD;
  };
  const resolved = sources.map((source: unknown, index) => {
    if (!isObject(source)) return source;
    const at = `sources[${index}]`;
    const { signing, origin } = source;
    const found = { ...source };
    if (isObject(signing) && Array.isArray(signing.tokens)) {
      const tokens = signing.tokens.map((token, number) =>
        read(token, `${at}.signing.tokens[${number}]`),
      );
      found.signing = { ...signing, tokens };
    }
    if (isObject(origin) && origin.kind === 's3') {
      const secrets = BUCKET_SECRETS.filter((name) => origin[name] !== undefined);
      const values = secrets.map((name) => [name, read(origin[name], `${at}.origin.${name}`)]);
      found.origin = { ...origin, ...Object.fromEntries(values) };
    }
    if (isObject(origin) && isObject(origin.headers)) {
      const headers = Object.entries(origin.headers).map(([name, value]) => [
        name,
        read(value, `${at}.origin.headers.${name}`),
      ]);
      found.origin = { ...origin, headers: Object.fromEntries(headers) };
    }
    return found;
  });
  return { sources: resolved, problems };
}

/** What a value names; the value itself where it names no secret. */
function secretAt(value: unknown, { env, folder }: SecretsContext): unknown {
  if (!isObject(value) || Object.keys(value).length !== 1) return value;
  if (typeof value.env === 'string') {
    const text = env?.[value.env];
    if (text !== undefined && text !== '') return text;
    return { problem: `expected a secret in the variable ${value.env}, got nothing` };
  }
  if (typeof value.file === 'string') return secretFile(resolve(folder, value.file));
  return value;
}

function secretFile(path: string): string | { readonly problem: string } {
  try {
    const text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    return text === '' ? { problem: `expected a secret in the file ${path}, got nothing` } : text;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is none' : systemReason(code);
    return { problem: `expected a file that can be read at ${path}: ${why}` };
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
