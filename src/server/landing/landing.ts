/**
 * Landing page of the demo: originals beside what each dialect makes of them.
 *
 * One page of plain HTML. Its script adds figures, and follows a first answer
 * until the better one is there; without script the pictures still stand there,
 * in places of their size. Style and script are admitted by hash.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '../routes.ts';
import { escapeHtml } from './html.ts';
import { SCRIPT } from './landing-script.ts';
import { STYLE } from './landing-style.ts';

interface Picture {
  readonly alt: string;
  readonly width: number;
  readonly height: number;
  /** What lies behind shows through. */
  readonly clear?: boolean;
}

interface Sample {
  readonly picture: PictureName;
  /** Path and query of the optimised picture, at the size of the original. */
  readonly url: string;
}

interface Section {
  readonly name: string;
  readonly about: string;
  /** Page of its parameters in the documentation. */
  readonly reference: string;
  readonly samples: readonly Sample[];
  /** More URLs to try. */
  readonly links: readonly string[];
}

/** Sizes in pixels, so that a picture has its place before it arrives. */
export const PICTURES = {
  'cliff.jpg': { alt: 'A grassy cliff above a beach under a pale sky', width: 1600, height: 1200 },
  'food.png': { alt: 'Seven rows of small drawings of food', width: 448, height: 448, clear: true },
  'leaves.jpg': { alt: 'One green oak leaf among brown ones', width: 1280, height: 854 },
  'forest.jpg': { alt: 'A forest in mist', width: 1600, height: 1068 },
  'dock.jpg': { alt: 'Planks of a dock over dark, sparkling water', width: 1600, height: 1000 },
  'astronaut.jpg': { alt: 'An astronaut in an orange suit', width: 512, height: 512 },
} as const satisfies Record<string, Picture>;

type PictureName = keyof typeof PICTURES;

const SECTIONS: readonly Section[] = [
  {
    name: 'Fastly Image Optimizer',
    about: 'Parameters in the query; the path names the picture.',
    reference: 'fastly',
    samples: [
      { picture: 'cliff.jpg', url: '/fastly/cliff.jpg?format=auto&optimize=medium' },
      { picture: 'food.png', url: '/fastly/food.png?format=auto&optimize=medium' },
    ],
    links: [
      '/fastly/dock.jpg?width=400&height=400&fit=crop&format=auto',
      '/fastly/leaves.jpg?width=600&saturation=-100',
    ],
  },
  {
    name: 'imgix',
    about: 'Short parameters in the query, signed where a source asks for it.',
    reference: 'imgix',
    samples: [
      { picture: 'leaves.jpg', url: '/imgix/leaves.jpg?auto=format,compress' },
      { picture: 'forest.jpg', url: '/imgix/forest.jpg?auto=format,compress' },
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
    reference: 'imageoptim',
    samples: [
      { picture: 'dock.jpg', url: '/imageoptim/full/dock.jpg' },
      { picture: 'astronaut.jpg', url: '/imageoptim/full/astronaut.jpg' },
    ],
    links: ['/imageoptim/400x300,crop/cliff.jpg', '/imageoptim/320,2x,quality=low/leaves.jpg'],
  },
];

/** URLs worth printing where the server was started. */
export const DEMO_LINKS = SECTIONS.flatMap(({ samples }) => samples.slice(0, 1)).map(
  ({ url }) => url,
);

/** The page and the originals it shows, by path. */
export function landingPages(pictures: string): ReadonlyMap<string, Page> {
  const pages = new Map<string, Page>([['/', landingPage()]]);
  const add = (path: string, mediaType: string, file: string) =>
    pages.set(path, {
      headers: { 'content-type': mediaType, 'cache-control': 'public, max-age=300' },
      body: readFileSync(file),
    });
  for (const name of new Set(SECTIONS.flatMap(({ samples }) => samples.map((s) => s.picture)))) {
    add(
      `/original/${name}`,
      name.endsWith('.png') ? 'image/png' : 'image/jpeg',
      join(pictures, name),
    );
  }
  return pages;
}

/** The documentation, which the demo opens. */
const DOCS = '/_fovea/docs/';

/** The pictures it shows, with what they show. */
export function samplePictures(
  folder: string,
): { readonly name: string; readonly alt: string; readonly bytes: Uint8Array }[] {
  return Object.entries(PICTURES).map(([name, { alt }]) => ({
    ...{ name, alt },
    bytes: readFileSync(join(folder, name)),
  }));
}

function landingPage(): Page {
  const policy = [
    "default-src 'none'",
    "img-src 'self' data: blob:",
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
Every pair below has the same size in pixels. <a href="/_fovea/">Try out pictures of your own</a> in the playground.</p>
<p>The first visitor gets a good answer within a time budget; a better one replaces it in the background. The figures
below follow it. <a href="${DOCS}">Documentation</a>.</p>
</header>
<main>
${SECTIONS.map((section, index) => sectionHtml(section, index === 0)).join('\n')}
<section>
<h2>Serve your own</h2>
<p>A folder of pictures needs no configuration:</p>
<pre><code>node dist/cli/main.js serve ./pictures</code></pre>
<p>Installed as a package, the command is <code>fovea serve ./pictures</code>. Hosts, origins, signatures and caches are set in a
file: <a href="${DOCS}reference/configuration/">configuration</a>. What a URL means is shown by <code>explain</code>:</p>
<pre><code>node dist/cli/main.js explain '/imgix/leaves.jpg?w=300' --config demo/fovea.yaml</code></pre>
</section>
</main>
<footer><p>The pictures are in the public domain or CC0; <code>demo/LICENCES.md</code> names their authors.</p></footer>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function sectionHtml(section: Section, isFirst: boolean): string {
  const { name, about, reference, samples, links } = section;
  return `<section>
<h2>${escapeHtml(name)}</h2>
<p>${escapeHtml(about)} <a href="${DOCS}reference/${reference}/">All parameters</a>.</p>
${samples.map((sample, index) => sampleHtml(sample, isFirst && index === 0)).join('\n')}
<p>More to try:</p>
<ul>${links.map((url) => `<li>${linkHtml(url)}</li>`).join('')}</ul>
</section>`;
}

/** A pair of pictures; all but the first are below the fold and wait until they are near. */
function sampleHtml({ picture, url }: Sample, isFirst: boolean): string {
  const { alt, width, height, clear }: Picture = PICTURES[picture];
  const ground = clear ? ' class="clear"' : '';
  const size = `width="${width}" height="${height}"${ground}${isFirst ? '' : ' loading="lazy"'}`;
  return `<div class="pair">
<figure><img src="/original/${picture}" alt="${escapeHtml(alt)}" ${size}><figcaption>Original <output></output></figcaption></figure>
<figure><img src="${escapeHtml(url)}" alt="${escapeHtml(alt)}, optimised" ${size}><figcaption>Fovea <output></output></figcaption></figure>
<p>${linkHtml(url)}</p>
</div>`;
}

function linkHtml(url: string): string {
  return `<a href="${escapeHtml(url)}"><code>${escapeHtml(url)}</code></a>`;
}
