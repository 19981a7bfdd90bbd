/**
 * State: what the page shows, and what happens when it changes.
 *
 * A change of picture, dialect or parameters is compiled after a short pause;
 * where it has a plan the picture is made, then its errors are mapped, then the
 * curves are drawn point by point. Whatever is under way ends when another
 * change comes.
 */
import { batch, computed, effect, signal } from '@preact/signals';
import * as api from './api.ts';

export interface Chosen extends api.PictureFacts {
  /** A picture of the demo; absent: one's own. */
  readonly sample?: string;
  /** What it shows, in words. */
  readonly alt: string;
  /** The original as the browser can ask for it. */
  readonly url: string;
}

export const started = signal<api.Start | undefined>(undefined);
export const picture = signal<Chosen | undefined>(undefined);
export const dialect = signal<api.DialectName>('imgix');
export const values = signal<api.Values>([
  ['w', '800'],
  ['auto', 'format,compress'],
]);
export const accepts = signal<readonly api.FormatName[]>(['avif', 'webp']);
export const compiled = signal<api.Compiled | undefined>(undefined);
export const result = signal<(api.Result & { readonly url: string }) | undefined>(undefined);
export const reference = signal<string | undefined>(undefined);
export const map = signal<api.ErrorMap | undefined>(undefined);
export const points = signal<readonly api.Trial[]>([]);
/** What the server is at, in words; empty where it is at nothing. */
export const busy = signal('');
/** What went wrong, in words for a person. */
export const problem = signal('');

export const table = computed(() =>
  started.value?.dialects.find(({ name }) => name === dialect.value),
);

/** The score of the result, by its receipt or by its map. */
export const score = computed(() => result.value?.receipt?.score ?? map.value?.score);

/** Milliseconds after the last change of a text. */
const PAUSE = 150;

/** Qualities of the JPEG scale in the order in which the curves are filled in. */
const ROUNDS = [[60], [85], [35], [75], [93], [20]];

/** The first pictures and tables, or why there are none. */
export async function begin(): Promise<void> {
  try {
    problem.value = '';
    const told = await api.start();
    batch(() => {
      started.value = told;
      const wanted = decodeURIComponent(location.hash.slice(1));
      const [first] = told.samples;
      const named = told.samples.find(({ name }) => wanted.includes(`/${name}`)) ?? first;
      if (named !== undefined) chooseSample(named.name);
      if (wanted !== '') pasteUrl(wanted);
    });
  } catch (error) {
    fail(error);
  }
}

export function chooseSample(name: string): void {
  const sample = started.value?.samples.find((one) => one.name === name);
  if (sample === undefined) return;
  forgetOwn();
  clear();
  picture.value = { ...sample, sample: name, url: api.sampleUrl(name) };
}

let own: string | undefined;
function forgetOwn(): void {
  if (own !== undefined) URL.revokeObjectURL(own);
  own = undefined;
}

/** A picture of one's own: shown at once, then handed to the server. */
export async function chooseFile(file: File): Promise<void> {
  const most = started.value?.limits.uploadBytes ?? 0;
  problem.value = '';
  if (file.size > most) {
    problem.value = `${file.name} is too large: ${megabytes(file.size)}, at most ${megabytes(most)} are taken.`;
    return;
  }
  busy.value = 'Handing over the picture';
  try {
    const facts = await api.upload(file, file.name);
    forgetOwn();
    clear();
    own = URL.createObjectURL(file);
    picture.value = { ...facts, alt: file.name, url: own };
  } catch (error) {
    busy.value = '';
    fail(error);
  }
}

export const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** Sets a parameter, or takes it away. */
export function setValue(name: string, text: string | undefined): void {
  const others = values.value;
  if (text === undefined) values.value = others.filter(([one]) => one !== name);
  else if (others.some(([one]) => one === name)) {
    values.value = others.map((pair) => (pair[0] === name ? [name, text] : pair));
  } else values.value = [...others, [name, text]];
}

/** Another dialect: with the same meaning where that can be said, else without parameters. */
export function chooseDialect(name: api.DialectName): void {
  const other = compiled.value?.others.find((one) => one.dialect === name);
  batch(() => {
    values.value = other?.values ?? [];
    dialect.value = name;
  });
}

/** A URL of any of the dialects, to be taken apart. */
const pasted = signal<string | undefined>(undefined);
export function pasteUrl(url: string): void {
  pasted.value = url.trim() === '' ? undefined : url.trim();
}

