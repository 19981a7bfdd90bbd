/**
 * Palette slack: how far pixels may be from their nearest color so that neighbours share one.
 *
 * Blends along edges are all a little different, which costs bytes that no one sees. The most slack
 * is taken that leaves the score where it has to be; where it saves nothing, there is none.
 */
import type { Encoding } from '../../image/encoding.ts';
import type { PaletteCoding, SlackCoding } from '../codecs/codec.ts';
import type { MeasuredAttempt, TrialRunner } from '../search/trial-runner.ts';
import type { Mode } from '../task.ts';

/** Most of the bytes that may be left, as a share: below, no point of a score is given for them. */
const WORTH = 0.985;

/** A palette whose sizes can be searched. */
export type SearchedPalette = PaletteCoding & Required<Pick<PaletteCoding, 'sizes'>>;

/** Colors and the slack of their pixels. */
export interface Colors {
  readonly colors: number;
  /** Levels; 0 for none. */
  readonly slack: number;
}

/** So many colors with their slack, where the format has any. */
export function encodingOf(
  palette: SearchedPalette,
  { colors, slack }: Colors,
  mode: Mode,
): Encoding {
  const slacked = slack > 0 ? palette.slack?.encoding(colors, slack) : undefined;
  return slacked ?? palette.encoding(colors, mode);
}

/** The scores that have to be reached, all over and where it is worst. */
export interface LeastScores {
  readonly score: number;
  readonly worst: number;
}

/** The most levels of slack that so many colors bear, by `plain`, which has none; 0 for none. */
export async function slackFor(
  runner: TrialRunner,
  slack: SlackCoding | undefined,
  colors: number,
  plain: MeasuredAttempt,
  least: LeastScores,
): Promise<number> {
  for (const levels of slack?.levels ?? []) {
    const encoding = slack?.encoding(colors, levels);
    if (encoding === undefined || !runner.affords(encoding)) return 0;
    const { score, worst, bytes } = await runner.measure(encoding);
    if (score < least.score || worst < least.worst) continue;
    if (bytes.length <= WORTH * plain.bytes.length) return levels;
  }
  return 0;
}
