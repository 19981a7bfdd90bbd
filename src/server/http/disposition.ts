/**
 * Content-Disposition: the name under which a picture is saved.
 *
 * The extension always is that of the bytes: a WebP saved as `.jpg` opens
 * nowhere (docs/spec/http.md 10.4, RFC 6266).
 */
import { create } from 'content-disposition';
import { FORMATS } from '../../image/format.ts';
import type { SourceRef } from '../../image/source-ref.ts';

/** Extension by media type, without the dot. */
const EXTENSIONS: ReadonlyMap<string, string> = new Map([
  ...Object.values(FORMATS).map((card) => [card.mediaType, card.extension] as const),
  ['application/json', 'json'],
  ['text/css', 'css'],
  ['text/plain', 'txt'],
  ['application/octet-stream', 'bin'],
]);

/** Spellings that mean the same format as the canonical extension. */
const SAME: Readonly<Record<string, string>> = {
  jpeg: 'jpg',
  jpe: 'jpg',
  jfif: 'jpg',
  tif: 'tiff',
};

/** Extensions that are taken off before the real one is put on. */
const KNOWN = new Set([
  ...EXTENSIONS.values(),
  ...Object.keys(SAME),
  ...['apng', 'bmp', 'heif', 'ico', 'jp2', 'jxr', 'psd', 'ai', 'eps', 'raw'],
  // Whatever a client would run or open as a page
  ...['html', 'htm', 'xhtml', 'xml', 'js', 'mjs', 'svgz', 'php', 'exe', 'bat', 'cmd', 'sh'],
]);

const MAX_NAME = 120;

/**
 * The header for an answer: inline, or attachment where a download was asked
 * for. `download` empty or absent takes the name from the source.
 */
export function contentDisposition(
  source: SourceRef,
  mediaType: string,
  download: string | undefined,
): string {
  const wanted = download === undefined || download === '' ? nameOfSource(source) : download;
  const header = create(withExtension(cleanName(wanted), mediaType), {
    type: download === undefined ? 'inline' : 'attachment',
  });
  // A bare token is valid too, but clients that look for quotes exist
  return header.replace(/^(\w+; filename=)([^";]+)/, '$1"$2"');
}

/** The last segment of the path, decoded where it can be. */
function nameOfSource(source: SourceRef): string {
  if (source.kind === 'upload') return '';
  const text = source.kind === 'path' ? source.path : source.url;
  const path = text.replace(/^[a-z]+:\/\/[^/?#]*/i, '').split(/[?#]/, 1)[0]!;
  const segment = path.slice(path.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(segment);
  } catch {
    return '';
  }
}

/** Without controls, quotes, slashes, invisible direction marks, leading dots and half characters. */
function cleanName(name: string): string {
  return name
    .slice(0, 4 * MAX_NAME)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}"\\/:*?<>|]/gu, '')
    .replace(/^[.\s]+/, '')
    .trimEnd()
    .slice(0, MAX_NAME)
    .replace(/\p{Cs}/gu, '');
}

function withExtension(name: string, mediaType: string): string {
  const bare = mediaType.split(';', 1)[0] ?? '';
  const extension = EXTENSIONS.get(bare) ?? 'bin';
  const dot = name.lastIndexOf('.');
  const found = dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
  if ((SAME[found] ?? found) === extension) return name;
  const stem = KNOWN.has(found) ? name.slice(0, dot) : name;
  return `${stem === '' ? 'image' : stem}.${extension}`;
}
