/**
 * Signed URLs for a page: a <picture> in three widths, from a source that takes signed URLs alone.
 *
 * node picture-element.js
 */
import { createClient } from 'fovea/client';

const pictures = createClient({
  dialect: 'imgix',
  base: 'https://img.example.com/shop',
  key: process.env.PICTURE_KEY ?? 'FOO123bar',
});
const parameters = { auto: ['format', 'compress'], fit: 'crop', ar: '4:3' };
const srcset = pictures.srcset('chairs/red chair.jpg', [400, 800, 1600], parameters);
const src = pictures.url('chairs/red chair.jpg', { ...parameters, w: 800 });
console.log(
  `<img src="${src.replaceAll('&', '&amp;')}" srcset="${srcset.replaceAll('&', '&amp;')}" sizes="50vw" alt="">`,
);
