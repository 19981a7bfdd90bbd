/**
 * The pages of the site: which file stands where, in the order of the navigation.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Folders of pictures in `docs/`. */
export const PICTURES = ['color', 'playground', 'reference/pictures', 'targets'];

/** Written by hand or generated, and named in the navigation: [file, address, words]. */
const CHAPTERS = {
  Begin: [
    ['docs/index.md', '', 'Fovea'],
    ['docs/first-picture.md', 'first-picture/', 'A first picture'],
    ['docs/targets.md', 'targets/', 'Targets'],
  ],
  Move: [
    ['docs/moving.md', 'moving/', 'Moving a source'],
    ['docs/moving-from-fastly.md', 'moving-from-fastly/', 'From Fastly'],
    ['docs/moving-from-imgix.md', 'moving-from-imgix/', 'From imgix'],
    ['docs/moving-from-imageoptim.md', 'moving-from-imageoptim/', 'From ImageOptim'],
  ],
  Operate: [
    ['docs/operating.md', 'operating/', 'Operating'],
    ['docs/caches.md', 'caches/', 'Behind a cache'],
    ['docs/scale.md', 'scale/', 'Several nodes'],
    ['docs/savings.md', 'savings/', 'Savings'],
    ['docs/purge.md', 'purge/', 'Purging and warming'],
    ['docs/signing.md', 'signing/', 'Signed URLs'],
    ['SECURITY.md', 'security/', 'Security'],
  ],
  Build: [
    ['docs/playground.md', 'playground/', 'Playground'],
    ['docs/command-line.md', 'command-line/', 'Command line'],
    ['docs/library.md', 'library/', 'Library'],
    ['docs/integrations.md', 'integrations/', 'In other programs'],
  ],
  Reference: [
    ['docs/reference/configuration.md', 'reference/configuration/', 'Configuration'],
    ['docs/reference/fastly.md', 'reference/fastly/', 'Fastly parameters'],
    ['docs/reference/imgix.md', 'reference/imgix/', 'imgix parameters'],
    ['docs/reference/imageoptim.md', 'reference/imageoptim/', 'ImageOptim options'],
    ['docs/reference/headers.md', 'reference/headers/', 'Response headers'],
    ['docs/reference/errors.md', 'errors/', 'Errors and remarks'],
    ['docs/reference/remarks.md', 'reference/remarks/', 'Remarks'],
    ['docs/reference/metrics.md', 'reference/metrics/', 'Metrics'],
    ['docs/reference/library.md', 'reference/library/', 'Server as a library'],
    ['docs/color.md', 'color/', 'Color'],
  ],
  'How it works': [
    ['ARCHITECTURE.md', 'architecture/', 'Architecture'],
    ['CONTRIBUTING.md', 'contributing/', 'Contributing'],
    ['CHANGELOG.md', 'changelog/', 'Changes'],
    ['THIRD_PARTY.md', 'third-party/', 'Third parties'],
  ],
};

/** Folders whose pages are found by links and by search alone. */
const SHELVES = [
  ['docs/spec', 'spec/', 'Rules'],
  ['docs/decisions', 'decisions/', 'Decisions'],
  ['bench/results', 'results/', 'Measurements'],
];

/** Every page: its file, address below the site, chapter, and its words in the navigation where it has a place there. */
export function sitePages(root) {
  const placed = Object.entries(CHAPTERS).flatMap(([chapter, rows]) =>
    rows.map(([file, address, words]) => ({ file, address, chapter, words })),
  );
  const known = new Set(placed.map(({ file }) => file));
  const others = readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md') && !known.has(`docs/${name}`))
    .map((name) => ({ file: `docs/${name}`, address: `${name.slice(0, -3)}/`, chapter: 'More' }));
  const shelved = SHELVES.flatMap(([folder, address, chapter]) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => ({
        file: `${folder}/${name}`,
        address: `${address}${name.slice(0, -3)}/`,
        chapter,
      })),
  );
  return [...placed, ...others, ...shelved];
}
