/**
 * The password of Redis, from the file that the configuration names.
 */
import { readFileSync } from 'node:fs';
import type { Problem } from '../problems.ts';
import { systemReason } from '../system-reason.ts';

export interface RedisSettings {
  readonly url?: string;
  /** Absolute. */
  readonly passwordFile?: string;
  readonly prefix: string;
}

/** The password, or what is wrong with what is configured; undefined where none is. Nothing repeats it. */
export function readRedisPassword(redis: RedisSettings): string | undefined | Problem {
  const { passwordFile, prefix } = redis;
  if (!/^[\w-]{1,64}$/.test(prefix)) {
    return { path: 'redis.prefix', message: 'expected up to 64 letters, digits, - and _' };
  }
  if (passwordFile === undefined) return undefined;
  try {
    const text = readFileSync(passwordFile, 'utf8').trim();
    if (text !== '') return text;
    return { path: 'redis.passwordFile', message: 'expected a password in the file, got nothing' };
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const message = `expected a file that can be read at ${passwordFile}: ${systemReason(code)}`;
    return { path: 'redis.passwordFile', message };
  }
}
