/**
 * The shape of one source in the configuration: a dialect, where it answers,
 * and the origin behind it.
 */
import { z } from 'zod';
import { readAllowList } from '../origins/allow-list.ts';
import { readBase } from '../origins/http.ts';

export interface SourceConfig {
  readonly name: string;
  readonly dialect: 'fastly' | 'imgix' | 'imageoptim';
  /** Prefix without a trailing slash; "" is the root of every host. */
  readonly mount?: string;
  /** Lower case. */
  readonly hosts: readonly string[];
  readonly origin:
    | { readonly kind: 'folder'; readonly path: string }
    | { readonly kind: 'http'; readonly base: string; readonly allow?: readonly string[] }
    | { readonly kind: 'web'; readonly allow: readonly string[] };
  readonly signing?: { readonly tokens: readonly string[]; readonly required: boolean };
  readonly defaults?: Readonly<Record<string, string>>;
  readonly accounts?: readonly string[];
}

/** Where a source answers: its mount, `/` for the root of any host, and its hosts. */
export function placesOf({ mount, hosts }: SourceConfig): string[] {
  return [...(mount === undefined ? [] : [mount || '/']), ...hosts];
}

/** Paths that are the server's own. */
const RESERVED = ['/healthz', '/readyz', '/_fovea'];

const mount = z
  .string()
  .refine((text) => /^\/(?:[\w.~-]+(?:\/[\w.~-]+)*\/?)?$/.test(text), {
    message: 'expected a path such as /images',
  })
  .refine((text) => !RESERVED.some((own) => text === own || text.startsWith(`${own}/`)), {
    message: 'expected a path that the server does not need itself',
  })
  .transform((text) => text.replace(/\/$/, ''));

const host = z
  .string()
  .refine((text) => /^(?!-)[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i.test(text), {
    message: 'expected a host name without a port',
  })
  .transform((text) => text.toLowerCase());

const allowed = z.string().refine((text) => succeeds(() => readAllowList([text])), {
  message: 'expected a host, host:port or *.suffix',
});

const origin = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('folder'), path: z.string().min(1) }),
  z.strictObject({
    kind: z.literal('http'),
    base: z.string().refine((text) => succeeds(() => readBase(text)), {
      message: 'expected an http or https URL without a query',
    }),
    allow: z.array(allowed).optional(),
  }),
  z.strictObject({ kind: z.literal('web'), allow: z.array(allowed).min(1) }),
]);

/** YAML and people write `w: 240` for what a URL would say as text. */
const parameter = z.union([z.string(), z.number(), z.boolean()]).transform(String);

export const sourceSchema = z.strictObject({
  name: z.string().regex(/^[\w.-]{1,64}$/),
  dialect: z.enum(['fastly', 'imgix', 'imageoptim']),
  mount: mount.optional(),
  hosts: z.array(host).default([]),
  origin,
  signing: z
    .strictObject({
      tokens: z.array(z.string().min(1)).min(1),
      required: z.boolean().default(true),
    })
    .optional(),
  defaults: z.record(z.string().min(1), parameter).optional(),
  accounts: z
    .array(z.string().regex(/^[\w-]{1,64}$/))
    .min(1)
    .optional(),
});

function succeeds(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
