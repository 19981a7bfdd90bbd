/**
 * OriginReader: takes a source in from its origin, as far as the store does, and tells
 * how that went.
 */
import { loggable } from '../../base/loggable.ts';
import type { Fetched, Location, Validators } from '../../origins/origin.ts';
import type { Spooled } from '../../stores/spool.ts';
import type { Mount } from '../engine.ts';
import { type EngineObserver, failedFetch } from '../tracing/observer.ts';
import { type Span, within } from '../tracing/span.ts';
import type { SourceBodies } from './source-bodies.ts';

/** What is asked of an origin. */
export interface OriginQuestion {
  readonly mount: Mount;
  readonly location: Location;
  /** Of the copy that is held. */
  readonly held: Validators | undefined;
  readonly signal: AbortSignal;
  readonly requestId: string | undefined;
  /** What it is traced within. */
  readonly span: Span | undefined;
}

/** A whole source, or word that the held copy is still good. */
export type OriginAnswer =
  | Extract<Fetched, { kind: 'unchanged' }>
  | (Omit<Extract<Fetched, { kind: 'bytes' }>, 'body'> & { readonly spooled: Spooled });

export class OriginReader {
  readonly #bodies: SourceBodies;
  readonly #observer: EngineObserver | undefined;

  /** @param observer told of what is read */
  constructor(bodies: SourceBodies, observer?: EngineObserver) {
    this.#bodies = bodies;
    this.#observer = observer;
  }

  /** @throws Fault */
  async read(question: OriginQuestion): Promise<OriginAnswer> {
    const observer = this.#observer;
    const { mount, signal } = question;
    const start = performance.now();
    const took = () => performance.now() - start;
    try {
      const answer = await within(questionSpan(question), (span) => this.#read(question, span));
      const bytes = answer.kind === 'bytes' ? answer.spooled.length : 0;
      observer?.fetched(mount.name, answer.kind, took(), bytes);
      return answer;
    } catch (error) {
      observer?.fetched(mount.name, failedFetch(error, signal), took(), 0);
      throw error;
    }
  }

  async #read(question: OriginQuestion, span: Span | undefined): Promise<OriginAnswer> {
    const { mount, location, held, signal, requestId } = question;
    const fetched = await mount.origin.fetch(
      location,
      held,
      signal,
      requestId,
      undefined,
      span?.headers,
    );
    span?.set({ 'fovea.fetched': fetched.kind });
    if (fetched.kind === 'unchanged') return fetched;
    const { body: _, ...facts } = fetched;
    const spooled = await this.#bodies.spool(fetched);
    span?.set({ 'http.response.body.size': spooled.length });
    return { ...facts, spooled };
  }
}

/** The span of a question; a folder is no server. */
function questionSpan({ span, mount, location }: OriginQuestion): Span | undefined {
  const facts = { 'fovea.source': mount.name };
  if (span === undefined || mount.origin.kind === 'folder') return span?.child('fetch', facts);
  const { url } = location;
  const said =
    url === undefined ? {} : { 'url.full': loggable(url), 'server.address': hostOf(url) };
  return span.question('fetch', { ...facts, ...said, 'http.request.method': 'GET' });
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}
