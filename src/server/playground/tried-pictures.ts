/**
 * Tried pictures: those of the demo, and those that visitors drop, with what a worker reads of them.
 */

import type { Clock } from '../../base/clock.ts';
import { Fault } from '../../base/fault.ts';
import { withoutEnd, withoutStart } from '../../base/without-ends.ts';
import type { DialectSettings } from '../../dialects/dialect.ts';
import type { Workbench } from '../../engine/studies/workbench.ts';
import { notAnImage, sniffFormat } from '../../image/sniff.ts';
import { uprightSize } from '../../image/source-info.ts';
import type { NamedRequest } from '../http/http-message.ts';
import { compiledFrom } from './compiled-url.ts';
import { readBody } from './questions.ts';
import { hashOf, Sessions, type TriedPicture } from './sessions.ts';

/** A picture that everyone may try out. */
export interface Sample {
  readonly name: string;
  /** What it shows, in words. */
  readonly alt: string;
  readonly bytes: Uint8Array;
}

export interface TriedPicturesOptions {
  readonly clock: Clock;
  readonly workbench: () => Promise<Workbench>;
  readonly samples: readonly Sample[];
  /** Largest picture that is taken, in bytes. */
  readonly uploadBytes: number;
}

/** Largest picture that is taken, whatever the server takes elsewhere. */
const MOST_UPLOAD = 25e6;

/** Pictures that may be on their way in at once. */
const MOST_ARRIVING = 4;

/** The header that carries the token of a session: no page of another origin can send it unasked. */
export const SESSION_HEADER = 'fovea-session';

export class TriedPictures {
  readonly #options: TriedPicturesOptions;
  readonly #settings: DialectSettings;
  readonly #sessions: Sessions;
  readonly #samples = new Map<string, Promise<TriedPicture>>();
  #arriving = 0;

  constructor(options: TriedPicturesOptions, settings: DialectSettings) {
    this.#options = options;
    this.#settings = settings;
    this.#sessions = new Sessions(options.clock);
  }

  /** Largest picture that is taken, in bytes. */
  get uploadBytes(): number {
    return Math.min(this.#options.uploadBytes, MOST_UPLOAD);
  }

  /** A picture of the demo by its name, or that of a session. @throws Fault source-not-found */
  async of(sample: string | undefined, token: string | undefined): Promise<TriedPicture> {
    return sample === undefined ? this.#sessions.use(token) : this.sampleOf(sample);
  }

  /** What a page is told of the pictures of the demo. */
  samples(): Promise<object[]> {
    return Promise.all(
      this.#options.samples.map(async ({ name, alt }) => {
        const { size, format, bytes } = await this.sampleOf(name);
        return { name, alt, ...size, format, bytes: bytes.length };
      }),
    );
  }

  sampleOf(name: string): Promise<TriedPicture> {
    const sample = this.#options.samples.find((one) => one.name === name);
    if (sample === undefined) throw new Fault('source-not-found', 'There is no such picture.');
    let known = this.#samples.get(name);
    if (known === undefined) {
      known = this.#probed(sample.bytes, name, new AbortController().signal);
      known.catch(() => this.#samples.delete(name));
      this.#samples.set(name, known);
    }
    return known;
  }

  /** A picture in a body, held from now on for the one who sent it. */
  async takeIn({ body, headers, signal }: NamedRequest): Promise<object> {
    if (this.#arriving >= MOST_ARRIVING) {
      throw new Fault('overloaded', 'Too many pictures arrive at once; please try again soon.');
    }
    if (Number(headers['content-length'] ?? 0) > this.uploadBytes) throw this.#tooLarge();
    this.#arriving++;
    try {
      const bytes = await readBody(body, this.uploadBytes, (head) => {
        if (head.length >= 64 && sniffFormat(head) === undefined) throw notAnImage(head);
      });
      const asked = nameOf(headers['fovea-name']);
      const picture = await this.#probed(bytes, asked, signal);
      this.#sessions.close(headers[SESSION_HEADER]);
      const session = this.#sessions.open(picture);
      const { name, format, size } = picture;
      return { session, picture: { name, format, ...size, bytes: bytes.length } };
    } finally {
      this.#arriving--;
    }
  }

  #tooLarge(): Fault {
    const megabytes = Math.floor(this.uploadBytes / 1e5) / 10;
    return new Fault('upload-too-large', `Expected a picture of at most ${megabytes} MB.`);
  }

  /** A picture with its facts, which a worker reads of it. @throws Fault for what is none */
  async #probed(bytes: Uint8Array, name: string, signal: AbortSignal): Promise<TriedPicture> {
    const format = sniffFormat(bytes);
    if (format === undefined) throw notAnImage(bytes);
    const named = name.includes('.') ? name : `${name}.${format === 'jpeg' ? 'jpg' : format}`;
    const hash = hashOf(bytes);
    const by = { settings: this.#settings, name: named, width: 0, accepts: [], now: 0 };
    const compiled = compiledFrom('fastly', [], by);
    const bench = await this.#options.workbench();
    const task = { bytes, hash, compiled, accepts: new Set<never>(), signal };
    // A drawing passes without being looked at; its size is what it is drawn at
    const { info } = await bench.explain({
      ...task,
      compiled: { plan: compiled.plan },
    });
    return { name: named, bytes, hash, format, size: uprightSize(info) };
  }
}

/** A file name as the last part of a path: what is no plain letter goes. */
function nameOf(given: string | undefined): string {
  let text = given ?? '';
  try {
    text = decodeURIComponent(text);
  } catch {
    // It stays as it is
  }
  const plain = text
    .normalize('NFKD')
    .replace(/[^\w.-]+/g, '-')
    .replace(/-+/g, '-');
  return withoutEnd(withoutStart(plain, '-.'), '-').slice(-60) || 'photo';
}
