/** The plugin of Vite by itself: what imports ask for, what is made, what the next build finds. */
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { pictureHtml } from './picture-html.ts';
import { settingsOf } from './vite.ts';

const asked = (query: string) => settingsOf(new URLSearchParams(query), {});

describe('what an import asks for', () => {
  test('is the usual where nothing is said', () => {
    expect(asked('fovea')).toEqual({ widths: [400, 800, 1200, 1600], formats: ['avif', 'webp'] });
    const options = { widths: [9], target: 'high' as const };
    expect(settingsOf(new URLSearchParams('fovea'), options)).toEqual({
      widths: [9],
      formats: ['avif', 'webp'],
      target: 'high',
    });
  });
  test('is what it says', () => {
    expect(asked('fovea&w=100,200&formats=webp&target=70')).toEqual({
      widths: [100, 200],
      formats: ['webp'],
      target: 70,
    });
  });
  test.each(['w=0', 'w=a', 'w=1.5', 'w=', 'formats=bmp', 'target=best', 'target=0', 'target=101'])(
    'refuses %s',
    (query) => {
      expect(() => asked(`fovea&${query}`)).toThrow(/^expected /);
    },
  );
});

describe('an element', () => {
  test('has its formats in order, its size, and nothing that a text could end', () => {
    const picture = {
      src: '/a.jpg',
      width: 20,
      height: 10,
      formats: [
        { type: 'image/avif', srcset: '/a.avif 20w' },
        { type: 'image/jpeg', srcset: '/a.jpg 20w' },
      ],
    };
    expect(pictureHtml(picture, { alt: '"><b>', sizes: '50vw' })).toBe(
      '<picture><source type="image/avif" srcset="/a.avif 20w" sizes="50vw">' +
        '<img src="/a.jpg" srcset="/a.jpg 20w" sizes="50vw" width="20" height="10" alt="&#34;&#62;&#60;b&#62;" loading="lazy" decoding="async"></picture>',
    );
  });
});

describe('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-vite-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('are made once, no wider than their source, and only where they are smaller', async () => {
    // Built code: render workers are programs of their own
    const { PictureFiles }: typeof import('./picture-files.ts') = await import(
      new URL('../../dist/integrations/picture-files.js', import.meta.url).href
    );
    const source = join(folder, 'a photo.jpg');
    const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const;
    writeFileSync(
      source,
      await sharp({ create: { width: 300, height: 200, channels: 3, background: 'gray', noise } })
        .blur(2)
        .jpeg({ quality: 95 })
        .toBuffer(),
    );
    const files = new PictureFiles(join(folder, 'cache'));
    const made = await files.make(source, { widths: [400, 100, 800], formats: ['avif', 'webp'] });
    for (const list of made) {
      expect(list.map(({ width }) => width)).toEqual([100, 300]);
      for (const { file, width, height, bytes, type } of list) {
        const facts = await sharp(file).metadata();
        expect([facts.width, facts.height]).toEqual([width, height]);
        expect(type).toBe(`image/${facts.format === 'heif' ? 'avif' : facts.format}`);
        expect(statSync(file).size).toBe(bytes);
      }
    }
    const sums = made.map((list) => list.reduce((sum, { bytes }) => sum + bytes, 0));
    expect(sums).toEqual([...sums].sort((a, b) => a - b));
    expect(made.at(-1)?.[0]?.type).toBe('image/jpeg');
    const before = readdirSync(join(folder, 'cache')).sort();
    expect(
      await files.make(source, { widths: [400, 100, 800], formats: ['avif', 'webp'] }),
    ).toEqual(made);
    expect(readdirSync(join(folder, 'cache')).sort()).toEqual(before);
    await files.close();
  }, 120_000);
});
