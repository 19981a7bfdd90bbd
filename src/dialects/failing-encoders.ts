/**
 * Failing encoders: a dialect as it speaks while some encoders of this machine do not work.
 *
 * Its rules go on without their formats, so that the next that holds is the answer; a format that was
 * named in so many words is remarked on.
 */
import { type Diagnostic, warning } from '../base/diagnostic.ts';
import type { FormatName } from '../image/format.ts';
import { type Output, withoutFormats } from '../plan/output.ts';
import type { Plan } from '../plan/plan.ts';
import type { Compiled, Dialect } from './dialect.ts';

/** The dialect without some formats. */
export function withoutEncoders(dialect: Dialect, failing: readonly FormatName[]): Dialect {
  if (failing.length === 0) return dialect;
  return {
    ...dialect,
    compile: (request, settings) => changed(dialect.compile(request, settings), failing),
  };
}

function changed(compiled: Compiled, failing: readonly FormatName[]): Compiled {
  const { plan, svgPlan } = compiled;
  const without = (from: Plan) => ({ ...from, output: withoutFormats(from.output, failing) });
  return {
    ...compiled,
    plan: without(plan),
    ...(svgPlan === undefined ? {} : { svgPlan: without(svgPlan) }),
    diagnostics: [...compiled.diagnostics, ...remarksOn(plan.output, failing)],
  };
}

/** Formats that do not hang on what the client accepts. */
function remarksOn(output: Output, failing: readonly FormatName[]): Diagnostic[] {
  if (output.kind !== 'picture') return [];
  const named = output.formats.filter(({ when }) => when?.accepts === undefined);
  return failing
    .filter((format) => named.some((rule) => rule.format === format))
    .map((format) => warning(`This server cannot write ${format} at present.`));
}
