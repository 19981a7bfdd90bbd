/**
 * Options of the bucket that all nodes keep what they have made in: rows of the table in `options.ts`.
 */
import { duration, httpUrl, text, toggle } from '../../../base/options.ts';

export const BUCKET_OPTIONS = {
  'bucket.name': text({
    env: 'FOVEA_BUCKET',
    flag: 'bucket',
    values: 'the name of a bucket',
    doc: 'Bucket (S3 protocol) behind memory and disk that all nodes share: what one has read or made, the others need not. A node looks there on a miss and writes there after its answer; a bucket that is slow or away costs no answer. Without it there is none. It needs a package beside the server (docs/scale.md).',
  }),
  'bucket.prefix': text({
    env: 'FOVEA_BUCKET_PREFIX',
    flag: 'bucket-prefix',
    fallback: 'fovea/',
    values: 'a folder in the bucket',
    doc: 'What names of objects begin with; another one for each service.',
  }),
  'bucket.region': text({
    env: 'FOVEA_BUCKET_REGION',
    flag: 'bucket-region',
    values: 'a region such as `eu-central-1`',
    doc: 'Where the bucket is; by default what `AWS_REGION` or the files of the AWS tools say.',
  }),
  'bucket.endpoint': httpUrl({
    env: 'FOVEA_BUCKET_ENDPOINT',
    flag: 'bucket-endpoint',
    doc: 'Server of the S3 protocol, such as http://minio:9000 or https://storage.googleapis.com; without it Amazon.',
  }),
  'bucket.pathStyle': toggle({
    env: 'FOVEA_BUCKET_PATH_STYLE',
    flag: 'bucket-path-style',
    doc: 'The bucket is the first part of the path of its URLs, and not of the host; by default with an endpoint.',
  }),
  'bucket.accessKeyId': text({
    env: 'FOVEA_BUCKET_ACCESS_KEY_ID',
    flag: 'bucket-access-key-id',
    values: 'text',
    doc: 'Who this server is there; without it the usual places are looked at: variables such as `AWS_ACCESS_KEY_ID`, files of the AWS tools, the role of the container or the machine.',
  }),
  'bucket.secretAccessKey': text({
    env: 'FOVEA_BUCKET_SECRET_ACCESS_KEY',
    flag: 'bucket-secret-access-key',
    values: 'a secret',
    doc: 'The secret that belongs to it.',
  }),
  'bucket.secretAccessKeyFile': text({
    env: 'FOVEA_BUCKET_SECRET_ACCESS_KEY_FILE',
    flag: 'bucket-secret-access-key-file',
    values: 'a file',
    doc: 'File that holds that secret, in its place; relative to the configuration file.',
  }),
  'bucket.deadline': duration({
    env: 'FOVEA_BUCKET_DEADLINE',
    flag: 'bucket-deadline',
    fallback: '2s',
    doc: 'Longest wait for the head of an object; bodies and writes have ten times as long. Visitors do not wait so long: work is begun beside a bucket that is slower than usual.',
  }),
} as const;
