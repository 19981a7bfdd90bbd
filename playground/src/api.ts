/**
 * API: what the page asks of its server, and the shapes of the answers.
 *
 * All of it is below the page's own address. What fails becomes a Refusal with
 * the words of the server, or says that it does not answer.
 */
import type { Diagnostic } from '../../src/base/diagnostic.ts';
import type {
  CompiledUrl,
  DialectName,
  DialectTable,
  Given,
} from '../../src/server/playground/shapes.ts';

export type { Diagnostic } from '../../src/base/diagnostic.ts';
export type {
  CompiledUrl as Compiled,
  Control,
  DialectName,
  DialectTable as Dialect,
  Given as Values,
  OtherUrl as Other,
  ParameterRow as Parameter,
  Widths,
} from '../../src/server/playground/shapes.ts';

export type FormatName = 'avif' | 'webp' | 'jxl';

export interface PictureFacts {
  readonly name: string;
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
}

export interface Start {
  readonly samples: readonly (PictureFacts & { readonly alt: string })[];
  readonly dialects: readonly DialectTable[];
  readonly limits: { readonly uploadBytes: number; readonly minutes: number };
  readonly missing: readonly string[];
}

export interface Trial {
  readonly encoding: string;
  readonly format: string;
  readonly quality?: number;
  readonly bytes: number;
  readonly score?: number;
  readonly worst?: number;
}

export interface Receipt {
  readonly format: string;
  readonly quality?: number;
  readonly encoding: string;
  readonly score?: number;
  readonly target?: number;
  readonly bytes: number;
  readonly sourceBytes: number;
  readonly trials: readonly Trial[];
  readonly reason: string;
  readonly kind: 'encoded' | 'lossless' | 'source';
  readonly outOfReach?: boolean;
  readonly cutShort?: boolean;
}

export interface ResultFacts {
  readonly id: string;
  readonly receipt?: Receipt;
  readonly result: Omit<PictureFacts, 'name'>;
  readonly diagnostics: readonly Diagnostic[];
}

export interface Result extends ResultFacts {
  readonly file: Blob;
}

export interface ErrorMap {
  readonly columns: number;
  readonly rows: number;
  readonly tile: number;
  readonly scores: readonly number[];
  readonly score: number;
  readonly worst: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
    readonly score: number;
  };
}

/** What every question says. */
export interface Asked {
  readonly accepts: readonly FormatName[];
  /** A picture of the demo; absent: that of the session. */
  readonly sample?: string;
}

export class Refusal extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

let session: string | undefined;

async function call(path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  if (session !== undefined) headers.set('fovea-session', session);
  let response: Response;
  try {
    response = await fetch(`api/${path}`, { ...init, headers, cache: 'no-store' });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Refusal('no-answer', 'The server does not answer. Is it still running?');
  }
  if (response.ok) return response;
  const said: unknown = await response.json().catch(() => ({}));
  const { code = 'failed', message = `The server answered ${response.status}.` } = said as {
    code?: string;
    message?: string;
  };
  throw new Refusal(code, message);
}

function ask(path: string, question: object, signal: AbortSignal): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return call(path, { method: 'POST', headers, body: JSON.stringify(question), signal });
}

export async function start(): Promise<Start> {
  return (await call('start', {})).json();
}

/** Hands a picture to the server, which holds it for this page alone. */
export async function upload(file: File | Blob, name: string): Promise<PictureFacts> {
  const headers = {
    'content-type': 'application/octet-stream',
    'fovea-name': encodeURIComponent(name),
  };
  const response = await call('pictures', { method: 'POST', headers, body: file });
  const taken: { session: string; picture: PictureFacts } = await response.json();
  session = taken.session;
  return taken.picture;
}

export const sampleUrl = (name: string) => `api/samples/${encodeURIComponent(name)}`;

export async function compile(
  question: Asked & { dialect: DialectName } & ({ values: Given } | { url: string }),
  signal: AbortSignal,
): Promise<CompiledUrl> {
  return (await ask('compile', question, signal)).json();
}

type Rendering = Asked & { readonly dialect: DialectName; readonly values: Given };

export async function renderPicture(question: Rendering, signal: AbortSignal): Promise<Result> {
  const { facts, file } = await partsOf<ResultFacts>(await ask('render', question, signal));
  return { ...facts, file };
}

/** Points of the curve of a format; qualities are on the JPEG scale. */
export async function curve(
  question: Rendering & { readonly format: string; readonly qualities: readonly number[] },
  signal: AbortSignal,
): Promise<readonly Trial[]> {
  const { points }: { points: readonly Trial[] } = await (
    await ask('curve', question, signal)
  ).json();
  return points;
}

/** Where a result errs, and the picture before it was encoded. */
export async function errors(
  question: Rendering & { readonly result: string },
  signal: AbortSignal,
): Promise<{ readonly map: ErrorMap; readonly reference: Blob }> {
  const { facts, file } = await partsOf<{ map: ErrorMap }>(await ask('errors', question, signal));
  return { map: facts.map, reference: file };
}

async function partsOf<Facts>(response: Response): Promise<{ facts: Facts; file: Blob }> {
  const form = await response.formData();
  const [facts, file] = [form.get('facts'), form.get('file')];
  if (facts === null || !(file instanceof Blob)) {
    throw new Refusal('failed', 'The answer of the server cannot be read.');
  }
  const text = typeof facts === 'string' ? facts : await facts.text();
  return { facts: JSON.parse(text) as Facts, file };
}
