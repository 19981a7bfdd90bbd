/**
 * SourceFindings: what a worker knows of the source of one task, and what it
 * learns while it works on it.
 *
 * It begins with what the front sent along and what this worker found before.
 * A finding that cannot be made (its model is missing or fails) counts as
 * "nothing found" for this task alone: the picture is made without the step, a
 * remark says so, and the next request tries again.
 */
import { BoundedMap } from '../../base/bounded-map.ts';
import { heapWeight } from '../../base/memory/heap-size.ts';
import { type FindingName, type Findings, NOTHING_FOUND } from '../../image/findings.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import type { SourceFile } from '../../vips/source-file.ts';

/**
 * Looks for one thing on page `page` of a source, counted from 0; `known` is what was found before.
 *
 * @throws whatever fails
 */
export type Finder<Name extends FindingName = FindingName> = (
  file: SourceFile,
  info: SourceInfo,
  page: number,
  known: Findings,
) => Promise<NonNullable<Findings[Name]>>;

/** One finder for everything that can be found. */
export type Finders = { readonly [Name in FindingName]: Finder<Name> };

/** Sources whose findings a worker remembers by itself, and their bytes; the front remembers more. */
const REMEMBERED = 200;
const MOST_BYTES = 2e6;

/** What a process has found on sources, by their content. */
export type FindingsMap = BoundedMap<string, Findings>;

export function findingsMap(most = REMEMBERED): FindingsMap {
  return new BoundedMap<string, Findings>(MOST_BYTES, { weigh: heapWeight, entries: most });
}

/** Names what findings belong to: the content of a source, and the page where it is not the first. */
export function findingsKey(sourceHash: string, page: number): string {
  return page === 0 ? sourceHash : `${sourceHash} ${page}`;
}

export class SourceFindings {
  readonly #finders: Finders;
  readonly #map: FindingsMap;
  readonly #key: string;
  readonly #page: number;
  #known: Findings;
  #fresh: Findings = {};
  readonly #failed: FindingName[] = [];

  /**
   * @param sourceHash content of the source
   * @param page the page that is looked at, from 0
   * @param given what the front knows
   */
  constructor(
    finders: Finders,
    map: FindingsMap,
    sourceHash: string,
    page: number,
    given: Findings = {},
  ) {
    this.#finders = finders;
    this.#map = map;
    this.#key = findingsKey(sourceHash, page);
    this.#page = page;
    const own = map.use(this.#key);
    this.#known = { ...own, ...given };
    // What the front does not know yet travels back, however often it was asked for.
    this.#fresh = own ? missingFrom(given, own) : {};
  }

  /** What is known now; what failed stands there as nothing found. */
  get known(): Findings {
    return this.#known;
  }

  /** What the front does not know yet; absent where there is nothing. */
  get fresh(): Findings | undefined {
    return Object.keys(this.#fresh).length > 0 ? this.#fresh : undefined;
  }

  /** What could not be found out, and why is in the log. */
  get failed(): readonly FindingName[] {
    return this.#failed;
  }

  /** Looks for something; afterwards it is known. */
  async find(name: FindingName, file: SourceFile, info: SourceInfo): Promise<void> {
    try {
      const found = { [name]: await this.#finders[name](file, info, this.#page, this.#known) };
      this.#known = { ...this.#known, ...found };
      this.#fresh = { ...this.#fresh, ...found };
      this.#map.set(this.#key, { ...this.#map.get(this.#key), ...found });
    } catch (error) {
      console.error(`Expected to find ${name}, got a failure:`, error);
      this.#failed.push(name);
      this.#known = { ...this.#known, [name]: NOTHING_FOUND[name] };
    }
  }
}

function missingFrom(given: Findings, own: Findings): Findings {
  return Object.fromEntries(
    Object.entries(own).filter(([name]) => given[name as FindingName] === undefined),
  );
}
