/**
 * Render job: what the engine is asked for one request.
 *
 * The signal is made only if it is looked at, so it is no field of its own: a
 * copy field by field would lose it, and `instead` gives a whole one.
 */
import type { Compiled } from '../dialects/dialect.ts';
import type { Mount, RenderRequest } from '../engine/engine.ts';
import type { Span } from '../engine/tracing/span.ts';
import type { Spooled } from '../stores/spool.ts';
import type { NamedRequest } from './http/http-message.ts';

export class RenderJob implements RenderRequest {
  readonly mount: Mount;
  readonly compiled: Compiled;
  readonly accepts: RenderRequest['accepts'];
  readonly id: string;
  readonly span?: Span;
  upload?: Spooled;
  storedOnly?: boolean;
  maxAge?: number;
  mayMake?: () => void;
  asked?: NonNullable<RenderRequest['asked']>;
  readonly #request: NamedRequest;

  constructor(
    mount: Mount,
    compiled: Compiled,
    accepts: RenderRequest['accepts'],
    request: NamedRequest,
  ) {
    this.mount = mount;
    this.compiled = compiled;
    this.accepts = accepts;
    this.id = request.id;
    if (request.span !== undefined) this.span = request.span;
    this.#request = request;
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }

  /** The same for something else. */
  instead(compiled: Compiled): RenderJob {
    const job = new RenderJob(this.mount, compiled, this.accepts, this.#request);
    if (this.upload !== undefined) job.upload = this.upload;
    if (this.storedOnly !== undefined) job.storedOnly = this.storedOnly;
    if (this.maxAge !== undefined) job.maxAge = this.maxAge;
    if (this.mayMake !== undefined) job.mayMake = this.mayMake;
    return job;
  }
}
