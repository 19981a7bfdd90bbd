/**
 * Who may purge: the token of the configuration, or of the file that it names.
 */
import { readFileSync } from 'node:fs';
import type { Problem } from './problems.ts';
import { systemReason } from './system-reason.ts';

/** Fewer characters can be guessed. */
const SHORTEST_TOKEN = 16;

export interface AdminSettings {
  readonly port?: number;
  readonly token?: string;
  /** Absolute. */
  readonly tokenFile?: string;
  readonly purgeMethod: boolean;
}

/** The token, or what is wrong with what is configured; undefined where none is needed. Nothing repeats it. */
export function readAdminToken(admin: AdminSettings): string | undefined | Problem {
  const { port, token, tokenFile, purgeMethod } = admin;
  if (token !== undefined && tokenFile !== undefined) {
    return { path: 'admin.tokenFile', message: 'expected only without admin.token' };
  }
  const path = tokenFile === undefined ? 'admin.token' : 'admin.tokenFile';
  const read = tokenFile === undefined ? token : contentOf(tokenFile);
  if (typeof read === 'object') return read;
  if (read === undefined) {
    if (port === undefined && !purgeMethod) return undefined;
    const what = port === undefined ? 'admin.purgeMethod' : 'admin.port';
    return { path, message: `expected a token for ${what}, got nothing` };
  }
  if (read.length < SHORTEST_TOKEN || !/^[\x21-\x7e]+$/.test(read)) {
    const message = `expected at least ${SHORTEST_TOKEN} printable characters without blanks`;
    return { path, message };
  }
  return read;
}

function contentOf(path: string): string | Problem {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const message = `expected a file that can be read at ${path}: ${systemReason(code)}`;
    return { path: 'admin.tokenFile', message };
  }
}
