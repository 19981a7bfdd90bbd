/** Flags of `warm`, read as what they mean. */
import { baseOf, countFlag, textFlag } from '../flags.ts';
import { UsageError } from '../usage-error.ts';
import type { WarmFlags } from './warm.ts';

const MOST_JOBS = 64;
const FASTEST = 10_000;

/** @throws UsageError where one cannot be read */
export function warmFlags(given: Readonly<Record<string, unknown>>): WarmFlags {
  const base = baseOf(textFlag(given.base), '--base');
  if (base === undefined) throw new UsageError(['expected --base http://HOST:PORT, got nothing']);
  const accepts = Array.isArray(given.accept) ? given.accept.map(String) : [String(given.accept)];
  return {
    base,
    accepts,
    jobs: countFlag(given.jobs, '--jobs', MOST_JOBS),
    rate: given.rate === undefined ? undefined : rateOf(given.rate),
    json: given.json === true,
  };
}

/** `5/s` or `5`, requests a second. */
function rateOf(given: unknown): number {
  const rate = Number(/^(\d+(?:\.\d+)?)(?:\/s)?$/.exec(String(given))?.[1]);
  if (rate > 0 && rate <= FASTEST) return rate;
  throw new UsageError([`expected requests a second such as 5/s for --rate, got ${given}`]);
}
