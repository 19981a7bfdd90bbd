/**
 * SourceRef: which source is meant, before an origin looks for it.
 *
 * Dialects write it, origins read it; it is still hostile.
 */
export type SourceRef =
  /**
   * A path below the origin, as it stood in the request: percent-encoded, without the
   * leading slash. A folder origin decodes it exactly once; an http origin joins it to
   * its base byte for byte. `query` (without "?") goes to an http origin.
   */
  | { readonly kind: 'path'; readonly path: string; readonly query?: string }
  /** An absolute URL, unparsed. */
  | { readonly kind: 'url'; readonly url: string }
  /** A clear pixel, under what a plan draws by itself. */
  | { readonly kind: 'blank' }
  /** The body of the request. */
  | { readonly kind: 'upload' };
