/**
 * HTTP origin: sources live below a base URL.
 *
 * The path of the request is put behind the base as it stands, escapes
 * untouched. Where that leads is judged after parsing: it must still be below
 * the base, for us and for a server that decodes "%2f" before it looks.
 */
import { Fault } from '../base/fault.ts';
import type { SourceRef } from '../image/source-ref.ts';
import { type AddressGuard, isPublicHost } from './address-guard.ts';
import type { HttpClient } from './http-client.ts';
import type { Fetched, Location, Origin, OriginHealth, Validators } from './origin.ts';
import type { PassingLimits } from './oversize.ts';

export class HttpOrigin implements Origin {
  readonly kind = 'http';
  readonly #guard: AddressGuard;
  readonly #client: HttpClient;
  readonly #base: URL;
  readonly #credentials: string | undefined;

  /** @param base as `readBase` gives it */
  constructor(base: Base, guard: AddressGuard, client: HttpClient) {
    this.#base = base.url;
    this.#credentials = base.credentials;
    this.#guard = guard;
    this.#client = client;
  }

  async locate(source: SourceRef): Promise<Location> {
    const url = this.#resolve(source);
    this.#guard.checkUrl(url);
    const named = { id: url.href, below: url.href.slice(this.#base.href.length) };
    return isPublicHost(url) ? { ...named, url: url.href } : named;
  }

  covers(url: string): boolean {
    try {
      this.#below(url);
      return true;
    } catch {
      return false;
    }
  }

  async fetch(
    location: Location,
    held: Validators | undefined,
    signal: AbortSignal,
    requestId?: string,
    passing?: PassingLimits,
    trace?: Readonly<Record<string, string>>,
  ): Promise<Fetched> {
    const url = this.#below(location.id);
    const own = { credentials: this.#credentials, requestId, trace };
    return this.#client.get(url, held, signal, own, passing);
  }

  health(): OriginHealth {
    return this.#client.health();
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #resolve(source: SourceRef): URL {
    if (source.kind === 'url') return this.#below(source.url);
    if (source.kind !== 'path') {
      throw new Fault('source-refused', 'Expected a path for the source.');
    }
    // A "#" can only be part of the path here; left alone it would cut the rest off.
    const path = source.path.replaceAll('#', '%23');
    const query = source.query === undefined ? '' : `?${source.query.replaceAll('#', '%23')}`;
    return this.#below(this.#base.href + path + query);
  }

  #below(text: string): URL {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url) throw new Fault('bad-request', 'Expected a readable path for the source.');
    url.hash = '';
    const stays =
      url.origin === this.#base.origin &&
      url.username + url.password === '' &&
      url.pathname.startsWith(this.#base.pathname);
    if (!stays || climbs(url.pathname)) {
      throw new Fault('source-refused', 'The path of the source leads out of its folder.');
    }
    return url;
  }
}

/** A base without credentials that ends in "/", and the credentials it carried. */
export interface Base {
  readonly url: URL;
  readonly credentials?: string;
}

/** @throws TypeError for a name or password that cannot be read */
function userOf({ username, password }: URL): string {
  try {
    return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  } catch {
    throw new TypeError('expected escapes of UTF-8 in the name and password of a base');
  }
}

/** @throws TypeError for what is no http base */
export function readBase(text: string): Base {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new TypeError('expected an http or https URL without a query for the base of an origin');
  }
  const user = userOf(url);
  url.username = '';
  url.password = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return user === ':'
    ? { url }
    : { url, credentials: `Basic ${Buffer.from(user).toString('base64')}` };
}

/** True when a server that decodes the path once would read a ".." or a NUL in it. */
function climbs(pathname: string): boolean {
  const decoded = pathname
    .replace(/%2e/gi, '.')
    .replace(/%2f/gi, '/')
    .replace(/%5c/gi, '/')
    .replaceAll('\\', '/');
  return /%00/.test(pathname) || decoded.split('/').includes('..');
}
