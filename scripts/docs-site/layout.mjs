/**
 * The frame of a page: navigation, search, what stands on it, and its neighbours.
 *
 * No script and no style stands in a page, so that a strict policy admits it; without script all but the search works.
 */

const escaped = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** @param content HTML of the page, in its own trust: the Markdown of the repository */
export function layout(page, content, pages) {
  const up = '../'.repeat(page.address.split('/').length - 1) || './';
  const placed = pages.filter(({ words }) => words !== undefined);
  const at = placed.indexOf(page);
  const title = page.address === '' ? 'Fovea documentation' : `${page.title} · Fovea`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<meta name="description" content="${escaped(page.description)}">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${up}style.css">
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header>
<a class="home" href="${up}index.html">Fovea</a>
<form role="search" id="search" hidden>
<label for="words">Search</label>
<input id="words" type="search" autocomplete="off" spellcheck="false" aria-controls="found">
<ol id="found" aria-live="polite"></ol>
</form>
</header>
<div class="frame">
<nav aria-label="Documentation"><details open><summary>Pages</summary>
${navigation(page, placed, up)}
</details></nav>
<main id="content">
${withIndexes(content)}
${neighbours(placed[at - 1], at < 0 ? undefined : placed[at + 1], up)}
</main>
${outline(content)}
</div>
<script src="${up}search-index.js" defer></script>
<script src="${up}minisearch.js" defer></script>
<script src="${up}search.js" defer data-base="${up}"></script>
</body>
</html>
`;
}

function navigation(page, placed, up) {
  const chapters = [...new Set(placed.map(({ chapter }) => chapter))];
  return chapters
    .map((chapter) => {
      const rows = placed
        .filter((one) => one.chapter === chapter)
        .map((one) => {
          const here = one === page ? ' aria-current="page"' : '';
          return `<li><a href="${up}${one.address}index.html"${here}>${escaped(one.words)}</a></li>`;
        });
      return `<h2>${escaped(chapter)}</h2>\n<ul>\n${rows.join('\n')}\n</ul>`;
    })
    .join('\n');
}

function neighbours(before, after, up) {
  const link = (page, rel, mark) =>
    page === undefined
      ? ''
      : `<a rel="${rel}" href="${up}${page.address}index.html">${mark(escaped(page.words))}</a>`;
  return `<footer>${link(before, 'prev', (words) => `← ${words}`)}${link(after, 'next', (words) => `${words} →`)}</footer>`;
}

/** What the page has, where it is long enough to be looked over. */
function outline(content) {
  const rows = [...content.matchAll(/<h2 id="([^"]+)">([\s\S]*?)<\/h2>/g)];
  if (rows.length < 3) return '';
  const items = rows.map(
    ([, id, words]) => `<li><a href="#${id}">${words.replace(/<\/?a[^>]*>/g, '')}</a></li>`,
  );
  return `<aside aria-label="On this page"><h2>On this page</h2>\n<ul>\n${items.join('\n')}\n</ul></aside>`;
}

/** Links to folders name their file, so that they lead there from a disk too. */
function withIndexes(content) {
  return content.replace(/href="((?!\w+:)[^"#]*\/)(#[^"]*)?"/g, 'href="$1index.html$2"');
}
