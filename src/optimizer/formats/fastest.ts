/**
 * Fastest: which format to write when there is no time for the usual settings.
 *
 * Where even the fastest encoding of the chosen format would end too late by the clock, the
 * fastest of the formats the client accepts is written: a deadline is missed by
 * one encode of that kind at most. Another format has to take less than half the
 * time: for less the client gets what was chosen.
 */
import type { ChosenFormat } from '../../plan/program.ts';
import { codecFor, fastestEncoding } from '../codecs/codec.ts';
import type { TrialRunner } from '../search/trial-runner.ts';

/** The format to write: the chosen one if it can end in time, else the fastest that is accepted. */
export function fastestFormat(
  runner: TrialRunner,
  chosen: ChosenFormat,
  others: readonly ChosenFormat[],
): ChosenFormat {
  const fastest = ({ format }: ChosenFormat) => fastestEncoding(codecFor(runner.codecs, format));
  if (runner.endsInTime(fastest(chosen))) return chosen;
  const cost = (choice: ChosenFormat) => runner.cost(fastest(choice));
  return [chosen, ...others].reduce((a, b) => (cost(b) < cost(a) / 2 ? b : a));
}
