/**
 * Log: one JSON line per event, to standard output.
 *
 * Targets are logged without their query, user info or signature: a query may
 * carry what its owner calls a secret.
 */
import { pino } from 'pino';

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug';

export interface Log {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export function createLog(level: LogLevel): Log {
  return pino({ level, base: null });
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** The path of a target as it may stand in a log: no query, no user info, at most 300 characters. */
export function loggable(target: string): string {
  const path = withoutUserInfo(target.split('?', 1)[0] ?? '');
  return path.length > 300 ? `${path.slice(0, 300)}…` : path;
}

/** `http://name:secret@host/` as `http://host/`, percent-encoded or not; reads each segment once. */
function withoutUserInfo(path: string): string {
  const segments = /(:|%3a)(\/|%2f){1,2}([^/]*)/gi;
  return path.replace(segments, (all, colon: string, _slash, rest: string) => {
    const parts = rest.split(/@|%40/);
    return parts.length === 1 ? all : `${colon}//${parts.at(-1)}`;
  });
}
