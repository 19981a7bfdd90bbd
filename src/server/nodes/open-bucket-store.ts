/**
 * Open bucket store: the store that all nodes share, where the configuration names a bucket. Nothing of it is
 * loaded otherwise.
 */

import type { BucketStoreOptions } from '../../stores/bucket-store.ts';
import type { SharedStore } from '../../stores/shared-store.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/problems.ts';
import type { Log } from '../telemetry/log.ts';

/** @throws ConfigError where the package for it is not installed */
export async function openBucketStore(
  { bucket }: Pick<Config, 'bucket'>,
  log: Log,
  observe?: BucketStoreOptions['observe'],
): Promise<SharedStore | undefined> {
  const { name, prefix, deadline, ...settings } = bucket;
  if (name === undefined) return undefined;
  const [
    { openBucket },
    { BucketStore },
    { bucketOptions, folderPrefix },
    { MissingBucketPackage },
  ] = await Promise.all([
    import('../../s3/open-bucket.ts'),
    import('../../stores/bucket-store.ts'),
    import('../../s3/bucket-settings.ts'),
    import('../../s3/bucket.ts'),
  ]);
  try {
    const opened = await openBucket(bucketOptions({ ...settings, bucket: name }));
    return new BucketStore({
      ...{ bucket: opened, prefix: folderPrefix(prefix), deadline, observe },
      changed: (available, reason) =>
        available ? log.info({}, 'bucket-back') : log.warn({ reason }, 'bucket-away'),
    });
  } catch (error) {
    if (!(error instanceof MissingBucketPackage)) throw error;
    throw new ConfigError([`bucket.name: ${error.message}`]);
  }
}
