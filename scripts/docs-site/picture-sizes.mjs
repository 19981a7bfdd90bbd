/** Sizes of pictures: each `<img>` of a page says its own, so that nothing moves while pictures arrive. */
import { posix } from 'node:path';
import sharp from 'sharp';

const IMAGE = /<img src="([^"]+)"/g;

/**
 * The page with `width` and `height` on its pictures, which load when they come near.
 *
 * @param address of the page, `reference/imgix/`
 * @param folder where the pictures of the site lie, by the addresses they have on it
 * @throws where a picture is not there
 */
export async function withPictureSizes(html, address, folder) {
  const sizes = new Map();
  for (const [, src] of html.matchAll(IMAGE)) {
    if (sizes.has(src)) continue;
    const { width, height } = await sharp(posix.join(folder, address, src)).metadata();
    sizes.set(src, `width="${width}" height="${height}" loading="lazy"`);
  }
  return html.replace(IMAGE, (image, src) => `${image} ${sizes.get(src)}`);
}
