/**
 * Palette trials: the flat palettes of one picture by their size, each made and measured once.
 */
import type { Raster } from '../../image/raster.ts';
import type { FlatPalette } from '../codecs/codec.ts';
import type { MeasuredAttempt, TrialRunner } from '../search/trial-runner.ts';
import { fewestColors, reaches } from './fewest-colors.ts';

/** Files that are larger by more than this factor than they may be are still too large when packed once more. */
const PACKED_AT_MOST = 1.25;

/** Sizes that are looked at for one that scores enough, among those that are small enough. */
const LOOKED_AT = 3;

export class PaletteTrials {
  readonly #runner: TrialRunner;
  readonly #flat: FlatPalette;
  readonly #drawn: ((colors: number) => Raster) | undefined;
  readonly #trials = new Map<number, MeasuredAttempt>();
  readonly #finals = new Map<number, MeasuredAttempt>();

  /** @param drawn what is written for a size in place of the raster, and measured against it */
  constructor(runner: TrialRunner, flat: FlatPalette, drawn?: (colors: number) => Raster) {
    this.#runner = runner;
    this.#flat = flat;
    this.#drawn = drawn;
  }

  /** The palette of a size, measured; undefined where there is no time for it. */
  async trial(colors: number): Promise<MeasuredAttempt | undefined> {
    const known = this.#trials.get(colors);
    const encoding = this.#flat.trial(colors);
    if (known !== undefined || !this.#runner.affords(encoding)) return known;
    const made = await this.#runner.measurePalette(encoding, this.#drawn?.(colors));
    this.#trials.set(colors, made);
    return made;
  }

  /** The same in its final form; as the trial made it, where there is no time for that. */
  async final(colors: number): Promise<MeasuredAttempt | undefined> {
    const known = this.#finals.get(colors);
    const trial = known ?? (await this.trial(colors));
    const encoding = this.#flat.final(colors);
    if (known !== undefined || trial === undefined) return known;
    if (!this.#runner.affords(encoding, false)) return trial;
    const { score, worst } = trial;
    const encoded = await this.#runner.encode(encoding, this.#drawn?.(colors));
    const made = { ...encoded, score, worst };
    this.#finals.set(colors, made);
    return made;
  }

  /** The same in as few bytes as `bytes`, where its final form may be that; else as the trial made it. */
  async near(colors: number, bytes: number): Promise<MeasuredAttempt | undefined> {
    const trial = await this.trial(colors);
    if (trial === undefined || trial.bytes.length > bytes * PACKED_AT_MOST) return trial;
    return await this.final(colors);
  }

  /**
   * The most colors of some falling sizes that take so few bytes and score enough; undefined where
   * none does. A score that is too low ends nothing: fewer colors may have a better one.
   */
  async withinBytes(
    sizes: readonly number[],
    bytes: number,
    least: number,
  ): Promise<MeasuredAttempt | undefined> {
    // A size that there is no time for counts as small enough: what is known of others decides.
    const larger = await fewestColors(sizes, async (colors) => {
      const attempt = await this.near(colors, bytes);
      return attempt !== undefined && attempt.bytes.length > bytes;
    });
    const small = sizes.filter((size) => larger === undefined || size < larger);
    for (const size of small.slice(0, LOOKED_AT)) {
      const found = await this.near(size, bytes);
      if (found && found.bytes.length <= bytes && reaches(found, least)) return found;
    }
    return undefined;
  }
}
