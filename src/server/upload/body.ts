/**
 * Upload body: what arrives, chunk by chunk, and the faults it may end in.
 */
import { Fault } from '../../base/fault.ts';

export interface UploadLimits {
  /** Largest picture, in bytes. */
  readonly maxBytes: number;
  /** Take in nothing but pictures, which is the usual. */
  readonly pictures?: boolean;
}

export const UPLOAD_LIMITS: UploadLimits = { maxBytes: 50_000_000 };

/** Room for boundaries, part headers and small fields around a file, in bytes. */
export const ENVELOPE = 64 * 1024;

/** A body chunk by chunk, with its limit; never ends or destroys what it reads from. */
export class Chunks {
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #most: number;
  readonly #limits: UploadLimits;
  #read = 0;

  constructor(body: AsyncIterable<Uint8Array>, most: number, limits: UploadLimits) {
    this.#iterator = body[Symbol.asyncIterator]();
    this.#most = most;
    this.#limits = limits;
  }

  /** The next chunk that is not empty; undefined at the end. */
  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const chunk = await this.#pull();
      if (chunk === undefined) return undefined;
      this.#read += chunk.length;
      if (this.#read > this.#most) throw tooLarge(this.#limits);
      if (chunk.length > 0) return chunk;
    }
  }

  /** The rest behind `first`. Leaving it early leaves the body as it is. */
  from(first: Uint8Array): AsyncIterable<Uint8Array> {
    let next: Uint8Array | undefined = first;
    return {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          const value = next ?? (await this.next());
          next = undefined;
          return value === undefined ? { done: true, value } : { done: false, value };
        },
      }),
    };
  }

  async #pull(): Promise<Uint8Array | undefined> {
    try {
      const step = await this.#iterator.next();
      return step.done === true ? undefined : step.value;
    } catch (cause) {
      throw unreadable('The upload broke off.', cause);
    }
  }
}

export function tooLarge({ maxBytes }: UploadLimits): Fault {
  return new Fault('upload-too-large', `Expected at most ${maxBytes} bytes for the upload.`);
}

export function unreadable(message: string, cause?: unknown): Fault {
  return new Fault('upload-unreadable', message, {}, cause);
}

export function missing(): Fault {
  return new Fault(
    'upload-missing',
    'Expected a picture, as a file in a multipart form or as the whole body.',
  );
}
