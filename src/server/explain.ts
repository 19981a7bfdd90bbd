/**
 * Explain: everything that is decided about a URL, without decoding a pixel.
 */
import type { Diagnostic } from '../base/diagnostic.ts';
import { Fault } from '../base/fault.ts';
import type { Engine, Explanation, Timings } from '../engine/engine.ts';
import type { SourceRef } from '../image/source-ref.ts';
import type { Trial } from '../optimizer/receipt.ts';
import { acceptedFormats } from './accept.ts';
import { asFault } from './errors.ts';
import { findRoute, type Route } from './routes.ts';
import { readTarget } from './target.ts';

export interface UrlExplanation {
  readonly url: string;
  /** Name of the source in the configuration. */
  readonly source: string;
  readonly dialect: string;
  /** What follows the mount. */
  readonly target: string;
  /** Formats the client lists. */
  readonly accepts: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  readonly reference?: SourceRef;
  readonly vary?: readonly string[];
  readonly explanation?: Explanation;
  /** Milliseconds per stage, where the picture was made. */
  readonly timings?: Timings;
  /** Why the URL gives no picture, in the words of its answer. */
  readonly problem?: { readonly code: string; readonly message: string };
}

/**
 * The explanation of a URL or of a path such as `/imgix/a.jpg?w=300`. With `run`
 * the picture is made as well, and its receipt has every trial.
 *
 * @throws Fault `mount-unknown` where no source answers
 */
export async function explainUrl(
  routes: readonly Route[],
  engine: Engine,
  url: string,
  accept: string | undefined,
  { now, run = false }: { readonly now: number; readonly run?: boolean },
): Promise<UrlExplanation> {
  const target = readTarget(url, undefined);
  const found = target === undefined ? undefined : findRoute(routes, target);
  if (found === undefined) {
    const prefixes = routes.flatMap(({ prefix }) => (prefix === undefined ? [] : [prefix || '/']));
    const known = prefixes.join(', ') || 'none';
    throw new Fault('mount-unknown', `Nothing answers there; mounts are: ${known}.`);
  }
  const { site, rest } = found;
  const accepts = acceptedFormats(accept);
  const facts = {
    url,
    source: site.settings.name,
    dialect: site.dialect.name,
    target: rest,
    accepts: [...accepts],
  };
  const headers = accept === undefined ? {} : { accept };
  const request = { method: 'GET', target: rest, headers, accepts, now, upload: false } as const;
  let compiled: ReturnType<typeof site.dialect.compile>;
  try {
    compiled = site.dialect.compile(request, site.settings);
  } catch (error) {
    return { ...facts, diagnostics: [], problem: problemOf(error) };
  }
  const { diagnostics, source: reference, response } = compiled;
  const known = { ...facts, diagnostics, reference, vary: response.vary };
  try {
    const signal = new AbortController().signal;
    const job = { mount: site.mount, compiled, accepts, signal };
    const explanation = await engine.explain(job);
    if (!run) return { ...known, explanation };
    const { receipt, timings } = await engine.render(job);
    return { ...known, explanation: { ...explanation, ...(receipt ? { receipt } : {}) }, timings };
  } catch (error) {
    return { ...known, problem: problemOf(error) };
  }
}

function problemOf(error: unknown) {
  const { code, message } = asFault(error);
  return { code, message };
}

/** The explanation as text for a terminal. */
export function explanationText(facts: UrlExplanation): string {
  const { explanation, problem, reference } = facts;
  const lines = [
    `source      ${facts.source} (${facts.dialect})`,
    `target      ${facts.target}`,
    ...(reference === undefined ? [] : [`original    ${referenceText(reference)}`]),
    `accepts     ${facts.accepts.join(', ') || 'nothing by name'}`,
    ...(facts.vary?.length ? [`vary        ${facts.vary.join(', ')}`] : []),
    ...facts.diagnostics.map(
      ({ severity, param, message }) =>
        `${severity.padEnd(12)}${param === undefined ? '' : `${param}: `}${message}`,
    ),
  ];
  if (problem !== undefined) lines.push(`problem     ${problem.message} (${problem.code})`);
  if (explanation !== undefined) lines.push(...engineLines(explanation));
  return `${lines.join('\n')}\n`;
}

function engineLines(explanation: Explanation): string[] {
  const { source, receipt } = explanation;
  return [
    ...(source === undefined
      ? []
      : [`file        ${source.format} ${source.width}x${source.height}, ${source.bytes} bytes`]),
    'plan',
    ...indented(explanation.plan.split('\n')),
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
  }
}
