/** The landing page as HTML: what a browser can know before any picture has arrived. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { landingPages, PICTURES } from './landing.ts';

const root = new URL('../../../', import.meta.url);
const folder = (name: string) => fileURLToPath(new URL(name, root));
const pages = landingPages(folder('demo/pictures'));
const html = Buffer.from(pages.get('/')!.body as Uint8Array).toString();

/** Attributes of every img. */
const images = [...html.matchAll(/<img ([^>]*)>/g)].map(([, text = '']) =>
  Object.fromEntries(
    [...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  ),
);

describe('the landing page', () => {
  test('gives every picture its size, so that nothing moves when it arrives', async () => {
    expect(images).toHaveLength(12);
    for (const [name, { width, height, clear }] of Object.entries<{
      width: number;
      height: number;
      clear?: boolean;
    }>(PICTURES)) {
      const facts = await sharp(folder(`demo/pictures/${name}`)).metadata();
      expect([name, width, height]).toEqual([name, facts.width, facts.height]);
      expect([name, clear === true]).toEqual([name, facts.hasAlpha]);
    }
    for (const { src = '', width, height, alt } of images) {
      const name = /[\w-]+\.(?:jpg|png)/.exec(src)?.[0] as keyof typeof PICTURES;
      const picture = PICTURES[name];
      expect([src, width, height]).toEqual([src, String(picture.width), String(picture.height)]);
      expect(alt).toContain(picture.alt);
    }
  });

  test('loads the first pair at once, and the others when they are near', () => {
    expect(images.map(({ loading }) => loading)).toEqual([
      undefined,
      undefined,
      ...Array.from({ length: 10 }, () => 'lazy'),
    ]);
  });

  test('shows every picture once', () => {
    const originals = images.map(({ src }) => src).filter((src) => src?.startsWith('/original/'));
    expect(new Set(originals).size).toBe(6);
  });

  test('leads only to pages that are there, to pictures of its sources, and to how to serve one’s own', () => {
    const links = [...html.matchAll(/<a href="([^"]+)"/g)].map((m) => m[1] ?? '');
    const documents = links.filter((url) => url.startsWith('/_fovea/docs/'));
    for (const link of documents) {
      const file = folder(`dist/docs/${link.slice('/_fovea/docs/'.length)}index.html`);
      expect([link, existsSync(file)]).toEqual([link, true]);
    }
    // The playground is another page of the demo
    expect(links).toContain('/_fovea/');
    const own = (url: string) =>
      /^\/(?:fastly|imgix|imageoptim)\//.test(url) || [...documents, '/_fovea/'].includes(url);
    for (const link of links.filter((url) => !own(url))) {
      expect([link, pages.has(link)]).toEqual([link, true]);
    }
    for (const name of ['fastly', 'imgix', 'imageoptim', 'configuration']) {
      expect(links).toContain(`/_fovea/docs/reference/${name}/`);
    }
    expect(html).toContain('serve ./pictures');
  });

  test('has room for the figures, a placeholder without script, and says when a better answer is coming', () => {
    expect(html).toMatch(/figcaption \{ min-height/);
    expect(html).toMatch(/img \{[^}]*background: linear-gradient/);
    expect(html).toContain('prefers-reduced-motion');
    expect(html).toContain('First answer; the server is making a better one');
  });
});
