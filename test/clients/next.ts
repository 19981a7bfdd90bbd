/**
 * `next/image` with the loaders that its documentation gives for imgix and Fastly
 * (nextjs.org, "images" of next.config.js, "Example Loader Configuration").
 */
import { type ClientRequest, HOSTS, heightAt, PHOTO } from './client-request.ts';

/** `deviceSizes` and some of `imageSizes`, as Next sets them. */
const WIDTHS = [64, 128, 256, 384, 640, 750, 828, 1080, 1200];

function url(host: string, params: Record<string, string | number>): string {
  const built = new URL(`https://${host}/${PHOTO}`);
  for (const [name, value] of Object.entries(params)) built.searchParams.set(name, String(value));
  return built.href;
}

export function next(): ClientRequest[] {
  return WIDTHS.flatMap((width) => [
    {
      url: url(HOSTS.imgix, { auto: 'format', fit: 'max', w: width, q: 75 }),
      width,
      height: heightAt(width),
      format: ['webp'],
    },
    {
      url: url(HOSTS.fastly, { auto: 'webp', width, quality: 75 }),
      width,
      height: heightAt(width),
      format: ['webp'],
    },
  ]);
}
