/**
 * The shape of one source in the configuration: a dialect, where it answers,
 * the origin behind it, and how long its answers may be kept.
 *
 * One row per setting; the schema, the type and the reference page follow from
 * this table. What settings mean for one another stands in `config-sources.ts`.
 */
import { z } from 'zod';
import { NEGOTIATED } from '../../dialects/negotiation.ts';
import { origin } from './origin-schema.ts';
import {
  duration,
  lengths,
  parameterRules,
  presets,
  price,
  rate,
  type Setting,
  schemasOf,
  whole,
} from './setting.ts';

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

/** YAML and people write `w: 240` for what a URL would say as text. */
const parameter = z.union([z.string(), z.number(), z.boolean()]).transform(String);

export const SOURCE_SETTINGS = {
  name: {
    schema: z.string().regex(/^[\w.-]{1,64}$/),
    values: 'letters, digits, `-`, `_`, `.`; at most 64',
    doc: 'Names the source in logs and in the store; unique.',
  },
  dialect: {
    schema: z.enum(['fastly', 'imgix', 'imageoptim']),
    values: '`fastly`, `imgix` or `imageoptim`',
    doc: 'Language of its URLs.',
  },
  mount: {
    schema: mount.optional(),
    values: 'a path such as `/images`',
    doc: "Path prefix on any host; no part of the dialect's own path.",
  },
  hosts: {
    schema: z.array(host).default([]),
    values: 'a list of host names',
    doc: 'Hosts at whose root the source answers.',
  },
  origin: {
    schema: origin,
    values:
      '`{ kind: folder, path, allow }`, `{ kind: http, base, allow, … }`, `{ kind: web, allow, … }` or `{ kind: s3, bucket, prefix, … }`',
    doc: 'Where its originals live. `allow` lists `host`, `host:port` or `*.suffix`, and a private address only literally; of a folder and a base also the hosts that the second pictures of imgix (`mark`, `blend`, `mask`) may come from. What else a server is asked with stands below.',
  },
  signing: {
    schema: z
      .strictObject({
        tokens: z.array(z.string().min(1)).min(1),
        required: z.boolean().default(true),
      })
      .optional(),
    values:
      '`{ tokens: [...], required: true }`; a token is text, `{ env: NAME }` or `{ file: PATH }`',
    doc: 'Secrets that sign URLs, in order of rotation: every one counts, `fovea sign` uses the first. imgix signs as the service does (`s`); Fastly and ImageOptim by HMAC-SHA256 (`sig`, `expires`; docs/spec/http.md 17), with secrets of at least 16 characters. `required: false`: a wrong signature leaves a warning.',
  },
  defaults: {
    schema: z.record(z.string().min(1), parameter).optional(),
    values: 'an object',
    doc: 'imgix: parameters of every request. Fastly: [service settings by their API names](fastly.md#service-settings).',
  },
  parameters: {
    schema: parameterRules.optional(),
    values: '`{ allow: [...] }` or `{ deny: [...] }`',
    doc: 'Names of the parameters that URLs may have, or may not; others are a 400 in the form of the dialect. Options of ImageOptim by their names: `size`, `density`, `crop`, `quality` and so on. Of an alias its own name counts.',
  },
  presets: {
    schema: presets.optional(),
    values:
      "an object, such as `{ card: 'width=300&height=300&fit=crop' }`; for ImageOptim `300x300,crop`",
    doc: 'Sets of parameters, in the words of a URL, that `preset=NAME` stands for (an option for ImageOptim). What a URL says beside it goes before it; what a preset says is not held against `parameters`.',
  },
  widths: {
    schema: lengths.optional(),
    values: '`{ list: [320, 640], policy }` or `{ step: 80, to: 1600, policy }`',
    doc: 'Widths that pictures may be asked for in, in pixels with density. `policy: refuse`, the default: others are a 400. `nearest`: they become the nearest, and a height beside them follows. A width as a share of the picture is a 400.',
  },
  heights: {
    schema: lengths.optional(),
    values: 'like `widths`',
    doc: 'The same of heights. A URL that says only one of the two is held against that one.',
  },
  private: {
    schema: z.boolean().default(false),
    values: '`true` or `false`',
    fallback: 'false',
    doc: 'Answers are for the client alone (`Cache-Control: private`, errors too), and no other source has its pictures, though the originals be the same.',
  },
  unsupported: {
    schema: z.enum(['warn', 'refuse']).default('warn'),
    values: '`warn` or `refuse`',
    fallback: 'warn',
    doc: 'What becomes of a request with a documented parameter that is not built here, such as the notes of a PDF: the picture without it and a `Fovea-Warning`, or a 400 in the form of the dialect.',
  },
  formats: {
    schema: z.array(z.enum(NEGOTIATED)).optional(),
    values: 'a list of `jxl`, `avif` and `webp`',
    fallback: '`[avif, webp]`',
    doc: 'Formats that may be chosen because a client lists them in `Accept`. JPEG XL is not among them by itself, because there are browsers that list it and do not show it; it is written where the npm package wasm-vips stands beside the server. A format that a URL names is written whatever stands here.',
  },
  cmyk: {
    schema: z.enum(['screen', 'press']).default('screen'),
    values: '`screen` or `press`',
    fallback: 'screen',
    doc: 'How CMYK without a profile is shown. `screen`: inks multiplied, as browsers show the original. `press`: as a press prints them on coated paper. A profile in the file always counts.',
  },
  svg: {
    schema: z.enum(['pass', 'rasterise']).optional(),
    values: '`pass` or `rasterise`',
    fallback: 'pass',
    doc: 'imgix and Fastly: what becomes of an SVG source. `pass`: it is delivered as it is, made safe, whatever is asked for; imgix draws it where `fm` names a format of pixels. `rasterise`: it is drawn like any other source. ImageOptim always draws it.',
  },
  notPictures: {
    schema: z.enum(['refuse', 'pass']).optional(),
    values: '`refuse` or `pass`',
    fallback: 'refuse',
    doc: 'imgix: what becomes of a source that is no picture, such as a text: a 422, or its bytes as they are, as `application/octet-stream`. (`unsupported` is about parameters.)',
  },
  aliases: {
    schema: z.record(z.string().min(1), z.string().min(1)).optional(),
    values: 'an object, such as `{ w: width, h: height, q: quality, fm: format }`',
    doc: 'Fastly: further names for parameters, for URLs of a site that came from elsewhere. Values are read as Fastly reads them; beside the own name of a parameter its alias does not count.',
  },
  accounts: {
    schema: z
      .array(z.string().regex(/^[\w-]{1,64}$/))
      .min(1)
      .optional(),
    values: 'a list of names',
    doc: 'ImageOptim: the user names that are served.',
  },
  requestRate: {
    schema: rate.optional(),
    values: 'a number and a time such as `600/1m`',
    doc: 'Requests of all its clients together; more are answered 429. Each client has its own bound in `rates.requests`.',
  },
  missRate: {
    schema: rate.optional(),
    values: 'like `requestRate`',
    doc: 'The same of those for which a source has to be read or a picture made.',
  },
  weight: {
    schema: whole(1, 100).optional(),
    values: 'a whole number from 1 to 100',
    fallback: '1',
    doc: 'Its part of the render workers beside other sources that have work at the same time: one with 2 gets twice the time of one with 1. What others ask for does not close the server to it.',
  },
  pricePerGB: {
    schema: price.optional(),
    values: 'an amount and a currency such as `0.08 USD`',
    fallback: 'that of `savings.pricePerGB`',
    doc: 'What a gigabyte (10^9 bytes) that is sent of it costs, for the page of what was saved.',
  },
  ttl: {
    schema: duration.optional(),
    values: 'a duration such as `10m`',
    doc: 'How long an answer may be kept; `ttlMode` says when it counts.',
  },
  ttlMode: {
    schema: z.enum(['respect', 'override', 'minimum']).default('respect'),
    values: '`respect`, `override` or `minimum`',
    fallback: 'respect',
    doc: "`respect`: the origin's own time, and `ttl` where it gives none. `override`: always `ttl`. `minimum`: the smaller of both.",
  },
  minTtl: {
    schema: duration.optional(),
    values: 'a duration',
    doc: "Floor for the origin's time.",
  },
  maxTtl: {
    schema: duration.optional(),
    values: 'a duration',
    doc: "Ceiling for the origin's time.",
  },
  errorTtl: {
    schema: duration.optional(),
    values: 'a duration',
    doc: 'How long errors, and pictures in their place, may be kept, where they may be kept at all.',
  },
  negativeTtl: {
    schema: duration.optional(),
    values: 'a duration',
    fallback: '30s, of a failure that may pass 5s',
    doc: 'How long a failure is remembered here, so that neither its origin nor a render process is asked again: a source that is not there or is refused, an origin that fails, a picture that cannot be read. `0s`: not at all.',
  },
  staleWhileRevalidate: {
    schema: duration.optional(),
    values: 'a duration',
    fallback: '0s',
    doc: 'How long what is stale may be served while its source is asked for again in the background, where the origin does not say; told to caches behind as well.',
  },
  staleIfError: {
    schema: duration.optional(),
    values: 'a duration',
    fallback: '1d',
    doc: 'How long what is stale may be served where asking for its source fails in a way that may pass, where the origin does not say; told to caches behind where it stands here.',
  },
  cdnTtl: {
    schema: duration.optional(),
    values: 'a duration',
    doc: 'How long a CDN in front may keep an answer, told to it alone (`headers.cdnControl` names the header); beyond `ttl` where it is purged when a picture changes. Not for what the origin calls private, nor for an answer that a better one may follow.',
  },
  defaultImage: {
    schema: z.string().min(1).optional(),
    values: 'a path below the origin; for a web origin a URL',
    doc: 'Picture in place of one that the origin does not have, with the parameters of the request.',
  },
  errorImage: {
    schema: z.string().min(1).optional(),
    values: 'like `defaultImage`',
    doc: 'Picture in place of one that cannot be read or made for any other reason.',
  },
  imageStatus: {
    schema: z.enum(['error', 'ok']).default('error'),
    values: '`error` or `ok`',
    fallback: 'error',
    doc: 'Status of such a picture: that of the error it stands for, or 200.',
  },
} as const satisfies Record<string, Setting>;

export const sourceSchema = z.strictObject(schemasOf(SOURCE_SETTINGS));

/** Read-only all the way down; what is absent is absent, not undefined. */
type Settled<T> = T extends readonly (infer Item)[]
  ? readonly Settled<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Settled<Exclude<T[Key], undefined>> }
    : T;

/**
 * A source after reading: the mount without its trailing slash ("" is the root of
 * every host), hosts in lower case, durations in milliseconds.
 */
export type SourceConfig = Settled<z.output<typeof sourceSchema>>;

/** Where a source answers: its mount, `/` for the root of any host, and its hosts. */
export function placesOf({ mount, hosts }: SourceConfig): string[] {
  return [...(mount === undefined ? [] : [mount || '/']), ...hosts];
}
