/**
 * A request as a client library builds it, and what that client expects of the answer.
 *
 * Every client is shown the same sources, 1600 x 1200 where nothing else is said: what it
 * expects is written down by hand, or follows from the width that its srcset names.
 */
import type { Asking } from '../support/client.ts';

export interface ClientRequest {
  /** The whole URL as the client gives it; its host picks the source of the test server. */
  readonly url: string;
  readonly width: number;
  readonly height: number;
  /** Formats that are right; that of the source where none is named. */
  readonly format?: readonly string[];
  /** A remark in `Fovea-Warning` is in its place: the client uses a word that the vendor does not have. */
  readonly remark?: boolean;
  readonly asking?: Asking;
}

/** Hosts of the test server's sources. */
export const HOSTS = {
  imgix: 'pictures.imgix.net',
  signed: 'signed.imgix.net',
  proxied: 'proxied.imgix.net',
  fastly: 'pictures.fastly.example',
  imageoptim: 'im2.io',
} as const;

/** The token of the source that takes signed URLs only. */
export const TOKEN = 'FOO123bar';

/** The picture that most requests are about: 1600 x 1200, JPEG. */
export const PHOTO = 'photo.jpg';

/** The same picture under names that a URL has to escape. */
export const NAMES = ['photo one.jpg', 'été+1.jpg', 'ab:c?d.jpg', 'folder/ünder_(1).jpg'] as const;

/** Height of the whole picture at a width. */
export const heightAt = (width: number): number => Math.round(width * 0.75);

/** Address and width of each candidate of a srcset with widths. */
export function candidates(srcset: string): { url: string; width: number }[] {
  return entries(srcset, 'w').map(([url, width]) => ({ url, width }));
}

/** Address and pixel ratio of each candidate of a srcset with densities. */
export function densities(srcset: string): { url: string; ratio: number }[] {
  return entries(srcset, 'x').map(([url, ratio]) => ({ url, ratio }));
}

function entries(srcset: string, unit: 'w' | 'x'): [string, number][] {
  return srcset
    .split(/,\s+/)
    .filter((entry) => entry.trim() !== '')
    .map((entry) => {
      const [url = '', descriptor = ''] = entry.trim().split(/\s+/);
      if (!descriptor.endsWith(unit))
        throw new Error(`expected a srcset with ${unit}, got ${entry}`);
      return [url, Number(descriptor.slice(0, -1))];
    });
}
