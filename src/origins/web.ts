/**
 * Web origin: the source is an absolute URL in the request.
 *
 * The URL is parsed once and only the parsed value is used, so that no second
 * parser can disagree (docs/spec/http.md 13.3). Which hosts may be asked is the allow
 * list's to say; `*` is any public host.
 */
import { Fault, isFault } from '../base/fault.ts';
import type { SourceRef } from '../image/source-ref.ts';
import type { AddressGuard } from './address-guard.ts';
import type { HttpClient } from './http-client.ts';
import type { Fetched, Location, Origin, OriginHealth, Validators } from './origin.ts';
import type { PassingLimits } from './oversize.ts';

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
    passing?: PassingLimits,
    trace?: Readonly<Record<string, string>>,
  ): Promise<Fetched> {
    const url = parse(location.id);
    const ask = (one: URL) => this.#client.get(one, held, signal, { requestId, trace }, passing);
    try {
      return await ask(url);
    } catch (error) {
      const spaced = withSpaces(url);
      if (!spaced || !isFault(error, 'source-not-found') || error.detail.status !== 404)
        throw error;
      return await ask(spaced);
    }
  }

  health(): OriginHealth {
    return this.#client.health();
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}

/**
 * A URL with the plus signs of its path read as spaces, where it has some. A
 * client of imgix (Python's `quote_plus`) writes spaces so; where the server of
 * the source has a file with a plus in its name, that one is meant.
 */
function withSpaces(url: URL): URL | undefined {
  if (!url.pathname.includes('+')) return undefined;
  const spaced = new URL(url);
  spaced.pathname = url.pathname.replaceAll('+', '%20');
  return spaced;
}

function parse(text: string): URL {
  if (text.length > LONGEST_URL || !URL.canParse(text)) {
    throw new Fault('bad-request', 'Expected an absolute URL for the source.');
  }
  const url = new URL(text);
  url.hash = '';
  return url;
}
