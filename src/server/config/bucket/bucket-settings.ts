/**
 * The bucket of the configuration: what its options mean for one another, and its secret.
 */
import { readFileSync } from 'node:fs';
import { isBucketName } from '../../../s3/bucket-settings.ts';
import type { Problem } from '../problems.ts';
import { systemReason } from '../system-reason.ts';

export interface BucketConfig {
  readonly name?: string;
  readonly prefix: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly pathStyle?: boolean;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  /** Absolute. */
  readonly secretAccessKeyFile?: string;
  readonly deadline: number;
}

/** The secret, or what is wrong with what is configured; undefined where there is none. Nothing repeats it. */
export function readBucketSecret(bucket: BucketConfig): string | undefined | Problem {
  const { name, accessKeyId, secretAccessKey, secretAccessKeyFile } = bucket;
  if (name !== undefined && !isBucketName(name)) {
    const message = 'expected 3 to 63 lower-case letters, digits, - and .';
    return { path: 'bucket.name', message };
  }
  if (secretAccessKey !== undefined && secretAccessKeyFile !== undefined) {
    const message = 'expected only without bucket.secretAccessKey';
    return { path: 'bucket.secretAccessKeyFile', message };
  }
  const secret =
    secretAccessKeyFile === undefined ? secretAccessKey : contentOf(secretAccessKeyFile);
  if (typeof secret === 'object') return secret;
  if ((accessKeyId === undefined) !== (secret === undefined)) {
    const lacking = accessKeyId === undefined ? 'accessKeyId' : 'secretAccessKey';
    const message = 'expected it together with its other half, got nothing';
    return { path: `bucket.${lacking}`, message };
  }
  return secret;
}

function contentOf(path: string): string | Problem {
  const at = 'bucket.secretAccessKeyFile';
  try {
    const text = readFileSync(path, 'utf8').trim();
    return text === '' ? { path: at, message: 'expected a secret in the file, got nothing' } : text;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    return {
      path: at,
      message: `expected a file that can be read at ${path}: ${systemReason(code)}`,
    };
  }
}
