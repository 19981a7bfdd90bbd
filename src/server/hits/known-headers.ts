/**
 * Known headers: what was said last with every answer to a compiled request.
 */
import type { Compiled } from '../../dialects/dialect.ts';
import type { Rendition } from '../../engine/engine.ts';

/** What the fixed headers of a rendition hang on. */
type Described = Pick<
  Rendition,
  'etag' | 'receipt' | 'diagnostics' | 'canonical' | 'lastModified' | 'tags'
>;

/** The fixed headers of a rendition; what changes from answer to answer stands there empty. */
export interface KnownHeaders {
  readonly rendition: Described;
  readonly headers: Readonly<Record<string, string>>;
}

/** Of the last rendition of each compiled request. */
const known = new WeakMap<Compiled, KnownHeaders>();

/** Of the last rendition that a compiled request was answered with. */
export function knownHeaders(compiled: Compiled): KnownHeaders | undefined {
  return known.get(compiled);
}

/** Keeps them, without the body of the rendition, which would live as long as the address is asked for. */
export function keepHeaders(
  compiled: Compiled,
  { etag, receipt, diagnostics, canonical, lastModified, tags }: Described,
  headers: Readonly<Record<string, string>>,
): void {
  const rendition = {
    etag,
    ...(receipt === undefined ? {} : { receipt }),
    diagnostics,
    ...(canonical === undefined ? {} : { canonical }),
    ...(lastModified === undefined ? {} : { lastModified }),
    ...(tags === undefined ? {} : { tags }),
  };
  known.set(compiled, { rendition, headers });
}

/** Whether all that is said of two renditions is the same: the etag names the rendition, and with it the rest. */
export function isSameRendition(a: Described, b: Described): boolean {
  return (
    a.etag === b.etag &&
    a.receipt === b.receipt &&
    a.diagnostics === b.diagnostics &&
    a.canonical === b.canonical &&
    a.lastModified === b.lastModified &&
    a.tags === b.tags
  );
}
