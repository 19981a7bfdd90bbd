/**
 * Setting up sharp for untrusted pictures: once per process, before the first
 * picture is read.
 *
 * All loaders of libvips are blocked and only those on the allow list opened
 * again, so that a file which slips past the sniffing still meets no rare
 * decoder (docs/spec/http.md 14.1, 14.7, 14.10, 15.1).
 */
import sharp from 'sharp';
import type { DecodableFormat } from '../image/format.ts';
import type { ForeignFormat } from './foreign/foreign-reader.ts';

/** The loader class of each format that is read by libvips; its members by file and by buffer follow. */
const LOADERS = {
  jpeg: 'VipsForeignLoadJpeg',
  png: 'VipsForeignLoadPng',
  webp: 'VipsForeignLoadWebp',
  gif: 'VipsForeignLoadNsgif',
  avif: 'VipsForeignLoadHeif',
  svg: 'VipsForeignLoadSvg',
  tiff: 'VipsForeignLoadTiff',
} as const satisfies Readonly<Record<Exclude<DecodableFormat, ForeignFormat>, string>>;

/** Classes of loaders that may run. */
export const ALLOWED_LOADERS: readonly string[] = Object.values(LOADERS);

/** Older libvips has known memory errors in its GIF, TIFF and EXIF readers. */
export const LEAST_LIBVIPS = '8.18.3';

export interface VipsSetUp {
  /** Threads libvips uses for one picture; 1 where every core has its own worker. */
  readonly concurrency: number;
}

/**
 * sharp made ready: nothing cached, only the allowed loaders, the wanted threads.
 *
 * May be called again; the last concurrency counts.
 * @throws Error when libvips is older than 8.18.3
 */
export function setUpVips({ concurrency }: VipsSetUp): void {
  const found = sharp.versions.vips;
  if (compareVersions(found, LEAST_LIBVIPS) < 0) {
    throw new Error(
      `Expected libvips ${LEAST_LIBVIPS} or later for untrusted input, got ${found}.`,
    );
  }
  sharp.cache(false);
  useThreads(concurrency);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: [...ALLOWED_LOADERS] });
}

/** From now on a picture is worked on by this many threads, at least one. */
export function useThreads(threads: number): void {
  sharp.concurrency(Math.max(1, Math.floor(threads)));
}

/** Below, equal or above zero as `a` is older than, the same as or newer than `b`. */
export function compareVersions(a: string, b: string): number {
  const parts = (text: string) => text.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0);
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Names and versions of sharp and the libraries inside it, for the keys of renditions. */
export function vipsVersions(): Readonly<Record<string, string>> {
  return { ...sharp.versions } as Readonly<Record<string, string>>;
}
