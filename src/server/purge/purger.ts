/**
 * Purger: purges in the words of a person, told to the engine and to all who keep answers of their own.
 *
 * An address of any dialect stands for its source with all that was made of it, as at Fastly and imgix
 * (docs/spec/http.md 7.18), and for the second pictures that it names.
 */
import { Fault, isFault } from '../../base/fault.ts';
import type { Compiled, ImageRequest } from '../../dialects/dialect.ts';
import type { Engine, Mount, PurgeCounts, PurgeTarget } from '../../engine/engine.ts';
import { mountOf } from '../../engine/pictures/second-pictures.ts';
import type { SourceRef } from '../../image/source-ref.ts';
import type { Site } from '../attempt.ts';
import { compileAt, isUrl } from '../config/source-answers.ts';
import { readTarget } from '../http/target.ts';
import { findPlace, type Place } from '../places.ts';
import type { PurgeOrder } from './purge-order.ts';

/** What a purge has taken away at once, and whether it holds after a restart. */
export type PurgeReport = PurgeCounts;

/** A purge that has been carried out here. */
export interface Purged {
  readonly order: PurgeOrder;
  readonly report: PurgeReport;
  /**
   * What all answers have among their tags that the order names: sources' own, the tag that was named, or for a
   * prefix, which no tag stands for, the names of all sources of the configuration that may have it.
   */
  readonly tags: readonly string[];
}

/** Purges, and tells of purges. */
export interface Purger {
  /** @throws Fault for what names nothing here */
  purge(order: PurgeOrder): Promise<PurgeReport>;
  /** Tells of every purge once it holds here, and waits for who is told; gives the function that ends it. */
  onPurge(listener: (purged: Purged) => unknown): () => void;
}

/** A site where it answers. */
type Route = Place & { readonly site: Site };

export interface PurgerParts {
  readonly engine: Pick<Engine, 'purge' | 'tagOf'>;
  /** Where sources answer at present. */
  readonly routes: () => readonly Route[];
}

export function createPurger({ engine, routes }: PurgerParts): Purger {
  const listeners = new Set<(purged: Purged) => unknown>();
  return {
    async purge(order) {
      const target = await targetOf(order, routes());
      const report = await engine.purge(target, order.soft === true);
      const tags = await tagsOf(target, engine, routes());
      await Promise.all([...listeners].map((listener) => listener({ order, report, tags })));
      return report;
    },
    onPurge(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

async function tagsOf(
  target: PurgeTarget,
  engine: PurgerParts['engine'],
  routes: readonly Route[],
): Promise<readonly string[]> {
  switch (target.kind) {
    case 'sources': {
      const tags = target.sources.map(({ mount, ref }) => engine.tagOf(mount, ref));
      return [...new Set(await Promise.all(tags))];
    }
    case 'tag':
      return [target.tag];
    case 'prefix':
      return [...new Set(sitesOf(routes, target.mount).map(({ mount }) => mount.name))];
  }
}

type Sources = Extract<PurgeTarget, { kind: 'sources' }>['sources'];

/** @throws Fault */
async function targetOf(order: PurgeOrder, routes: readonly Route[]): Promise<PurgeTarget> {
  if ('tag' in order) return { kind: 'tag', tag: order.tag };
  if ('prefix' in order) {
    const { prefix, name } = order;
    if (name !== undefined) sitesOf(routes, name);
    return { kind: 'prefix', prefix, ...(name === undefined ? {} : { mount: name }) };
  }
  const sources =
    'url' in order
      ? byUrl(order.url, routes)
      : await byAddress(order.source, sitesOf(routes, order.name));
  if (sources.length === 0) throw new Fault('mount-unknown', 'No source here has this address.');
  return { kind: 'sources', sources };
}

/** The sources of an address as a visitor asks for it, with or without its host. */
function byUrl(url: string, routes: readonly Route[]): Sources {
  const target = readTarget(url, undefined);
  const found = target && findPlace(routes, target);
  if (found === undefined) throw new Fault('mount-unknown', 'Nothing answers at this address.');
  const { site } = found.place;
  const compiled = compiledWithout(site, found.rest);
  const { mount } = site;
  const pictures = compiled.pictures ?? [];
  return [
    { mount, ref: compiled.source },
    ...pictures.map(({ ref }) => ({ mount: mountOf(mount, ref), ref })),
  ].filter(({ ref }) => ref.kind === 'path' || ref.kind === 'url');
}

/** What an address means, whoever may ask for it: without its signature and before it expires. */
function compiledWithout(site: Site, target: string): Compiled {
  const { signing: _, ...settings } = site.settings;
  const compile = (given: string) => {
    const image: ImageRequest = {
      method: 'GET',
      target: given,
      headers: {},
      accepts: new Set(),
      now: 0,
      upload: false,
    };
    return compileAt({ ...site, settings }, image);
  };
  try {
    return compile(target);
  } catch (error) {
    // Parameters that were never answered name no other source.
    if (!isFault(error) || !target.includes('?')) throw error;
    return compile(target.slice(0, target.indexOf('?')));
  }
}

/** The originals with an address, by each source of the configuration that may read them. */
async function byAddress(address: string, sites: readonly Site[]): Promise<Sources> {
  const absolute = isUrl(address);
  const ref: SourceRef = absolute
    ? { kind: 'url', url: address }
    : pathRef(address.replace(/^\/+/, ''));
  const mounts = sites.flatMap(({ mount }) => (absolute ? [mount, mountOf(mount, ref)] : [mount]));
  const unique = [...new Map(mounts.map((mount) => [mount.name, mount])).values()];
  const held = await Promise.all(unique.map((mount) => mayHave(mount, ref)));
  return unique.filter((_, at) => held[at]).map((mount) => ({ mount, ref }));
}

function pathRef(address: string): SourceRef {
  const [path = '', ...query] = address.split('?');
  return { kind: 'path', path, ...(query.length === 0 ? {} : { query: query.join('?') }) };
}

/** Whether an origin would read it; one that does not have it any more had it. */
async function mayHave({ origin }: Mount, ref: SourceRef): Promise<boolean> {
  if ((ref.kind === 'url') !== (origin.kind === 'web') && origin.kind !== 'http') return false;
  try {
    await origin.locate(ref);
    return true;
  } catch (error) {
    return isFault(error, 'source-not-found');
  }
}

/** @throws Fault for a name that no source has */
function sitesOf(routes: readonly Route[], name: string | undefined): Site[] {
  const sites = routes.map(({ site }) => site);
  if (name === undefined) return sites;
  const named = sites.filter(({ mount }) => mount.name === name);
  if (named.length === 0) throw new Fault('mount-unknown', 'No source has this name.');
  return named;
}
