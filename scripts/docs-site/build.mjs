/**
 * The documentation site: the Markdown of the repository as pages that lead to one another, with a search.
 *
 * Written to `dist/docs/`, by Eleventy. Every link is relative, so the pages can be served below any path and
 * opened as files; nothing is loaded from elsewhere.
 */
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import Eleventy from '@11ty/eleventy';
import { errorPages } from './error-pages.mjs';
import { layout } from './layout.mjs';
import { describe, headings, linked } from './markdown.mjs';
import { PICTURES, sitePages } from './pages.mjs';
import { withPictureSizes } from './picture-sizes.mjs';
import { searchIndex } from './search-index.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/**
 * Writes the site.
 *
 * @param root of the repository
 * @param out folder that is replaced
 */
export async function buildSite(root, out) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const files = sitePages(root);
  const addresses = new Map(files.map(({ file, address }) => [file, address]));
  const pages = [
    ...files.map(({ file, ...page }) => {
      const text = readFileSync(join(root, file), 'utf8');
      const markdown = linked(text, (to) => relativeTo(file, page.address, addresses, to));
      return { ...page, markdown };
    }),
    ...(await errorPages(root)),
  ];
  const all = pages.map((page) => ({ ...page, ...describe(page.markdown) }));
  const site = new Eleventy(here, out, {
    quietMode: true,
    configPath: '',
    config: (eleventy) => configure(eleventy, all, join(root, 'docs')),
  });
  site.setIsVerbose(false);
  await site.write();
  for (const folder of PICTURES) {
    cpSync(join(root, 'docs', folder), join(out, folder), { recursive: true });
  }
  for (const name of ['style.css', 'search.js']) copyFileSync(join(here, name), join(out, name));
  const require = createRequire(import.meta.url);
  copyFileSync(
    join(dirname(require.resolve('minisearch')), '../umd/index.js'),
    join(out, 'minisearch.js'),
  );
  writeFileSync(join(out, 'search-index.js'), searchIndex(all));
}

function configure(eleventy, pages, folder) {
  eleventy.amendLibrary('md', (markdown) => markdown.use(headings));
  eleventy.setUseGitIgnore(false);
  eleventy.ignores.add('*.mjs');
  for (const page of pages) {
    const permalink = page.address === '' ? 'index.html' : `${page.address}index.html`;
    const data = { permalink, templateEngineOverride: 'md', eleventyExcludeFromCollections: true };
    eleventy.addTemplate(
      `pages/${page.address.replace(/\/$/, '') || 'index'}.md`,
      page.markdown,
      data,
    );
  }
  const byAddress = new Map(pages.map((page) => [page.address, page]));
  eleventy.addTransform('layout', async function (content) {
    const address = String(this.page.outputPath ?? '').endsWith('index.html')
      ? this.page.url.replace(/^\//, '')
      : undefined;
    const page = byAddress.get(address ?? '');
    if (page === undefined) return content;
    return layout(page, await withPictureSizes(content, page.address, folder), pages);
  });
  return { dir: { includes: 'none' } };
}

/** Where a link of a page leads on the site; undefined for what the site does not have. */
function relativeTo(file, address, addresses, to) {
  if (/^[a-z]+:/i.test(to) || to.startsWith('#')) return to;
  const [path, anchor] = to.split('#', 2);
  const target = posix.normalize(posix.join(posix.dirname(file), path));
  const up = '../'.repeat(address.split('/').length - 1) || './';
  const found = addresses.get(target) ?? addresses.get(posix.join(target, 'README.md'));
  if (found !== undefined) return `${up}${found}${anchor === undefined ? '' : `#${anchor}`}`;
  const picture = PICTURES.find((folder) => target.startsWith(`docs/${folder}/`));
  return picture === undefined ? undefined : `${up}${target.slice('docs/'.length)}`;
}
