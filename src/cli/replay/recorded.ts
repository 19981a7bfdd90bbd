/** What a site's own traffic says of one request, and of the vendor's answer to it. */

export interface Recorded {
  /** Host of the URL, where the traffic names one. */
  readonly host: string | undefined;
  /** Path and query as they were sent. */
  readonly target: string;
  /** The browser's `Accept`, where the traffic holds it. */
  readonly accept: string | undefined;
  readonly vendor: VendorAnswer | undefined;
}

export interface VendorAnswer {
  readonly status: number;
  /** Media type without parameters. */
  readonly type: string | undefined;
  /** Length of the body, where it was recorded. */
  readonly bytes: number | undefined;
  /** The body itself: HAR files can hold it. */
  readonly body: Uint8Array | undefined;
}

/** Longest target that is sent, in characters; no client writes longer ones. */
export const LONGEST_TARGET = 16_384;

/** Host and target of an absolute http(s) URL, the target as it is written; undefined for any other text. */
export function partsOf(url: string): { host: string; target: string } | undefined {
  const match = /^https?:\/\/([^/?#\s]+)([^#\s]*)/i.exec(url);
  if (match === null) return undefined;
  const [, authority = '', rest = ''] = match;
  const host = authority.slice(authority.lastIndexOf('@') + 1).toLowerCase();
  const target = rest.startsWith('/') ? rest : `/${rest}`;
  return target.length > LONGEST_TARGET ? undefined : { host, target };
}
