/**
 * Haste: the quickest encodings, for when there is no time for the usual.
 *
 * Plain JPEG, WebP and AVIF at effort 0, PNG and GIF at their lowest. Where
 * even the quickest encoding of the chosen format would end too late, the
 * quickest of the formats the client accepts is written: a deadline is missed
 * by one encode of that kind at most.
 */
import type { Encoding } from '../../image/encoding.ts';
import type { FormatName } from '../../image/format.ts';
import type { ChosenFormat } from '../../plan/program.ts';
import type { RecordingTrialRunner } from '../search/recording-trial-runner.ts';
import { fastestGif, fastestLossless, isLossyFormat, lossyEncoding } from './encodings.ts';

/** A quality in the middle, where only the cost of settings matters. */
const ANY = 75;

/** The format to write: the chosen one if it can end in time, else the quickest that is accepted. */
export function fastestFormat(
  runner: RecordingTrialRunner,
  chosen: ChosenFormat,
  others: readonly ChosenFormat[],
): ChosenFormat {
  const cost = ({ format }: ChosenFormat) => runner.cost(fastestEncoding(format));
  if (runner.affords(fastestEncoding(chosen.format), false)) return chosen;
  return [chosen, ...others].reduce((a, b) => (cost(b) < cost(a) / 2 ? b : a));
}

/** The quickest encoding of a format, at a middling quality. */
export function fastestEncoding(format: FormatName): Encoding {
  if (format === 'gif') return fastestGif(256);
  if (!isLossyFormat(format)) return fastestLossless('png');
  const plain = { mode: 'online', sharpChroma: format === 'avif', target: undefined } as const;
  return lossyEncoding({ format, stage: 'fastest', progressive: false, ...plain }, ANY);
}
