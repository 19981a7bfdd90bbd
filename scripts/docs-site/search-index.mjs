/** What the search looks through: the sections of all pages, as a script, which also works from a disk. */
import MiniSearch from 'minisearch';
import { anchorOf, plain } from './markdown.mjs';

/** Fields of a section; `search.js` reads the index with the same. */
const OPTIONS = {
  fields: ['title', 'heading', 'text'],
  storeFields: ['title', 'heading', 'address'],
};

/** The index as a script that puts it at `FOVEA_INDEX`. */
export function searchIndex(pages) {
  const index = new MiniSearch(OPTIONS);
  index.addAll(pages.flatMap(sections).map((section, id) => ({ id, ...section })));
  return `globalThis.FOVEA_INDEX = ${JSON.stringify(JSON.stringify(index))};\n`;
}

function sections({ markdown, address, title }) {
  const pieces = markdown.split(/^(?=#{1,3} )/m);
  return pieces.map((piece) => {
    const heading = plain(/^#+ (.+)/.exec(piece)?.[1] ?? title);
    const whole = /^# /.test(piece) || !/^#/.test(piece);
    const anchor = whole ? '' : `#${anchorOf(/^#+ (.+)/.exec(piece)[1])}`;
    return {
      title,
      heading: whole ? '' : heading,
      address: `${address}index.html${anchor}`,
      text: plain(piece),
    };
  });
}
