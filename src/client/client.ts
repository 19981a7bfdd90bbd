/**
 * Client: URLs of the three dialects, typed by their tables and signed as the server wants it.
 *
 * Small, free of Node and without a network: for servers that write pages, for builds, and for pages of which
 * nobody but their operator sees the key. The tables of parameters are here as types alone.
 */
import { withoutEnd } from '../base/without-ends.ts';
import type { PARAMS as FASTLY } from '../dialects/fastly/params.ts';
import type { PARAMS as IMAGEOPTIM } from '../dialects/imageoptim/params.ts';
import type { PARAMS as IMGIX } from '../dialects/imgix/params.ts';
import type { Param } from '../dialects/params.ts';
import { signedTarget } from '../dialects/signed-url.ts';

/** The tables by the names of the dialects. */
interface Tables {
  readonly fastly: typeof FASTLY;
  readonly imgix: typeof IMGIX;
  readonly imageoptim: typeof IMAGEOPTIM;
}

/** A language of URLs. */
export type DialectName = keyof Tables;

/** What a parameter may be given as: its words are proposed, every other text is taken as well. */
type Written<Value> = Value extends boolean
  ? boolean | Text
  : Value extends number
    ? number | Text
    : Value extends string
      ? Value | Text
      : Value extends readonly (infer Item extends string)[]
        ? Item | readonly (Item | Text)[] | Text
        : number | Text | readonly (number | string)[];

/** Any text; written so, the words beside it are still proposed. */
type Text = string & {};

/** An option of ImageOptim may be its name alone. */
type Flag<Name> = Name extends 'imageoptim' ? boolean : never;

/** The parameters of a dialect, none of them needed. Lists are joined with commas. */
export type Parameters<Name extends DialectName> = {
  readonly [P in keyof Tables[Name]]?: Tables[Name][P] extends Param<infer Value>
    ? Written<Value> | Flag<Name> | undefined
    : never;
};

/** Where a source of a server answers, and how its URLs are signed. */
export interface ClientOptions<Name extends DialectName> {
  readonly dialect: Name;
  /** Scheme, host and mount: `https://img.example.com/press`, or a path such as `/press`. */
  readonly base: string;
  /** Token or key of the source; absent: URLs are not signed. */
  readonly key?: string;
  /** ImageOptim: the user name before the options; absent in site mode. */
  readonly account?: string;
}

/** How long a URL lives. */
export interface UrlTerms {
  /** The end of its life; only signed URLs can have one in every dialect. */
  readonly expires?: Date;
}

/** Builds URLs of one source. */
export interface Client<Name extends DialectName> {
  /**
   * The URL of a picture.
   *
   * @param source its path below the origin, unencoded, or an absolute URL for a source of kind `web`
   * @throws Error where an end is wanted of a URL that cannot have one
   */
  url(source: string, parameters?: Parameters<Name>, terms?: UrlTerms): string;
  /** The same in several widths, as an attribute `srcset`. @throws as `url` */
  srcset(
    source: string,
    widths: readonly number[],
    parameters?: Parameters<Name>,
    terms?: UrlTerms,
  ): string;
}

/** A client for a source of a server. */
export function createClient<const Name extends DialectName>(
  options: ClientOptions<Name>,
): Client<Name> {
  const base = withoutEnd(options.base, '/');
  const url: Client<Name>['url'] = (source, parameters = {}, { expires } = {}) => {
    const target = targetOf(options, source, entriesOf(parameters));
    const until = expires && Math.floor(expires.getTime() / 1000);
    return base + finished(options, target, until);
  };
  const srcset: Client<Name>['srcset'] = (source, widths, parameters = {}, terms = {}) =>
    widths
      .map(
        (width) => `${url(source, { ...parameters, ...widthOf(options, width) }, terms)} ${width}w`,
      )
      .join(', ');
  return { url, srcset };
}

type Pair = readonly [name: string, value: unknown];

/** The parameters that say something. */
function entriesOf(parameters: object): Pair[] {
  return Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null);
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : String(value);
}

function finished(
  { dialect, key }: Pick<ClientOptions<DialectName>, 'dialect' | 'key'>,
  target: string,
  until: number | undefined,
): string {
  if (until !== undefined && !Number.isSafeInteger(until)) throw new Error('expected a date');
  if (key !== undefined && key !== '') return signedTarget(dialect, key, target, until);
  if (until === undefined) return target;
  if (dialect !== 'imgix') throw new Error('expected a key: only a signed URL has an end');
  return `${target}${target.includes('?') ? '&' : '?'}expires=${until}`;
}

/** The raw target below the mount. */
function targetOf(
  { dialect, account }: Pick<ClientOptions<DialectName>, 'dialect' | 'account'>,
  source: string,
  pairs: readonly Pair[],
): string {
  const path = pathOf(source);
  if (dialect === 'imageoptim') {
    const user = account === undefined ? '' : `/${encodeURIComponent(account)}`;
    return `${user}/${optionsOf(pairs)}/${path}`;
  }
  const query = pairs.map(([name, value]) => `${name}=${encoded(textOf(value))}`).join('&');
  return `/${path}${query === '' ? '' : `?${query}`}`;
}

/** An absolute URL as one piece, a path piece by piece. */
function pathOf(source: string): string {
  if (/^https?:\/\//i.test(source)) return encodeURIComponent(source);
  return source.replace(/^\/+/, '').split('/').map(encodeURIComponent).join('/');
}

/** A value of a query; commas, slashes and colons may stand in one as they are (RFC 3986 3.4). */
function encoded(value: string): string {
  return encodeURIComponent(value).replace(/%(?:2C|2F|3A)/g, decodeURIComponent);
}

/** Options whose value stands without their name. */
const BARE = new Set(['size', 'density']);

/** The options of ImageOptim as a segment: `300x200,2x,crop=auto`. */
function optionsOf(pairs: readonly Pair[]): string {
  const words = pairs.flatMap(([name, value]) => {
    if (value === false) return [];
    if (value === true) return [name];
    const text = textOf(value);
    if (name === 'density') return [`${text.replace(/x$/, '')}x`];
    return [encodeURIComponent(BARE.has(name) ? text : `${name}=${text}`).replace(/%3D/g, '=')];
  });
  return words.join(',') || 'full';
}

/** A width in the words of a dialect. */
function widthOf({ dialect }: Pick<ClientOptions<DialectName>, 'dialect'>, width: number): object {
  switch (dialect) {
    case 'fastly':
      return { width };
    case 'imgix':
      return { w: width };
    case 'imageoptim':
      return { size: width };
  }
}
