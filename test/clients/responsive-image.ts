/** `@responsive-image/cdn`: its providers for imgix and Fastly. */
import { fastly, imgix } from '@responsive-image/cdn';
import { setConfig } from '@responsive-image/core';
import { type ClientRequest, HOSTS, heightAt, PHOTO } from './client-request.ts';

const WIDTHS = [320, 640, 750, 1080];

export function responsiveImage(): ClientRequest[] {
  setConfig('cdn', { imgix: { domain: HOSTS.imgix }, fastly: { domain: HOSTS.fastly } });
  const images = [
    imgix(PHOTO, { quality: 60 }),
    imgix(PHOTO, { params: { sat: -100 } }),
    fastly(PHOTO, { quality: 60 }),
    fastly(PHOTO),
  ];
  const whole = images.flatMap((image) =>
    WIDTHS.flatMap((width) =>
      (['auto', 'jpeg', 'webp'] as const).map((type) => ({
        url: String(image.imageUrlFor(width, type)),
        width,
        height: heightAt(width),
        format: [type === 'auto' ? 'webp' : type],
      })),
    ),
  );
  const cropped = WIDTHS.map((width) => ({
    url: String(fastly(PHOTO, { crop: '1:1' }).imageUrlFor(width, 'jpeg')),
    width,
    height: width,
  }));
  return [...whole, ...cropped];
}
