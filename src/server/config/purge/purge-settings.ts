/**
 * CDNs that are told of purges: what their options mean for one another.
 */
import { readFileSync } from 'node:fs';
import type { Problem } from '../problems.ts';
import { systemReason } from '../system-reason.ts';

export interface PurgeSettings {
  readonly fastlyService?: string;
  readonly fastlyToken?: string;
  /** Absolute. */
  readonly fastlyTokenFile?: string;
  readonly cloudflareZone?: string;
  readonly cloudflareToken?: string;
  /** Absolute. */
  readonly cloudflareTokenFile?: string;
}

/** Options that name a file. */
export const PURGE_FILES = ['tokenFile', 'fastlyTokenFile', 'cloudflareTokenFile'] as const;

/** What names the place at each CDN, and the header by which it learns the tags that are purged. */
const CDNS = [
  {
    cdn: 'fastly',
    place: 'fastlyService',
    form: /^[A-Za-z0-9]{1,64}$/,
    expected: 'letters and digits',
    tags: 'Surrogate-Key',
  },
  {
    cdn: 'cloudflare',
    place: 'cloudflareZone',
    form: /^[0-9a-f]{32}$/,
    expected: '32 digits of 0-9 and a-f',
    tags: 'Cache-Tag',
  },
] as const;

/** What is wrong; undefined where all is well. Nothing repeats a token. */
export function purgeProblem(purge: PurgeSettings, tags: string): Problem | undefined {
  for (const one of CDNS) {
    const problem = problemOf(one, purge, tags);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemOf(
  { cdn, place, form, expected, tags: header }: (typeof CDNS)[number],
  purge: PurgeSettings,
  tags: string,
): Problem | undefined {
  const [named, token, file] = [purge[place], purge[`${cdn}Token`], purge[`${cdn}TokenFile`]];
  const at = (name: string, message: string): Problem => ({ path: `purge.${name}`, message });
  if (named === undefined) {
    if (token === undefined && file === undefined) return undefined;
    return at(place, 'expected it beside its token, got nothing');
  }
  if (!form.test(named)) return at(place, `expected ${expected}`);
  if (tags !== header) return at(place, `expected headers.tags to be ${header}, got ${tags}`);
  if (token !== undefined && file !== undefined) {
    return at(`${cdn}TokenFile`, `expected only without purge.${cdn}Token`);
  }
  const read = file === undefined ? token : contentOf(file);
  if (typeof read === 'object') return at(`${cdn}TokenFile`, read.message);
  if (read === undefined) return at(`${cdn}Token`, 'expected a token, got nothing');
  if (/^[\x21-\x7e]+$/.test(read)) return undefined;
  const where = file === undefined ? `${cdn}Token` : `${cdn}TokenFile`;
  return at(where, 'expected printable characters without blanks');
}

function contentOf(path: string): string | { readonly message: string } {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    return { message: `expected a file that can be read at ${path}: ${systemReason(code)}` };
  }
}