let under = new AbortController();
let timer: ReturnType<typeof setTimeout> | undefined;
let curveOf = '';

effect(() => {
  const asked = {
    picture: picture.value,
    dialect: dialect.value,
    values: values.value,
    accepts: accepts.value,
    url: pasted.value,
  };
  clearTimeout(timer);
  timer = setTimeout(() => void follow(asked), PAUSE);
});

interface Change {
  readonly picture: Chosen | undefined;
  readonly dialect: api.DialectName;
  readonly values: api.Values;
  readonly accepts: readonly api.FormatName[];
  readonly url: string | undefined;
}

async function follow({ picture: of, url, ...change }: Change): Promise<void> {
  if (of === undefined) return;
  under.abort();
  under = new AbortController();
  const { signal } = under;
  const base = {
    accepts: change.accepts,
    ...(of.sample === undefined ? {} : { sample: of.sample }),
  };
  try {
    if (url !== undefined) {
      const apart = await api.compile({ ...base, dialect: change.dialect, url }, signal);
      batch(() => {
        pasted.value = undefined;
        dialect.value = apart.dialect;
        values.value = apart.values;
        compiled.value = apart;
        if (apart.plan === undefined) clear();
      });
      return;
    }
    const question = { ...base, dialect: change.dialect, values: change.values };
    const next = await api.compile(question, signal);
    compiled.value = next;
    problem.value = '';
    if (of.sample !== undefined) history.replaceState(null, '', `#${encodeURIComponent(next.url)}`);
    if (next.plan === undefined) return clear();
    await make(question, of, next.plan, signal);
  } catch (error) {
    if (!signal.aborted) fail(error);
  }
}

type Question = Parameters<typeof api.renderPicture>[0];

async function make(
  question: Question,
  of: Chosen,
  plan: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  busy.value = 'Making the picture';
  const made = await api.renderPicture(question, signal);
  batch(() => {
    revoke(result.value?.url, reference.value);
    result.value = { ...made, url: URL.createObjectURL(made.file) };
    reference.value = undefined;
    map.value = undefined;
    busy.value = '';
  });
  if (!made.file.type.startsWith('image/') || made.receipt === undefined) return;
  busy.value = 'Looking for errors';
  try {
    const { map: errors, reference: before } = await api.errors(
      { ...question, result: made.id },
      signal,
    );
    batch(() => {
      map.value = errors;
      reference.value = URL.createObjectURL(before);
    });
  } catch (error) {
    // Of an animation there is no map, and no curve
    if (error instanceof api.Refusal && error.code === 'not-implemented') {
      busy.value = '';
      return;
    }
    throw error;
  }
  await draw(question, `${of.url} ${stepsOf(plan)}`, signal);
  busy.value = '';
}

/** What curves hang on: the steps, and nothing of format and quality. */
function stepsOf(plan: readonly string[]): string {
  return plan.filter((line) => !/^(format|quality) /.test(line)).join('\n');
}

async function draw(question: Question, name: string, signal: AbortSignal): Promise<void> {
  if (curveOf !== name) points.value = [];
  curveOf = name;
  const missing = started.value?.missing ?? [];
  const formats = ['jpeg', 'webp', 'avif', ...(missing.includes('jxl') ? [] : ['jxl'])];
  const drawn = (format: string) => points.value.filter((point) => point.format === format).length;
  for (const [round, qualities] of ROUNDS.entries()) {
    for (const format of formats) {
      if (drawn(format) > round) continue;
      busy.value = `Drawing the curves: ${format.toUpperCase()}`;
      const found = await api.curve({ ...question, format, qualities }, signal);
      points.value = [...points.value, ...found];
    }
  }
}

function clear(): void {
  batch(() => {
    revoke(result.value?.url, reference.value);
    result.value = undefined;
    reference.value = undefined;
    map.value = undefined;
    points.value = [];
    curveOf = '';
    busy.value = '';
  });
}

function revoke(...urls: readonly (string | undefined)[]): void {
  for (const url of urls) if (url !== undefined) URL.revokeObjectURL(url);
}

function fail(error: unknown): void {
  busy.value = '';
  problem.value = error instanceof Error ? error.message : String(error);
}

/** Once more, after something went wrong. */
export function tryAgain(): void {
  problem.value = '';
  if (started.value === undefined) void begin();
  else values.value = [...values.value];
}
