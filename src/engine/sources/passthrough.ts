/**
 * Passthrough: sources delivered as they are.
 *
 * A source stands in for itself, with the media type of its magic bytes. An
 * SVG is a document only where it has been made safe or its bytes are vouched for.
 */
import type { Body } from '../../base/body.ts';
import { formatCard } from '../../image/format.ts';
import { hashKey, type Key } from '../../plan/key.ts';
import type { RenderRequest } from '../engine.ts';
import { etagOf, type StoredRendition } from '../renditions/rendition-meta.ts';
import type { PassingSource } from './oversize-source.ts';
import type { RequestSources } from './request-sources.ts';
import type { CachedSource } from './source-cache.ts';

const UNKNOWN_TYPE = 'application/octet-stream';

/** A source in the form of a rendition. */
export interface PassedSource {
  readonly key: Key;
  readonly stored: StoredRendition;
}

/**
 * A source that is to be delivered as it is; undefined where a worker has to make it safe first.
 * @throws Fault
 */
export async function passThrough(
  sources: RequestSources,
  request: RenderRequest,
  source: CachedSource,
  sanitize: boolean,
): Promise<PassedSource | undefined> {
  if (sanitize && source.format === 'svg') return undefined;
  return passed(source, await sources.content(request, source), !sanitize);
}

/** The bytes of a source, for whoever asked for something else. @throws Fault */
export async function sourceAsIs(
  sources: RequestSources,
  request: RenderRequest,
  source: CachedSource,
): Promise<PassedSource> {
  return passed(source, await sources.content(request, source), false);
}

/** A source that comes from its origin while it is sent, in the form of a rendition. */
export function passing({ source, body }: PassingSource): PassedSource {
  return passed(source, body, false);
}

/** Nothing is read and nothing hashed: what describes the bytes is known from their first reading. */
function passed(source: CachedSource, body: Body, trustsSvg: boolean): PassedSource {
  const { format, bytes, hash } = source;
  const size = { width: 0, height: 0, format: format ?? ('jpeg' as const), bytes };
  const key = hashKey('as it is', hash);
  const meta = {
    etag: etagOf(key, hash),
    // An SVG that nobody has made harmless or vouched for is bytes, not a document.
    mediaType:
      format && (format !== 'svg' || trustsSvg) ? formatCard(format).mediaType : UNKNOWN_TYPE,
    source: size,
    result: size,
    diagnostics: [],
    timings: {},
    storedAt: source.checkedAt,
  };
  return { key, stored: { meta, body } };
}
