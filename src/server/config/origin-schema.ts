/**
 * The shape of an origin in the configuration: its kind, and how its servers are asked.
 *
 * One row per setting, as for sources; those of `headers` are for a base alone, whose server is known.
 */
import { z } from 'zod';
import { readAllowList } from '../../origins/allow-list.ts';
import { readBase } from '../../origins/http.ts';
import { requestHeadersProblem } from '../../origins/request-headers.ts';
import { DEFAULT_TRAFFIC } from '../../origins/traffic.ts';
import { isBucketName } from '../../s3/bucket-settings.ts';
import { duration, type Setting, schemasOf, whole } from './setting.ts';

const allowed = z.string().refine((text) => succeeds(() => readAllowList([text])), {
  message: 'expected a host, host:port or *.suffix',
});

/** How servers are asked; what is absent is the usual way. */
const WEB_SETTINGS = {
  connections: {
    schema: whole(1, 1024).optional(),
    values: 'a whole number from 1 to 1024',
    fallback: `${DEFAULT_TRAFFIC.connections}`,
    doc: 'Connections to one server at a time; what is asked for beyond them waits.',
  },
  keepAlive: {
    schema: duration.optional(),
    values: 'a duration',
    fallback: `${DEFAULT_TRAFFIC.keepAlive / 1000}s`,
    doc: 'How long a connection without work is kept, whatever the server promises.',
  },
  retries: {
    schema: whole(0, 10).optional(),
    values: 'a whole number from 0 to 10',
    fallback: `${DEFAULT_TRAFFIC.retries}`,
    doc: 'Times that a request is tried again after a failed connection or a 502, 503 or 504, within `limits.sourceTimeout`; `Retry-After` is honoured. The same for going on with a source whose connection was cut.',
  },
  breakerFailures: {
    schema: whole(0, 10_000).optional(),
    values: 'a whole number; 0 for never',
    fallback: `${DEFAULT_TRAFFIC.breakerFailures}`,
    doc: 'Failures (502, 503, 504, connections, time) within `breakerWindow`, and at least half of all answers, after which a server is left alone: what is stale is served meanwhile where it may be, else a 503 with `Retry-After`.',
  },
  breakerWindow: {
    schema: duration.optional(),
    values: 'a duration',
    fallback: `${DEFAULT_TRAFFIC.breakerWindow / 1000}s`,
    doc: 'Time within which they are counted.',
  },
  breakerPause: {
    schema: duration.optional(),
    values: 'a duration',
    fallback: `${DEFAULT_TRAFFIC.breakerPause / 1000}s`,
    doc: 'How long it is left alone; then a single request tries whether it is well again.',
  },
} as const satisfies Record<string, Setting>;

/** The same with what only the server of a base is told. */
export const ORIGIN_SETTINGS = {
  ...WEB_SETTINGS,
  headers: {
    schema: z
      .record(z.string(), z.string())
      .superRefine((headers, context) => {
        const message = requestHeadersProblem(headers);
        if (message !== undefined) context.addIssue({ code: 'custom', message });
      })
      .optional(),
    values: 'an object; a value is text, `{ env: NAME }` or `{ file: PATH }`',
    doc: 'Only with `kind: http`: further headers of every request to the server of `base`, such as `Authorization`. A redirect to another server does not carry them, and no log has them.',
  },
} as const satisfies Record<string, Setting>;

/** What only a bucket is told; the credentials may be `{ env: NAME }` or `{ file: PATH }`. */
export const BUCKET_SETTINGS = {
  bucket: {
    schema: z.string().refine(isBucketName, {
      message: 'expected 3 to 63 lower-case letters, digits, - and .',
    }),
    values: 'the name of a bucket',
    doc: 'Bucket whose objects are the sources.',
  },
  prefix: {
    schema: z.string().optional(),
    values: 'a folder in the bucket',
    fallback: 'the whole bucket',
    doc: 'Folder below which sources lie.',
  },
  region: {
    schema: z.string().min(1).optional(),
    values: 'a region such as `eu-central-1`',
    doc: 'Where the bucket is; by default what `AWS_REGION` or the files of the AWS tools say.',
  },
  endpoint: {
    schema: z
      .string()
      .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), {
        message: 'expected an http or https URL',
      })
      .optional(),
    values: 'an http or https URL',
    fallback: 'Amazon',
    doc: 'Server of the S3 protocol, such as `https://storage.googleapis.com`.',
  },
  pathStyle: {
    schema: z.boolean().optional(),
    values: '`true` or `false`',
    fallback: 'true with an `endpoint`',
    doc: 'The bucket is the first part of the path of its URLs, and not of the host.',
  },
  accessKeyId: {
    schema: z.string().min(1).optional(),
    values: 'text, `{ env: NAME }` or `{ file: PATH }`',
    doc: 'Who this server is there; without it the usual places are looked at: variables such as `AWS_ACCESS_KEY_ID`, files of the AWS tools, the role of the container or the machine.',
  },
  secretAccessKey: {
    schema: z.string().min(1).optional(),
    values: 'the same',
    doc: 'The secret that belongs to it.',
  },
  sessionToken: {
    schema: z.string().min(1).optional(),
    values: 'the same',
    doc: 'Of credentials for a while.',
  },
} as const satisfies Record<string, Setting>;

/** Where originals live, by kind. */
export const origin = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('folder'),
    path: z.string().min(1),
    allow: z.array(allowed).optional(),
  }),
  z.strictObject({
    kind: z.literal('http'),
    base: z.string().refine((text) => succeeds(() => readBase(text)), {
      message: 'expected an http or https URL without a query',
    }),
    allow: z.array(allowed).optional(),
    ...schemasOf(ORIGIN_SETTINGS),
  }),
  z.strictObject({
    kind: z.literal('web'),
    allow: z.array(allowed).min(1),
    ...schemasOf(WEB_SETTINGS),
  }),
  z
    .strictObject({
      kind: z.literal('s3'),
      allow: z.array(allowed).optional(),
      ...schemasOf(BUCKET_SETTINGS),
      ...schemasOf(WEB_SETTINGS),
    })
    .refine(
      ({ accessKeyId, secretAccessKey }) =>
        (accessKeyId === undefined) === (secretAccessKey === undefined),
      { message: 'expected accessKeyId and secretAccessKey together, or none of them' },
    ),
]);

function succeeds(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
