/**
 * Arrived: a request as it goes through the server.
 */
import type { Span } from '../engine/tracing/span.ts';
import type { HttpRequest, NamedRequest } from './http/http-message.ts';

/** A request with its name; signal and body are still made only for those who ask. */
export class Arrived implements NamedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: HttpRequest['headers'];
  readonly remoteAddress?: string;
  readonly id: string;
  readonly arrived: number;
  readonly span?: Span;
  readonly #given: HttpRequest;

  constructor(given: HttpRequest, id: string, arrived: number, span: Span | undefined) {
    this.method = given.method;
    this.target = given.target;
    this.headers = given.headers;
    if (given.remoteAddress !== undefined) this.remoteAddress = given.remoteAddress;
    this.id = id;
    this.arrived = arrived;
    if (span !== undefined) this.span = span;
    this.#given = given;
  }

  get body(): AsyncIterable<Uint8Array> {
    return this.#given.body;
  }

  get signal(): AbortSignal {
    return this.#given.signal;
  }
}
