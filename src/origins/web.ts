/**
 * Web origin: the source is an absolute URL in the request.
 *
 * The URL is parsed once and only the parsed value is used, so that no second
 * parser can disagree (docs/spec/http.md 13.3). Which hosts may be asked is the allow
 * list's to say; `*` is any public host.
 */
import { Fault } from '../base/fault.ts';
import type { SourceRef } from '../image/source-ref.ts';
import type { AddressGuard } from './address-guard.ts';
import type { HttpClient } from './http-client.ts';
import type { Fetched, Location, Origin, Validators } from './origin.ts';

const LONGEST_URL = 8192;

export class WebOrigin implements Origin {
  readonly kind = 'web';
  readonly #guard: AddressGuard;
  readonly #client: HttpClient;

  constructor(guard: AddressGuard, client: HttpClient) {
    this.#guard = guard;
    this.#client = client;
  }

  async locate(source: SourceRef): Promise<Location> {
    if (source.kind !== 'url') {
      throw new Fault('source-refused', 'Expected an absolute URL for the source.');
    }
    const url = parse(source.url);
    this.#guard.checkUrl(url);
    return { id: url.href, url: url.href };
  }

  async fetch(
    location: Location,
    held: Validators | undefined,
    signal: AbortSignal,
    requestId?: string,
  ): Promise<Fetched> {
    return this.#client.get(parse(location.id), held, signal, { requestId });
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}

function parse(text: string): URL {
  if (text.length > LONGEST_URL || !URL.canParse(text)) {
    throw new Fault('bad-request', 'Expected an absolute URL for the source.');
  }
  const url = new URL(text);
  url.hash = '';
  return url;
}
