/**
 * The documentation, as the build has written it: pages below `/_fovea/docs/`, read when they are asked for.
 *
 * Everything is a file of the package; nothing of a request but its path is looked at, and that only in a list of
 * what is there.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  commonHeaders,
  type HttpRequest,
  type HttpResponse,
  NO_BODY,
} from '../http/http-message.ts';
import {
  fixedPage,
  otherMethod,
  PAGE_METHODS,
  type Page,
  type PageServices,
} from '../own-pages.ts';

const DOCUMENTATION = '/_fovea/docs/';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  png: 'image/png',
  jpg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  svg: 'image/svg+xml',
};

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What the build has written. */
const BUILT = fileURLToPath(new URL('../../../dist/docs', import.meta.url));

/** The pages of a folder by their path. */
export class Documentation {
  readonly #folder: string;
  readonly #files: ReadonlySet<string>;

  /** @param folder one that is missing has no pages */
  constructor(folder = BUILT) {
    this.#folder = folder;
    this.#files = new Set(filesOf(folder));
  }

  /** The answer to a request for a path; undefined where nothing is there. */
  answer(request: HttpRequest, path: string, services: PageServices): HttpResponse | undefined {
    const page = this.#page(path);
    const whole = page === undefined ? this.#whole(path) : undefined;
    if (page === undefined && whole === undefined) return undefined;
    if (!PAGE_METHODS.includes(request.method)) return otherMethod(request, PAGE_METHODS, services);
    if (page !== undefined) return fixedPage(request, page, services);
    return {
      status: 308,
      headers: {
        ...commonHeaders(services.clock.now(), services.policy),
        'cache-control': 'public, max-age=300',
        'content-length': '0',
        location: whole!,
      },
      body: NO_BODY,
    };
  }

  #page(path: string): Page | undefined {
    if (!path.startsWith(DOCUMENTATION)) return undefined;
    const rest = path.slice(DOCUMENTATION.length);
    const name = rest === '' || rest.endsWith('/') ? `${rest}index.html` : rest;
    if (!this.#files.has(name)) return undefined;
    const mediaType = MEDIA_TYPES[name.slice(name.lastIndexOf('.') + 1)];
    if (mediaType === undefined) return undefined;
    return {
      headers: {
        'content-type': mediaType,
        'content-security-policy': POLICY,
        'cache-control': 'public, max-age=300',
      },
      body: readFileSync(join(this.#folder, name)),
    };
  }

  /** A path with the last slash that it lacks; undefined for others. */
  #whole(path: string): string | undefined {
    const whole = `${path}/`;
    if (whole === DOCUMENTATION) return whole;
    const isPage =
      whole.startsWith(DOCUMENTATION) &&
      this.#files.has(`${whole.slice(DOCUMENTATION.length)}index.html`);
    return isPage ? whole : undefined;
  }
}

/** Relative names of all files below a folder, with slashes. */
function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(folder.length + 1)
          .replaceAll(sep, '/'),
      );
  } catch {
    return [];
  }
}
