/**
 * Playground: the page below `/_fovea/` where pictures are tried out, and what it asks.
 *
 * It is there only where it was opened. It reads the pictures that its visitors
 * drop, each for the one who dropped it, and those of the demo; never a source
 * of the configuration. All its answers are for pages of this server alone.
 */
import { Fault } from '../../base/fault.ts';
import type { Compiled, DialectSettings } from '../../dialects/dialect.ts';
import type { UnkeptTask } from '../../engine/studies/workbench.ts';
import { missingEncoders } from '../../vips/optional/missing-encoders.ts';
import type { Services } from '../attempt.ts';
import { asFault } from '../http/errors.ts';
import { type HttpResponse, type NamedRequest, NO_BODY } from '../http/http-message.ts';
import { jsonResponse } from '../http/json-response.ts';
import { checkSameOrigin, fileAnswer, moved, own, withMethods, wrongMethod } from './answers.ts';
import { compiledFrom, compiledUrl } from './compiled-url.ts';
import { formData } from './form-data.ts';
import { parameterTables } from './parameter-tables.ts';
import {
  type Asked,
  QUESTIONS,
  type Question,
  type QuestionName,
  readQuestion,
} from './questions.ts';
import { Results } from './results.ts';
import { hashOf, SESSION_LIMITS } from './sessions.ts';
import { readStaticFiles, staticAnswer } from './static-files.ts';
import {
  type Sample,
  SESSION_HEADER,
  TriedPictures,
  type TriedPicturesOptions,
} from './tried-pictures.ts';
import { takeApart } from './url-parts.ts';

export type { Sample };

/** What of the server a request is answered with. */
type AnswerServices = Pick<Services, 'inFlight' | 'limits' | 'policy'>;

/** Studies that may wait or run at once, for all visitors together. */
const MOST_STUDIES = 6;

const SOURCE = 'playground';

