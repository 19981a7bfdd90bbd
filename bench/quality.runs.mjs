/**
 * Runs of the quality bench: every rendition is made once, whichever parts ask
 * for it, and judged at once, so that nothing but numbers is kept.
 */
import { rasterOf } from './quality.corpus.mjs';
import { run } from './quality.lab.mjs';

/** Runs of the optimizer, each made once, with the pictures they belong to. */
export class Runs {
  #done = new Map();
  #progress;
  /** Every run so far, for the raw rows. */
  rows = [];

  constructor({ progress }) {
    this.#progress = progress;
  }

  /** One rendition; `taught`: the run of another width that came before. */
  async of(picture, width, client, target, { mode = 'online', taught } = {}) {
    const key = [picture.file, width, client, target, mode, taught !== undefined].join('|');
    const known = this.#done.get(key);
    if (known !== undefined) return known;
    this.#progress(`${picture.name} ${width} ${client} ${target} ${mode}${taught ? ' known' : ''}`);
    const raster = await rasterOf(picture, width);
    const learned = taught?.learned;
    const made = await run(raster, { client, target, mode, ...(learned ? { learned } : {}) });
    const row = { ...made, picture, width, mode, known: taught !== undefined, key };
    this.#done.set(key, row);
    this.rows.push(row);
    return row;
  }

  /** Every combination, picture by picture; a picture that is no wider is not measured twice. */
  async grid({ pictures, widths, clients, targets, mode }) {
    const rows = [];
    for (const picture of pictures) {
      for (const width of await distinct(picture, widths)) {
        for (const client of clients) {
          for (const target of targets) {
            rows.push(await this.of(picture, width, client, target, { mode }));
          }
        }
      }
    }
    return rows;
  }
}

/** The widths that differ on a picture, which is never enlarged. */
export async function distinct(picture, widths) {
  const seen = new Set();
  const kept = [];
  for (const width of widths) {
    const { width: real } = await rasterOf(picture, width);
    if (!seen.has(real)) kept.push(width);
    seen.add(real);
  }
  return kept;
}

/** A search made it, and it met its target. */
export const searched = ({ kind, outOfReach }) => kind === 'encoded' && !outOfReach;
