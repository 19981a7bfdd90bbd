/**
 * Palette trials: the flat palettes of one picture by their size, each made and measured once.
 */
import type { Raster } from '../../image/raster.ts';
import type { FlatPalette } from '../codecs/codec.ts';
import type { MeasuredAttempt, TrialRunner } from '../search/trial-runner.ts';
import { fewestColors, reaches } from './fewest-colors.ts';

/** Files that are larger by more than this factor than they may be are still too large when packed once more. */
const PACKED_AT_MOST = 1.25;

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

  /** The most colors of some falling sizes that take so few bytes, where they still score enough. */
  async withinBytes(
    sizes: readonly number[],
    bytes: number,
    least: number,
  ): Promise<MeasuredAttempt | undefined> {
    // A size that there is no time for counts as small enough: what is known of others decides.
    const larger = await fewestColors(sizes, async (colors) => {
      const attempt = await this.trial(colors);
      if (attempt === undefined || !reaches(attempt, least)) return false;
      if (attempt.bytes.length <= bytes) return false;
      if (attempt.bytes.length > bytes * PACKED_AT_MOST) return true;
      const packed = await this.final(colors);
      return packed !== undefined && packed.bytes.length > bytes;
    });
    const most = sizes.find((size) => larger === undefined || size < larger);
    const found = most === undefined ? undefined : await this.final(most);
    return found && found.bytes.length <= bytes && reaches(found, least) ? found : undefined;
  }
}
