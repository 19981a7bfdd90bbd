/** Addresses of sitemaps: what is an address, what is none, and files that never end what they begin. */
import { expect, test } from 'vitest';
import { sitemapAddresses } from './read-addresses.ts';

test.each([
  ['pages, where no picture is named', '<loc>/a</loc><loc >/b</loc >', ['/a', '/b']],
  ['pictures alone, where any is', '<loc>/a</loc><image:loc>/b</image:loc>', ['/b']],
  ['nothing of a comment', '<!-- <loc>/a</loc> --><loc>/b</loc><!---->', ['/b']],
  ['nothing of other elements', '<location>/a</location><loc x="1">/b</loc>', []],
  ['what stands before a comment without an end', '<loc>/a</loc><!-- <loc>/b', ['/a']],
  ['nothing of an element without an end', '<loc>/a', []],
  ['entities', '<loc>/a?b&amp;c=&#65;&#x42;</loc>', ['/a?b&c=AB']],
])('reads %s', (_, text, expected) => {
  expect(sitemapAddresses(`<urlset>${text}</urlset>`)).toEqual(expected);
});

test.each(['<loc>', '<loc', '<!--', '<image:loc>', '<loc x>'])(
  'ends with a million %s',
  (piece) => {
    expect(sitemapAddresses(piece.repeat(1_000_000))).toEqual([]);
  },
);
