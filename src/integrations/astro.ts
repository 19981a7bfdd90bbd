/**
 * An image service of Astro: what `<Image>` and `<Picture>` make at build time is made by Fovea, to a measured target.
 *
 * Astro's own `baseService` does all but the pixels, and is handed in, since only the project knows its Astro:
 *
 *     import { baseService } from 'astro/assets';
 *     import { createImageService } from 'fovea/astro';
 *     export default createImageService(baseService);
 */

import { createClient } from '../client/client.ts';
import { compile } from '../library/compile.ts';
import { createOptimizer, type Optimizer } from '../library/create-optimizer.ts';
import { parametersOf } from './asked-for.ts';

/** What Astro asks of a picture; more may stand there. */
export interface AstroTransform {
  readonly src: string;
  readonly width?: number;
  readonly height?: number;
  readonly format?: string;
  /** A word or a number of 1 to 100 on the scale of JPEG; absent: a measured target. */
  readonly quality?: string | number | null;
  readonly fit?: string;
}

export interface AstroImage {
  readonly data: Uint8Array;
  readonly format: string;
}

/** Astro's words for qualities, as scores. */
const WORDS: Readonly<Record<string, 'high' | 'medium' | 'low'>> = {
  low: 'high',
  mid: 'medium',
  high: 'low',
};

let shared: Optimizer | undefined;

/** A service with everything of `base`, and pixels of its own. */
export function createImageService<Base extends object>(
  base: Base,
): Base & { transform(input: Uint8Array, asked: AstroTransform): Promise<AstroImage> } {
  return {
    ...base,
    async transform(input, asked) {
      if (asked.format === 'svg') return { data: input, format: 'svg' };
      const { width, height, fit, quality, format = 'webp' } = asked;
      const number = typeof quality === 'string' ? Number(quality) : (quality ?? Number.NaN);
      const named = Number.isFinite(number) && number > 0;
      const parameters = {
        ...parametersOf('fastly', {
          width,
          // Without a fit Astro means the width, and has rounded the height
          height: fit === undefined && width !== undefined ? undefined : height,
          fit: fit === 'cover' ? 'cover' : 'inside',
          format: format === 'jpg' ? 'jpeg' : format,
          quality: named ? number : undefined,
        }),
        ...(named ? {} : { optimize: WORDS[String(quality)] ?? 'medium' }),
        disable: 'upscale' as const,
      };
      const target = createClient({ dialect: 'fastly', base: '' }).url('picture', parameters);
      shared ??= createOptimizer({ unref: true });
      const made = await shared.render(input, compile('fastly', target));
      return { data: made.bytes, format: made.format === 'jpeg' ? 'jpg' : made.format };
    },
  };
}
