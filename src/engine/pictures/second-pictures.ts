/**
 * SecondPictures: the pictures beside the source of a request, from the same stores, guards and
 * limits as any source.
 *
 * One that cannot be had is absent: the answer is made without it and is fresh for a minute at
 * most. What is made of them is named by the content of all.
 */
import { isFault } from '../../base/fault.ts';
import type { SourceRef } from '../../image/source-ref.ts';
import { hashKey } from '../../plan/key.ts';
import type { Freshness, StaleUse } from '../../stores/freshness.ts';
import type { Mount, RenderRequest } from '../engine.ts';
import type { ResolvedPicture, ResolvedRequest } from '../resolved-request.ts';
import { type CachedSource, contentName, privateContent } from '../sources/cached-source.ts';
import type { RequestSources } from '../sources/request-sources.ts';
import { ELSEWHERE } from '../sources/source-tags.ts';

/** Seconds that an answer without one of its pictures is fresh. */
const INCOMPLETE_SECONDS = 60;

const NONE: readonly ResolvedPicture[] = [];

export class SecondPictures {
  readonly #sources: RequestSources;

  constructor(sources: RequestSources) {
    this.#sources = sources;
  }

  /** The pictures of a request, at once; undefined where one has to be read or looked at. */
  near(request: RenderRequest): readonly ResolvedPicture[] | undefined {
    if (request.compiled.pictures === undefined) return NONE;
    const found: ResolvedPicture[] = [];
    for (const { param, request: own } of ownRequests(request)) {
      const source = this.#sources.near(own);
      if (source === undefined) return undefined;
      found.push({ param, request: own, source });
    }
    return found;
  }

  /**
   * The pictures of a request, read or checked if need be.
   *
   * @throws Fault where only stored answers are wanted, or nobody waits any more
   */
  get(request: RenderRequest): Promise<readonly ResolvedPicture[]> {
    if (request.compiled.pictures === undefined) return Promise.resolve(NONE);
    return Promise.all(
      ownRequests(request).map(async (one) => {
        try {
          return { ...one, source: await this.#sources.get(one.request) };
        } catch (error) {
          if (!isFault(error) || request.storedOnly || request.signal.aborted) throw error;
          return one;
        }
      }),
    );
  }

  /** Reads the pictures of a request anew from the disk, after one was found to be altered. */
  async recheck(pictures: readonly ResolvedPicture[]): Promise<void> {
    for (const { source } of pictures) if (source) await this.#sources.recheck(source);
  }

  /** How long an answer may be kept, counted as that of its source is. */
  freshness({ request, source, pictures }: ResolvedRequest, now: number): Freshness {
    let all = this.#sources.freshness(request, source);
    for (const { request: theirs, source: picture } of pictures) {
      if (picture === undefined) {
        const most = (now - source.checkedAt) / 1000 + INCOMPLETE_SECONDS;
        all = { ...all, freshSeconds: Math.min(all.freshSeconds, most), incomplete: true };
        continue;
      }
      const one = this.#sources.freshness(theirs, picture);
      all = both(all, one, one.freshSeconds + (picture.checkedAt - source.checkedAt) / 1000);
    }
    return all;
  }
}

/** The stricter of two in each respect. @param seconds of the second, counted as the first is */
function both(a: Freshness, b: Freshness, seconds: number): Freshness {
  const revalidation = a.revalidation ?? b.revalidation;
  const { granted: _, ...rest } = a;
  return {
    ...rest,
    ...grantedByBoth(a.granted, b.granted),
    freshSeconds: Math.max(0, Math.min(a.freshSeconds, seconds)),
    noStore: a.noStore || b.noStore,
    private: a.private || b.private,
    noCache: a.noCache || b.noCache,
    mustRevalidate: a.mustRevalidate || b.mustRevalidate,
    ...(revalidation === undefined ? {} : { revalidation }),
  };
}

/** What both grant, the shorter of each. */
function grantedByBoth(
  a: StaleUse | undefined,
  b: StaleUse | undefined,
): Pick<Freshness, 'granted'> {
  if (a === undefined || b === undefined) return {};
  const shorter = (name: keyof StaleUse) => {
    const [one, other] = [a[name], b[name]];
    return one === undefined || other === undefined ? {} : { [name]: Math.min(one, other) };
  };
  return { granted: { ...shorter('staleWhileRevalidate'), ...shorter('staleIfError') } };
}

/** What names the content of a source and its pictures; that of the source where it is alone. */
export function contentOf(
  { compiled, mount }: RenderRequest,
  source: CachedSource,
  pictures: readonly ResolvedPicture[],
): string {
  const name = contentName(source);
  const own = mount.isPrivate ? privateContent(mount.name, name) : name;
  if (pictures.length === 0) return own;
  const names = pictures.map((picture) => picture.source && contentName(picture.source));
  // What was made without one is no answer where that is refused.
  const others = names.map((other) => other ?? 'absent');
  return hashKey('pictures', own, others, compiled.refusesAbsent === true);
}

/** When the youngest of the pictures was changed, where each says it. */
export function lastModifiedOf({ source, pictures }: ResolvedRequest): string | undefined {
  let latest = source.headers['last-modified'];
  for (const { source: picture } of pictures) {
    const theirs = picture?.headers['last-modified'];
    if (latest === undefined || theirs === undefined) return undefined;
    if (Date.parse(theirs) > Date.parse(latest)) latest = theirs;
  }
  return latest;
}

/** The requests for the second pictures of a request, each as one for a source. */
function ownRequests(request: RenderRequest): { param: string; request: RenderRequest }[] {
  const { mount, compiled } = request;
  return (compiled.pictures ?? []).map(({ param, ref }) => ({
    param,
    request: {
      ...request,
      mount: mountOf(mount, ref),
      compiled: { ...compiled, source: ref },
    },
  }));
}

/** Where a picture comes from; a mount of its own name, so that two origins never share a source. */
export function mountOf({ name, origin, elsewhere }: Mount, ref: SourceRef): Mount {
  const outside = ref.kind === 'url' && origin.covers?.(ref.url) !== true;
  return outside && elsewhere !== undefined
    ? { name: name + ELSEWHERE, origin: elsewhere }
    : { name, origin };
}
