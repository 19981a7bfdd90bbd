/**
 * Answer tags: what an answer can be purged by, of its source and of all pictures beside it.
 *
 * The same list is given again while nothing has changed, so that headers of hits need not be written anew.
 */
import type { ResolvedRequest } from '../resolved-request.ts';
import type { CachedSource } from '../sources/cached-source.ts';
import { sourceTags } from '../sources/source-tags.ts';

interface Known {
  readonly mount: string;
  readonly pictures: readonly (CachedSource | undefined)[];
  readonly tags: readonly string[];
}

export class AnswerTags {
  readonly #known = new WeakMap<CachedSource, Known>();

  of({ request, source, pictures }: ResolvedRequest): readonly string[] {
    const { mount } = request;
    const known = this.#known.get(source);
    if (known?.mount === mount.name && isSame(known.pictures, pictures)) return known.tags;
    const all = [{ mount: mount.name, source }];
    for (const { request: own, source: picture } of pictures) {
      if (picture !== undefined) all.push({ mount: own.mount.name, source: picture });
    }
    const tags = [
      ...new Set(all.flatMap((one) => sourceTags(one.mount, one.source.key, one.source.headers))),
    ];
    this.#known.set(source, {
      mount: mount.name,
      pictures: pictures.map((picture) => picture.source),
      tags,
    });
    return tags;
  }
}

function isSame(known: Known['pictures'], pictures: ResolvedRequest['pictures']): boolean {
  return (
    known.length === pictures.length && pictures.every(({ source }, at) => source === known[at])
  );
}
