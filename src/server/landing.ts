/**
 * Landing page of the demo: originals beside what each dialect makes of them.
 *
 * One page of plain HTML. Its script asks the browser how many bytes each
 * picture took and the server which format that was; without script the
 * pictures still stand there. Style and script are admitted by hash.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from './routes.ts';

interface Sample {
  readonly picture: string;
  readonly alt: string;
  /** Path and query of the optimised picture, at the size of the original. */
  readonly url: string;
}

interface Section {
  readonly name: string;
  readonly about: string;
  readonly samples: readonly Sample[];
  /** More URLs to try. */
  readonly links: readonly string[];
}

const CLIFF = 'A grassy cliff above a beach under a pale sky';
const LEAVES = 'One green oak leaf among brown ones';
const DOCK = 'Planks of a dock over dark, sparkling water';
const FOOD = 'Seven rows of small drawings of food';

const SECTIONS: readonly Section[] = [
  {
    name: 'Fastly Image Optimizer',
    about: 'Parameters in the query; the path names the picture.',
    samples: [
      { picture: 'cliff.jpg', alt: CLIFF, url: '/fastly/cliff.jpg?format=auto&optimize=medium' },
      { picture: 'food.png', alt: FOOD, url: '/fastly/food.png?format=auto&optimize=medium' },
    ],
    links: [
      '/fastly/dock.jpg?width=400&height=400&fit=crop&format=auto',
      '/fastly/leaves.jpg?width=600&saturation=-100',
    ],
  },
  {
    name: 'imgix',
    about: 'Short parameters in the query, signed where a source asks for it.',
    samples: [
      { picture: 'leaves.jpg', alt: LEAVES, url: '/imgix/leaves.jpg?auto=format,compress' },
      {
        picture: 'forest.jpg',
        alt: 'A forest in mist',
        url: '/imgix/forest.jpg?auto=format,compress',
      },
    ],
    links: [
      '/imgix/astronaut.jpg?w=240&h=240&fit=crop&mask=ellipse&auto=format',
      '/imgix/cliff.jpg?w=600&sepia=60&auto=format',
      '/imgix/dock.jpg?fm=json',
    ],
  },
  {
    name: 'ImageOptim',
    about: 'Options as a path segment in front of the address of the picture.',
    samples: [
      { picture: 'dock.jpg', alt: DOCK, url: '/imageoptim/full/dock.jpg' },
      { picture: 'food.png', alt: FOOD, url: '/imageoptim/full/food.png' },
    ],
    links: ['/imageoptim/400x300,crop/cliff.jpg', '/imageoptim/320,2x,quality=low/leaves.jpg'],
  },
];

/** URLs worth printing where the server was started. */
export const DEMO_LINKS = SECTIONS.flatMap(({ samples }) => samples.slice(0, 1)).map(
  ({ url }) => url,
);

/** The page and the originals it shows, by path. */
export function landingPages(folder: string): ReadonlyMap<string, Page> {
  const pages = new Map<string, Page>([['/', landingPage()]]);
  for (const name of new Set(SECTIONS.flatMap(({ samples }) => samples.map((s) => s.picture)))) {
    pages.set(`/original/${name}`, {
      headers: {
        'content-type': name.endsWith('.png') ? 'image/png' : 'image/jpeg',
        'cache-control': 'public, max-age=300',
      },
      body: readFileSync(join(folder, name)),
    });
  }
  return pages;
}

function landingPage(): Page {
  const policy = [
    "default-src 'none'",
    "img-src 'self' data:",
    "connect-src 'self'",
    `style-src '${hash(STYLE)}'`,
    `script-src '${hash(SCRIPT)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return {
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy },
    body: new TextEncoder().encode(html()),
  };
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function html(): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Fovea</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>Fovea</h1>
<p>An image server that speaks three URL dialects and sends each visitor the fewest bytes that still look right.
Every pair below has the same size in pixels.</p>
</header>
<main>
${SECTIONS.map(sectionHtml).join('\n')}
</main>
<footer><p>The pictures are in the public domain or CC0; <code>demo/LICENCES.md</code> names their authors.</p></footer>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function sectionHtml({ name, about, samples, links }: Section): string {
  return `<section>
<h2>${escapeHtml(name)}</h2>
<p>${escapeHtml(about)}</p>
${samples.map(sampleHtml).join('\n')}
<p>More to try:</p>
<ul>${links.map((url) => `<li>${linkHtml(url)}</li>`).join('')}</ul>
</section>`;
}

function sampleHtml({ picture, alt, url }: Sample): string {
  return `<div class="pair">
<figure><img src="/original/${picture}" alt="${escapeHtml(alt)}"><figcaption>Original <output></output></figcaption></figure>
<figure><img src="${escapeHtml(url)}" alt="${escapeHtml(alt)}, optimised"><figcaption>Fovea <output></output></figcaption></figure>
<p>${linkHtml(url)}</p>
</div>`;
}

function linkHtml(url: string): string {
  return `<a href="${escapeHtml(url)}"><code>${escapeHtml(url)}</code></a>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --good: #17692f; }
@media (prefers-color-scheme: dark) { :root { --good: #7fd796; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 70rem; font: 1rem/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 2rem; }
h2 { margin: 2.5rem 0 0; padding-top: 1rem; border-top: 1px solid var(--line); font-size: 1.3rem; }
p { margin: .5rem 0; max-width: 60ch; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: .25rem 1rem; margin: 1rem 0 1.5rem; }
.pair p { grid-column: 1 / -1; max-width: none; margin: 0; }
figure { margin: 0; min-width: 0; }
img { display: block; width: 100%; height: auto; border: 1px solid var(--line); }
figcaption { padding: .25rem 0; font-weight: 600; font-variant-numeric: tabular-nums; }
output { font-weight: 400; }
output b { color: var(--good); }
code { overflow-wrap: anywhere; font-size: .875rem; }
a:focus-visible { outline: 2px solid; outline-offset: 2px; }
@media (max-width: 34rem) { .pair { grid-template-columns: 1fr; } }
`;

/** Formats are asked for with HEAD, best first, until one has the bytes that the picture took. */
const SCRIPT = `
const kilobytes = (bytes) => (bytes / 1000).toFixed(bytes < 100000 ? 1 : 0) + ' kB';
async function facts(img) {
  await img.decode().catch(() => {});
  const took = performance.getEntriesByName(img.currentSrc).at(-1)?.encodedBodySize;
  let first;
  for (const accept of ['image/avif,image/webp', 'image/webp', 'image/png']) {
    const head = await fetch(img.src, { method: 'HEAD', headers: { accept } });
    const bytes = Number(head.headers.get('content-length'));
    const type = (head.headers.get('content-type') ?? '').replace('image/', '').toUpperCase();
    const found = { bytes, type, fovea: head.headers.get('fovea') };
    if (!took || bytes === took) return found;
    first ??= found;
  }
  return first;
}
for (const pair of document.querySelectorAll('.pair')) {
  const [before, after] = pair.querySelectorAll('figure');
  Promise.all([before, after].map((figure) => facts(figure.querySelector('img')))).then(([old, now]) => {
    before.querySelector('output').textContent = old.type + ', ' + kilobytes(old.bytes);
    const output = after.querySelector('output');
    const saved = document.createElement('b');
    saved.textContent = Math.round(100 * (1 - now.bytes / old.bytes)) + ' % smaller';
    output.append(now.type + ', ' + kilobytes(now.bytes) + ', ', saved);
    if (now.fovea) output.title = now.fovea;
  }).catch(() => {});
}
`;