export class Playground {
  readonly #options: TriedPicturesOptions;
  readonly #pictures: TriedPictures;
  readonly #results = new Results();
  readonly #files = readStaticFiles();
  readonly #settings: DialectSettings = {
    ...{ name: SOURCE, origin: 'folder', missing: missingEncoders() },
  };
  #studies = 0;

  constructor(options: TriedPicturesOptions) {
    this.#options = options;
    this.#pictures = new TriedPictures(options, this.#settings);
  }

  /** The answer to a request below `/_fovea`. It never rejects. */
  async answer(
    request: NamedRequest,
    path: string,
    services: AnswerServices,
  ): Promise<HttpResponse> {
    const { policy } = services;
    const now = this.#options.clock.now();
    try {
      return own(await this.#answer(request, path, services));
    } catch (error) {
      const { code, message, kind } = asFault(error);
      // The rest of a body is left unread
      const close = request.method === 'POST';
      const refused = jsonResponse({ code, message }, now, policy, kind.status);
      return own(withMethods(refused, error), close);
    }
  }

  async #answer(request: NamedRequest, path: string, services: AnswerServices) {
    const { method, headers } = request;
    const { policy } = services;
    const now = this.#options.clock.now();
    const name = path.replace(/^\/_fovea\/?/, '');
    if (!name.startsWith('api/')) {
      if (method !== 'GET' && method !== 'HEAD') throw wrongMethod('GET, HEAD');
      if (path === '/_fovea') return moved(now, policy);
      const file = staticAnswer(this.#files, name, request, now, policy);
      if (file === undefined) throw new Fault('mount-unknown', 'Nothing answers here.');
      return file;
    }
    checkSameOrigin(request);
    const reply = (value: object) => jsonResponse(value, now, policy);
    const what = name.slice('api/'.length);
    if (what === 'start') {
      if (method !== 'GET') throw wrongMethod('GET');
      return reply(await this.#start());
    }
    if (what.startsWith('samples/')) {
      if (method !== 'GET') throw wrongMethod('GET');
      return this.#sample(decoded(what.slice('samples/'.length)), now, services);
    }
    if (method !== 'POST') throw wrongMethod('POST');
    services.limits?.request(request, SOURCE);
    if (what === 'pictures') return reply(await this.#pictures.takeIn(request));
    if (!Object.hasOwn(QUESTIONS, what)) throw new Fault('mount-unknown', 'Nothing answers here.');
    if (!/^application\/json\b/.test(headers['content-type'] ?? '')) {
      throw new Fault('bad-request', 'Expected a question as application/json.');
    }
    if (what !== 'compile') services.limits?.miss(request, SOURCE);
    const question = what as QuestionName;
    const answered = await services.inFlight.run(
      () => this.#question(question, request, (value) => reply(value), services),
      SOURCE,
    );
    if (answered === undefined) throw new Fault('overloaded', 'The server has too much to do.');
    return answered;
  }

  async #question(
    name: QuestionName,
    request: NamedRequest,
    reply: (value: object) => HttpResponse,
    { policy }: AnswerServices,
  ): Promise<HttpResponse> {
    const token = request.headers[SESSION_HEADER];
    switch (name) {
      case 'compile': {
        const asked = await readQuestion('compile', request.body);
        return reply(await this.#compile(asked, token));
      }
      case 'render': {
        const asked = await readQuestion('render', request.body);
        const { facts, file, mediaType } = await this.#render(asked, token, request.signal);
        const form = formData(facts, file, mediaType);
        return fileAnswer(form.body, form.mediaType, this.#options.clock.now(), policy);
      }
      case 'curve': {
        const asked = await readQuestion('curve', request.body);
        const task = await this.#task(asked, token, request.signal);
        const curves = [{ format: asked.format, jpeg: asked.qualities }];
        const bench = await this.#options.workbench();
        const { points } = await this.#study(() => bench.study(task, { curves }));
        return reply({ points });
      }
      case 'errors': {
        const asked = await readQuestion('errors', request.body);
        const task = await this.#task(asked, token, request.signal);
        const candidate = this.#results.get(ownerOf(asked, token), asked.result);
        const bench = await this.#options.workbench();
        const { map, reference = NO_BODY } = await this.#study(() =>
          bench.study(task, { candidate, reference: true }),
        );
        const form = formData({ map }, reference, 'image/png');
        return fileAnswer(form.body, form.mediaType, this.#options.clock.now(), policy);
      }
    }
  }

  async #start(): Promise<object> {
    return {
      samples: await this.#pictures.samples(),
      dialects: parameterTables(),
      limits: { uploadBytes: this.#pictures.uploadBytes, minutes: SESSION_LIMITS.idle / 60_000 },
      missing: this.#settings.missing,
    };
  }

  async #sample(name: string, now: number, { policy }: AnswerServices): Promise<HttpResponse> {
    const { bytes, format } = await this.#pictures.of(name, undefined);
    return fileAnswer(bytes, `image/${format}`, now, policy);
  }

  async #compile(asked: Question<'compile'>, token: string | undefined): Promise<object> {
    const { name, size } = await this.#pictures.of(asked.sample, token);
    const { clock } = this.#options;
    const by = {
      ...{ settings: this.#settings, name, width: size.width, accepts: asked.accepts },
      now: clock.now(),
    };
    if ('values' in asked) return compiledUrl(asked.dialect, asked.values, by);
    const { dialect, values, remarks } = takeApart(asked.url, asked.dialect);
    const compiled = compiledUrl(dialect, values, by);
    const notes = remarks.map((message) => ({ severity: 'note', message }));
    return { ...compiled, diagnostics: [...notes, ...compiled.diagnostics] };
  }

  async #task(
    asked: Asked,
    token: string | undefined,
    signal: AbortSignal,
  ): Promise<UnkeptTask & { readonly compiled: Compiled }> {
    const { bytes, hash, name, size } = await this.#pictures.of(asked.sample, token);
    const { accepts } = asked;
    const by = {
      ...{ settings: this.#settings, name, width: size.width, accepts },
      now: this.#options.clock.now(),
    };
    const compiled = compiledFrom(asked.dialect, asked.values, by);
    return { bytes, hash, compiled, accepts: new Set(accepts), signal };
  }

  async #render(asked: Asked, token: string | undefined, signal: AbortSignal) {
    const task = await this.#task(asked, token, signal);
    const bench = await this.#options.workbench();
    const { bytes, mediaType, ...made } = await bench.render(task);
    const id = hashOf(bytes);
    this.#results.keep(ownerOf(asked, token), id, bytes);
    const { receipt, result, source, diagnostics, timings } = made;
    const remarks = [...task.compiled.diagnostics, ...diagnostics];
    return {
      facts: { id, receipt, result, source, diagnostics: remarks, timings },
      file: bytes,
      mediaType,
    };
  }

  async #study<T>(study: () => Promise<T>): Promise<T> {
    if (this.#studies >= MOST_STUDIES) {
      throw new Fault('overloaded', 'Other pictures are studied; please try again soon.');
    }
    this.#studies++;
    try {
      return await study();
    } finally {
      this.#studies--;
    }
  }
}

function ownerOf({ sample }: Pick<Asked, 'sample'>, token = ''): string {
  return sample === undefined ? `session ${token}` : `sample ${sample}`;
}

/** @throws Fault bad-request for a part of a path that cannot be read */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Fault('bad-request', 'The address cannot be read.');
  }
}
