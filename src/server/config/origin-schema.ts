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
]);

function succeeds(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
