/**
 * Runs of the quality bench: every rendition is made once, whichever parts ask
 * for it, and judged at once, so that nothing but numbers is kept.
 */
import { rasterOf } from './quality.corpus.mjs';
import { run, trainedFurther } from './quality.lab.mjs';

/** Runs of the optimizer, each made once, with the pictures they belong to. */
export class Runs {
  #done = new Map();
  #progress;
  /** Every run so far, for the raw rows. */
  rows = [];

  constructor({ progress }) {
    this.#progress = progress;
  }

  /**
   * One rendition; `warmStart`: from another width that was answered, or refined
   * too, as `known` says.
   */
  async of(picture, width, client, target, { mode = 'online', known = 'cold', warmStart } = {}) {
    const key = [picture.file, width, client, target, mode, known].join('|');
    const done = this.#done.get(key);
    if (done !== undefined) return done;
    this.#progress(`${picture.name} ${width} ${client} ${target} ${mode} ${known}`);
    const raster = await rasterOf(picture, width);
    const made = await run(raster, { client, target, mode, ...(warmStart ? { warmStart } : {}) });
    const row = { ...made, picture, width, mode, known, key };
    this.#done.set(key, row);
    this.rows.push(row);
    return row;
  }

  /** The warm start after a rendition was refined, and the processor time that training took. */
  async trainedFurther(row) {
    this.#progress(
      `${row.picture.name} ${row.width} ${row.client} ${row.target} half-size training`,
    );
    return await trainedFurther(await rasterOf(row.picture, row.width), row);
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

/** A search for a quality made it, and it met its target; WebP that is nearly lossless has none. */
export const searched = ({ kind, outOfReach, encoding }) =>
  kind === 'encoded' && !outOfReach && encoding.mode !== 'near-lossless';
