/**
 * Asked: how a visitor asked for a rendition, for other nodes with the same configuration.
 */
import type { ImageRequest } from '../../dialects/dialect.ts';
import type { Mount, RenderRequest } from '../../engine/engine.ts';
import type { Asked } from '../../engine/nodes/asked.ts';
import type { Site } from '../attempt.ts';
import type { ReadHeaders } from '../compile-cache.ts';
import { compileAt } from '../config/source-answers.ts';
import { acceptedFormats } from '../http/accept.ts';

/**
 * What names a request. Of its headers those alone that its meaning hangs on.
 *
 * @param read undefined where it hangs on all
 */
export function askedOf(
  mount: Pick<Mount, 'name'>,
  { target, now }: Pick<ImageRequest, 'target' | 'now'>,
  read: ReadHeaders | undefined,
): Asked | undefined {
  if (read === undefined) return undefined;
  const sent = read.filter((one): one is [string, string] => one[1] !== undefined);
  return { mount: mount.name, target, headers: Object.fromEntries(sent), now };
}

/** The request that a node was told of, by the sources here; undefined for a source that there is not. @throws Fault */
export function requestOf(asked: Asked, sites: readonly Site[]): RenderRequest | undefined {
  const { mount: name, target, headers, now } = asked;
  const site = sites.find(({ mount }) => mount.name === name);
  if (site === undefined) return undefined;
  const accepts = acceptedFormats(headers.accept);
  const image = { method: 'GET', target, headers, accepts, now, upload: false } as const;
  const compiled = compileAt(site, image);
  return { mount: site.mount, compiled, accepts, signal: new AbortController().signal };
}
