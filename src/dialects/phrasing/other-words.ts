/**
 * Other words: what a plan of one dialect is in another, and how near that comes.
 */
import { canonicalize } from '../../plan/canonicalize.ts';
import { planKey } from '../../plan/key.ts';
import type { Plan } from '../../plan/plan.ts';
import { printPlan } from '../../plan/print.ts';
import type { Dialect } from '../dialect.ts';
import { fastlyPhrase } from './fastly-phrase.ts';
import { imageoptimPhrase } from './imageoptim-phrase.ts';
import { imgixPhrase } from './imgix-phrase.ts';
import type { Pairs } from './phrase.ts';

const PHRASES: Readonly<Record<Dialect['name'], (plan: Plan) => Pairs>> = {
  fastly: fastlyPhrase,
  imgix: imgixPhrase,
  imageoptim: imageoptimPhrase,
};

export interface OtherWords {
  readonly values: Pairs;
  /** The plans have one key: the stored picture is the same. */
  readonly same: boolean;
  /** Lines of the plan that the other one does not have. */
  readonly ours: readonly string[];
  /** Lines of the other plan that this one does not have. */
  readonly theirs: readonly string[];
}

/**
 * A plan in the words of a dialect.
 *
 * @param compile gives the plan of parameters of that dialect; may throw a Fault
 */
export function otherWords(
  plan: Plan,
  dialect: Dialect['name'],
  compile: (values: Pairs) => Plan,
): OtherWords {
  const own = canonicalize(plan);
  const values = lastOfEach(PHRASES[dialect](own));
  const other = canonicalize(compile(values));
  const [ours, theirs] = [linesOf(own), linesOf(other)];
  return {
    values,
    same: planKey(own) === planKey(other),
    ours: ours.filter((line) => !theirs.includes(line)),
    theirs: theirs.filter((line) => !ours.includes(line)),
  };
}

function linesOf(plan: Plan): string[] {
  return printPlan(plan).split('\n');
}

/** Said twice, the last one counts. */
function lastOfEach(pairs: Pairs): Pairs {
  return pairs.filter(([name], at) => !pairs.slice(at + 1).some(([later]) => later === name));
}
