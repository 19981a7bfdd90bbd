#!/usr/bin/env node
/**
 * The addresses that Nuxt Image builds for imgix and Fastly, for test/clients/: installs the
 * pinned package in a temporary folder, because it brings fifty others that nothing here needs.
 *
 *   node scripts/nuxt-urls.mjs
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const VERSION = '2.1.0';
const target = fileURLToPath(new URL('../test/data/nuxt-urls.json', import.meta.url));

/** Modifiers of `<NuxtImg>`, and the size that comes of 1600 x 1200. */
const IMGIX = [
  [{ width: 300 }, 300, 225],
  [{ width: 300, height: 300, fit: 'cover' }, 300, 300],
  [{ width: 300, height: 300, fit: 'contain' }, 300, 300],
  [{ width: 300, height: 300, fit: 'inside' }, 300, 225],
  [{ width: 300, height: 300, fit: 'outside' }, 300, 300],
  [{ width: 300, height: 300, fit: 'fill' }, 300, 300],
  [{ width: 300, format: 'webp', quality: 60 }, 300, 225, 'webp'],
  [{ width: 300, format: 'auto' }, 300, 225, 'webp'],
  [{ width: 300, auto: 'format,compress' }, 300, 225, 'webp'],
  [{ width: 300, rotate: 90 }, 300, 225],
  [{ width: 300, flipAxis: 'v', orientation: 3 }, 300, 225],
  [{ width: 300, aspectRatio: '1:1', fit: 'cover' }, 300, 300],
  [{ width: 150, pixelDensity: 2 }, 300, 225],
  [{ width: 300, monochrome: '4a4a4a', gaussianBlur: 10 }, 300, 225],
  [{ sourceRectangleRegion: '0,0,400,400', width: 200 }, 200, 200],
];
const FASTLY = [
  [{ width: 300 }, 300, 225],
  [{ width: 300, height: 300, fit: 'cover' }, 300, 225],
  [{ width: 300, height: 300, fit: 'contain' }, 300, 225],
  [{ width: 300, height: 300, fit: 'inside' }, 300, 300],
  [{ width: 300, height: 300, fit: 'outside' }, 300, 300],
  [{ width: 300, format: 'webp', quality: 60 }, 300, 225, 'webp'],
  [{ width: 300, format: 'auto' }, 300, 225, 'webp'],
];

const folder = mkdtempSync(join(tmpdir(), 'nuxt-urls-'));
try {
  const install = [
    'install',
    '--no-save',
    '--ignore-scripts',
    '--omit=optional',
    '--no-audit',
    '--no-fund',
  ];
  execFileSync('npm', [...install, '--prefix', folder, `@nuxt/image@${VERSION}`], {
    stdio: 'inherit',
  });
  const urls = async (provider, base, cases) => {
    const file = join(folder, `node_modules/@nuxt/image/dist/runtime/providers/${provider}.js`);
    const { getImage } = (await import(pathToFileURL(file).href)).default();
    return cases.map(([modifiers, width, height, format = 'jpeg']) => {
      const { url } = getImage('/photo.jpg', { modifiers, baseURL: `https://${base}` });
      return { url, width, height, format: [format] };
    });
  };
  const requests = [
    ...(await urls('imgix', 'pictures.imgix.net', IMGIX)),
    ...(await urls('fastly', 'pictures.fastly.example', FASTLY)),
  ];
  writeFileSync(
    target,
    `${JSON.stringify({ package: `@nuxt/image@${VERSION}`, requests }, null, 2)}\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
