/**
 * Compile cache: what requests have been found to mean.
 *
 * An address is asked for again and again, by clients that send the same few
 * headers. What a dialect made of it is kept with the headers that it looked
 * at while it did, and holds for every request that has the same ones. The
 * time counts through the expiry of a link alone (`freshness.until`).
 *
 * Invariant: with and without the cache a request compiles to the same.
 */
import { BoundedMap } from '../base/bounded-map.ts';
import { heapSize } from '../base/memory/heap-size.ts';
import type { Compiled, ImageRequest } from '../dialects/dialect.ts';
import { type CompileSite, compileAt } from './config/source-answers.ts';

/** Bytes that all entries may take. */
const CAPACITY = 16e6;
/**
 * Bytes of what others keep of a compiled request for as long as it is here, beside its canonical
 * plan: the name of its source, its last key, the headers that were said last with its answer.
 */
const BESIDE = 1000;
/** Meanings of one address that are kept: by Accept, by hints. */
const MOST_VARIANTS = 6;

type Headers = ImageRequest['headers'];

/** Each header that was looked at, with its value at the time. */
export type ReadHeaders = readonly (readonly [name: string, value: string | undefined])[];

/** One meaning of an address, and what it hangs on. */
interface Variant {
  readonly compiled: Compiled;
  readonly read: ReadHeaders;
  /** Bytes that it takes. */
  readonly bytes: number;
}

export class CompileCache {
  readonly #variants: BoundedMap<string, readonly Variant[]>;
  /** Sites have no name that is theirs alone. */
  readonly #ordinals = new WeakMap<CompileSite, number>();
  #sites = 0;
  readonly #read = new WeakMap<Compiled, ReadHeaders>();

  /** @param capacity in bytes */
  constructor(capacity = CAPACITY) {
    this.#variants = new BoundedMap(capacity, {
      weigh: (variants, key) => variants.reduce((sum, { bytes }) => sum + bytes, 2 * key.length),
    });
  }

  /** Bytes of all entries. */
  get bytes(): number {
    return this.#variants.weight;
  }

  /** What a request means at a site. @throws Fault */
  compile(site: CompileSite, request: ImageRequest): Compiled {
    if (request.method === 'POST') return compileAt(site, request);
    const key = `${this.#ordinal(site)} ${request.method} ${request.target}`;
    const known = this.#variants.use(key);
    const found = known?.find((variant) => holds(variant, request));
    if (found) return found.compiled;
    const watched = watch(request);
    const compiled = compileAt(site, watched.request);
    if (watched.read !== undefined) {
      const read = [...watched.read];
      this.#read.set(compiled, read);
      const variant = { compiled, read, bytes: bytesOf(compiled, read) };
      this.#variants.set(key, [variant, ...(known ?? [])].slice(0, MOST_VARIANTS));
    }
    return compiled;
  }

  /** What a meaning of this cache hangs on beside its address; undefined for one that holds for its request alone. */
  readOf(compiled: Compiled): ReadHeaders | undefined {
    return this.#read.get(compiled);
  }

  #ordinal(site: CompileSite): number {
    let ordinal = this.#ordinals.get(site);
    if (ordinal === undefined) {
      ordinal = this.#sites++;
      this.#ordinals.set(site, ordinal);
    }
    return ordinal;
  }
}

function bytesOf(compiled: Compiled, read: ReadHeaders): number {
  // Its canonical plan is another one of about the same size
  return BESIDE + heapSize([compiled, read]) + heapSize(compiled.plan);
}

function holds({ compiled, read }: Variant, { headers, now }: ImageRequest): boolean {
  const { until } = compiled.response.freshness;
  return (
    (until === undefined || now < until) && read.every(([name, value]) => headers[name] === value)
  );
}

/** A request that notes which headers are looked at; `read` is undefined once all of them were. */
function watch(request: ImageRequest): {
  readonly request: ImageRequest;
  readonly read: ReadonlyMap<string, string | undefined> | undefined;
} {
  const read = new Map<string, string | undefined>();
  let all = false;
  const note = (name: string) => {
    read.set(name, request.headers[name]);
    return request.headers[name];
  };
  const headers: Headers = new Proxy(request.headers, {
    get: (_, name) => (typeof name === 'string' ? note(name) : undefined),
    has: (_, name) => typeof name === 'string' && note(name) !== undefined,
    ownKeys: (target) => {
      all = true;
      return Reflect.ownKeys(target);
    },
  });
  return {
    request: {
      ...request,
      headers,
      get accepts() {
        note('accept');
        return request.accepts;
      },
    },
    get read() {
      return all ? undefined : read;
    },
  };
}
