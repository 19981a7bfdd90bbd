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
  const path = target.replace(/\?.*$/s, '').replace(/(:|%3a)(\/|%2f){1,2}[^/]*?(@|%40)/gi, '$1//');
  return path.length > 300 ? `${path.slice(0, 300)}…` : path;
}
