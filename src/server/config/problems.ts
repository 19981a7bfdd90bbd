/**
 * Problems of a configuration in words: *path: expected …, got …*.
 *
 * Values are repeated so that they can be found again, except where they may
 * be secret.
 */
import type { z } from 'zod';

export interface Problem {
  /** `sources[1].origin.allow` */
  readonly path: string;
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

/** A configuration that cannot be used, with all that is wrong with it. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** The problems of one issue of the schema; `raw` is the value that was read. */
export function describeIssue(issue: Issue, raw: unknown): Problem[] {
  const path = pathText(issue.path);
  const got = `got ${shown(valueAt(raw, issue.path), issue.path)}`;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: pathText([...issue.path, key]),
        message: 'expected no such option here',
      }));
    case 'invalid_type':
      return [{ path, message: `expected ${TYPES[issue.expected] ?? issue.expected}, ${got}` }];
    case 'invalid_value':
      return [{ path, message: `expected one of ${issue.values.join(', ')}, ${got}` }];
    case 'too_small':
      return [{ path, message: `expected at least one, ${got}` }];
    case 'invalid_union':
      return issue.discriminator === undefined
        ? [{ path, message: `expected text, a number or true or false, ${got}` }]
        : [discriminator(issue.path, issue.discriminator, raw)];
    case 'invalid_format':
      return [{ path, message: `expected letters, digits, "-", "_" or ".", at most 64, ${got}` }];
    default:
      return [{ path, message: `${issue.message}, ${got}` }];
  }
}

const TYPES: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'an object',
  record: 'an object',
  string: 'text',
  boolean: 'true or false',
  number: 'a number',
};

function discriminator(path: Issue['path'], name: string, raw: unknown): Problem {
  // zod reports the place of the object or that of the key, by version
  const full = path.at(-1) === name ? path : [...path, name];
  const got = shown(valueAt(raw, full), full);
  return { path: pathText(full), message: `expected one of folder, http, web, got ${got}` };
}

function pathText(path: readonly PropertyKey[]): string {
  const text = path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
  return text === '' ? 'configuration' : text;
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  let value = raw;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

/** Names of what is never repeated: `signing.tokens`, `metrics.token`, … */
const SECRET = /token|secret|password/i;

/** The headers of an origin may hold any. */
function isSecret(path: readonly PropertyKey[]): boolean {
  const ofOrigin = path.includes('origin') && path.includes('headers');
  return ofOrigin || path.some((part) => SECRET.test(String(part)));
}

/** A value for a message: short, and silent about secrets. */
function shown(value: unknown, path: readonly PropertyKey[]): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'an object';
  if (isSecret(path)) return 'something else';
  if (typeof value !== 'string') return String(value);
  const safe = value.replace(/\/\/[^/@]*@/g, '//…@');
  return JSON.stringify(safe.length > 60 ? `${safe.slice(0, 60)}…` : safe);
}
