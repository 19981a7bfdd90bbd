/**
 * Exposition: what is wrong with a text of metrics, by docs/spec/telemetry.md 1.1, 1.2 and 2.1 to 2.3.
 */

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Family {
  type?: string;
  help?: string;
  readonly samples: Sample[];
  closed: boolean;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: (-?\d+))?$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,|$)/y;
const UNIT = /_(?:seconds|bytes|ratio|info)$/;
/** Units that a base unit stands for. */
const DERIVED = /_(?:milliseconds|ms|minutes|hours|kilobytes|megabytes|mb|kb|bits|percent)(?:_|$)/;

/** Each problem as a sentence; none where the text is as it should be. */
export function expositionProblems(text: string): string[] {
  const problems: string[] = [];
  const families = new Map<string, Family>();
  if (!text.endsWith('\n')) problems.push('the text does not end with a line feed');
  let last: string | undefined;
  const familyOf = (name: string): Family => {
    const family = families.get(name) ?? { samples: [], closed: false };
    families.set(name, family);
    if (last !== undefined && last !== name) families.get(last)!.closed = true;
    if (family.closed) problems.push(`${name}: its lines do not stand together`);
    last = name;
    return family;
  };
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const comment = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line);
    if (comment) {
      const [, kind, name = '', rest = ''] = comment;
      const family = familyOf(name);
      if (family.samples.length > 0) problems.push(`${name}: ${kind} stands behind a sample`);
      const key = kind === 'HELP' ? 'help' : 'type';
      if (family[key] !== undefined) problems.push(`${name}: ${kind} stands twice`);
      family[key] = rest;
      continue;
    }
    if (line.startsWith('#')) continue;
    const sample = sampleOf(line);
    if (sample === undefined) {
      problems.push(`cannot be read: ${line}`);
      continue;
    }
    const base = sample.name.replace(/_(?:bucket|sum|count)$/, '');
    const type = families.get(base)?.type;
    const name = type === 'histogram' || type === 'summary' ? base : sample.name;
    familyOf(name).samples.push(sample);
  }
  for (const [name, family] of families) problems.push(...problemsOf(name, family));
  return problems;
}

function sampleOf(line: string): Sample | undefined {
  const [, name, inner, number] = LINE.exec(line) ?? [];
  if (name === undefined || number === undefined) return undefined;
  const value = number === '+Inf' ? Number.POSITIVE_INFINITY : Number(number);
  if (Number.isNaN(value) && number !== 'NaN' && number !== 'Nan') return undefined;
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (inner !== undefined && LABEL.lastIndex < inner.length) {
    const [, label, text] = LABEL.exec(inner) ?? [];
    if (label === undefined || text === undefined || label in labels) return undefined;
    labels[label] = text;
  }
  return { name, labels, value };
}

function problemsOf(name: string, { type, help, samples }: Family): string[] {
  const problems: string[] = [];
  const say = (what: string) => problems.push(`${name}: ${what}`);
  if (type === undefined) say('has no TYPE');
  if (help === undefined || help === '') say('has no HELP');
  if (help !== undefined && /\\(?![\\n"])/.test(help)) say('has a lone backslash in its HELP');
  if (!NAME.test(name) || name.includes(':')) say('has characters that no name has');
  if (!/^(?:fovea|process|nodejs)_/.test(name)) say('does not begin with a word for the program');
  if (DERIVED.test(name)) say('has a unit that is no base unit');
  if ((type === 'counter') !== name.endsWith('_total')) {
    // What the library itself names is not ours to name
    if (!/^(?:process|nodejs)_/.test(name)) say('ends in _total if and only if it is a counter');
  }
  const unit = name.replace(/_total$/, '');
  if (/(?:second|byte|bytes|seconds)/.test(unit) && !UNIT.test(unit) && name.startsWith('fovea_')) {
    say('has a unit that is not its last word');
  }
  const series = samples.map((sample) => `${sample.name} ${keyOf(sample.labels)}`);
  if (new Set(series).size !== series.length) say('has two samples of the same name and labels');
  for (const { labels } of samples) {
    if (Object.keys(labels).some((label) => label.startsWith('__'))) say('has a reserved label');
  }
  if (type === 'counter' && samples.some(({ value }) => !(value >= 0))) say('has a negative count');
  if (type === 'histogram') problems.push(...histogramProblems(name, samples));
  return problems;
}

function histogramProblems(name: string, samples: readonly Sample[]): string[] {
  const problems: string[] = [];
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const { le: _, ...labels } = sample.labels;
    const key = keyOf(labels);
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  for (const [key, group] of groups) {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) =>
      labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le),
    );
    const one = (suffix: string) => group.filter((s) => s.name === `${name}_${suffix}`);
    const ascends = (values: readonly number[], least: number) =>
      values.every((value, i) => i === 0 || value - values[i - 1]! >= least);
    if (bounds.at(-1) !== Number.POSITIVE_INFINITY) problems.push(`${name}${key}: has no +Inf`);
    if (!ascends(bounds, Number.MIN_VALUE)) problems.push(`${name}${key}: bounds do not ascend`);
    if (
      !ascends(
        buckets.map(({ value }) => value),
        0,
      )
    )
      problems.push(`${name}${key}: counts fall`);
    if (one('sum').length !== 1 || one('count').length !== 1) {
      problems.push(`${name}${key}: has not one sum and one count`);
    }
    if (one('count')[0]?.value !== buckets.at(-1)?.value) {
      problems.push(`${name}${key}: its count is not that of +Inf`);
    }
  }
  return problems;
}

function keyOf(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
