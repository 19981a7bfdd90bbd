/**
 * Own picture: where a root-relative URL of an overlay or a montage leads (docs/spec/fastly-io.md 8.2).
 */
import type { SourceRef } from '../../../image/source-ref.ts';
import { encodedPath } from '../../encoded-path.ts';

/** Most characters of such a URL. */
const LONGEST = 2000;
const CONTROL = /[\p{Cc}\\]/u;

/** What an address may look like, for a person. */
export const OWN_PICTURE = 'a root-relative URL like /logo.png';

/** Undefined for what is not root-relative: no other host is asked. */
export function ownPicture(url: string): SourceRef | undefined {
  if (!/^\/[^/]/.test(url) || url.length > LONGEST || CONTROL.test(url)) return undefined;
  const at = url.indexOf('?');
  const path = encodedPath((at < 0 ? url : url.slice(0, at)).slice(1));
  const query = at < 0 ? '' : encodedPath(url.slice(at + 1));
  return { kind: 'path', path, ...(query === '' ? {} : { query }) };
}
