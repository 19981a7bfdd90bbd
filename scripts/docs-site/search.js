// The search of the documentation: an index that came with the page, nothing is asked for elsewhere.
const base = document.currentScript.dataset.base;
const form = document.getElementById('search');
const words = document.getElementById('words');
const found = document.getElementById('found');
const index = MiniSearch.loadJSON(globalThis.FOVEA_INDEX, {
  fields: ['title', 'heading', 'text'],
  storeFields: ['title', 'heading', 'address'],
});
const MOST = 12;

function show() {
  const text = words.value.trim();
  const results =
    text === ''
      ? []
      : index.search(text, {
          prefix: true,
          fuzzy: 0.15,
          boost: { title: 3, heading: 4 },
          combineWith: 'AND',
        });
  const rows = results.slice(0, MOST).map(({ title, heading, address }) => {
    const link = document.createElement('a');
    link.href = base + address;
    link.textContent = heading === '' ? title : `${title}: ${heading}`;
    const row = document.createElement('li');
    row.append(link);
    return row;
  });
  if (text !== '' && rows.length === 0) {
    const row = document.createElement('li');
    row.textContent = 'Nothing was found.';
    rows.push(row);
  }
  found.replaceChildren(...rows);
}

form.hidden = false;
words.addEventListener('input', show);
form.addEventListener('submit', (event) => {
  event.preventDefault();
  found.querySelector('a')?.click();
});
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && !/^(?:INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) {
    event.preventDefault();
    words.focus();
  }
  if (event.key === 'Escape') {
    words.value = '';
    show();
  }
});
// On a narrow screen the pages are folded away until they are asked for
const pages = document.querySelector('nav details');
if (pages && matchMedia('(max-width: 60rem)').matches) pages.open = false;
