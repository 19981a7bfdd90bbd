/** What the tests of this dialect share: a request, and a plan for a query. */
import { isFault } from '../../base/fault.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import type { Op } from '../../plan/op.ts';
import type { Compiled, DialectSettings, ImageRequest } from '../dialect.ts';
import { imgix } from './index.ts';

export const FOLDER: DialectSettings = { name: 'test', origin: 'folder' };

export const WEB: DialectSettings = { name: 'web', origin: 'web' };

export const SIGNED: DialectSettings = {
  ...FOLDER,
  signing: { tokens: ['FOO123bar'], required: true },
};

export const NOW = Date.UTC(2026, 0, 1);

export function request(target: string, headers: ImageRequest['headers'] = {}): ImageRequest {
  return { method: 'GET', target, headers, accepts: new Set(), now: NOW, upload: false };
}

export function compile(
  query: string,
  headers: ImageRequest['headers'] = {},
  settings: DialectSettings = FOLDER,
): Compiled {
  return imgix.compile(request(`/a.jpg${query === '' ? '' : `?${query}`}`, headers), settings);
}

/** The ops of a query, without the orientation and limit that every plan has. */
export function ops(query: string, headers: ImageRequest['headers'] = {}): readonly Op[] {
  return compile(query, headers).plan.ops.filter(
    (op) => op.kind !== 'limit' && !(op.kind === 'orient' && op.by === 'source'),
  );
}

/** The code of the fault that something throws, or `none`; anything else is thrown on. */
export function faultCode(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isFault(error)) return error.code;
    throw error;
  }
  return 'none';
}

/** `300x200 png alpha`: the facts of a source in a few words. */
export function sourceInfo(text: string): SourceInfo {
  const [size = '', format = 'png', ...words] = text.split(' ');
  const [width = 1, height = 1] = size.split('x').map(Number);
  return {
    width,
    height,
    format: format as SourceInfo['format'],
    bytes: 100_000,
    orientation: 1,
    pages: words.includes('animated') ? 4 : 1,
    delays: words.includes('animated') ? [100, 100, 100, 100] : [],
    loop: 0,
    alpha: words.includes('alpha'),
    profile: 'none',
    space: 'rgb',
    depth: 8,
    lossless: format !== 'jpeg',
  };
}
