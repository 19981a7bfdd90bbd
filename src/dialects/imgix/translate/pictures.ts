/**
 * Pictures: the second pictures that a URL names, each with the steps of its own parameters
 * (docs/spec/imgix.md 6.1).
 *
 * A path is below the same source. An absolute URL of one of the source's own hosts means the same;
 * any other is fetched as it stands, by the guard of the origin. Own parameters of own pictures are
 * carried out here, those of others by their servers.
 *
 * Bounded in depth and in number, so that no URL asks for ever more.
 */
import { type Diagnostic, notUsed } from '../../../base/diagnostic.ts';
import { isFault } from '../../../base/fault.ts';
import type { SourceRef } from '../../../image/source-ref.ts';
import type { Op, SecondPicture } from '../../../plan/op.ts';
import type { DialectSettings, PictureRef } from '../../dialect.ts';
import { encodedPath } from '../../encoded-path.ts';
import type { ImgixValues } from '../params.ts';
import { gather } from '../query.ts';
import { readValues } from '../read.ts';
import { sourceOf } from '../source.ts';

/** Most second pictures of one URL. */
const MOST_PICTURES = 8;

/** A mark on a mark on a mark is drawn, a further one is not. */
const DEEPEST = 3;

/** The steps of the parameters of a picture. */
export type StepsOf = (values: ImgixValues, pictures: Pictures) => Op[];

/** What all second pictures of a URL share. */
interface Shared {
  readonly settings: Pick<DialectSettings, 'origin' | 'hosts'>;
  readonly stepsOf: StepsOf;
  readonly refs: PictureRef[];
  readonly remarks: Diagnostic[];
}

export class Pictures {
  readonly #shared: Shared;
  readonly #base: SourceRef;
  readonly #depth: number;

  private constructor(shared: Shared, base: SourceRef, depth: number) {
    this.#shared = shared;
    this.#base = base;
    this.#depth = depth;
  }

  /** Of the picture at `base`. */
  static of(settings: Shared['settings'], base: SourceRef, stepsOf: StepsOf): Pictures {
    return new Pictures({ settings, stepsOf, refs: [], remarks: [] }, base, 1);
  }

  /** They are laid on a canvas of text, not on a picture. */
  get onText(): boolean {
    return this.#base.kind === 'blank';
  }

  /** All that were added, by their places. */
  get refs(): readonly PictureRef[] {
    return this.#shared.refs;
  }

  /** What could not be honoured. */
  get remarks(): readonly Diagnostic[] {
    return this.#shared.remarks;
  }

  /**
   * A second picture, added to the list; undefined, with a remark, where its text names none.
   *
   * @param param the parameter that names it
   * @param below what a relative text is below
   */
  add(text: string, param: string, below?: string): SecondPicture | undefined {
    const { refs } = this.#shared;
    if (this.#depth > DEEPEST)
      return this.#without(param, `pictures on pictures end at ${DEEPEST}`);
    if (refs.length >= MOST_PICTURES) {
      return this.#without(param, `at most ${MOST_PICTURES} pictures are used`);
    }
    const named = this.#read(
      below === undefined || ABSOLUTE.test(text) ? text : joined(below, text),
    );
    if (named === undefined) return this.#without(param, 'expected a path or an http or https URL');
    const index = refs.push({ ref: named.ref, param }) - 1;
    return { index, ops: this.#steps(named, param) };
  }

  /** Where a text leads, and what it asks of us. */
  #read(text: string): Named | undefined {
    const { origin, hosts = [] } = this.#shared.settings;
    if (text.length > LONGEST || CONTROL.test(text)) return undefined;
    if (!ABSOLUTE.test(text)) return this.#relative(text);
    const href = text.startsWith('//') ? `https:${text}` : text;
    const url = URL.canParse(href) ? new URL(href) : undefined;
    if (url === undefined || url.username + url.password !== '') return undefined;
    if (url.pathname === '/~text' && VENDOR.test(url.hostname)) {
      return { ref: { kind: 'blank' }, query: url.search.slice(1) };
    }
    if (hosts.includes(url.hostname.toLowerCase())) {
      return ownPicture(url.pathname, url.search.slice(1), origin);
    }
    return { ref: { kind: 'url', url: url.href }, query: '' };
  }

  #relative(text: string): Named | undefined {
    const { origin } = this.#shared.settings;
    const at = text.indexOf('?');
    const path = at < 0 ? text : text.slice(0, at);
    const query = at < 0 ? '' : text.slice(at + 1);
    if (path.replace(/^\//, '') === '~text') return { ref: { kind: 'blank' }, query };
    if (origin !== 'web') return ownPicture(encodedPath(path), query, origin);
    // The host of the picture it is laid on (documented for web proxies).
    const base = this.#base.kind === 'url' ? this.#base.url : undefined;
    if (base === undefined || !URL.canParse(text, base)) return undefined;
    return { ref: { kind: 'url', url: new URL(text, base).href }, query: '' };
  }

  /** The steps of the own parameters of a picture. */
  #steps({ ref, query }: Named, param: string): Op[] {
    if (query === '') return ref.kind === 'blank' ? [] : [{ kind: 'orient', by: 'source' }];
    const { remarks, stepsOf } = this.#shared;
    try {
      const { given, diagnostics } = gather(query, {});
      const { values, diagnostics: more } = readValues(given);
      for (const one of [...diagnostics, ...more]) {
        remarks.push({ ...one, param, message: `${param}: ${one.message}` });
      }
      return stepsOf(values, new Pictures(this.#shared, ref, this.#depth + 1));
    } catch (error) {
      if (!isFault(error)) throw error;
      remarks.push(notUsed(`${param}: ${error.message}`, param));
      return [{ kind: 'orient', by: 'source' }];
    }
  }

  #without(param: string, why: string): undefined {
    this.#shared.remarks.push(notUsed(`The picture of ${param} is left out: ${why}.`, param));
    return undefined;
  }
}

/** A picture, and the parameters that are ours to carry out. */
interface Named {
  readonly ref: SourceRef;
  readonly query: string;
}

/** Canvases of text are the same at every host of the vendor (docs/spec/imgix.md 6.3.4). */
const VENDOR = /\.imgix\.net$/i;
const LONGEST = 4000;
const ABSOLUTE = /^(https?:)?\/\//i;
const CONTROL = /[\p{Cc}\\]/u;

function ownPicture(
  path: string,
  query: string,
  origin: DialectSettings['origin'],
): Named | undefined {
  try {
    return path.replace(/^\/+/, '') === '' ? undefined : { ref: sourceOf(path, origin), query };
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}

function joined(below: string, text: string): string {
  const base = below.endsWith('/') ? below.slice(0, -1) : below;
  return `${base}/${text.replace(/^\/+/, '')}`;
}
