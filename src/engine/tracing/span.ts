/**
 * Span: a piece of the work of a request, as it is traced. Where nothing is traced there is none,
 * and whoever has one passes it on.
 *
 * Times are milliseconds of `performance.now`, which moves forward only, so that what was done within
 * something lies within it.
 */

/** What is said of a span, by names of the semantic conventions or `fovea.…`. */
export type SpanFacts = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Span {
  /** Whether anything is kept of it; where not, it only goes along to the origin. */
  readonly recorded: boolean;
  /** The trace it belongs to, in hexadecimal. */
  readonly traceId: string;
  /** Headers for a server that is asked within it (docs/spec/telemetry.md 3.1). */
  readonly headers: Readonly<Record<string, string>>;
  /** A piece of work within this one. @param start now when absent */
  child(name: string, facts?: SpanFacts, start?: number): Span;
  /** The same for a question to another server. */
  question(name: string, facts?: SpanFacts): Span;
  /** A piece of work that this one has asked for and does not wait for: a trace of its own, with a link. */
  later(name: string, facts?: SpanFacts): Span;
  set(facts: SpanFacts): void;
  event(name: string, facts?: SpanFacts, at?: number): void;
  /** The work has failed. @param kind a code with few values */
  fail(kind: string): void;
  /** To be called once. @param at now when absent */
  end(at?: number): void;
}

/** What `work` gives, as a span within another, where there is one. */
export function spanned<Result>(
  parent: Span | undefined,
  name: string,
  work: (span: Span | undefined) => Promise<Result>,
): Promise<Result> {
  return within(parent?.child(name), work);
}

/** The same for work that a request has asked for and does not wait for. */
export function tracedLater<Result>(
  asker: Span | undefined,
  name: string,
  work: (span: Span | undefined) => Promise<Result>,
): Promise<Result> {
  return within(asker?.later(name), work);
}

/** What `work` gives; its span ends with it. */
export async function within<Result>(
  span: Span | undefined,
  work: (span: Span | undefined) => Promise<Result>,
): Promise<Result> {
  if (span === undefined) return work(undefined);
  try {
    return await work(span);
  } catch (error) {
    span.fail(failureOf(error));
    throw error;
  } finally {
    span.end();
  }
}

/** A code for an error, with few values. */
export function failureOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return error instanceof Error ? error.name : 'error';
}
