/**
 * Savings metrics: the counts of the ledger since the start, in the instruments for them.
 */
import { addCounts, noCounts, type SavingsCounts } from '../savings/savings-counts.ts';
import type { Instruments } from './instruments.ts';

/** @param named the name of a source, or the word for those that are too many */
export function savingsMetrics(
  make: Instruments,
  named: (source: string) => string,
): (sums: Iterable<readonly [source: string, counts: SavingsCounts]>) => void {
  const answers = make.counter('fovea_savings_answers_total');
  const sent = make.counter('fovea_savings_sent_bytes_total');
  const original = make.counter('fovea_savings_original_bytes_total');
  const compared = make.counter('fovea_savings_compared_bytes_total');
  const fixed = make.counter('fovea_savings_fixed_quality_bytes_total');
  return (sums) => {
    const shown = new Map<string, ReturnType<typeof noCounts>>();
    for (const [name, counts] of sums) {
      const source = named(name);
      const sum = shown.get(source) ?? noCounts();
      shown.set(source, sum);
      addCounts(sum, counts);
    }
    for (const [source, counts] of shown) {
      answers.setTo({ source, cache: 'hit' }, counts.hits);
      answers.setTo({ source, cache: 'miss' }, counts.misses);
      answers.setTo({ source, cache: 'not_modified' }, counts.notModified);
      sent.setTo({ source, cache: 'hit' }, counts.hitBytes);
      sent.setTo({ source, cache: 'miss' }, counts.missBytes);
      original.setTo({ source }, counts.originalBytes);
      compared.setTo({ source }, counts.comparedBytes);
      fixed.setTo({ source, by: 'measured' }, counts.measuredBytes);
      fixed.setTo({ source, by: 'estimated' }, counts.fixedBytes - counts.measuredBytes);
    }
  };
}
