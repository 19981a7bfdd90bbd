/**
 * Content-Disposition: the name under which a picture is saved.
 *
 * The extension is that of the bytes: a WebP saved as `.jpg` opens nowhere.
 * Only a name that the client gives with the extension of a picture stays as
 * it was given (docs/spec/http.md 10.4, RFC 6266).
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

/** Extensions of pictures and films, which nothing runs or opens as a page. */
const PICTURES = new Set<string>([
  ...Object.values(FORMATS)
    .map((card) => card.extension)
    .filter((extension) => extension !== 'svg' && extension !== 'pdf'),
  ...Object.keys(SAME),
  ...['apng', 'bmp', 'heif', 'ico', 'jp2', 'jxr', 'psd', 'raw'],
]);

/** Extensions that are taken off before the real one is put on. */
const KNOWN = new Set([
  ...EXTENSIONS.values(),
  ...PICTURES,
  ...['ai', 'eps'],
  // Whatever a client would run or open as a page
  ...['html', 'htm', 'xhtml', 'xml', 'js', 'mjs', 'svgz', 'php', 'exe', 'bat', 'cmd', 'sh'],
]);

const MAX_NAME = 120;

/**
 * The header for an answer: inline, or attachment where a download was asked
 * for. `download` empty or absent takes the name from the source, with the extension of the bytes.
 */
export function contentDisposition(
  source: SourceRef,
  mediaType: string,
  download: string | undefined,
): string {
  const given = download !== undefined && download !== '';
  const name = cleanName(given ? download : nameOfSource(source));
  const header = create(given && isPictureName(name) ? name : withExtension(name, mediaType), {
    type: download === undefined ? 'inline' : 'attachment',
  });
  // A bare token is valid too, but clients that look for quotes exist
  return header.replace(/^(\w+; filename=)([^";]+)/, '$1"$2"');
}

/** The last segment of the path, decoded where it can be. */
function nameOfSource(source: SourceRef): string {
  if (source.kind === 'upload' || source.kind === 'blank') return '';
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

function isPictureName(name: string): boolean {
  return PICTURES.has(extensionOf(name));
}

function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
}

function withExtension(name: string, mediaType: string): string {
  const bare = mediaType.split(';', 1)[0] ?? '';
  const extension = EXTENSIONS.get(bare) ?? 'bin';
  const found = extensionOf(name);
  if ((SAME[found] ?? found) === extension) return name;
  const stem = KNOWN.has(found) ? name.slice(0, -found.length - 1) : name;
  return `${stem === '' ? 'image' : stem}.${extension}`;
}
