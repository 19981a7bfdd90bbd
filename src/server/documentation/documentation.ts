/**
 * The documentation, as the build has written it: pages below `/_fovea/docs/`, read when they are first asked for.
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
import { type StaticFile, staticFile, staticResponse } from '../http/static-file.ts';
import { otherMethod, PAGE_METHODS, type PageServices } from '../own-pages.ts';

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

const HEADERS = { 'content-security-policy': POLICY, 'cache-control': 'public, max-age=300' };

function mediaTypeOf(name: string): string | undefined {
  return MEDIA_TYPES[name.slice(name.lastIndexOf('.') + 1)];
}

/** What the build has written. */
const BUILT = fileURLToPath(new URL('../../../dist/docs', import.meta.url));

/** The pages of a folder by their path. */
export class Documentation {
  readonly #folder: string;
  readonly #files: ReadonlySet<string>;
  /** As many as there are pages at most. */
  readonly #kept = new Map<string, StaticFile>();

  /** @param folder one that is missing has no pages */
  constructor(folder = BUILT) {
    this.#folder = folder;
    this.#files = new Set(filesOf(folder));
  }

  /** The answer to a request for a path; undefined where nothing is there. */
  answer(request: HttpRequest, path: string, services: PageServices): HttpResponse | undefined {
    const name = this.#nameOf(path);
    const whole = name === undefined ? this.#whole(path) : undefined;
    if (name === undefined && whole === undefined) return undefined;
    if (!PAGE_METHODS.includes(request.method)) return otherMethod(request, PAGE_METHODS, services);
    const [now, policy] = [services.clock.now(), services.policy];
    if (name !== undefined) return staticResponse(request, this.#file(name), HEADERS, now, policy);
    return {
      status: 308,
      headers: {
        ...commonHeaders(now, policy),
        'cache-control': HEADERS['cache-control'],
        'content-length': '0',
        location: whole!,
      },
      body: NO_BODY,
    };
  }

  #nameOf(path: string): string | undefined {
    if (!path.startsWith(DOCUMENTATION)) return undefined;
    const rest = path.slice(DOCUMENTATION.length);
    const name = rest === '' || rest.endsWith('/') ? `${rest}index.html` : rest;
    return this.#files.has(name) && mediaTypeOf(name) !== undefined ? name : undefined;
  }

  /** Text is kept, as packing it takes time; pictures are read anew. */
  #file(name: string): StaticFile {
    const kept = this.#kept.get(name);
    if (kept) return kept;
    const file = staticFile(mediaTypeOf(name)!, readFileSync(join(this.#folder, name)));
    if (file.packed) this.#kept.set(name, file);
    return file;
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
