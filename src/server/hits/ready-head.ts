/**
 * Ready head: the headers of a hit in the form in which Node writes them, with
 * places for those that change from answer to answer.
 */
import type { Compiled } from '../../dialects/dialect.ts';
import type { Lifetime, Rendition } from '../../engine/engine.ts';
import { type HeaderPolicy, headerText, httpDate } from '../http/http-message.ts';
import { cacheHeaders, cacheStatus, cdnControl, serverTiming } from '../http/response-headers.ts';
import { isSameRendition, type KnownHeaders } from './known-headers.ts';

/** Places of values that belong to one answer, in the list of names and values. */
export interface OpenPlaces {
  readonly date: number;
  readonly id: number;
  /** 0 where times are not said. */
  readonly timing: number;
}

export class ReadyHead {
  /** Names and values in turn; values are written in place. */
  readonly lines: string[] = [];
  readonly #compiled: Compiled;
  readonly #policy: HeaderPolicy;
  readonly #described: KnownHeaders['rendition'];
  #lifetime: Lifetime;
  readonly #date: number;
  readonly #timing: number;
  readonly #id: number;
  readonly #status: number;
  /** Absent where the dialect has its own word. */
  readonly #control: number | undefined;
  readonly #age: number | undefined;
  /** Of the lifetime at a CDN. */
  readonly #cdn: number | undefined;

  /** @param headers of a whole answer with the rendition, with the headers known of it and the lifetime it had */
  constructor(
    compiled: Compiled,
    known: KnownHeaders,
    lifetime: Lifetime,
    headers: Readonly<Record<string, string>>,
    policy: HeaderPolicy,
  ) {
    const { 'x-request-id': _, ...named } = headers;
    for (const name in named) this.lines.push(name, headerText(named[name] ?? ''));
    this.lines.push('x-request-id', '');
    const place = (name: string) => this.lines.indexOf(name) + 1;
    const { headers: fixed, rendition: described } = known;
    this.#compiled = compiled;
    this.#policy = policy;
    this.#described = described;
    this.#lifetime = lifetime;
    this.#date = place('date');
    this.#timing = policy.timing ? place('server-timing') : 0;
    this.#id = place('x-request-id');
    this.#status = place('cache-status');
    if (fixed['cache-control'] === '') this.#control = place('cache-control');
    if (fixed.age === '' && named.age !== undefined) this.#age = place('age');
    const cdn = (policy.cdnControl ?? 'CDN-Cache-Control').toLowerCase();
    if (compiled.response.cdnSeconds !== undefined && cdn in named) this.#cdn = place(cdn);
  }

  get open(): OpenPlaces {
    return { date: this.#date, id: this.#id, timing: this.#timing };
  }

  /** What changes with the time, by its places. */
  get said(): [place: number, value: string][] {
    const places = [this.#status, this.#control, this.#age, this.#cdn];
    return places.flatMap((at) => (at === undefined ? [] : [[at, this.lines[at] ?? '']]));
  }

  /** Fills in what belongs to one answer; false where the head is that of another rendition. */
  write(rendition: Rendition, now: number, id: string, arrived: number): boolean {
    const { lines } = this;
    const { lifetime } = rendition;
    if (!isSameRendition(this.#described, rendition)) return false;
    if (!isSameLifetime(this.#lifetime, lifetime) && !this.#keep(rendition, now)) return false;
    lines[this.#date] = httpDate(now);
    lines[this.#id] = id;
    if (this.#timing > 0) {
      lines[this.#timing] = serverTiming(rendition.timings, performance.now() - arrived);
    }
    return true;
  }

  /** How long it may be kept, anew. */
  #keep({ lifetime, cache, key }: Rendition, now: number): boolean {
    const { lines } = this;
    if (lifetime.noStore) return false;
    const { response } = this.#compiled;
    const cdn = cdnControl(lifetime, response, now, this.#policy.age);
    // A line too many or too few: whoever writes whole answers decides.
    if ((cdn === undefined) !== (this.#cdn === undefined)) return false;
    if (this.#cdn !== undefined && cdn !== undefined) lines[this.#cdn] = cdn;
    const { 'cache-control': control, age } = cacheHeaders(
      lifetime,
      response,
      now,
      undefined,
      this.#policy.age,
    );
    lines[this.#status] = cacheStatus(cache, lifetime, this.#policy.cacheKey ? key : undefined);
    if (this.#control !== undefined) lines[this.#control] = control;
    if (this.#age !== undefined && age !== undefined) lines[this.#age] = age;
    this.#lifetime = lifetime;
    return true;
  }
}

function isSameLifetime(a: Lifetime, b: Lifetime): boolean {
  return (
    a.age === b.age &&
    a.seconds === b.seconds &&
    a.shared === b.shared &&
    a.noStore === b.noStore &&
    a.noCache === b.noCache &&
    a.revalidation === b.revalidation &&
    a.granted === b.granted &&
    a.unsettled === b.unsettled
  );
}
