/**
 * Bucket settings: a bucket as a configuration names it, for origins and for the cache alike.
 *
 * Pure.
 */
import { withoutEnd, withoutStart } from '../base/without-ends.ts';
import type { BucketOptions } from './bucket.ts';

export interface BucketSettings {
  readonly bucket: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly pathStyle?: boolean;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
}

/** @throws TypeError for one half of credentials */
export function bucketOptions(settings: BucketSettings): BucketOptions {
  const { bucket, region, endpoint, pathStyle } = settings;
  const { accessKeyId, secretAccessKey, sessionToken } = settings;
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw new TypeError('expected accessKeyId and secretAccessKey together, or none of them');
  }
  const token = sessionToken === undefined ? {} : { sessionToken };
  const credentials =
    accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey, ...token } };
  return {
    bucket,
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(pathStyle === undefined ? {} : { pathStyle }),
    ...credentials,
  };
}

/** A prefix that names a folder: without a slash in front, with one behind; empty for the whole bucket. */
export function folderPrefix(prefix = ''): string {
  const path = withoutEnd(withoutStart(prefix, '/'), '/');
  return path === '' ? '' : `${path}/`;
}

/** Whether a name may be that of a bucket (docs/spec/s3.md 1.2). */
export function isBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name);
}
