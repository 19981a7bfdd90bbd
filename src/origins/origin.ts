/**
 * Origin: where originals live.
 *
 * An origin turns a reference into a location, and a location into bytes with
 * the HTTP facts that freshness needs. It checks everything it is handed.
 */
import type { SourceRef } from '../image/source-ref.ts';
import type { PassingLimits } from './oversize.ts';

/** A source located but not yet read. */
export interface Location {
  /** Stable identity below this origin; part of the store's key. */
  readonly id: string;
  /** The same below the origin, without a slash in front, where sources lie below something. */
  readonly below?: string;
  /** Public absolute URL where there is one, without credentials. */
  readonly url?: string;
}

/** Validators of a copy already held. */
export interface Validators {
  readonly etag?: string;
  readonly lastModified?: string;
}

/** How the servers of an origin are; counts are since the start. */
export interface OriginHealth {
  /** Servers that are left alone at present, because they failed again and again. */
  readonly paused: number;
  /** Requests that were tried again. */
  readonly retries: number;
  /** Bodies that were gone on with after their connection was cut. */
  readonly resumed: number;
}

/** What reading a source gave. */
export type Fetched =
  | { readonly kind: 'unchanged'; readonly headers: Readonly<Record<string, string>> }
  | {
      readonly kind: 'bytes';
      readonly body: AsyncIterable<Uint8Array>;
      /** Of the body in bytes, where it is known before. */
      readonly length?: number;
      /** Only the end of the connection ends the body, which may then be cut off (RFC 9112 6.3). */
      readonly unframed?: true;
      /** Of the answer, lower case, allow-listed: cache-control, expires, date, age, etag, last-modified, content-type, vary. */
      readonly headers: Readonly<Record<string, string>>;
    };

export interface Origin {
  readonly kind: 'folder' | 'http' | 'web' | 's3';
  /** @throws Fault for a reference this origin will not serve; nothing was read yet */
  locate(source: SourceRef): Promise<Location>;
  /**
   * The bytes of a source, or word that the held copy is still good.
   * `requestId` goes along as `X-Request-Id`, and `trace` as it is, where the origin speaks HTTP.
   * The body throws a Fault when it passes the limit on bytes or time, those of `passing` where they are given.
   * @throws Fault source-too-large (`oversizeOf` has what was announced), source-not-found, source-forbidden, source-refused, source-unresolvable, origin-failed, origin-timeout, origin-paused
   */
  fetch(
    location: Location,
    held: Validators | undefined,
    signal: AbortSignal,
    requestId?: string,
    passing?: PassingLimits,
    trace?: Readonly<Record<string, string>>,
  ): Promise<Fetched>;
  /** Whether an absolute URL lies below this origin, which then reads it; absent: none does. */
  covers?(url: string): boolean;
  /** Whether a held copy is still the source, without reading it; only where that is cheap (folders). */
  stat?(location: Location): Promise<Validators | undefined>;
  /** How its servers are, where it has some. */
  health?(): OriginHealth;
  /** Frees connections. */
  close(): Promise<void>;
}
