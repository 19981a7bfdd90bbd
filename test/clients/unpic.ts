/** `unpic`, on which the image components of Astro, Qwik, Svelte and others stand. */
import { transformUrl } from 'unpic';
import { type ClientRequest, HOSTS, heightAt, PHOTO } from './client-request.ts';

const source = `https://${HOSTS.imgix}/${PHOTO}`;
const WIDTHS = [320, 480, 640, 750, 828];

function url(operations: object, from = source): string {
  const built = transformUrl({ url: from, provider: 'imgix', ...operations });
  if (built === undefined) throw new Error(`expected a URL for ${JSON.stringify(operations)}`);
  return built;
}

export function unpic(): ClientRequest[] {
  const webp = { format: ['webp'] };
  return [
    ...WIDTHS.map((width) => ({ url: url({ width }), width, height: heightAt(width), ...webp })),
    ...WIDTHS.map((width) => {
      const height = Math.round(width / 2);
      return { url: url({ width, height, format: 'auto' }), width, height, remark: true, ...webp };
    }),
    ...(['webp', 'png', 'jpg'] as const).map((format) => ({
      url: url({ width: 200, height: 200, format, quality: 60 }),
      width: 200,
      height: 200,
      format: [format === 'jpg' ? 'jpeg' : format],
    })),
    // Parameters that the address has already are kept
    {
      url: url({ width: 300 }, `${source}?fit=crop&crop=top&ar=1:1`),
      width: 300,
      height: 300,
      ...webp,
    },
    {
      url: url({ width: 300, height: 100 }, `${source}?w=50&q=20`),
      width: 300,
      height: 100,
      ...webp,
    },
  ];
}
