/**
 * Source: from the path of a target to a source reference
 * (docs/spec/imgix.md 1.2).
 */
import { Fault } from '../../base/fault.ts';
import type { SourceRef } from '../../image/source-ref.ts';
import type { DialectSettings } from '../dialect.ts';

/**
 * The source that a path names: below the origin, or, for a web proxy, an
 * absolute URL.
 * Canvases of text (`/~text`) have none.
 * @throws Fault bad-request for a proxy path that is no absolute URL
 */
export function sourceOf(path: string, origin: DialectSettings['origin']): SourceRef {
  const below = path.replace(/^\//, '');
  if (origin === 'web' && below === '~text') return { kind: 'blank' };
  if (origin === 'web') return { kind: 'url', url: absoluteUrl(below) };
  return below === '~text' ? { kind: 'blank' } : { kind: 'path', path: below };
}

/**
 * The URL behind a proxy path: percent-encoded as one segment and then decoded
 * exactly once, or written out as it is.
 */
function absoluteUrl(path: string): string {
  const url = ABSOLUTE.test(path) ? path : decodeOnce(path);
  if (url === undefined || !ABSOLUTE.test(url) || CONTROL.test(url) || hostOf(url) === '') {
    throw new Fault('bad-request', 'Expected an absolute http or https URL as the path.');
  }
  return url;
}

const ABSOLUTE = /^https?:\/\//i;
/** URL parsers drop some of these silently, so that two readers see two hosts. */
const CONTROL = /[\p{Cc}\\]/u;

function decodeOnce(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function hostOf(url: string): string {
  try {
    const { hostname, username, password } = new URL(url);
    return username === '' && password === '' ? hostname : '';
  } catch {
    return '';
  }
}
