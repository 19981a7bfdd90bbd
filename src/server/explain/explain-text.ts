/**
 * Explain text: the explanation of a URL as lines for a terminal.
 *
 * Its halves follow those of `explain.ts`, so that the first can be printed
 * while the source is still being asked for.
 */
import type { Diagnostic } from '../../base/diagnostic.ts';
import type { FreshnessPolicy } from '../../base/freshness-policy.ts';
import type { Explanation } from '../../engine/engine.ts';
import type { SourceRef } from '../../image/source-ref.ts';
import { colorRemarks } from '../../metadata/color-remarks.ts';
import type { Trial } from '../../optimizer/receipt.ts';
import type { Refused, UrlExplanation } from './explain.ts';

/** What needs no source: where the URL leads, remarks, and the plan. */
export function planText(facts: UrlExplanation): string {
  const { reference, refusal, plan } = facts;
  return text([
    `source      ${facts.source} (${facts.dialect}) at ${facts.places.join(', ')}`,
    `origin      ${facts.origin}`,
    `target      ${facts.target}`,
    ...(reference === undefined ? [] : [`original    ${referenceText(reference)}`]),
    `accepts     ${facts.accepts.join(', ') || 'nothing by name'}`,
    ...(facts.vary?.length ? [`vary        ${facts.vary.join(', ')}`] : []),
    ...(facts.freshness === undefined ? [] : [`fresh       ${freshnessText(facts.freshness)}`]),
    ...(refusal === undefined ? [] : refusalLines(refusal)),
    ...remarkLines(facts.diagnostics),
    ...(plan === undefined ? [] : ['plan', ...indented(plan.split('\n'))]),
  ]);
}

/** What needs the source, or why there is none. */
export function sourceText({ explanation, problem }: UrlExplanation): string {
  return text([
    ...(problem === undefined
      ? []
      : [`problem     ${problem.message.replace(/\.$/, '')} (${problem.code})`]),
    ...(explanation === undefined ? [] : engineLines(explanation)),
  ]);
}

function engineLines(explanation: Explanation): string[] {
  const { source, receipt } = explanation;
  return [
    ...(source === undefined
      ? []
      : [`file        ${source.format} ${source.width}x${source.height}, ${source.bytes} bytes`]),
    ...(source === undefined ? [] : remarkLines(colorRemarks(source))),
    ...(explanation.program === undefined ? [] : ['program', ...indented(explanation.program)]),
    ...(explanation.predicted === undefined ? [] : [`predicted   ${explanation.predicted}`]),
    ...(receipt === undefined
      ? []
      : [
          `result      ${receipt.encoding}, ${receipt.bytes} bytes: ${receipt.reason}`,
          ...receipt.trials.map(trialText),
        ]),
    ...(explanation.problem === undefined ? [] : [`problem     ${explanation.problem}`]),
    `key         ${explanation.key}`,
  ];
}

function remarkLines(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(
    ({ severity, param, message }) =>
      `${severity.padEnd(12)}${param === undefined ? '' : `${param}: `}${message}`,
  );
}

/** `as the origin says, at least 14400 s, at most 31536000 s; 14400 s where it says nothing` */
function freshnessText({ fallback, min, max }: FreshnessPolicy): string {
  if (min === max) return `${max} s`;
  const floor = min > 0 ? `at least ${min} s, ` : '';
  return `as the origin says, ${floor}at most ${max} s; ${fallback} s where it says nothing`;
}

function refusalLines({ code, status, message, signature }: Refused): string[] {
  if (signature === undefined) {
    return [`refused     the server would answer ${status}: ${message} (${code})`];
  }
  return [
    `signature   ${signature.state}; the server would refuse this URL with ${status} (${code})`,
    `signed      ${signature.signed}`,
  ];
}

function trialText({ encoding, bytes, score, worst, milliseconds }: Trial): string {
  const points = (value: number | undefined) => (value === undefined ? '-' : value.toFixed(1));
  return `  trial     ${encoding}, ${bytes} bytes, score ${points(score)}, worst region ${points(worst)}, ${Math.round(milliseconds)} ms`;
}

function indented(lines: readonly string[]): string[] {
  return lines.filter((line) => line !== '').map((line) => `  ${line}`);
}

/** User info never shows. */
function referenceText(reference: SourceRef): string {
  switch (reference.kind) {
    case 'path':
      return `${reference.path}${reference.query === undefined ? '' : `?${reference.query}`}`;
    case 'url':
      return reference.url.replace(/\/\/[^/@]*@/, '//…@');
    case 'upload':
      return 'the body of the request';
    case 'blank':
      return 'a clear pixel, under what is drawn';
  }
}

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
