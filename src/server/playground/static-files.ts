/**
 * Static files: the page of the playground and what it loads, as they were built.
 *
 * They are read once and kept packed; names have the hash of their content, so
 * browsers keep them. The page may load nothing from anywhere else.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HeaderPolicy, HttpRequest, HttpResponse } from '../http/http-message.ts';
import { type StaticFile, staticFile, staticResponse } from '../http/static-file.ts';

const BUILT = fileURLToPath(new URL('../../../dist/playground', import.meta.url));

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** The page runs its own script alone and shows its own pictures. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

export type StaticFiles = ReadonlyMap<string, StaticFile>;

/** The files of a folder by their paths below it; none where it was not built. */
export function readStaticFiles(folder = BUILT): StaticFiles {
  const files = new Map<string, StaticFile>();
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return files;
  }
  for (const name of names) {
    const mediaType = MEDIA_TYPES[extname(name)];
    if (mediaType === undefined) continue;
    files.set(name.replaceAll('\\', '/'), staticFile(mediaType, readFileSync(join(folder, name))));
  }
  return files;
}

/** A file as the answer to GET or HEAD; undefined where there is none of this name. */
export function staticAnswer(
  files: StaticFiles,
  name: string,
  request: Pick<HttpRequest, 'method' | 'headers'>,
  now: number,
  policy: HeaderPolicy,
): HttpResponse | undefined {
  const file = files.get(name === '' ? 'index.html' : name);
  if (file === undefined) return undefined;
  const isPage = file.mediaType.startsWith('text/html');
  const headers = {
    'cache-control': isPage ? 'no-cache' : 'public, max-age=31536000, immutable',
    ...(isPage ? { 'content-security-policy': POLICY, 'referrer-policy': 'no-referrer' } : {}),
  };
  return staticResponse(request, file, headers, now, policy);
}
