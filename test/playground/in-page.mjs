/** What the tests of the playground look at inside its page: each runs in Chromium, alone. */

export const addressHas = (text) => document.querySelector('#url')?.value.includes(text) === true;
export const addressLacks = (text) =>
  document.querySelector('#url')?.value.includes(text) === false;
export const resultIsWide = (pixels) =>
  document.querySelector('.layer.after img')?.naturalWidth === pixels;
export const wordsMatch = (pattern) =>
  new RegExp(pattern).test(document.querySelector('.words')?.textContent ?? '');
export const zoomIsAbove = (percent) =>
  Number.parseInt(document.querySelector('.zoom')?.textContent ?? '', 10) > percent;
export const hasPoints = (count) => document.querySelectorAll('.curve tbody tr').length >= count;
export const textHas = (text) => document.querySelector('pre.text')?.textContent.includes(text);
export const isIdle = () => document.querySelector('.status')?.textContent === '';
export const widths = () => [document.documentElement.scrollWidth, innerWidth];
export const ground = () => getComputedStyle(document.body).backgroundColor;
export const copied = () => navigator.clipboard.readText();
export const focused = () =>
  document.activeElement?.id || document.activeElement?.textContent?.trim() || '';
export const clipOf = (element) => getComputedStyle(element).clipPath;
export const renderingOf = (element) => getComputedStyle(element).imageRendering;
export const leftOf = (element) => element.getBoundingClientRect().left;

/** Drops a file of these bytes on the page. */
export function drop({ name, bytes }) {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([new Uint8Array(bytes)], name, { type: 'image/png' }));
  document.body.dispatchEvent(
    new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }),
  );
}

/** The highest value of any channel of a picture. */
export async function brightest(bytes) {
  const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
  const drawing = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
  drawing.drawImage(bitmap, 0, 0);
  const { data } = drawing.getImageData(0, 0, bitmap.width, bitmap.height);
  let most = 0;
  for (let i = 0; i < data.length; i++) if (i % 4 !== 3 && data[i] > most) most = data[i];
  return most;
}

/** Size of a canvas, and how many of its pixels are not clear. */
export function tinted(canvas) {
  const { width, height } = canvas;
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
  return { width, height, tinted: data.filter((value, i) => i % 4 === 3 && value > 0).length };
}

/** Faults that axe-core, which was put into the page, calls serious. */
export async function seriousFaults() {
  const { violations } = await globalThis.axe.run(document);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 90)).join(' | ')}`);
}

/** Every fault that axe-core finds, the small ones too. */
export async function faults() {
  const { violations } = await globalThis.axe.run(document);
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 90)).join(' | ')}`,
  );
}

/** Pixels by which a page is wider than its screen. */
export function sideways() {
  return document.documentElement.scrollWidth - globalThis.innerWidth;
}
